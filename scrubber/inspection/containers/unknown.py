"""Searches files that no other walker knows for what most photos carry: small copies, EXIF and XMP.

Rare raw formats (Canon's CRW: CIFF 1.0; Sigma's X3F; Minolta's MRW), drawings and broken downloads hold these as any
photo does. Where they begin can be told without knowing what lies around them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from scrubber.inspection.parts import Finding, Part
from scrubber.inspection.readers.picture import embedded_jpegs
from scrubber.inspection.wording import size
from scrubber.values import Leak

_EXIF = re.compile(rb"II\*\0\x08\0\0\0|MM\0\*\0\0\0\x08")  # a TIFF header whose first directory comes at once
_PACKET, _PACKET_END = b"<x:xmpmeta", b"</x:xmpmeta>"
_EXIF_BYTES = 1024 * 1024  # that are read of each block; in a JPEG it could not have more than 64 KiB
_MOST_BLOCKS = 8
# Marks of formats that always hold such things: offset or None for anywhere, mark, kind, words.
_MARKS = (
    (6, b"HEAPCCDR", "serial", "Canon's CIFF data, with owner and serial number"),
    (6, b"HEAPCCDR", "thumbnail", "Canon's CIFF data, with two small copies of the picture"),
    (None, "CAMSERIAL".encode("utf-16-le"), "serial", "Sigma's list of properties, with the camera's serial number"),
)


def walk(part: Part) -> Iterator[Finding]:
    """Whatever can be made out in a file of unknown structure."""
    data = part.payload
    pictures = list(embedded_jpegs(data))
    for start, end in pictures:
        yield Part("thumbnail", "embedded JPEG", data[start:end])
    for start in _outside(pictures, (match.start() for match in _EXIF.finditer(data))):
        yield Part("exif", "EXIF", data[start : start + _EXIF_BYTES])
    for start in _outside(pictures, _packets(data)):
        yield Part("xmp", "XMP", data[start : data.find(_PACKET_END, start) + len(_PACKET_END)])
    for at, mark, kind, words in _MARKS:
        if data.startswith(mark, at) if at is not None else mark in data:
            yield Leak(kind, "file", f"{words}, {size(data)} in all")


def _packets(data: bytes) -> Iterator[int]:
    """Where each whole XMP packet begins."""
    start = data.find(_PACKET)
    while start >= 0:
        end = data.find(_PACKET_END, start)
        if end < 0:
            return
        yield start
        start = data.find(_PACKET, end)


def _outside(spans: list[tuple[int, int]], places: Iterator[int]) -> Iterator[int]:
    """The first few places that lie in none of the spans."""
    return islice((place for place in places if not any(a <= place < b for a, b in spans)), _MOST_BLOCKS)
