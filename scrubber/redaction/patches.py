"""Heads of one size that lie close together are painted together, on a grid of cells that suits their size."""

from __future__ import annotations

import math
from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from scrubber import opencv
from scrubber.redaction.filling import fill
from scrubber.redaction.polygons import hull

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from scrubber.redaction.filling import Layer, Part, Visible
    from scrubber.redaction.shapes import Shape

_WIDEST: Final = 0.03  # face widths; a cell is at most that wide, and more than half of it but for tiny faces
_FEWEST: Final = 64  # cells along the longer side of the picture, at least, however large a face is said to be
_TILE: Final = 256  # cells; heads whose middles lie in the same square of so many are painted together
_REACH: Final = 0.75  # face widths around the heads that are looked at
_MARGIN: Final = 2  # cells around the heads that enlarging looks at
_LEAST_SAY: Final = 0.001  # of a patch in its own place, where 1 is that of the middle of a large head

ALIGNED: Final = 8
"""Patches begin on multiples of so many cells, so that mosaics of neighbours agree."""


class Patch:
    """What a style may look at to hide some heads. Nothing in it depends on hidden pixels.

    `rows` and `columns` say where in the picture the heads lie, in pixels. A cell is 2^`level` pixels wide; `cells`
    are the rows and columns of those that hold the heads and a margin. `below` are the patches painted earlier.
    """

    def __init__(self, visible: Visible, heads: Sequence[_Sized], level: int, below: Iterable[Patch]) -> None:
        self._visible, self._heads, self.level = visible, [sized.head for sized in heads], level
        self.rows, self.columns = (hull(spans) for spans in zip(*(sized.bounds for sized in heads), strict=True))
        self.cells = self._around(_MARGIN << level)
        self._width = max(sized.width for sized in heads)
        self._below = [other for other in below if _meet(self.rows, other.rows) and _meet(self.columns, other.columns)]

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.rows.stop - self.rows.start, self.columns.stop - self.columns.start

    def mask(self) -> NDArray[np.uint8]:
        """Height×width, 1 where one of the heads is, else 0."""
        import numpy as np

        own = np.zeros(self.shape, dtype=np.uint8)
        for head in self._heads:
            head.draw(own, self.columns.start, self.rows.start)
        return own

    def colours(self) -> NDArray[np.uint8]:
        """Smooth colours, one per cell of `cells`: h×w×3.

        Where patches overlap their colours are mixed, so that no seam shows.
        """
        import numpy as np

        cv2 = opencv.load()
        colours = self._colours
        if self._below:
            *sums, say = cv2.split(sum((patch._seen_from(self) for patch in self._below), self._votes))
            least = np.float32(_LEAST_SAY)
            colours = [(total + colour * least) / (say + least) for total, colour in zip(sums, colours, strict=True)]
        # Eight bits here already: enlarging is cheaper so, and to round twice does not show in what is so smooth.
        return cv2.convertScaleAbs(cv2.merge(colours))  # type: ignore[no-any-return]

    def enlarged(self, colours: NDArray[np.uint8], cells: int, interpolation: int) -> NDArray[np.uint8]:
        """Height×width×3 from h×w×3, each of whose pixels stands for a square of `cells` by `cells`."""
        side = cells << self.level
        if side > 1:
            size = colours.shape[1] * side, colours.shape[0] * side
            colours = opencv.load().resize(colours, size, interpolation=interpolation)
        top = self.rows.start - (self.cells[0].start << self.level)
        left = self.columns.start - (self.cells[1].start << self.level)
        return colours[top : top + self.shape[0], left : left + self.shape[1]]

    @cached_property
    def _colours(self) -> list[NDArray[np.float32]]:
        """Red, green and blue as this patch alone would have them."""
        seen = self._around(_REACH * self._width)
        own = [
            slice(part.start - whole.start, part.stop - whole.start)
            for part, whole in zip(self.cells, seen, strict=True)
        ]
        return fill(self._visible.cells(seen, self.level), (own[0], own[1]))

    @cached_property
    def _votes(self) -> Layer:
        """Those colours times their say, and their say: most in the middle of a head, none at its rim and beyond."""
        import numpy as np

        cv2 = opencv.load()
        rows, columns = self.cells
        own = np.zeros((rows.stop - rows.start, columns.stop - columns.start), dtype=np.uint8)
        for head in self._heads:
            head.draw(own, columns.start, rows.start, self.level)
        depth = cv2.distanceTransform(own, cv2.DIST_L2, cv2.DIST_MASK_3)
        depth *= np.float32((1 << self.level) / self._width)  # now in widths of the largest
        say = np.square(np.minimum(depth, 1))
        return cv2.merge([*(colour * say for colour in self._colours), say])  # type: ignore[no-any-return]

    def _seen_from(self, finer: Patch) -> Layer:
        """The votes of this patch, brought to the cells of another; 0 where this one has none."""
        import numpy as np

        cv2 = opencv.load()
        ratio = 2.0 ** (finer.level - self.level)
        y, x = (
            (there.start + 0.5) * ratio - 0.5 - here.start for there, here in zip(finer.cells, self.cells, strict=True)
        )
        height, width = (span.stop - span.start for span in finer.cells)
        carry = np.array([[ratio, 0, x], [0, ratio, y]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return cv2.warpAffine(self._votes, carry, (width, height), flags=flags)  # type: ignore[no-any-return]

    def _around(self, reach: float) -> Part:
        """The patch and what lies within `reach` pixels of it, in cells."""
        rows = _in_cells(self.rows, reach, self.level, self._visible.height)
        return rows, _in_cells(self.columns, reach, self.level, self._visible.width)


def arranged(visible: Visible, heads: Iterable[Shape]) -> Iterator[Patch]:
    """Patches that cover all the heads, coarse ones first."""
    coarsest = max(visible.height, visible.width) / _FEWEST
    tiles: dict[tuple[int, int, int], list[_Sized]] = defaultdict(list)
    for head in heads:
        bounds = head.bounds(visible.height, visible.width)
        if any(span.start == span.stop for span in bounds):
            continue  # outside the picture
        sized = _sized(head, bounds, visible)
        level = int(math.log2(max(1.0, min(_WIDEST * sized.width, coarsest))))
        x, y = head.region.box.center
        tiles[-level, int(y // (_TILE << level)), int(x // (_TILE << level))].append(sized)
    done: list[Patch] = []
    for level, row, column in sorted(tiles):
        done.append(Patch(visible, tiles[level, row, column], -level, done))
        yield done[-1]


class _Sized(NamedTuple):
    """A head, where in the picture it lies, and the width of the face it is painted for, in pixels."""

    head: Shape
    bounds: Part
    width: float


def _sized(head: Shape, bounds: Part, visible: Visible) -> _Sized:
    """Small heads in the midst of hidden ones see nothing; they are painted as if they were larger."""
    width = max(1.0, head.width)
    rows, columns = bounds
    while visible.nothing(_widened(rows, _REACH * width), _widened(columns, _REACH * width)):
        if width > max(visible.height, visible.width):
            break
        width *= 2
    return _Sized(head, bounds, width)


def _widened(part: slice, reach: float) -> slice:
    return slice(max(0, math.floor(part.start - reach)), math.ceil(part.stop + reach))


def _in_cells(part: slice, reach: float, level: int, length: int) -> slice:
    side = ALIGNED << level
    start = max(0, math.floor((part.start - reach) / side)) * ALIGNED
    return slice(start, min(math.ceil((part.stop + reach) / side) * ALIGNED, -(-length >> level)))


def _meet(one: slice, other: slice) -> bool:
    return bool(one.start < other.stop and other.start < one.stop)
