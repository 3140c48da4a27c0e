"""Photos that lie on their side or upside down although nothing in the file says so."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from scrubber.detection.transforms import Turned, merge

if TYPE_CHECKING:
    from scrubber.detection.detector import Detector, Picture
    from scrubber.detection.fusion import Fused
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


class Upright:
    """A strategy that thinks twice when the faces it saw do not look upright.

    Then `glances`, which look at the photo turned by 0, 1, 2 and 3 quarters, decide which side is up, and if it is
    another one the strategy looks at the photo turned that way. Faces that it was sure of before the turn stay, so
    a wrong turn costs time and no face.
    """

    def __init__(self, inner: Fused, glances: Sequence[Detector]) -> None:
        self.inner, self.glances = inner, glances
        self.name = inner.name

    def detect(self, picture: Picture) -> list[Region]:
        seen = self.inner.look(picture)
        faces = self.inner.fuse(picture, seen)
        if looks_upright(seen):
            return faces
        quarters = self._quarters(picture)
        if quarters == 0:
            return faces
        believed = [face for face in faces if face.score >= _BELIEVED]
        return merge([*believed, *Turned(self.inner, quarters).detect(picture)])

    def _quarters(self, picture: Picture) -> int:
        """How many quarter turns against the clock bring the photo upright: 0 to 3, the first if in doubt."""
        signs = [sum(face.score**_POWER for face in glance.detect(picture)) for glance in self.glances]
        return signs.index(max(signs))


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
