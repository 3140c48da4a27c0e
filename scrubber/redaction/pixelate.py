"""`pixelate`: a mosaic of the surroundings. No cell averages the face, so its size gives nothing away."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from scrubber import opencv
from scrubber.redaction.patches import ALIGNED
from scrubber.redaction.toning import toned

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from scrubber.redaction.patches import Patch


# Levels of 255 by which squares are lighter or darker than `blur`: enough to be seen as squares in a crowd.
CONTRAST: Final = 14
_SEEN_AT: Final = 1080  # pixels along the longer side at which photos are looked at …
_SMALLEST: Final = 4  # … and the side of a square there, at least, unless heads are too small for that
_MOST: Final = 0.5  # face widths; no square is made wider than that, so that a head has some
_TABLE: Final = 64  # squares, after which lightnesses repeat


def paint(patch: Patch) -> NDArray[np.uint8]:
    """Squares of the mean colour that `blur` would have there, each lighter or darker: height×width×3."""
    cv2 = opencv.load()
    side = _side(patch)
    colours = toned(patch)
    top, left = (span.start % side for span in patch.cells)
    height, width = colours.shape[:2]
    below, right = -(top + height) % side, -(left + width) % side
    colours = cv2.copyMakeBorder(colours, top, below, left, right, cv2.BORDER_REPLICATE)
    height, width = colours.shape[0] // side, colours.shape[1] // side
    squares = cv2.resize(colours, (width, height), interpolation=cv2.INTER_AREA)
    row, column = (span.start // side for span in patch.cells)
    lighter = (
        _lightness().take(range(row, row + height), 0, mode="wrap").take(range(column, column + width), 1, mode="wrap")
    )
    squares = cv2.add(squares, cv2.merge([lighter] * 3), dtype=cv2.CV_8U)
    return patch.enlarged(squares, side, cv2.INTER_NEAREST, top, left)


def _side(patch: Patch) -> int:
    """Cells to a square: `ALIGNED` times a power of two, so that squares show where a photo is looked at."""
    side, cell = ALIGNED, 1 << patch.level
    seen = _SMALLEST * max(patch.picture) / _SEEN_AT
    while side * cell < seen and 2 * side * cell <= _MOST * patch.width:
        side *= 2
    return side


@cache
def _lightness() -> NDArray[np.int16]:
    """`_TABLE`×`_TABLE` levels, the same in every picture, evenly spread (Mersenne primes modulo a prime)."""
    import numpy as np

    row, column = np.ogrid[:_TABLE, :_TABLE]
    mixed = (row * 8191 + column * 131071 + (row * column % 61) * 524287) % 1021
    levels: NDArray[np.int16] = np.rint(mixed / 1020 * 2 * CONTRAST - CONTRAST).astype(np.int16)
    return levels
