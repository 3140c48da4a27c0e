"""Walks through a BMP as it is: what lies between headers and pixels, in its colour profile, and behind the pixels.

Headers: Windows BITMAPFILEHEADER, BITMAPINFOHEADER, BITMAPV4HEADER and BITMAPV5HEADER.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scrubber.inspection.binary import uint
from scrubber.inspection.parts import Finding, Part
from scrubber.inspection.wording import decode, size
from scrubber.values import Leak

_FILE_HEADER = 14
_CORE, _V3, _V4, _V5 = 12, 40, 108, 124  # sizes of the headers that may follow
_LINKED, _EMBEDDED = b"KNIL", b"DEBM"  # colour space of V5: a profile in another file, by its path, or in this one
_BITFIELDS, _ALPHA_BITFIELDS = 3, 6
_UNSET = (0, 2835, 3780)  # resolutions that programs write who know none: 72 and 96 dots per inch, in dots per metre


@dataclass(frozen=True, slots=True)
class _Layout:
    """Offsets in the file: end of headers and palette, start and end of the pixels."""

    headers_end: int
    start: int
    end: int


def walk(part: Part) -> Iterator[Finding]:
    """Parts and leaks of a BMP file."""
    data = part.payload
    info = uint(data, _FILE_HEADER, 4, "little")
    layout = _layout(data, info)
    ends = [layout.end]
    if info >= _V4:
        yield from _colour(data)
    if info >= _V5:
        start, length = (uint(data, _FILE_HEADER + at, 4, "little") for at in (112, 116))
        place = range(_FILE_HEADER + start, _FILE_HEADER + start + length)
        if length:
            yield from _profile(data[place.start : place.stop], data[_FILE_HEADER + 56 : _FILE_HEADER + 60])
            ends.append(place.stop if place.start >= layout.start else 0)
    if any(data[6:10]):
        yield Leak("metadata", "BMP header", f"reserved fields hold {data[6:10].hex()}")
    if info >= _V3 and any(uint(data, at, 4, "little") not in _UNSET for at in (38, 42)):
        yield Leak("metadata", "BMP header", "resolution of the device or for print")
    gap = data[layout.headers_end : layout.start]
    if gap.strip(b"\0"):
        yield Part("private", "BMP gap before the pixels", gap)
    if max(ends) > len(data):
        yield Leak("structure", "BMP", "the picture breaks off")
    elif data[max(ends) :].strip(b"\0") or len(data) - max(ends) >= 4:  # programs fill up the last few bytes
        yield Part("trailing", "after BMP end", data[max(ends) :])


def _layout(data: bytes, info: int) -> _Layout:
    """Where the parts lie. Raises `BrokenError` if the headers are cut off."""
    start = uint(data, 10, 4, "little")
    wide = info != _CORE
    width = uint(data, 18, 4 if wide else 2, "little")
    height = uint(data, 22, 4, "little") if wide else uint(data, 20, 2, "little")
    bits = uint(data, 28 if wide else 24, 2, "little")
    compression, length, colours = (uint(data, at, 4, "little") if wide else 0 for at in (30, 34, 46))
    rows = (1 << 32) - height if height >> 31 else height  # negative: the first row on top
    stride = (width * bits + 31) // 32 * 4
    masks = {_BITFIELDS: 12, _ALPHA_BITFIELDS: 16}.get(compression, 0) if info == _V3 else 0
    entries = colours or (1 << bits if bits <= 8 else 0)
    headers_end = _FILE_HEADER + info + masks + min(entries, 1 << 16) * (4 if wide else 3)
    plain = compression in (0, _BITFIELDS, _ALPHA_BITFIELDS)
    return _Layout(headers_end, start, start + (stride * rows if plain else length))


def _colour(data: bytes) -> Iterator[Finding]:
    """V4: the primaries of a device, if its colour space says that they count (0: calibrated)."""
    if data[_FILE_HEADER + 56 : _FILE_HEADER + 60] == bytes(4) and any(data[_FILE_HEADER + 60 : _FILE_HEADER + 108]):
        yield Leak("colour-profile", "BMP header", "primary colours and gamma of the device")


def _profile(profile: bytes, space: bytes) -> Iterator[Finding]:
    if space == _LINKED:
        yield Leak("identity", "BMP profile path", f"place of a colour profile on the computer: {decode(profile)}")
    elif space == _EMBEDDED:
        yield Part("icc", "ICC profile", profile)
    else:
        yield Leak("colour-profile", "BMP profile", f"profile of an unknown kind, {size(profile)}")
