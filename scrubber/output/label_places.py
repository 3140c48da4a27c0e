"""Finds places for labels beside rectangles, where they cover no other rectangle and no other label."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MOST_CELLS: Final = 8192  # along the longer side of the map of what is taken
FAR: Final = 5
"""Heights of a label; further away an eye no longer finds the frame that a line leads to."""
_CLEAR: Final = 2  # cells at each end of a line that belong to what it joins
_FRAME, _LABEL = 1, 2  # what a cell of the map is taken by


class Rectangle(NamedTuple):
    """Whole pixels; `right` and `bottom` are the first ones outside."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def center(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def nearest(self, point: tuple[float, float]) -> tuple[float, float]:
        """The point of the rectangle that is nearest to another."""
        x, y = point
        return min(max(x, self.left), self.right - 1), min(max(y, self.top), self.bottom - 1)

    def touches(self, other: Rectangle) -> bool:
        """Whether no pixel lies between the two."""
        return (
            self.left <= other.right
            and other.left <= self.right
            and self.top <= other.bottom
            and other.top <= self.bottom
        )


class Places:
    """What of a picture is still free. `size` is its width and height in pixels."""

    def __init__(self, size: tuple[int, int], frames: Sequence[Rectangle]) -> None:
        import numpy as np

        self._width, self._height = size
        self._cell = max(1, -(-max(size) // _MOST_CELLS))
        shape = -(-self._height // self._cell), -(-self._width // self._cell)
        self._taken: NDArray[np.uint8] = np.zeros(shape, dtype=np.uint8)
        for frame in frames:
            self._take(frame, _FRAME)

    def take(self, label: Rectangle) -> None:
        """From now on nothing else is to cover this place."""
        self._take(label, _LABEL)

    def free(self, frame: Rectangle, width: int, height: int, away: int) -> Rectangle | None:
        """A free place of this size, so many times its height `away` from the frame; None if there is none.

        The straight way from the frame to a place further off is free as well.
        """
        places = (place for place in _around(frame, width, height, away) if self._holds(place))
        free = (place for place in places if not self._inner(place).any())
        return next((place for place in free if place.touches(frame) or self._sees(place, frame)), None)

    def in_corner(self, frame: Rectangle, width: int, height: int) -> Rectangle:
        """The corner of the frame where a label covers least of other labels; of others' regions it covers none,

        unless it is larger than its own.
        """
        corners = [
            Rectangle(left, top, left + width, top + height)
            for top in (frame.top, frame.bottom - height)
            for left in (frame.left, frame.right - width)
        ]
        inside = map(self._pushed_inside, corners)
        return min(inside, key=lambda place: int((self._inner(place) == _LABEL).sum()))

    def _take(self, part: Rectangle, by: int) -> None:
        rows, columns = self._cells(part)
        self._taken[rows, columns] = by

    def _inner(self, place: Rectangle) -> NDArray[np.uint8]:
        """The cells that lie wholly in a place."""
        cell = self._cell
        return self._taken[-(-place.top // cell) : place.bottom // cell, -(-place.left // cell) : place.right // cell]

    def _sees(self, place: Rectangle, frame: Rectangle) -> bool:
        """Whether nothing stands between the two."""
        (x0, y0), (x1, y1) = frame.nearest(place.center), place.nearest(frame.center)
        steps = int(max(abs(x1 - x0), abs(y1 - y0)) // self._cell)
        between = (
            (x0 + (x1 - x0) * step / steps, y0 + (y1 - y0) * step / steps)
            for step in range(_CLEAR, steps - _CLEAR)
        )  # fmt: skip
        rows, columns = self._taken.shape
        cells = ((int(y) // self._cell, int(x) // self._cell) for x, y in between)
        return not any(self._taken[y, x] for y, x in cells if 0 <= y < rows and 0 <= x < columns)

    def _holds(self, place: Rectangle) -> bool:
        return place.left >= 0 and place.top >= 0 and place.right <= self._width and place.bottom <= self._height

    def _pushed_inside(self, place: Rectangle) -> Rectangle:
        dx = -place.left if place.left < 0 else min(0, self._width - place.right)
        dy = -place.top if place.top < 0 else min(0, self._height - place.bottom)
        return Rectangle(place.left + dx, place.top + dy, place.right + dx, place.bottom + dy)

    def _cells(self, part: Rectangle) -> tuple[slice, slice]:
        cell = self._cell
        return (
            slice(max(part.top, 0) // cell, max(-(-part.bottom // cell), 0)),
            slice(max(part.left, 0) // cell, max(-(-part.right // cell), 0)),
        )


def _around(frame: Rectangle, width: int, height: int, away: int) -> Iterator[Rectangle]:
    """Places around the frame, so many times their height `away`; the best first: above, below, beside."""
    gap = away * height
    above, below = frame.top - height - gap, frame.bottom + gap
    before, behind = frame.left - width - gap, frame.right + gap
    middle_x, middle_y = (frame.left + frame.right - width) // 2, (frame.top + frame.bottom - height) // 2
    for left, top in (
        (frame.left, above), (middle_x, above), (frame.right - width, above),
        (frame.left, below), (middle_x, below), (frame.right - width, below),
        (behind, frame.top), (before, frame.top), (behind, middle_y), (before, middle_y),
        (behind, frame.bottom - height), (before, frame.bottom - height),
        (behind, above), (before, above), (behind, below), (before, below),
    ):  # fmt: skip
        yield Rectangle(left, top, left + width, top + height)
