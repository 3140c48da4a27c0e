"""Which pixels belong to a head: hair, ears, chin and a margin, not only the box around the face.

Proportions are those of adult heads (Farkas, Anthropometry of the Head and Face, 1994) against the boxes that
face detectors draw, which end at the hair line, the chin and the cheeks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from scrubber.redaction.polygons import SUBPIXEL_BITS, draw, hull, rectangle, span
from scrubber.values import Box, Landmarks, Region

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# In halves of the face box: how far the head reaches sideways and along the face, and how far up its middle lies.
_WIDTH: Final = 1.62
_HEIGHT: Final = 1.66
_LIFT: Final = 0.26
_BACK: Final = 0.30  # the back of a head in full profile, in half widths
_LEAST_MARGIN: Final = 2.0  # pixels; boxes of tiny faces are off by about that much
_ROUNDNESS: Final = 2.5  # exponent of the superellipse: 2 is an ellipse, more is squarer
_SQUARENESS: Final = 4.0  # the same for the outline that is sure to hold the whole face box
_HOLDS_BOX: Final = 2 ** (1 / _SQUARENESS) + 0.01
_TILT_IN_BOX: Final = math.radians(20)  # up to here a box's sides are still the face's own
_CORNERS: Final = 128  # of the polygon that stands for an outline; off by less than a thousandth of its size
_ASPECT: Final = 1.3  # height of a face against its width, where the box does not tell


@dataclass(frozen=True, slots=True)
class Outline:
    """A superellipse: centre and half axes in pixels, `tilt` in radians, clockwise from upright."""

    x: float
    y: float
    half_width: float
    half_height: float
    tilt: float
    roundness: float = _ROUNDNESS

    def bounds(self, height: int, width: int) -> tuple[slice, slice]:
        """Rows and columns of an H×W picture that the head can touch."""
        cos, sin = abs(math.cos(self.tilt)), abs(math.sin(self.tilt))
        reach_x = self.half_width * cos + self.half_height * sin + 1
        reach_y = self.half_width * sin + self.half_height * cos + 1
        return span(self.y - reach_y, self.y + reach_y, height), span(self.x - reach_x, self.x + reach_x, width)

    def polygon(self) -> NDArray[np.int32]:
        """Points along the outline, `_CORNERS`×2, x and y in sixteenths of a pixel."""
        import numpy as np

        cos, sin = math.cos(self.tilt), math.sin(self.tilt)
        axes = np.array(
            [
                [self.half_width * cos, self.half_width * sin],
                [-self.half_height * sin, self.half_height * cos],
                [self.x, self.y],
            ]
        )
        points = np.rint(_unit(self.roundness) @ (axes * (1 << SUBPIXEL_BITS)))
        return np.asarray(points, dtype=np.int32)


@dataclass(frozen=True, slots=True)
class Head:
    """One head: its shape, tilted as the landmarks say, joined with one around the whole face box, and with that.

    The box itself is drawn with a pixel more on each side: a box that a person writes down is rounded.
    """

    region: Region
    outlines: tuple[Outline, Outline]
    polygons: tuple[NDArray[np.int32], ...]

    @classmethod
    def of(cls, face: Region) -> Head:
        outlines = _skull(face), _around(face.box)
        return cls(face, outlines, (*(outline.polygon() for outline in outlines), rectangle(face.box)))

    @property
    def width(self) -> float:
        """Pixels; the side of a square as large as the face box, which tilting changes least."""
        return math.sqrt(self.region.box.area)

    def bounds(self, height: int, width: int) -> tuple[slice, slice]:
        """Rows and columns of an H×W picture that the head can touch."""
        spans = [outline.bounds(height, width) for outline in self.outlines]
        rows, columns = zip(*spans, strict=True)
        return hull(rows), hull(columns)

    def draw(self, mask: NDArray[np.uint8], left: int = 0, top: int = 0, level: int = 0) -> None:
        """As `polygons.draw`."""
        draw(self.polygons, mask, left, top, level)


@cache
def _unit(roundness: float) -> NDArray[np.float64]:
    """Points along a superellipse with half axes of 1, `_CORNERS`×3: x, y and 1."""
    import numpy as np

    angle = np.linspace(0, 2 * math.pi, _CORNERS, endpoint=False)
    x, y = np.cos(angle), np.sin(angle)
    across = np.sign(x) * np.abs(x) ** (2 / roundness)
    along = np.sign(y) * np.abs(y) ** (2 / roundness)
    return np.stack([across, along, np.ones_like(x)], axis=1)


def _skull(face: Region) -> Outline:
    half_width, half_height = face.box.width / 2, face.box.height / 2
    tilt, turn = _pose(face)
    if abs(tilt) > _TILT_IN_BOX:
        # Of a box around a tilted ellipse only the diagonal is certain: W² + H² = w² + h².
        half_width = math.sqrt((half_width**2 + half_height**2) / (1 + _ASPECT**2))
        half_height = half_width * _ASPECT
    # The box of a profile is narrow, the head behind it is not.
    half_width = max(half_width, half_height / _ASPECT * 0.9)
    lift, back = _LIFT * half_height, -turn * _BACK * half_width
    x, y = face.box.center
    return Outline(
        x + lift * math.sin(tilt) + back * math.cos(tilt),
        y - lift * math.cos(tilt) + back * math.sin(tilt),
        max(half_width * (_WIDTH + abs(turn) * _BACK), half_width + _LEAST_MARGIN),
        max(half_height * _HEIGHT, half_height + _LEAST_MARGIN),
        tilt,
    )


def _around(box: Box) -> Outline:
    x, y = box.center
    return Outline(
        x,
        y,
        max(box.width / 2 * _HOLDS_BOX, 1.0),
        max(box.height / 2 * _HOLDS_BOX, 1.0),
        0.0,
        _SQUARENESS,
    )


def _pose(face: Region) -> tuple[float, float]:
    """Tilt in radians and turn from -1 (nose far to the left of the face's middle) to 1; zeros if in doubt."""
    if face.landmarks is None:
        return 0.0, 0.0
    eyes, mouth = _middles(face.landmarks)
    down_x, down_y = mouth[0] - eyes[0], mouth[1] - eyes[1]
    length = math.hypot(down_x, down_y)
    size = math.sqrt(face.box.area)
    # Eyes and mouth lie .3 to .5 face sizes apart; far from that the landmarks are not of this face.
    if not 0.15 * size < length < 0.8 * size:
        return 0.0, 0.0
    tilt = math.atan2(-down_x, down_y)
    nose_x, nose_y = face.landmarks.nose[0] - eyes[0], face.landmarks.nose[1] - eyes[1]
    aside = (nose_x * down_y - nose_y * down_x) / length
    # In full profile the nose stands out by about half the distance between eyes and mouth.
    turn = aside / (0.5 * length)
    return tilt, max(-1.0, min(1.0, turn)) if abs(turn) > 0.3 else 0.0


def _middles(points: Landmarks) -> tuple[tuple[float, float], tuple[float, float]]:
    eyes = (points.right_eye[0] + points.left_eye[0]) / 2, (points.right_eye[1] + points.left_eye[1]) / 2
    mouth = (
        (points.mouth_right[0] + points.mouth_left[0]) / 2,
        (points.mouth_right[1] + points.mouth_left[1]) / 2,
    )
    return eyes, mouth
