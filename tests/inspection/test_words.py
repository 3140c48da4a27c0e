"""What `inventory` says is right, and said so that it can be understood."""

from __future__ import annotations

import base64
import io
import struct
import tracemalloc
import zlib

import dirty_blocks as blocks
import piexif
import pytest
from dirty import CHANNELS
from dirty_jpeg import clean, segment, with_segments
from dirty_png import chunk, with_chunks
from PIL import Image

from scrubber.inspection import inventory

CANARY = b"CANARY-cormorant-4711"


def said(data: bytes) -> dict[tuple[str, str], str]:
    return {(leak.kind, leak.where): leak.detail for leak in inventory(data)}


def with_exif(tables: dict) -> bytes:
    return with_segments(segment(0xE1, piexif.dump(tables)))


def with_xmp(body: str, declarations: str = "") -> bytes:
    packet = f"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description {declarations}>{body}</rdf:Description></rdf:RDF></x:xmpmeta>"""
    return with_segments(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + packet.encode()))


def test_a_place_is_told_in_decimal_degrees_with_altitude_and_direction():
    words = said(CHANNELS["jpeg:exif"].build(CANARY))
    assert words["place", "EXIF GPS"] == "52.52000, 13.40500, altitude 34 m, camera pointing 120°"
    assert words["time", "EXIF GPS"] == "satellite time 2024-05-06 10:13:14 UTC"


def test_south_west_and_below_the_sea_are_negative():
    tables = {
        "GPS": {
            1: b"S", 2: ((33, 1), (30, 1), (0, 1)), 3: b"W", 4: ((70, 1), (15, 1), (0, 1)),
            5: 1, 6: (12, 1), 31: (15, 2),
        }
    }  # fmt: skip
    assert said(with_exif(tables))["place", "EXIF GPS"] == "-33.50000, -70.25000, altitude -12 m, precise to 8 m"


def test_coordinates_that_divide_by_zero_are_still_a_place():
    tables = {"GPS": {1: b"N", 2: ((52, 0), (0, 0), (0, 0)), 3: b"E", 4: ((13, 0), (0, 0), (0, 0))}}
    assert said(with_exif(tables))["place", "EXIF GPS"] == "GPS block without readable coordinates"


def test_times_carry_their_zone():
    words = said(CHANNELS["jpeg:exif"].build(CANARY))
    assert words["time", "EXIF DateTimeOriginal"] == "taken: 2024-05-06 12:13:14 +02:00"


def test_names_and_serials_are_told():
    words = said(CHANNELS["webp:exif"].build(CANARY))
    assert words["identity", "EXIF Artist"] == "photographer: CANARY-cormorant-4711"
    assert words["identity", "EXIF XPAuthor"] == "author: CANARY-cormorant-4711"
    assert words["serial", "EXIF BodySerialNumber"] == "camera's serial number: CANARY-cormorant-4711"
    assert words["device", "EXIF MakerNote"].startswith("Acme, 26 bytes")


def test_a_thumbnail_is_told_with_its_size_and_read_in_turn():
    words = said(CHANNELS["jpeg:exif thumbnail"].build(CANARY))
    assert words["thumbnail", "EXIF IFD1"].startswith("jpeg, 24×16 px, ")
    assert "may still show what was hidden" in words["thumbnail", "EXIF IFD1"]
    assert words["comment", "EXIF IFD1 › JPEG COM"] == CANARY.decode()


@pytest.mark.parametrize("code", [b"ASCII\0\0\0", b"UNICODE\0", bytes(8)])
def test_comments_are_read_in_their_code(code):
    text = "café".encode("utf-16-be") if code.startswith(b"UNI") else "café".encode()
    words = said(with_exif({"Exif": {piexif.ExifIFD.UserComment: code + text}}))
    assert words["comment", "EXIF UserComment"] == "comment: café"


def test_exif_with_one_bad_tag_is_read_all_the_same():
    block = bytearray(blocks.exif(CANARY))
    block[12:14] = b"\0\x63"  # a type that does not exist: piexif gives up on the whole block
    words = said(with_segments(segment(0xE1, b"Exif\0\0" + bytes(block))))
    assert words["place", "EXIF GPS"].startswith("52.52000, 13.40500")


