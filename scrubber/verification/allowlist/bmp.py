"""Allow-list for BMP (Windows BITMAPFILEHEADER and BITMAPINFOHEADER): 24 bits per pixel, bottom row first.

54 bytes of header, then the rows, each padded with zeros to a multiple of four bytes, and nothing else.
"""

from __future__ import annotations

import struct
from itertools import chain

from scrubber.values import Leak

_FILE, _INFO = struct.Struct("<2sIHHI"), struct.Struct("<IiiHHIIiiII")
_HEADER_BYTES = _FILE.size + _INFO.size
_BYTES_PER_PIXEL = 3
_PLAIN_RESOLUTIONS = (0, 2835, 3780)  # unset; 72 and 96 dots per inch, in dots per metre, which say nothing


def objections(data: bytes) -> list[Leak]:
    """Everything in the BMP file `data` that is not on the list."""
    if len(data) < _HEADER_BYTES:
        return [Leak("structure", "BMP", "too short to hold a picture")]
    _, size, *reserved, start = _FILE.unpack_from(data)
    info, width, height, planes, bits, compression, pixels, across, down, *colours = _INFO.unpack_from(data, _FILE.size)
    if (info, planes, bits, compression) != (_INFO.size, 1, 8 * _BYTES_PER_PIXEL, 0) or width < 1 or height < 1:
        return [Leak("structure", "BMP header", "not that of a plain picture with 24 bits per pixel")]
    row = _BYTES_PER_PIXEL * width
    stride = row + -row % 4
    end = _HEADER_BYTES + stride * height
    found = []
    if any(reserved) or any(colours) or across != down or across not in _PLAIN_RESOLUTIONS:
        found.append(Leak("metadata", "BMP header", "values in fields that a plain picture leaves empty"))
    if start != _HEADER_BYTES or size != end or pixels not in (0, stride * height):
        found.append(Leak("structure", "BMP header", "lengths that do not fit the picture, or a gap before it"))
    if len(data) < end:
        return [*found, Leak("structure", "BMP", "the picture breaks off")]
    if any(chain.from_iterable(data[_HEADER_BYTES + column : end : stride] for column in range(row, stride))):
        found.append(Leak("structure", "BMP", "padding of rows that is not zero"))
    if len(data) > end:
        found.append(Leak("trailing-data", "after BMP end", f"{len(data) - end:,} bytes"))
    return found
