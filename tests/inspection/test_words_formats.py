"""What `inventory` says of GIF, TIFF, BMP, raw files and those made of boxes is right, and work on them has an end."""

from __future__ import annotations

import struct
import time

import dirty_blocks as blocks
import dirty_isobmff as boxes
import dirty_tiff
import pytest
from dirty import CHANNELS
from dirty_bmp import with_profile
from dirty_gif import clean as clean_gif
from dirty_gif import extension, sub_blocks, with_block
from dirty_isobmff import Item, avif, box, full, picture, size

from scrubber.formats import identify
from scrubber.inspection import inventory

CANARY = b"CANARY-cormorant-4711"
TEXT = CANARY.decode()


def said(data: bytes) -> dict[tuple[str, str], str]:
    return {(leak.kind, leak.where): leak.detail for leak in inventory(data)}


@pytest.mark.parametrize(
    ("channel", "kind", "where", "detail"),
    [
        ("gif:comment", "comment", "GIF comment", TEXT),
        ("gif:plain text", "text", "GIF plain text", TEXT),
        ("gif:xmp", "place", "XMP GPS", "52.52000, 13.40500"),
        ("gif:xmp in blocks", "identity", "XMP dc:creator", f"author: {TEXT}"),
        ("bmp:path of a profile", "identity", "BMP profile path", f"place of a colour profile on the computer: {TEXT}"),
        ("tiff:artist", "identity", "EXIF Artist", f"photographer: {TEXT}"),
        ("tiff:serial", "serial", "EXIF BodySerialNumber", f"camera's serial number: {TEXT}"),
        ("tiff:gps in BigTIFF", "place", "EXIF GPS", f"52.52000, 13.40500, {TEXT}"),
        ("tiff:name of the second page", "comment", "EXIF PageName", f"name of the page: {TEXT}"),
        ("raw:dng original name", "history", "EXIF OriginalRawFileName", f"name of the original file: {TEXT}.NEF"),
        ("raw:cr3 owner", "identity", "EXIF MakerNote", f"owner of the camera: {TEXT}"),
        ("avif:description", "comment", "HEIF udes", f"description: en {TEXT}"),
        ("avif:place of the video", "place", "HEIF mpvd › MP4 ©xyz", "52.52000, 13.40500, altitude 34 m"),
        ("avif:motion photo", "identity", "HEIF mpvd › MP4 auth", f"author: {TEXT}"),
        ("avif:motion photo", "provenance", "HEIF mpvd › MP4 keys", f"links it to a photo: {TEXT}"),
        ("avif:motion photo", "time", "HEIF mpvd › MP4 header", "recorded: 2024-05-31 11:33:20 UTC"),
        ("avif:video after the end", "place", "after HEIF end › MP4 ©xyz", "52.52000, 13.40500, altitude 34 m"),
    ],
)  # fmt: skip
def test_what_is_said_of_each_channel(channel, kind, where, detail):
    assert said(CHANNELS[channel].build(CANARY))[kind, where] == detail


def test_thumbnails_are_read_in_turn():
    for channel, where in (
        ("tiff:reduced page", "EXIF IFD1"),
        ("avif:thumbnail", "HEIF thmb"),
        ("raw:cr3 thumbnail", "CR3 THMB"),
    ):
        words = said(CHANNELS[channel].build(CANARY))
        assert words["thumbnail", where].startswith("jpeg, 24×16 px"), channel
        assert words["comment", f"{where} › JPEG COM"] == TEXT


def test_the_largest_picture_of_a_raw_file_is_the_photo():
    words = said(CHANNELS["raw:dng preview"].build(CANARY))
    assert [where for kind, where in words if kind in ("thumbnail", "hidden-picture")] == [
        "EXIF IFD0",
        "EXIF OriginalRawFileData",
    ]


def test_pages_and_frames_are_counted():
    assert said(dirty_tiff.tiff(*[dirty_tiff.page()] * 3))["structure", "TIFF"].startswith("3 pages")
    twice = clean_gif()[:-1] + clean_gif()[13:]
    assert said(twice)["structure", "GIF"] == "animation of 2 frames, each for 0 ms, shown once"


def test_depth_maps_and_masks_of_a_raw_file_are_told_apart():
    kinds = {8: "depth", 0x10004: "hidden-picture", 4: "structure", 1: "thumbnail", 0: "hidden-picture"}
    for mark, kind in kinds.items():
        below = dirty_tiff.page({254: dirty_tiff.longs(mark)})
        assert (kind, "EXIF SubIFD") in said(dirty_tiff.tiff(dirty_tiff.page({330: (dirty_tiff.LONG, below)})))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (b"urn:mpeg:hevc:2015:auxid:2", "depth"),
        (b"urn:mpeg:mpegB:cicp:systems:auxiliary:depth", "depth"),
        (b"urn:com:apple:photo:2018:aux:portraiteffectsmatte", "depth"),
        (b"urn:com:apple:photo:2020:aux:hdrgainmap", "hidden-picture"),
        (b"urn:com:samsung:image:2099:aux:news", "hidden-picture"),
        (b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", "structure"),
    ],
)
def test_auxiliary_pictures_are_named(name, kind):
    assert (kind, "HEIF auxl") in said(avif(picture(full(b"auxC", name, b"\0"), reference=b"auxl")))