def test_exif_that_is_cut_off_is_read_as_far_as_it_goes():
    block = blocks.exif(CANARY)
    for length in range(0, len(block), 7):
        leaks = inventory(with_segments(segment(0xE1, b"Exif\0\0" + block[:length])))
        assert leaks, length


def test_xmp_tells_place_author_face_and_identifier():
    words = said(CHANNELS["png:xmp"].build(CANARY))
    assert words["place", "XMP GPS"] == "52.52000, 13.40500"
    assert words["identity", "XMP dc:creator"] == "author: CANARY-cormorant-4711"
    assert words["identity", "XMP mwg-rs:Regions"] == "faces marked: CANARY-cormorant-4711"
    assert words["provenance", "XMP xmpMM:DocumentID"].endswith("xmp.did:CANARY-cormorant-4711")


def test_the_picture_before_portrait_mode_is_found_in_extended_xmp():
    words = said(CHANNELS["jpeg:extended xmp"].build(CANARY))
    assert words["hidden-picture", "extended XMP GImage:Data"].startswith("jpeg, 24×16 px")
    assert words["comment", "extended XMP GImage:Data › JPEG COM"] == CANARY.decode()


def test_motion_photos_and_depth_maps_are_announced_in_xmp():
    depth = base64.b64encode(blocks.small_jpeg(CANARY)).decode()
    words = said(
        with_xmp(
            f"<GDepth:Data>{depth}</GDepth:Data>",
            'xmlns:GDepth="http://ns.google.com/photos/1.0/depthmap/" '
            'xmlns:GCamera="http://ns.google.com/photos/1.0/camera/" GCamera:MotionPhoto="1"',
        )
    )
    assert words["depth", "XMP GDepth:Data"].startswith("jpeg, 24×16 px")
    assert words["video", "XMP GCamera:MotionPhoto"] == "motion photo: 1"


def test_malformed_xmp_is_read_by_pattern_and_reported():
    broken = blocks.xmp(CANARY).replace(b"</rdf:RDF>", b"")
    leaks = inventory(with_segments(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + broken)))
    assert "author: CANARY-cormorant-4711" in [leak.detail for leak in leaks]
    assert any("no well-formed XML" in leak.detail for leak in leaks)


def test_entities_are_never_resolved(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("TOP-SECRET")
    packet = f"""<!DOCTYPE x [<!ENTITY f SYSTEM "{secret.as_uri()}"><!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:creator>&f;&c;Ada</dc:creator></rdf:Description></rdf:RDF>"""
    leaks = inventory(with_segments(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + packet.encode())))
    assert any("document type" in leak.detail for leak in leaks)
    assert any("Ada" in leak.detail for leak in leaks if leak.kind == "identity")
    assert not any("TOP-SECRET" in leak.detail or "aaaa" in leak.detail for leak in leaks)


def test_iptc_tells_city_and_photographer():
    words = said(CHANNELS["jpeg:iptc"].build(CANARY))
    assert words["place", "IPTC City"] == "city: CANARY-cormorant-4711"
    assert words["identity", "IPTC By-line"] == "photographer: CANARY-cormorant-4711"
    assert words["comment", "IPTC Caption"] == "caption: CANARY-cormorant-4711"


def test_a_colour_profile_is_named():
    words = said(CHANNELS["jpeg:icc"].build(CANARY))
    assert "“CANARY-cormorant-4711”" in words["colour-profile", "ICC profile"]


def test_further_pictures_are_counted_and_measured():
    words = said(CHANNELS["jpeg:multi-picture"].build(CANARY))
    assert words["hidden-picture", "JPEG APP2 MPF"].startswith("picture 2 of 2: ")
    assert words["hidden-picture", "after JPEG end"].startswith("jpeg, 24×16 px")


def test_c2pa_tells_author_and_thumbnail():
    words = said(CHANNELS["jpeg:c2pa"].build(CANARY))
    assert CANARY.decode() in words["identity", "JPEG APP11 C2PA"]
    assert words["thumbnail", "JPEG APP11 C2PA thumbnail"].startswith("jpeg, 24×16 px")


def test_known_keywords_are_named_and_others_stay_out_of_the_place():
    words = said(with_chunks(chunk(b"tEXt", b"Author\0Ada"), chunk(b"tEXt", b"52.5 N 13.4 E\0here")))
    assert words["identity", "PNG tEXt Author"] == "Ada"
    assert words["text", "PNG tEXt"] == "52.5 N 13.4 E: here"


