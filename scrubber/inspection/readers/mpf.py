"""Multi-Picture Format: the table of contents of a JPEG file that holds several pictures (CIPA DC-007)."""

from __future__ import annotations

from collections.abc import Iterator

from scrubber.inspection.binary import cut, uint
from scrubber.inspection.parts import Finding, Part
from scrubber.inspection.readers.tiff import Tiff
from scrubber.values import Leak

_ENTRIES = 0xB002
_ENTRY_BYTES = 16
_TYPE_MASK = 0xFFFFFF
# DC-007 table 4, and the type that Ultra HDR and ISO 21496-1 files use for gain maps.
_TYPES = {
    0x010001: ("thumbnail", "large thumbnail (VGA)"),
    0x010002: ("thumbnail", "large thumbnail (full HD)"),
    0x010003: ("thumbnail", "large thumbnail (4K)"),
    0x020001: ("hidden-picture", "frame of a panorama"),
    0x020002: ("depth", "view of a stereo pair"),
    0x020003: ("hidden-picture", "view from another angle"),
    0x050000: ("hidden-picture", "gain map"),
}
MOST_ENTRIES = 100


def read(part: Part) -> Iterator[Finding]:
    """One leak for each picture in the table but the first, which is the one that viewers show."""
    tiff = Tiff.parse(part.payload)
    directory = tiff.directory(tiff.first, "MPF")
    table = tiff.raw(directory.entries[_ENTRIES]) if _ENTRIES in directory.entries else b""
    count = min(len(table) // _ENTRY_BYTES, MOST_ENTRIES)
    for index in range(1, count):
        entry = cut(table, index * _ENTRY_BYTES, _ENTRY_BYTES)
        code = uint(entry, 0, 4, tiff.order) & _TYPE_MASK
        kind, words = _TYPES.get(code, ("hidden-picture", "further picture (a gain map, burst or preview)"))
        length = uint(entry, 4, 4, tiff.order)
        yield Leak(kind, part.where, f"picture {index + 1} of {count}: {words}, {length:,} bytes")
    if count < 2:
        yield Leak("metadata", part.where, "table of several pictures that lists only one")
