"""How large and deep a JPEG XL says that it is: its decoder makes room for the whole picture before it tells.

ISO/IEC 18181-1, annex D.2 (SizeHeader); 18181-2, clause 9 (boxes).
"""

from __future__ import annotations

from typing import Final

_CODESTREAM: Final = b"\xff\x0a"
_RATIOS: Final = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))  # width to height, from number 1 on
_LONGEST: Final = 32  # bytes of the header that are looked at
_LENGTHS: Final = (9, 13, 18, 30)  # bits of a length


def dimensions(data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels, not turned; None where no codestream is found."""
    header = _header(data)
    return None if header is None else _size(header)


def bits(data: bytes) -> int:
    """Of a channel; 8 where that is not to be found. D.3.2 (ImageMetadata) and D.3.4 (BitDepth)."""
    header = _header(data)
    if header is None:
        return 8
    _size(header)
    if header.take(1):  # all as usual
        return 8
    if header.take(1):  # more fields
        header.take(3)  # orientation
        if header.take(1):
            _size(header)  # as it is meant to be shown
        if header.take(1) or header.take(1):
            return 8  # a preview, or an animation
    if header.take(1):  # floating point
        return (32, 16, 24)[kind] if (kind := header.take(2)) < 3 else header.take(6) + 1
    return (8, 10, 12)[kind] if (kind := header.take(2)) < 3 else header.take(6) + 1


def _header(data: bytes) -> _Bits | None:
    start = _codestream(data)
    if data[start : start + 2] != _CODESTREAM:
        return None
    return _Bits(data[start + 2 : start + 2 + _LONGEST])


def _size(header: _Bits) -> tuple[int, int]:
    in_eights = header.take(1)
    height = _length(header, in_eights)
    ratio = header.take(3)
    if ratio == 0:
        return _length(header, in_eights), height
    across, down = _RATIOS[ratio - 1]
    return height * across // down, height


class _Bits:
    """Numbers out of bytes, lowest bit first."""

    def __init__(self, data: bytes) -> None:
        self._rest = int.from_bytes(data, "little")

    def take(self, count: int) -> int:
        value = self._rest & (1 << count) - 1
        self._rest >>= count
        return value


def _length(bits: _Bits, in_eights: int) -> int:
    return 8 * (bits.take(5) + 1) if in_eights else bits.take(_LENGTHS[bits.take(2)]) + 1


def _codestream(data: bytes) -> int:
    """Where the codestream begins: at once, or in the first box that holds it."""
    position = 0
    while data[:2] != _CODESTREAM and position + 8 <= len(data):
        length, kind, head = int.from_bytes(data[position : position + 4], "big"), data[position + 4 : position + 8], 8
        if length == 1:
            length, head = int.from_bytes(data[position + 8 : position + 16], "big"), 16
        if kind in (b"jxlc", b"jxlp"):
            return position + head + (4 if kind == b"jxlp" else 0)  # a part begins with its number
        if length < head:  # 0: up to the end of the file
            break
        position += length
    return 0
