"""Makes detectors as unsure on the photos they learnt from as they are on photos they never saw.

YuNet and CenterFace were trained on WIDER FACE, of whose training part our 250 photos are. There CenterFace at .2
finds .95 of the faces with 1.7 false per photo, and a model that learnt from that would trust it far too much: on
394 photos it never saw it finds .84 with 2.7 false. So before the fusion model learns, and before it is judged,
the log odds of every true box are lowered by an amount drawn for that face, and those of every false box raised,
until each detector alone has the recall and the false alarms that it has on unseen photos: CenterFace at .2
.84 with 2.6 (measured .838 with 2.7), YuNet at .4 .87 with 2.0 (measured .862 with 2.0). MediaPipe, which learnt
elsewhere, finds as much here as there and is left alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Final

import numpy as np

from scrubber.values import Box, Region


@dataclass(frozen=True)
class Doubt:
    """In log odds: the mean by which a true box of a 24-pixel face is lowered, and by which a false one is raised."""

    true: float
    false: float


DOUBTS: Final[Mapping[str, Doubt]] = {"centerface": Doubt(0.85, 0.20), "yunet": Doubt(0.42, 0.28)}
_SHARED: Final = 0.5
"""How far hard faces are hard for both detectors: correlation of what is drawn for them."""
_TYPICAL: Final = 24.0  # pixels
_STEEPNESS: Final = 0.6
"""Small faces lose more than large ones; the exponent is fitted to the recall of both detectors by size."""
_LEAST, _MOST = 0.25, 1.6
_SAME: Final = 0.2  # intersection over union from which a box is of a face
_TOUCHING: Final = 0.3  # share of the smaller one, where the boxes are of very different size


def as_if_unseen(
    seen: Sequence[Sequence[Region]], truth: Sequence[Box], chance: np.random.Generator
) -> list[list[Region]]:
    """What the looks would have seen, had their detectors not learnt from this photo."""
    common, own = chance.standard_normal(len(truth)), chance.standard_normal((len(DOUBTS), len(truth)))
    losses = {
        name: [
            doubt.true * _exponential(math.sqrt(_SHARED) * both + math.sqrt(1 - _SHARED) * alone) * _weight(box)
            for box, both, alone in zip(truth, common, own[number], strict=True)
        ]
        for number, (name, doubt) in enumerate(DOUBTS.items())
    }
    return [[_doubted(face, truth, losses) for face in look] for look in seen]


def _doubted(face: Region, truth: Sequence[Box], losses: Mapping[str, Sequence[float]]) -> Region:
    name = face.detectors[0]
    if name not in DOUBTS:
        return face
    match = _match(face.box, truth)
    shift = DOUBTS[name].false if match is None else -losses[name][match]
    score = min(max(face.score, 1e-4), 1 - 1e-4)
    return replace(face, score=1 / (1 + math.exp(-(math.log(score / (1 - score)) + shift))))


def _match(box: Box, truth: Sequence[Box]) -> int | None:
    """The annotated face that a box is of, if of any."""
    overlaps = [box.iou(other) for other in truth]
    if overlaps and max(overlaps) > _SAME:
        return overlaps.index(max(overlaps))
    touching = (
        number for number, other in enumerate(truth) if box.intersection(other) >= _TOUCHING * min(box.area, other.area)
    )
    return next(touching, None)


def _exponential(normal: float) -> float:
    """A standard normal draw as one from the exponential distribution with mean 1."""
    return -math.log(max(1 - NormalDist().cdf(normal), 1e-9))


def _weight(box: Box) -> float:
    return min(max((_TYPICAL / max(box.height, 4)) ** _STEEPNESS, _LEAST), _MOST)
