"""BMPs of 16 or 32 bits a pixel that say by masks which bits are which colour; Pillow knows but a few such layouts.

Layout: Windows bitmap storage, BITMAPINFOHEADER and BITMAPV4HEADER (BI_BITFIELDS, BI_ALPHABITFIELDS).
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from scrubber.photos.bombs import refuse_huge

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

_HEADER, _MASKS = 14, 54  # offsets: size of the second header, then its fields; masks
_WITH_ALPHA: Final = 56  # bytes of the smallest header that has room for a fourth mask
_BITFIELDS, _ALPHA_BITFIELDS = 3, 6  # kinds of compression


def decoded(data: bytes) -> Image.Image | None:
    """The picture, RGB or RGBA; None if the file is of another kind, or all its pixels are not there."""
    import numpy as np
    from PIL import Image

    if len(data) < _MASKS + 16:
        return None
    start, size, width, height = struct.unpack_from("<10xIIii", data)
    bits, compression = struct.unpack_from("<HI", data, _HEADER + 14)
    if bits not in (16, 32) or compression not in (_BITFIELDS, _ALPHA_BITFIELDS) or width <= 0 or height == 0:
        return None
    refuse_huge(width, abs(height))
    row, rows = (width * bits + 31) // 32 * 4, abs(height)
    if size < _MASKS - _HEADER or start + row * rows > len(data):
        return None
    lines = np.frombuffer(data, dtype=np.uint8, count=row * rows, offset=start).reshape(rows, row)
    numbers = lines[:, : width * bits // 8].copy().view(f"<u{bits // 8}").astype(np.uint32)
    masks = struct.unpack_from("<4I", data, _MASKS)
    has_alpha = (size >= _WITH_ALPHA or compression == _ALPHA_BITFIELDS) and masks[3]
    channels = [_channel(numbers, mask) for mask in masks[: 4 if has_alpha else 3]]
    pixels = np.dstack(channels)
    return Image.fromarray(np.ascontiguousarray(pixels if height < 0 else pixels[::-1]))


def _channel(numbers: NDArray[np.uint32], mask: int) -> NDArray[np.uint8]:
    """One colour, from as many bits as its mask has to 8."""
    import numpy as np

    if mask == 0:
        return np.zeros(numbers.shape, dtype=np.uint8)
    shift = (mask & -mask).bit_length() - 1
    values = ((numbers & np.uint32(mask)) >> np.uint32(shift)).astype(np.float64)
    return np.asarray(np.rint(values * (255 / (mask >> shift))), dtype=np.uint8)
