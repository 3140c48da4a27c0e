"""Draws closed polygons into masks, with corners on a grid of sixteenths of a pixel."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from scrubber import opencv

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from scrubber.values import Box, Point

    Mask = NDArray[np.bool_]
    """H×W, True where a pixel is hidden."""

SUBPIXEL_BITS: Final = 4


def draw(
    polygons: Sequence[NDArray[np.int32]],
    mask: NDArray[np.uint8],
    left: int = 0,
    top: int = 0,
    level: int = 0,
    value: int = 1,
) -> None:
    """Set the pixels of polygons (N×2, x and y in sixteenths of a pixel) to `value` in an H×W mask.

    The mask's corner lies at (`left`, `top`) in the picture. The mask's pixels, and `left` and `top`, are 2^`level`
    pixels of the picture wide.
    """
    cv2 = opencv.load()
    bits = SUBPIXEL_BITS + level
    # Pixel centres have whole coordinates here; the picture's first pixel is centred at (.5, .5).
    offset = -(left << bits) - (1 << bits - 1), -(top << bits) - (1 << bits - 1)
    for polygon in polygons:
        cv2.fillPoly(mask, [polygon], value, shift=bits, offset=offset)


def rectangle(box: Box) -> NDArray[np.int32]:
    """The centres of the corners of what a box touches and a pixel more, 4×2: a box that is written down is rounded."""
    import numpy as np

    left, top = math.floor(box.x) - 1, math.floor(box.y) - 1
    right, bottom = math.ceil(box.right), math.ceil(box.bottom)
    corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
    return np.asarray((corners << SUBPIXEL_BITS) + (1 << SUBPIXEL_BITS - 1), dtype=np.int32)


def of_points(points: Iterable[Point]) -> NDArray[np.int32]:
    """Points in pixels, N×2, on the grid."""
    import numpy as np

    return np.asarray(np.rint(np.array(tuple(points), dtype=np.float64) * (1 << SUBPIXEL_BITS)), dtype=np.int32)


def around(*polygons: NDArray[np.int32]) -> NDArray[np.int32]:
    """The smallest convex polygon that holds them all."""
    import numpy as np

    points: NDArray[np.int32] = opencv.load().convexHull(np.concatenate(polygons)).reshape(-1, 2)
    return points


def bounds(polygon: NDArray[np.int32], height: int, width: int) -> tuple[slice, slice]:
    """Rows and columns of an H×W picture that a polygon can touch."""
    x, y, across, down = opencv.load().boundingRect(polygon)
    pixel = 1 << SUBPIXEL_BITS
    return (
        span((y - 1) / pixel, (y + down + 1) / pixel + 1, height),
        span((x - 1) / pixel, (x + across + 1) / pixel + 1, width),
    )


def span(start: float, stop: float, length: int) -> slice:
    """The pixels of a row, or column, of so many that lie between two places."""
    first = min(max(math.floor(start), 0), length)
    return slice(first, max(first, min(math.ceil(stop), length)))


def hull(spans: Iterable[slice]) -> slice:
    """What holds them all."""
    spans = tuple(spans)
    return slice(min(span.start for span in spans), max(span.stop for span in spans))
