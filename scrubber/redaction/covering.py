"""Which pixels of a picture are hidden: heads and areas, the gaps between heads, less what a shown face keeps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubber.redaction import gaps
from scrubber.redaction.shapes import Placed, rasterise_mask, shapes_in
from scrubber.redaction.shown import spare

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from scrubber.redaction.polygons import Mask
    from scrubber.values import Region


@dataclass(frozen=True, slots=True)
class Covering:
    """What is hidden of a picture; `hidden` is H×W, True where a pixel is.

    That is all of the shapes and of what fills the gaps `between` them (H×W, 1 there; None if there are none), less
    what shown faces keep.
    """

    shapes: Sequence[Placed]
    between: NDArray[np.uint8] | None
    hidden: Mask
    beside_shown: bool

    @classmethod
    def of(cls, shape: tuple[int, ...], regions: Iterable[Region], shown: Iterable[Region] = ()) -> Covering:
        """Hide `regions` of a picture whose `shape` begins with H, W, beside faces that are `shown`."""
        shapes = shapes_in(shape, regions)
        placed = [Placed(each, *each.bounds(*shape[:2])) for each in shapes]
        placed = [
            each for each in placed if each.rows.start < each.rows.stop and each.columns.start < each.columns.stop
        ]
        hidden = rasterise_mask(shape, shapes)
        heads = [each for each in placed if each.shape.region.kind == "face"]
        between = gaps.fill_between(heads, hidden.view("uint8"))
        beside = [spare(face, shapes, hidden) for face in shown]
        return cls(placed, between, hidden, any(beside))
