"""Photoshop image resources.

IPTC, thumbnails and more in APP13 (Adobe Photoshop file formats specification, 2019).
"""

from __future__ import annotations

from collections.abc import Iterator

from scrubber.inspection.binary import cut, uint
from scrubber.inspection.parts import BrokenError, Finding, Part
from scrubber.inspection.wording import decode, size
from scrubber.values import Leak

_SIGNATURES = frozenset({b"8BIM", b"PHUT", b"AgHg", b"DCSR", b"MeSa"})
_THUMBNAIL_HEADER = 28  # bytes before the JPEG in resources 0x0409 and 0x040C
_INNER = {
    0x0404: ("iptc", "IPTC"),
    0x040F: ("icc", "ICC profile"),
    0x0422: ("exif", "EXIF"),
    0x0423: ("exif", "EXIF"),
    0x0424: ("xmp", "XMP"),
}
_TOLD = {
    0x03F0: ("comment", "caption"),
    0x040B: ("identity", "web address"),
    0x041A: ("history", "slices, with the name of the document"),
    0x0421: ("device", "version of the program"),
    0x0425: ("provenance", "checksum of the caption data"),
    0x0414: ("history", "numbering of layers"),
    0x0BB7: ("history", "name of a clipping path"),
}
MOST_RESOURCES = 1_000


def read(part: Part) -> Iterator[Finding]:
    """Inner IPTC, EXIF, XMP, ICC and thumbnails as parts.

    Resources that tell something as leaks; the rest counted.
    """
    others = 0
    for number, raw in _resources(part.payload):
        if number in _INNER:
            yield Part(*_INNER[number], raw)
        elif number in (0x0409, 0x040C):
            yield _thumbnail(raw)
        elif number == 0x040B:
            yield Leak("identity", "Photoshop URL", decode(raw) or "empty web address")
        elif number in _TOLD:
            kind, words = _TOLD[number]
            yield Leak(kind, f"Photoshop {number:04X}", f"{words}, {size(raw)}")
        else:
            others += 1
    if others:
        yield Leak(
            "metadata",
            "Photoshop",
            f"further settings, which show that Photoshop or its kin edited the picture: {others}",
        )


def _thumbnail(raw: bytes) -> Finding:
    """The small copy that Photoshop keeps: JPEG (format 1), or raw RGB (format 0)."""
    where = "Photoshop thumbnail"
    if uint(raw, 0, 4) == 1:
        return Part("thumbnail", where, raw[_THUMBNAIL_HEADER:])
    return Leak("thumbnail", where, f"{uint(raw, 4, 4)}×{uint(raw, 8, 4)} px, {size(raw)}")


def _resources(data: bytes) -> Iterator[tuple[int, bytes]]:
    position = 0
    for _ in range(MOST_RESOURCES):
        if position + 7 > len(data) or not data[position : position + 4].strip(b"\0"):
            return
        if data[position : position + 4] not in _SIGNATURES:
            raise BrokenError("no Photoshop resource where one should begin")
        number = uint(data, position + 4, 2)
        name = 1 + uint(data, position + 6, 1)
        start = position + 6 + name + name % 2
        length = uint(data, start, 4)
        yield number, cut(data, start + 4, length)
        position = start + 4 + length + length % 2
