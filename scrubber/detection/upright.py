"""Photos that lie on their side or upside down although nothing in the file says so."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from scrubber.detection.transforms import Turned, merge

if TYPE_CHECKING:
    from scrubber.detection.detector import Detector, Picture
    from scrubber.detection.leaning import Leaning
    from scrubber.values import Landmarks, Region

# Measured on 250 crowd photos and on the same photos turned: with these three figures one upright photo in nine is
# given the second thought, and 98 in 100 of the turned ones are.
_SURE: Final = {"yunet": 0.8, "centerface": 0.6}
"""The best score that a detector gives somewhere in nearly every photo that stands upright."""
_SEEN: Final = 0.25
"""Lowest score of a face whose landmarks are asked which way is up."""
_TILTED: Final = math.radians(40)
_SHARE: Final = 0.2
"""How much the tilted faces of an upright photo weigh, at most, against the others."""
_BELIEVED: Final = 0.5
"""Lowest probability at which a face seen the wrong way up is kept when the photo was turned."""
_POWER: Final = 5
"""Sums of scores to this power name the right side of 97 photos in 100, plain sums that of 86."""
_WORTH_TURNING: Final = 0.6**_POWER
"""Least sum on another side: one face of .6. Of 151 photos without people 58 in 100 were turned when nothing was asked,
9 with this; of photos that lie on their side as many are turned as before."""


class Upright:
    """A strategy that thinks twice when the faces it saw do not look upright.

    Then `glances` decide which side is up; each is a look at the photo rotated by the degrees that it is listed under,
    against the clock. If the photo is better turned by quarters, the strategy looks at it turned that way. Faces that
    it was sure of before the turn stay, so a wrong turn costs time and no face. If the photo leans, the strategy looks
    at it rotated as well, unless it did so already for the faces that lean.
    """

    def __init__(self, inner: Leaning, glances: Mapping[int, Detector]) -> None:
        self.inner, self.glances = inner, dict(glances)
        self.name = inner.name

    def detect(self, picture: Picture) -> list[Region]:
        seen = self.inner.look(picture)
        faces = self.inner.fuse(picture, seen)
        if looks_upright(seen):
            return faces
        degrees = self._degrees(picture)
        if degrees == 0 or (degrees % 90 and self.inner.leans(seen)):
            return faces
        if degrees % 90:
            return self.inner.fuse(picture, self.inner.look_rotated(picture, seen, degrees))
        believed = [face for face in faces if face.score >= _BELIEVED]
        return merge([*believed, *Turned(self.inner, degrees // 90).detect(picture)])

    def _degrees(self, picture: Picture) -> int:
        """By how many degrees against the clock the photo comes upright, the first of `glances` if in doubt."""
        signs = {
            degrees: sum(face.score**_POWER for face in glance.detect(picture))
            for degrees, glance in self.glances.items()
        }
        degrees = max(signs, key=lambda degrees: signs[degrees])
        return degrees if signs[degrees] >= _WORTH_TURNING else 0


def looks_upright(seen: Iterable[Sequence[Region]]) -> bool:
    """Whether every detector with an eye for it is sure of some face, and hardly any face is tilted.

    Only CenterFace's landmarks are asked: YuNet sees every face upright, even those that are upside down.
    """
    faces = [face for look in seen for face in look]
    names = {name for face in faces for name in face.detectors}
    for detector, sure in _SURE.items():
        scores = [face.score for face in faces if detector in face.detectors]
        if detector in names and max(scores) < sure:
            return False
    if "yunet" not in names:
        return False
    upright = tilted = 0.0
    for face in faces:
        if "centerface" in face.detectors and face.score >= _SEEN and face.landmarks:
            if abs(tilt(face.landmarks)) > _TILTED:
                tilted += face.score
            else:
                upright += face.score
    return tilted <= _SHARE * upright


def tilt(points: Landmarks) -> float:
    """How far a face leans from upright, in radians, -π to π, from the middle of its eyes to that of its mouth."""
    across = sum(point[0] for point in points.points[3:]) - sum(point[0] for point in points.points[:2])
    down = sum(point[1] for point in points.points[3:]) - sum(point[1] for point in points.points[:2])
    return math.atan2(-across, down)
