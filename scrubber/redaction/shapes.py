"""Which shape a region of each kind has under paint. A new kind is one line here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from scrubber import opencv
from scrubber.redaction.areas import Area
from scrubber.redaction.heads import Head
from scrubber.values import Box, Kind, Region

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from scrubber.redaction.polygons import Mask

_BEYOND: Final = 2  # longer sides of the picture; nothing beyond them is to be seen in it


class Shape(Protocol):
    """What is painted for a region."""

    @property
    def region(self) -> Region: ...

    @property
    def width(self) -> float:
        """Pixels of what the shape is drawn around, for the size of the paint's cells."""

    @property
    def core(self) -> Sequence[NDArray[np.int32]]:
        """Polygons, as `polygons.draw` takes them, of which no shown face uncovers anything."""

    def bounds(self, height: int, width: int) -> tuple[slice, slice]:
        """Rows and columns of an H×W picture that it can touch."""

    def draw(self, mask: NDArray[np.uint8], left: int = 0, top: int = 0, level: int = 0, value: int = 1) -> None:
        """Set its pixels to `value` in an H×W mask; see `polygons.draw`."""


class Placed(NamedTuple):
    """A shape, and the rows and columns of the picture that it can touch."""

    shape: Shape
    rows: slice
    columns: slice


SHAPES: Final[dict[Kind, Callable[[Region], Shape]]] = {
    "face": Head.of,
    "text": Area.of,
    "badge": Area.of,
    "plate": Area.of,
    "sign": Area.of,
    "drawn": Area.of,
}


def shapes_in(shape: tuple[int, ...], regions: Iterable[Region]) -> list[Shape]:
    """The shapes of these regions, those left out that lie far outside a picture whose `shape` begins with H, W.

    Boxes that reach far beyond the picture are cut there: their corners would be more than drawing can count.
    """
    height, width = shape[:2]
    beyond = _BEYOND * max(height, width)
    near = Box(-beyond, -beyond, width + 2 * beyond, height + 2 * beyond)
    cut = ((region, _common(region.box, near)) for region in regions)
    return [
        SHAPES[region.kind](region if box == region.box else replace(region, box=box, polygon=None))
        for region, box in cut
        if box is not None
    ]


def rasterise_mask(shape: tuple[int, ...], shapes: Iterable[Shape]) -> Mask:
    """Boolean H×W mask of every pixel that belongs to one of the shapes. `shape` begins with H, W."""
    import numpy as np

    hidden = np.zeros(shape[:2], dtype=np.uint8)
    for each in shapes:
        each.draw(hidden)
    return hidden.view(np.bool_)


def scaled(hidden: Mask, size: tuple[int, int]) -> Mask:
    """The same mask for a picture of another `size` (height, width)."""
    if hidden.shape == size:
        return hidden
    cv2 = opencv.load()
    smaller: Mask = cv2.resize(hidden.view("uint8"), size[::-1], interpolation=cv2.INTER_NEAREST).view("bool")
    return smaller


def _common(box: Box, other: Box) -> Box | None:
    """What two boxes share; the first itself if it lies in the second, None if they share nothing."""
    x, y, right, bottom = max(box.x, other.x), max(box.y, other.y), *map(min, _corner(box), _corner(other))
    if (x, y, right, bottom) == (box.x, box.y, *_corner(box)):
        return box
    return Box(x, y, right - x, bottom - y) if right > x and bottom > y else None


def _corner(box: Box) -> tuple[float, float]:
    return box.right, box.bottom
