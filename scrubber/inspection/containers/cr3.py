"""Walks through Canon's CR3: an ISO file whose metadata lies in Canon's own boxes.

There is no published standard; the boxes are those that the files show and that the ExifTool and LibRaw projects
document.
"""

from __future__ import annotations

from collections.abc import Iterator

from scrubber.inspection.containers.boxes import Box, boxes, file_boxes, inner
from scrubber.inspection.containers.mp4 import XMP, movie
from scrubber.inspection.parts import Finding, Part
from scrubber.inspection.wording import decode, size
from scrubber.values import Leak

_CANON = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
_PREVIEW = bytes.fromhex("eaf42b5e1c984b88b9fbb7dc406e4d16")
_KNOWN = frozenset({b"ftyp", b"moov", b"mdat", b"uuid", b"free"})
_BLOCKS = {
    b"CMT1": ("exif", "EXIF"),
    b"CMT2": ("exif", "EXIF"),
    b"CMT3": ("canon", "EXIF MakerNote"),
    b"CMT4": ("gps", "EXIF GPS"),
}
_JPEG = b"\xff\xd8\xff"


def walk(part: Part) -> Iterator[Finding]:
    """Parts and leaks of a CR3 file; its large preview is the first track."""
    data, position = part.payload, 0
    for box in file_boxes(data, _KNOWN):
        position = box.stop
        if box.type == b"moov":
            yield from _movie(box)
        elif box.uuid == XMP:
            yield Part("xmp", "XMP", box.content)
        elif box.uuid == _PREVIEW:
            yield from _jpeg("CR3 PRVW", box.content)
    if position < len(data):
        yield Part("trailing", "after CR3 end", data[position:])


def _movie(moov: Box) -> Iterator[Finding]:
    yield from movie(moov.content)
    for box in boxes(moov.content):
        if box.uuid == _CANON:
            for block in boxes(box.content):
                if block.type in _BLOCKS:
                    content, where = _BLOCKS[block.type]
                    yield Part(content, where, block.content)
                elif block.type == b"CNCV":
                    yield Leak("device", "CR3 CNCV", f"firmware: {decode(block.content)}")
                elif block.type == b"THMB":
                    yield from _jpeg("CR3 THMB", block.content)
        elif box.type == b"trak":
            yield from _first_sample(moov.data, box.content)


def _jpeg(where: str, content: bytes) -> Iterator[Finding]:
    start = content.find(_JPEG)
    if start >= 0:
        yield Part("thumbnail", where, content[start:])
    elif content:  # photos with high dynamic range have their previews in HEVC
        yield Leak("thumbnail", where, f"{size(content)}: small copy, may still show what was hidden or cut away later")


def _first_sample(data: bytes, trak: bytes) -> Iterator[Finding]:
    """The picture in a track, if it is a JPEG: stsz has its size, co64 its offset (ISO 14496-12, 8.7)."""
    table = inner(trak, b"mdia", b"minf", b"stbl") or b""
    sizes, offsets = inner(table, b"stsz") or b"", inner(table, b"co64") or b""
    length = int.from_bytes(sizes[4:8], "big") or int.from_bytes(sizes[12:16], "big")
    start = int.from_bytes(offsets[8:16], "big")
    if data[start : start + 3] == _JPEG:
        yield Part("thumbnail", "CR3 preview", data[start : start + length])
