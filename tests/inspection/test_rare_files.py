"""What inspecting finds in files of rare makers and rare containers, and in broken downloads."""

from __future__ import annotations

import struct
import time

import dirty_blocks as blocks
import piexif
import pytest
from dirty_isobmff import _CANON, box
from dirty_jpeg import clean, segment, with_segments
from dirty_tiff import ASCII, BYTE, LONG, UNDEFINED, Apart, longs, page, tiff

from scrubber.inspection import inventory
from scrubber.values import Leak

CANARY = b"CANARY-curlew-5160"
PREVIEW = bytes.fromhex("eaf42b5e1c984b88b9fbb7dc406e4d16")


def found(data: bytes, kind: str) -> list[Leak]:
    return [leak for leak in inventory(data) if leak.kind == kind]


def with_note(make: bytes, note: bytes) -> bytes:
    tables = {"0th": {piexif.ImageIFD.Make: make}, "Exif": {piexif.ExifIFD.MakerNote: note}}
    return with_segments(segment(0xE1, piexif.dump(tables)))


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"ODD!" + bytes(40) + blocks.small_jpeg(CANARY) + bytes(9), "thumbnail"),
        (b"ODD!" + bytes(40) + blocks.exif(CANARY), "place"),
        (b"\xff\1Exiv2\xff\xe1\x10\0Exif\0\0" + blocks.exif(CANARY), "serial"),
        (b"\0MRM" + bytes(12) + blocks.exif_thumbnail(CANARY), "thumbnail"),
        (b"8BPS\0\1" + bytes(60) + blocks.xmp(CANARY), "place"),
        (b"II\x1a\0\0\0HEAPCCDR" + bytes(60), "serial"),
        (b"II\x1a\0\0\0HEAPCCDR" + bytes(60), "thumbnail"),
        (b"FOVb" + bytes(60) + "CAMSERIAL\0".encode("utf-16-le"), "serial"),
    ],
    ids=["picture", "exif", "exiv2", "minolta", "photoshop", "canon", "canon's copies", "sigma"],
)
def test_a_file_of_no_known_format_is_searched(data: bytes, kind: str) -> None:
    assert found(data, kind)
    assert "only searched" in found(data, "structure")[0].detail


def test_a_picture_inside_is_read_once() -> None:
    """Its EXIF belongs to it, and not to the file around it as well."""
    inner = with_segments(segment(0xE1, b"Exif\0\0" + blocks.exif(CANARY)))
    places = found(b"ODD!" + bytes(40) + inner, "place")
    assert [leak.where for leak in places] == ["embedded JPEG › EXIF GPS"]