def test_the_time_chunk_is_told():
    assert said(CHANNELS["png:time"].build(CANARY))["time", "PNG tIME"] == "last changed 2024-05-06 12:13:14 UTC"


def test_bombs_in_text_chunks_do_not_unpack():
    bomb = zlib.compress(bytes(64 * 1024 * 1024))
    words = said(with_chunks(chunk(b"zTXt", b"Comment\0\0" + bomb)))
    assert "more than 16 MiB" in words["metadata", "PNG zTXt"]


def test_control_characters_never_reach_the_terminal():
    leaks = inventory(with_segments(segment(0xFE, b"red \x1b[31m\x07 \xc2\x9b alert\r\n")))
    assert [leak.detail for leak in leaks] == ["red [31m alert"]


def test_a_picture_that_breaks_off_is_told():
    words = said(clean()[:-40])
    assert words["structure", "JPEG"] == "the picture breaks off: no end marker"


def _note(order: str, tag: int, text: bytes) -> bytes:
    """A directory with one text of four bytes in it."""
    return struct.pack(f"{order}HHHI4s", 1, tag, 2, 4, text) + bytes(4)


@pytest.mark.parametrize(
    ("make", "note", "kind", "word"),
    [
        (b"Canon", _note("<", 0x0009, b"Ada\0"), "identity", "Ada"),
        (b"NIKON", b"Nikon\0\2\x10\0\0II*\0\x08\0\0\0" + _note("<", 0x001D, b"777\0"), "serial", "777"),
        (b"Apple", b"Apple iOS\0\0\1MM" + _note(">", 0x0011, b"XYZ\0"), "provenance", "XYZ"),
        (b"FUJIFILM", b"FUJIFILM\x0c\0\0\0" + _note("<", 0x0010, b"FX1\0"), "serial", "FX1"),
        (b"EASTMAN KODAK COMPANY", b"KCXGJ4211234\0" + bytes(30), "serial", "KCXGJ4211234"),
        (b"HP", b"IIII\4\0" + bytes(86) + b"SERIAL NUMBER:CN123456\0" + bytes(9), "serial", "CN123456"),
    ],
    ids=["canon", "nikon", "apple", "fujifilm", "kodak", "hp"],
)
def test_maker_notes_are_read_for_what_identifies(make, note, kind, word):
    data = with_exif({"0th": {piexif.ImageIFD.Make: make}, "Exif": {piexif.ExifIFD.MakerNote: note}})
    assert word in said(data)[kind, "EXIF MakerNote"]


def test_tags_that_point_at_the_same_megabytes_cost_no_more_than_the_file():
    entries = b"".join(struct.pack("<HHII", tag, 2, 9_000_000, 8) for tag in [0x013B] * 200 + [0x02BC] * 250)
    block = b"II*\0" + struct.pack("<IH", 8, 450) + entries
    leaks = inventory(with_chunks(chunk(b"eXIf", block.ljust(10_000_000, b"x"))))
    assert leaks


@pytest.mark.parametrize("pointer", [0, 8, 26, 38])
def test_exif_never_asks_for_more_memory_than_the_file_has(pointer):
    """piexif would: for a doubled tag of four thousand million bytes, or a directory that starts in the header."""
    entries = [(0x8769, 4, 1, pointer), (0x9286, 1, 4_000_000_000, 8), (0x9286, 1, 1, 0)]
    block = b"II*\0" + struct.pack("<IH", 8, 3) + b"".join(struct.pack("<HHII", *entry) for entry in entries)
    tracemalloc.start()
    inventory(with_chunks(chunk(b"eXIf", block + bytes(64))))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 50_000_000


def test_a_picture_in_a_picture_in_a_picture_has_an_end():
    data = clean()
    for _ in range(30):
        data = clean() + data
    assert len(inventory(data)) < 100


def test_other_byte_orders_are_read():
    buffer = io.BytesIO()
    tags = Image.Exif()
    tags[0x010F] = "Acme"
    tags.endian = ">"
    blocks.picture().save(buffer, "JPEG", exif=tags)
    assert said(buffer.getvalue())["device", "EXIF Make"] == "maker: Acme"
