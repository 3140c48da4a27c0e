"""Which pixels belong to a head: hair, ears, chin and a margin, not only the box around the face.

Proportions are those of adult heads (Farkas, Anthropometry of the Head and Face, 1994) against the boxes that
face detectors draw, which end at the hair line, the chin and the cheeks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from scrubber.redaction.polygons import SUBPIXEL_BITS, around, bounds, draw, rectangle
from scrubber.redaction.pose import Pose, pose

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from scrubber.values import Box, Point, Region

# In halves of the face box: how far the head reaches sideways and along the face, and how far up its middle lies.
_WIDTH: Final = 1.62
_HEIGHT: Final = 1.66
_LIFT: Final = 0.26
# In halves of the height of the face box: from the front edge of the box to the back of the head in full profile,
# hair included, and the outline that holds the back half; docs/detection.md says what was measured.
_DEPTH: Final = 2.9
_DEPTH_OF_FRONTAL: Final = 2.1
_BACK_WIDTH: Final = 1.25
_BACK_HEIGHT: Final = 1.25
_BACK_LIFT: Final = 0.3
_LEAST_TURN: Final = 0.55  # below, what the box gives is enough
_AS_PROFILE: Final = 0.9  # a turn from which a head is taken for a profile; many landmarks do not go further
_LEAST_MARGIN: Final = 2.0  # pixels; boxes of tiny faces are off by about that much
_ROUNDNESS: Final = 2.25  # exponent of the superellipse: 2 is an ellipse, more is squarer
_LEAST_TILT: Final = math.radians(5)  # below, the margins hold what tilting moves
_TILT_IN_BOX: Final = math.radians(20)  # up to here a box's sides are still the face's own
_CORNERS: Final = 64  # of the polygon that stands for an outline; off by a thousandth of its size
_ASPECT: Final = 1.3  # height of a face against its width, where the box does not tell


@dataclass(frozen=True, slots=True)
class Outline:
    """A superellipse: centre and half axes in pixels, `tilt` in radians, clockwise from upright."""

    x: float
    y: float
    half_width: float
    half_height: float
    tilt: float

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
        points = np.rint(_unit() @ (axes * (1 << SUBPIXEL_BITS)))
        return np.asarray(points, dtype=np.int32)


@dataclass(frozen=True, slots=True)
class Head:
    """One head: what the box alone gives, joined with what the landmarks add for a tilted or a turned head.

    It is convex, as heads are. The box itself is drawn with a pixel more on each side: a box that a person writes down
    is rounded.
    """

    region: Region
    polygons: tuple[NDArray[np.int32], ...]
    core: tuple[NDArray[np.int32], ...]

    @classmethod
    def of(cls, face: Region) -> Head:
        box, held = rectangle(face.box), pose(face)
        size = _Size.of(face.box)
        alone = around(box, _skull(size, 0.0).polygon())
        more = [outline.polygon() for outline in _added(size, held)]
        # What the box alone gives is drawn as well: landmarks may be wrong, and corners are rounded.
        return cls(face, (around(alone, *more), alone) if more else (alone,), (box,))

    @property
    def width(self) -> float:
        """Pixels; the side of a square as large as the face box, which tilting changes least."""
        return math.sqrt(self.region.box.area)

    def bounds(self, height: int, width: int) -> tuple[slice, slice]:
        """Rows and columns of an H×W picture that the head can touch."""
        return bounds(self.polygons[0], height, width)

    def draw(self, mask: NDArray[np.uint8], left: int = 0, top: int = 0, level: int = 0, value: int = 1) -> None:
        """As `polygons.draw`."""
        draw(self.polygons, mask, left, top, level, value)


@cache
def _unit() -> NDArray[np.float64]:
    """Points along a superellipse with half axes of 1, `_CORNERS`×3: x, y and 1."""
    import numpy as np

    angle = np.linspace(0, 2 * math.pi, _CORNERS, endpoint=False)
    x, y = np.cos(angle), np.sin(angle)
    across = np.sign(x) * np.abs(x) ** (2 / _ROUNDNESS)
    along = np.sign(y) * np.abs(y) ** (2 / _ROUNDNESS)
    return np.stack([across, along, np.ones_like(x)], axis=1)


def _added(face: _Size, held: Pose) -> Iterator[Outline]:
    """What the landmarks add to the outline that the box alone gives."""
    if abs(held.tilt) > _LEAST_TILT:
        face = face.tilted() if abs(held.tilt) > _TILT_IN_BOX else face
        yield _skull(face, held.tilt)
    if abs(held.turn) > _LEAST_TURN:
        yield _back(face, held)


class _Size(NamedTuple):
    """Middle and half sides of a face, in pixels."""

    x: float
    y: float
    half_width: float
    half_height: float

    @classmethod
    def of(cls, box: Box) -> _Size:
        return cls(*box.center, box.width / 2, box.height / 2)

    def tilted(self) -> _Size:
        """Of a box around a tilted ellipse only the diagonal is certain: W² + H² = w² + h²."""
        half_width = math.sqrt((self.half_width**2 + self.half_height**2) / (1 + _ASPECT**2))
        return self._replace(half_width=half_width, half_height=half_width * _ASPECT)

    def place(self, right: float, down: float, tilt: float) -> Point:
        """The point that lies so many pixels from the middle in the directions of a face that is tilted."""
        cos, sin = math.cos(tilt), math.sin(tilt)
        return self.x + right * cos - down * sin, self.y + right * sin + down * cos


def _skull(face: _Size, tilt: float) -> Outline:
    # The box of a profile is narrow, the head behind it is not.
    half_width = max(face.half_width, face.half_height / _ASPECT * 0.9)
    return Outline(
        *face.place(0, -_LIFT * face.half_height, tilt),
        max(half_width * _WIDTH, half_width + _LEAST_MARGIN),
        max(face.half_height * _HEIGHT, face.half_height + _LEAST_MARGIN),
        tilt,
    )


def _back(face: _Size, held: Pose) -> Outline:
    """Ear, hair and nape of a turned head: they lie away from where the nose points."""
    turned = min(1.0, (abs(held.turn) - _LEAST_TURN) / (_AS_PROFILE - _LEAST_TURN))
    depth = (_DEPTH_OF_FRONTAL + turned * (_DEPTH - _DEPTH_OF_FRONTAL)) * face.half_height
    half_width = min(_BACK_WIDTH * face.half_height, depth / 2)
    away = (face.half_width - depth + half_width) * math.copysign(1, held.turn)
    return Outline(
        *face.place(away, -_BACK_LIFT * face.half_height, held.tilt),
        half_width,
        _BACK_HEIGHT * face.half_height,
        held.tilt,
    )
