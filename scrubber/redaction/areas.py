"""Which pixels belong to a region that is no head: its polygon, or its box, and a pixel more."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubber.redaction.polygons import around, draw, of_points, rectangle, span

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from scrubber.values import Region


@dataclass(frozen=True, slots=True)
class Area:
    """A region as it is drawn: the polygon with its outline made thicker, or the box."""

    region: Region
    polygons: tuple[NDArray[np.int32], ...]

    @classmethod
    def of(cls, region: Region) -> Area:
        if region.polygon is None:
            return cls(region, (rectangle(region.box),))
        # Each corner brings the pixels that it touches and one more around; what lies between them comes with these.
        # Text and plates are convex, and more may be hidden.
        corners = [(x + dx, y + dy) for x, y in region.polygon for dx in (-1.5, 1.5) for dy in (-1.5, 1.5)]
        return cls(region, (around(of_points(corners)), of_points(region.polygon)))

    @property
    def core(self) -> tuple[NDArray[np.int32], ...]:
        """All of it: an area is hidden to its last pixel."""
        return self.polygons

    @property
    def width(self) -> float:
        """Pixels; the side of a square as large as the box."""
        return math.sqrt(self.region.box.area)

    def bounds(self, height: int, width: int) -> tuple[slice, slice]:
        """Rows and columns of an H×W picture that the area can touch."""
        box = self.region.box
        return span(box.y - 2, box.bottom + 2, height), span(box.x - 2, box.right + 2, width)

    def draw(self, mask: NDArray[np.uint8], left: int = 0, top: int = 0, level: int = 0, value: int = 1) -> None:
        """As `polygons.draw`."""
        draw(self.polygons, mask, left, top, level, value)