def test_tiles_of_a_picture_are_no_hidden_pictures():
    grid = Item(b"grid", bytes(8), (size(96, 32),))
    tile = picture(reference=b"")
    data = avif(tile, tile, first=grid)
    linked = box(b"dimg", struct.pack(">HHHH", 1, 2, 2, 3))
    assert [kind for kind, _ in said(data)] == ["hidden-picture"]
    assert said(data)["hidden-picture", "HEIF item"].startswith("picture 3 of 3")
    assert not said(avif(tile, tile, first=grid, inside=[full(b"iref", linked)]))


@pytest.mark.parametrize(
    "behind", [box(b"free", b"Jane Doe"), box(b"acme", b"Jane Doe"), box(b"uuid", bytes(16), b"x")]
)
def test_what_is_skipped_in_a_video_is_told(behind):
    assert any(kind == "metadata" for kind, _ in said(boxes.movie(b"x") + behind).keys() - said(boxes.movie(b"x")))


def test_a_part_that_was_cut_away_is_told():
    shown = struct.pack(">IIIIIIII", 100, 1, 20, 1, 0, 1, 0, 1)
    words = said(avif(first=Item(b"av01", b"", (size(400, 300), box(b"clap", shown)))))
    assert words["hidden-picture", "HEIF clap"].startswith("shown cut to 100×20 of 400×300 px")
    assert not said(avif(first=Item(b"av01", b"", (size(104, 24), box(b"clap", shown)))))


def test_profiles_of_many_tiles_are_told_once():
    colour = box(b"colr", b"prof", blocks.icc(CANARY))
    assert len([leak for leak in inventory(avif(first=picture(colour))) if leak.kind == "colour-profile"]) == 1


@pytest.mark.parametrize(
    ("brands", "form"),
    [
        (b"avifmif1", "avif"), (b"mif1avifmiaf", "avif"), (b"mif1heicmiaf", "heic"), (b"mif1miaf", "heic"),
        (b"jpegmif1", "heic"), (b"msf1avis", "avif"), (b"mp42isom", "mp4"), (b"isom", "mp4"), (b"crx isom", "raw"),
    ],
)  # fmt: skip
def test_formats_made_of_boxes_are_told_by_their_brands(brands, form):
    assert identify(avif(brands=brands)) == form


def test_control_characters_of_names_in_a_file_stay_out_of_places():
    data = avif(behind=box(b"\x1b[3m", CANARY) + box(b"a\x07bc", CANARY))
    assert all(leak.where.isprintable() for leak in inventory(data))


HOSTILE = {
    "gif packets without an end": with_block(extension(0xFF, b"XMP DataXMP", sub_blocks(b"x")) * 200_000),
    "gif blocks": with_block(extension(0xFE, sub_blocks(b"x")) * 500_000),
    "boxes in boxes": box(b"ftyp", b"mp42") + b"\x7f\xff\xff\xfftrak" * 500_000,
    "boxes side by side": box(b"ftyp", b"avif") + box(b"acme", b"") * 500_000,
    "tiles": avif(*[Item(b"av01", b"", (size(),), b"dimg")] * 60),
    "pieces of items": avif()[:40] + bytes(8) + avif()[40:],
    "profile": with_profile(b"DEBM", b"\xff" * 100_000),
    "jpeg 2000 tiles": b"\xff\x4f" + (b"\xff\x90\0\x0a\0\0" + bytes(4) + b"\0\1") * 500_000,
    "directories": b"II*\0\x08\0\0\0" + struct.pack("<HHHIII", 1, 330, 4, 1_000_000, 8, 8) * 100_000,
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_files_built_to_waste_our_time_do_not(name):
    start = time.perf_counter()
    inventory(HOSTILE[name])
    assert time.perf_counter() - start < 3


def test_an_item_list_that_takes_no_bytes_has_an_end():
    """iloc may say that offsets and lengths have no bytes, and then name a thousand million pieces."""
    places = full(b"iloc", b"\0\0", struct.pack(">H", 5000), struct.pack(">HHH", 1, 0, 65535) * 5000)
    meta = full(b"meta", full(b"iinf", struct.pack(">H", 1), full(b"infe", b"\0\1\0\0Exif\0", version=2)), places)
    start = time.perf_counter()
    assert inventory(box(b"ftyp", b"avifmif1") + meta)
    assert time.perf_counter() - start < 3


def test_what_lies_in_a_jpeg_xl_is_read_behind_its_offset():
    data = boxes.jxl(box(b"Exif", struct.pack(">I", 6), b"Exif\0\0", blocks.exif(CANARY)))
    assert said(data)["identity", "EXIF Artist"] == f"photographer: {TEXT}"
