"""Walks through a JPEG 2000 file: its boxes (ISO 15444-1, annex I) and the comments in its codestream (annex A)."""

from __future__ import annotations

from collections.abc import Iterator

from scrubber.inspection.binary import cut, uint
from scrubber.inspection.containers.boxes import Box, boxes, file_boxes, inner
from scrubber.inspection.parts import BrokenError, Finding, Part
from scrubber.inspection.wording import size
from scrubber.values import Leak

_SOC, _COM, _SOT, _EOC = b"\xff\x4f", 0xFF64, 0xFF90, b"\xff\xd9"
_PICTURE = frozenset({b"jP  ", b"ftyp", b"jp2h", b"jp2c"})
_RESTRICTED, _ANY = 2, 3  # methods of a colr box that come with an ICC profile
_MOST_SEGMENTS = 100_000
# Names of uuid boxes: content, place.
_UUIDS = {
    b"JpgTiffExif->JP2": ("exif", "EXIF"),
    bytes.fromhex("0537cdab9d0c4431a72afa561f2a113e"): ("exif", "EXIF"),
    bytes.fromhex("be7acfcb97a942e89c71999491e3afac"): ("xmp", "XMP"),
    bytes.fromhex("33c7a4d2b81d4723a0baf1a3e097ad38"): ("iptc", "IPTC"),
    bytes.fromhex("2c4c0100850440b9a03e562148d6dfeb"): ("photoshop", "Photoshop"),
    bytes.fromhex("d8fec3d61b0e483c92975828877ec481"): ("c2pa", "JPEG 2000 C2PA"),
}
_GEO = bytes.fromhex("b14bf8bd083d4b43a5ae8cd7d5a6ce03")  # GeoJP2: a TIFF that says where on Earth the picture lies


def walk(part: Part) -> Iterator[Finding]:
    """Parts and leaks of a JPEG 2000 file, boxed or a bare codestream."""
    data = part.payload
    if data.startswith(_SOC):
        yield from _codestream(data, 0, len(data))
        return
    position = 0
    for box in file_boxes(data, _PICTURE):
        position = box.stop
        yield from _look(box)
    if position > len(data):
        yield Leak("structure", "JPEG 2000", "the picture breaks off")
    elif position < len(data):
        yield Part("trailing", "after JPEG 2000 end", data[position:])


def _look(box: Box) -> Iterator[Finding]:
    if box.type == b"jp2h":
        yield from _header(box.content)
    elif box.type == b"jp2c":
        yield from _codestream(box.data, box.start, min(box.stop, len(box.data)))
    elif box.uuid == _GEO:
        yield Leak("place", "JPEG 2000 GeoJP2", f"place on a map that the picture covers, {size(box.content)}")
    elif box.uuid in _UUIDS:
        content, where = _UUIDS[box.uuid]
        yield Part(content, where, box.content.removeprefix(b"Exif\0\0"))
    elif box.type == b"xml ":
        yield Part("xmp", "XMP", box.content)
    elif box.type == b"jumb":
        yield Part("c2pa", "JPEG 2000 C2PA", box.content)
    elif box.type not in _PICTURE:
        yield Part("private", f"JPEG 2000 {box.name}", box.content)


def _header(content: bytes) -> Iterator[Finding]:
    """Colour profiles and the resolution of the device, in the header box."""
    for box in boxes(content):
        if box.type == b"colr" and box.content[:1] in (bytes([_RESTRICTED]), bytes([_ANY])):
            yield Part("icc", "ICC profile", box.content[3:])
        elif box.type == b"res " and (inner(box.content, b"resc") or inner(box.content, b"resd")):
            yield Leak("metadata", "JPEG 2000 res", "resolution of the device or for print")


def _codestream(data: bytes, start: int, end: int) -> Iterator[Finding]:
    """Comments in the main header, which goes up to the first tile, and what follows the last tile."""
    position = start + 2
    try:
        for _ in range(_MOST_SEGMENTS):
            marker = uint(data, position, 2)
            if marker == _SOT:
                break
            length = uint(data, position + 2, 2)
            if marker == _COM:  # its first two bytes say whether it is text
                yield Part("text", "JPEG 2000 comment", cut(data, position + 6, length - 4))
            position += 2 + length
        position = _behind_tiles(data, position, end)
    except BrokenError:
        position = end + 1
    if position > end or data[position - 2 : position] != _EOC:
        yield Leak("structure", "JPEG 2000", "the picture breaks off")
    elif position < end:
        yield Part("trailing", "after JPEG 2000 end", data[position:end])


def _behind_tiles(data: bytes, position: int, end: int) -> int:
    """The offset behind the end mark. Each part of a tile says how long it is; 0 says that it is the last one."""
    for _ in range(_MOST_SEGMENTS):
        if uint(data, position, 2) != _SOT:
            break
        length = uint(data, position + 6, 4)
        if not length:
            return data.rfind(_EOC, position, end) + 2
        position += length
    return position + 2
