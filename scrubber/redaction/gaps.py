"""Slivers between heads: what is left of a picture between masks, too narrow to show anything but hair and ears.

A gap is closed if a disc of a share of a face does not fit into it (morphological closing: Serra, Image Analysis and
Mathematical Morphology, 1982). Small faces close narrow gaps only, so heads are closed in classes of one octave each.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Final

from scrubber import opencv
from scrubber.redaction.polygons import SUBPIXEL_BITS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from scrubber.redaction.shapes import Placed, Shape

_LOG_CELLS: Final = 4  # a face has 2^4 cells to its width, at least, unless that is fewer pixels
_RADIUS: Final = 0.16  # of the width of the smallest face of a class: gaps of twice as much are closed
_SMALLEST: Final = 8.0  # pixels; narrower faces are taken for as wide
_TILE: Final = 512  # cells; heads whose corners lie in the same square of so many are closed together


def fill_between(heads: Sequence[Placed], hidden: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """Hide the gaps, too, in an H×W mask, and give those alone: H×W, 1 there; None if there is no gap.

    What fills a gap reaches a little into the heads around it.
    """
    import numpy as np

    rims = [rims for rims in _closed(heads) if rims] if len(heads) > 1 else []
    if not rims:
        return None
    filled = np.zeros(hidden.shape, np.uint8)
    for each in rims:
        for mask in (filled, hidden):
            opencv.load().fillPoly(mask, each, 1, shift=SUBPIXEL_BITS)
    return filled


def reach(width: float) -> int:
    """Pixels beyond a head around a face of that width that its gaps can have."""
    return _reach(_octave(width))


def _closed(heads: Sequence[Placed]) -> Iterator[tuple[NDArray[np.int32], ...]]:
    """The rims of the gaps, for each group of heads whose gaps are closed together."""
    import numpy as np

    octaves = np.array([_octave(head.shape.width) for head in heads])
    low = np.array([[head.rows.start, head.columns.start] for head in heads])
    high = np.array([[head.rows.stop, head.columns.stop] for head in heads])
    for octave, own in _tiles(heads, octaves.tolist()):
        start, stop = low[own].min(axis=0) - _reach(octave), high[own].max(axis=0) + _reach(octave)
        meet = ((low < stop) & (high > start)).all(axis=1) & (octaves >= octave)
        near = np.flatnonzero(meet).tolist()
        if _touch(low, high, own, near, _reach(octave)):
            rows, columns = (slice(*part) for part in zip(start.tolist(), stop.tolist(), strict=True))
            yield _rims([heads[number].shape for number in near], rows, columns, octave)


def _touch(
    low: NDArray[np.int64], high: NDArray[np.int64], own: Sequence[int], near: Sequence[int], reach: int
) -> bool:
    """Whether any of some heads comes so close to one of the others that there can be a gap."""
    import numpy as np

    meet = (low[own, None] - reach < high[near]) & (high[own, None] + reach > low[near])
    return int(np.count_nonzero(meet.all(axis=2))) > len(own)  # each meets itself


def _tiles(heads: Sequence[Placed], octaves: Sequence[int]) -> Iterator[tuple[int, list[int]]]:
    """The octaves, with the places in `heads` of those that are closed together."""
    tiles: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    for number, (head, octave) in enumerate(zip(heads, octaves, strict=True)):
        side = _TILE << _level(octave)
        tiles[octave, head.rows.start // side, head.columns.start // side].append(number)
    return ((octave, own) for (octave, _, _), own in tiles.items())


def _rims(heads: Sequence[Shape], rows: slice, columns: slice, octave: int) -> tuple[NDArray[np.int32], ...]:
    """The rims of the gaps in a part of the picture, x and y in sixteenths of a pixel; those of holes too."""
    import numpy as np

    cv2 = opencv.load()
    level = _level(octave)
    top, left = rows.start >> level, columns.start >> level
    drawn = np.zeros((-(-rows.stop >> level) - top, -(-columns.stop >> level) - left), np.uint8)
    for head in heads:
        head.draw(drawn, left, top, level)
    filled = cv2.morphologyEx(drawn, cv2.MORPH_CLOSE, _disc(_radius(octave)))
    filled = cv2.subtract(filled, drawn)
    if not cv2.countNonZero(filled):
        return ()
    # A cell more, for heads are up to a cell wider where they are drawn in cells.
    filled = cv2.dilate(filled, np.ones((3, 3), np.uint8))
    found, _ = cv2.findContours(filled, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE, offset=(left, top))
    bits = SUBPIXEL_BITS + level
    middle = (1 << bits - 1) - (1 << SUBPIXEL_BITS - 1)  # of a cell, against the middle of its first pixel
    return tuple((rim.reshape(-1, 2) << bits) + middle for rim in found)


def _octave(width: float) -> int:
    return int(math.log2(max(_SMALLEST, width)))


def _level(octave: int) -> int:
    return max(0, octave - _LOG_CELLS)


def _radius(octave: int) -> int:
    """Cells."""
    return max(1, round(_RADIUS * (1 << octave - _level(octave))))


def _reach(octave: int) -> int:
    return 2 * (_radius(octave) + 1) << _level(octave)


@cache
def _disc(radius: int) -> NDArray[np.uint8]:
    cv2 = opencv.load()
    disc: NDArray[np.uint8] = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    return disc
