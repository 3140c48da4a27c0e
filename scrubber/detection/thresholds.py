"""From which probability on a place counts as a face: by preset, by size, and by whether people are in the photo.

What a mistake costs is not a count but what a viewer loses: picture that is hidden without need, and blobs on photos
without anybody in them. So thresholds are as low as a budget of wrongly hidden picture allows where people are, and
higher where nobody was seen for certain. docs/detection.md has the measured frontier.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from scrubber.policy import Preset
    from scrubber.values import Region


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Probabilities, 0 to 1: among people a face is likelier than on a photo where nobody is certain."""

    among_people: float
    alone: float


THRESHOLDS: Final[dict[Preset, Thresholds]] = {
    "fast": Thresholds(0.15, 0.33),
    "balanced": Thresholds(0.065, 0.2),
    "thorough": Thresholds(0.04, 0.15),
}
"""Chosen on photos that nothing was learnt from (bench/find_faces.py). Among people by the picture that is hidden
beside faces: half a percent more of it than at .23, .15 and .09 everywhere. Alone by blobs on photos without people; on
150 photos of one to five people with masks nobody is missed for it.
"""

_CERTAIN: Final = 0.95
"""One face as likely as this shows that people are in the photo. Of 148 photos without people 3 in 100 hold one."""
_LIKELY: Final = 0.5
_COMPANY: Final = 2.0
"""So do several likely faces, if their probabilities sum up to this. Of 189 crowds 98 in 100 pass one of the two."""

_LARGE: Final = 0.01
"""Share of the picture. A larger box must be as likely as on a photo without people: one mistake of this size hides as
much as a hundred small ones, and faces so large are seldom in doubt."""

_SPECK: Final = 10.0
"""Pixels of the photo: what is lower holds too little of a face to tell whose it is, and detectors see such specks in
every texture. A speck must be twice as likely a face."""
_SPECK_FACTOR: Final = 2.0


def least(preset: Preset) -> float:
    """The probability below which nothing counts."""
    return THRESHOLDS[preset].among_people


def wary(preset: Preset) -> Thresholds:
    """For pictures in which a face may have been hidden, as in alpha: no more is asked where nobody is certain."""
    return Thresholds(least(preset), least(preset))


def likely(faces: Sequence[Region], area: int, thresholds: Thresholds) -> list[Region]:
    """Of the possible faces in a picture of `area` square pixels those that count."""
    usual = thresholds.among_people if _has_people(faces) else thresholds.alone
    return [
        face
        for face in faces
        if face.score >= (max(usual, thresholds.alone) if face.box.area > _LARGE * area else usual * factor(face))
    ]


def _has_people(faces: Sequence[Region]) -> bool:
    scores = [face.score for face in faces if face.score >= _LIKELY]
    return sum(scores) >= _COMPANY or any(score >= _CERTAIN for score in scores)


def factor(face: Region) -> float:
    """By how much the threshold is raised for this face, its box in pixels of the photo."""
    return _SPECK_FACTOR if face.box.height < _SPECK else 1.0