@pytest.mark.parametrize(
    "many", [b"<x:xmpmeta", b"II*\0\x08\0\0\0", b"\xff\xd8\xff\xe0\0\x04\0\0", b"<x:xmpmeta></x:xmpmeta>"]
)
def test_searching_ends_soon(many: bytes) -> None:
    started = time.perf_counter()
    assert inventory(b"ODD!" + many * (4_000_000 // len(many)))
    assert time.perf_counter() - started < 10


@pytest.mark.parametrize("lead", [b"Ricoh\xcf\0\0", b"RICOH\0\0\0", b"Ricoh\0\0\0"])
def test_ricoh_numbers_that_are_no_text(lead: bytes) -> None:
    number = bytes.fromhex("00000000000000012207000003100550")
    directory = struct.pack(">HHHII", 1, 5, UNDEFINED, 16, 0)
    probe = with_note(b"RICOH", lead + directory + bytes(4) + number)
    at = probe.index(number) - probe.index(b"Exif\0\0") - 6  # offsets count from the TIFF header
    note = lead + directory[:-4] + struct.pack(">I", at) + bytes(4) + number
    assert number.hex() in [leak.detail.rpartition(" ")[2] for leak in found(with_note(b"RICOH", note), "serial")]


@pytest.mark.parametrize(("lead", "order"), [(b"IIIITwaR", "<"), (b"IIIICwaR", "<"), (b"MMMMRawT", ">")])
def test_phase_one(lead: bytes, order: str) -> None:
    number = b"LD001055\0"
    directory = struct.pack(f"{order}II4I4I", 2, 0, 0x0100, 4, 4, 0, 0x0102, 1, len(number), 16 + 8 + 32)
    note = lead + struct.pack(f"{order}II", 16, 0) + directory + number
    assert found(with_note(b"Phase One A/S", note), "serial")[0].detail.endswith("LD001055")


@pytest.mark.parametrize("cut", range(8, 60, 7))
def test_a_cut_phase_one_note_is_told_as_such(cut: int) -> None:
    note = (b"IIIITwaR" + struct.pack("<II2I4I", 16, 0, 9, 0, 0x0102, 1, 9, 4000)).ljust(60, b"\0")[:cut]
    assert found(with_note(b"Phase One A/S", note), "device")


def test_infiray() -> None:
    data = with_segments(segment(0xE2, b"\0\2\0\1IJPEG" + bytes(71)))
    assert found(data, "serial")[0].where == "JPEG APP2"


def foto_station(*of_kind: tuple[int, bytes]) -> bytes:
    return b"".join(block + struct.pack(">HI", kind, len(block) + 10) + b"\xa1\xb2\xc3\xd4" for kind, block in of_kind)


def dataset(number: int, value: bytes) -> bytes:
    return bytes([0x1C, 2, number]) + struct.pack(">H", len(value)) + value


def test_the_trailer_of_foto_station() -> None:
    iptc = dataset(80, CANARY) + dataset(202, blocks.small_jpeg(CANARY))
    data = clean() + foto_station((2, b"edits"), (1, iptc), (3, b"no JPEG"))
    assert CANARY.decode() in found(data, "identity")[0].detail
    places = {leak.where for leak in found(data, "thumbnail")}
    assert {"FotoStation trailer ObjectPreviewData", "FotoStation trailer"} <= places


@pytest.mark.parametrize("length", [0, 9, 11, 2**32 - 1])
def test_a_broken_trailer_of_foto_station(length: int) -> None:
    data = clean() + b"x" * 10 + struct.pack(">HI", 1, length) + b"\xa1\xb2\xc3\xd4"
    assert found(data, "trailing-data")


def test_previews_of_a_cr3_that_are_no_jpegs() -> None:
    """With high dynamic range they are HEVC."""
    inside = box(b"uuid", _CANON, box(b"THMB", bytes(16), b"hevc"))
    data = box(b"ftyp", b"crx \0\0\0\1crx isom") + box(b"moov", inside)
    data += box(b"uuid", PREVIEW, bytes(8), box(b"PRVW", bytes(16), b"hevc")) + box(b"mdat", bytes(64))
    assert {leak.where for leak in found(data, "thumbnail")} == {"CR3 THMB", "CR3 PRVW"}


def test_of_a_raw_file_that_breaks_off_the_preview_is_still_told() -> None:
    """The photo is what should be the largest, though nothing of it may be there."""
    preview = blocks.small_jpeg(CANARY)
    dng = {50706: (BYTE, b"\1\4\0\0")}
    first = page({273: (LONG, Apart(preview)), 279: longs(len(preview)), **dng})
    photo = page({273: longs(10**6), 279: longs(50_000)})
    assert [leak.where for leak in found(tiff(first, photo), "thumbnail")] == ["EXIF IFD0"]


def test_what_is_left_of_a_cr2_is_a_preview() -> None:
    """The photo is in the fourth directory; here the file ends before it."""
    first = page({271: (ASCII, b"Canon\0"), 330: longs(0)})
    data = tiff(first, lead=b"CR\2\0" + bytes(4))
    assert [leak.where for leak in found(data, "thumbnail")] == ["EXIF IFD0"]


def test_nintendo() -> None:
    camera = bytes(24) + b"\x57\x5b\xbd\xf3" + bytes(20)
    note = struct.pack(">HHHI", 1, 0x1101, UNDEFINED, len(camera)) + bytes(8) + camera
    assert "internal serial" in found(with_note(b"Nintendo", note), "serial")[0].detail
