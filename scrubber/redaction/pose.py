"""How a head is held, read from the five landmarks of its face."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from scrubber.values import Landmarks, Point, Region

# Eyes and mouth lie .3 to .55 face sizes apart; far from that the landmarks are not of this face.
_SHORTEST: Final = 0.15
_LONGEST: Final = 0.8
# Of profiles the nose stands out by .4 of the distance between eyes and mouth, and the middle of these four lies half
# way from the middle of the box to its edge; of half of 1,262 faces of 40 pixels and more by under .12 and .15.
_NOSE_IN_PROFILE: Final = 0.4
_FEATURES_IN_PROFILE: Final = 0.5
_LEAST_NOSE: Final = 0.15  # of that distance; below, it does not say which way


class Pose(NamedTuple):
    """`tilt` in radians, clockwise from upright; `turn` from -1 (profile, nose to the left) to 1.

    Left and right are those of the face's own upright: a head that lies on its side can be turned as well.
    """

    tilt: float = 0.0
    turn: float = 0.0


def pose(face: Region) -> Pose:
    """The pose that the landmarks tell; upright and frontal if there are none, or none that fit the box."""
    if face.landmarks is None or not fit(face.landmarks, face):
        return Pose()
    eyes, mouth = middles(face.landmarks)
    down = mouth[0] - eyes[0], mouth[1] - eyes[1]
    length = math.hypot(*down)
    nose = _aside(face.landmarks.nose, eyes, down) / length
    middle = (eyes[0] + mouth[0]) / 2, (eyes[1] + mouth[1]) / 2
    features = _aside(middle, face.box.center, down) / (face.box.width / 2)
    return Pose(math.atan2(-down[0], down[1]), _turn(nose, features))


def fit(points: Landmarks, face: Region) -> bool:
    """Whether landmarks can be those of this face: eyes and mouth as far apart as its size wants."""
    eyes, mouth = middles(points)
    length, size = math.dist(eyes, mouth), math.sqrt(face.box.area)
    return _SHORTEST * size < length < _LONGEST * size


def middles(points: Landmarks) -> tuple[Point, Point]:
    """The points between the eyes and between the corners of the mouth."""
    eyes = (points.right_eye[0] + points.left_eye[0]) / 2, (points.right_eye[1] + points.left_eye[1]) / 2
    mouth = (
        (points.mouth_right[0] + points.mouth_left[0]) / 2,
        (points.mouth_right[1] + points.mouth_left[1]) / 2,
    )
    return eyes, mouth


def _turn(nose: float, features: float) -> float:
    """The mean of two measures of the same, for small faces have landmarks that are off."""
    if not abs(nose) > _LEAST_NOSE:
        return 0.0
    turn = (nose / _NOSE_IN_PROFILE + features / _FEATURES_IN_PROFILE) / 2
    return max(-1.0, min(1.0, turn))


def _aside(point: Point, origin: Point, down: Point) -> float:
    """How far a point lies to the face's right-hand side, as seen in the picture, of a line that runs `down`."""
    x, y = point[0] - origin[0], point[1] - origin[1]
    return (x * down[1] - y * down[0]) / math.hypot(*down)
