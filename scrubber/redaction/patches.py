"""Heads of one size that lie close together are painted together, on a grid of cells that suits their size."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from scrubber import opencv
from scrubber.redaction import gaps
from scrubber.redaction.filling import fill
from scrubber.redaction.polygons import hull, span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from scrubber.redaction.covering import Covering
    from scrubber.redaction.filling import Part, Visible
    from scrubber.redaction.shapes import Placed

_WIDEST: Final = 0.05  # face widths; a cell is at most that wide, and more than half of it but for tiny faces
_FEWEST: Final = 64  # cells along the longer side of the picture, at least, however large a face is said to be
_TILE: Final = 256  # cells; heads whose middles lie in the same square of so many are painted together
_MOST: Final = 255  # heads that are painted together, so that eight bits can number them
_REACH: Final = 0.75  # face widths around the heads that are looked at
_COARSER: Final = 1  # octaves; colours are so smooth that they need fewer cells than outlines
_MARGIN: Final = 2  # cells around the heads that enlarging looks at

ALIGNED: Final = 8
"""Patches begin on multiples of so many cells, so that mosaics of neighbours agree."""


class Patch:
    """What a style may look at to hide some heads. Nothing in it depends on hidden pixels.

    `rows` and `columns` say where in the picture the heads and gaps beside them lie, in pixels. A cell is 2^`level`
    pixels wide; `cells` are the rows and columns of those that hold them and a margin.
    """

    def __init__(self, visible: Visible, covering: Covering, heads: Sequence[Placed], level: int) -> None:
        self._visible, self._covering, self.level = visible, covering, level
        # What is nearer is larger and lower, and lies over what is behind.
        self._heads = [head.shape for head in sorted(heads, key=lambda head: head.shape.region.box.bottom)]
        self.width = max(1.0, *(head.width for head in self._heads))
        beside = gaps.reach(self.width) if covering.between is not None else 0
        self.rows, self.columns = (
            span(part.start - beside, part.stop + beside, length)
            for part, length in (
                (hull(head.rows for head in heads), visible.height),
                (hull(head.columns for head in heads), visible.width),
            )
        )
        self.cells = self._around(_MARGIN << level, level)
        self._further = self._octaves_to_see()

    @property
    def picture(self) -> tuple[int, int]:
        """Height and width of the whole picture in pixels."""
        return self._visible.height, self._visible.width

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.rows.stop - self.rows.start, self.columns.stop - self.columns.start

    def mask(self) -> NDArray[np.uint8]:
        """Height×width, 1 where one of the heads is hidden or a gap beside them, else 0."""
        import numpy as np

        cv2 = opencv.load()
        own = np.zeros(self.shape, dtype=np.uint8)
        for head in self._heads:
            head.draw(own, self.columns.start, self.rows.start)
        if self._covering.between is not None:
            own |= self._covering.between[self.rows, self.columns]
        if not self._covering.beside_shown:
            return own
        return cv2.bitwise_and(own, self._covering.hidden[self.rows, self.columns].view(np.uint8))  # type: ignore[no-any-return]

    def numbered(self) -> NDArray[np.uint8]:
        """Which head each cell of `cells` belongs to, h×w: 1 for the first, 0 for none."""
        import numpy as np

        rows, columns = self.cells
        numbers = np.zeros((rows.stop - rows.start, columns.stop - columns.start), dtype=np.uint8)
        for number, head in enumerate(self._heads, 1):
            head.draw(numbers, columns.start, rows.start, self.level, number)
        return numbers

    def colours(self) -> NDArray[np.uint8]:
        """Smooth colours of what is visible around, one per cell of `cells`: h×w×3."""
        cv2 = opencv.load()
        coarser = _COARSER + self._further
        level = self.level + coarser
        cells = [slice(part.start >> coarser, -(-part.stop >> coarser)) for part in self.cells]
        seen = self._around(max(_REACH * self.width * (1 << self._further), _MARGIN << level), level)
        own = [
            slice(part.start - there.start, part.stop - there.start) for part, there in zip(cells, seen, strict=True)
        ]
        # Eight bits here already: enlarging is cheaper so, and to round twice does not show in what is so smooth.
        colours = cv2.convertScaleAbs(cv2.merge(fill(self._visible.cells(seen, level), (own[0], own[1]))))
        size = colours.shape[1] << coarser, colours.shape[0] << coarser
        colours = cv2.resize(colours, size, interpolation=cv2.INTER_LINEAR)
        rows, columns = (
            slice(part.start - (there.start << coarser), part.stop - (there.start << coarser))
            for part, there in zip(self.cells, cells, strict=True)
        )
        return colours[rows, columns]  # type: ignore[no-any-return]

    def enlarged(
        self, colours: NDArray[np.uint8], cells: int, interpolation: int, above: int = 0, before: int = 0
    ) -> NDArray[np.uint8]:
        """Height×width×3 from h×w×3, each of whose pixels stands for a square of `cells` by `cells`.

        The first lies so many cells `above` and `before` the first of `cells`.
        """
        side = cells << self.level
        if side > 1:
            size = colours.shape[1] * side, colours.shape[0] * side
            colours = opencv.load().resize(colours, size, interpolation=interpolation)
        top = self.rows.start - (self.cells[0].start - above << self.level)
        left = self.columns.start - (self.cells[1].start - before << self.level)
        return colours[top : top + self.shape[0], left : left + self.shape[1]]

    def _octaves_to_see(self) -> int:
        """How often what is looked at must be doubled: heads in the midst of hidden ones see nothing near by."""
        octaves, reach = 0, _REACH * self.width
        while reach < sum(self.picture) and self._visible.nothing(
            _widened(self.rows, reach), _widened(self.columns, reach)
        ):
            octaves, reach = octaves + 1, 2 * reach
        return octaves

    def _around(self, reach: float, level: int) -> Part:
        """The patch and what lies within `reach` pixels of it, in cells of 2^`level` pixels."""
        rows = _in_cells(self.rows, reach, level, self._visible.height)
        return rows, _in_cells(self.columns, reach, level, self._visible.width)


def arranged(visible: Visible, covering: Covering) -> Iterator[Patch]:
    """Patches that cover all that is hidden, those of small heads first, for large ones are nearer."""
    coarsest = max(visible.height, visible.width) / _FEWEST
    tiles: dict[tuple[int, int, int], list[Placed]] = defaultdict(list)
    for head in covering.shapes:
        level = int(math.log2(max(1.0, min(_WIDEST * head.shape.width, coarsest))))
        x, y = head.shape.region.box.center
        tiles[level, int(y // (_TILE << level)), int(x // (_TILE << level))].append(head)
    for place in sorted(tiles):
        for first in range(0, len(tiles[place]), _MOST):
            yield Patch(visible, covering, tiles[place][first : first + _MOST], place[0])


def _widened(part: slice, reach: float) -> slice:
    return slice(max(0, math.floor(part.start - reach)), math.ceil(part.stop + reach))


def _in_cells(part: slice, reach: float, level: int, length: int) -> slice:
    side = ALIGNED << level
    start = max(0, math.floor((part.start - reach) / side)) * ALIGNED
    return slice(start, min(math.ceil((part.stop + reach) / side) * ALIGNED, -(-length >> level)))
