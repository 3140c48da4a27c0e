"""Many looks, one judgement: what several detectors saw of a place, weighed into how likely it is a face.

Every look runs at a threshold so low that it is often wrong. Boxes that overlap form one candidate; a learned
model weighs the best score that each look gave it. How far a look is to be trusted depends on how large the face
is, so each weight is a curve over the face's size. It is logistic regression (Cox 1958), with weights that cannot
be negative: a higher score never makes a face less likely. `bench/train_fusion.py` finds the weights,
`models/fusion.toml` says from what. Weights are kept by the name of their look: a look that nothing was learnt about
has weights of zero, and may still be believed when it is sure.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from scrubber import weights
from scrubber.detection.net import map_in_threads
from scrubber.detection.transforms import groups
from scrubber.errors import MissingPart
from scrubber.values import Box, Landmarks, Region

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from scrubber.detection.detector import Detector, Picture
    from scrubber.detection.transforms import Detail

    Floats = NDArray[np.float64]

SAME_FACE_IOU: Final = 0.25
"""Looks at different scales draw boxes further apart than one look does; .15 to .35 measured alike."""
SIZES: Final = (8.0, 16.0, 32.0, 64.0, 128.0)
"""Knots of the weight curves: geometric mean of a face's height and width, pixels of the working picture."""
CONSTANT: Final = "constant"
"""The name that `models/fusion.json` keeps the constants under; all others are names of looks."""
SURE: Final = 0.85
"""A detector this sure is believed whatever the model says: of 4,700 boxes that YuNet scores so high in 250 crowd
photos 10 are no face, of CenterFace's and BlazeFace's none. It is the net under a model that meets photos unlike
those it learnt from."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place where at least one look saw something: the face it would be, and what speaks for it."""

    region: Region
    size: float  # geometric mean of height and width, pixels of the working picture
    scores: tuple[float, ...]  # the best score of each look, 0 where it was silent


@dataclass(frozen=True, slots=True)
class Model:
    """Logistic regression on the scores of several looks.

    `weights` has one row for each knot of `SIZES`, and in it a constant and then two weights for each look, one
    for the score and one for its `evidence`.
    """

    weights: Floats

    @classmethod
    def load(cls, name: str, looks: Sequence[str]) -> Model:
        """The model of that name in `models/fusion.json`, its looks in this order; a look it does not know weighs 0.

        Raises `MissingPart` if there is no such model.
        """
        table = _table()
        if name not in table:
            raise MissingPart(f"models/fusion.json has no weights for {name}; restore models/ from the repository")
        import numpy as np

        unknown = np.zeros((len(SIZES), 2))
        known = {look: np.asarray(rows, dtype=np.float64) for look, rows in table[name].items()}
        scores, evidence = zip(*(known.get(look, unknown).T for look in looks), strict=True)
        return cls(np.stack([known[CONSTANT], *scores, *evidence], axis=1))

    def probabilities(self, candidates: Sequence[Candidate]) -> list[float]:
        """For each candidate how likely it is a face, 0 to 1, on photos like those of the training."""
        if not candidates:
            return []
        import numpy as np

        logits = np.tensordot(terms(candidates), self.weights, axes=2)
        return [float(value) for value in 1 / (1 + np.exp(-logits))]


class Fused:
    """A strategy: several looks, and a model that weighs what they saw together.

    Takes the name of a model in `models/fusion.json`, the least probability that is of interest, the detail of the
    working picture in which the model measures sizes, and the looks by the names that the model knows them by.
    """

    def __init__(self, model: str, least: float, detail: Detail, looks: Mapping[str, Detector]) -> None:
        self.model, self.least, self.detail, self.looks = model, least, detail, dict(looks)
        self.name = "+".join(sorted({look.name for look in looks.values()}))

    def detect(self, picture: Picture) -> list[Region]:
        return self.fuse(picture, self.look(picture))

    def look(self, picture: Picture) -> list[list[Region]]:
        """What each look saw, boxes in pixels of `picture`, most of it no face."""
        return map_in_threads(lambda look: look.detect(picture), list(self.looks.values()), "looks")

    def fuse(self, picture: Picture, seen: Sequence[Sequence[Region]]) -> list[Region]:
        """Of what the looks saw, whatever may be a face; its `score` is the probability."""
        found = candidates(seen, self.detail.scale(*picture.shape[:2]))
        probabilities = Model.load(self.model, list(self.looks)).probabilities(found)
        scored = (
            replace(face, score=max(probability, face.score) if face.score >= SURE else probability)
            for face, probability in zip((candidate.region for candidate in found), probabilities, strict=True)
        )
        return [face for face in scored if face.score >= self.least]


def candidates(seen: Sequence[Sequence[Region]], scale: float) -> list[Candidate]:
    """Overlapping boxes of all looks together; greedy from the best score down, as non-maximum suppression is.

    `scale` turns pixels of the boxes into pixels of the working picture. `face.score` is the best score in the group.
    """
    rows = [(face, look) for look, faces in enumerate(seen) for face in faces if face.box.area > 0]
    return [
        _candidate([rows[index] for index in group], len(seen), scale)
        for group in groups([face for face, _ in rows], SAME_FACE_IOU)
    ]


def terms(candidates: Sequence[Candidate]) -> Floats:
    """What the weights of a model multiply: N×knots×terms, for at least one candidate."""
    import numpy as np

    scores = np.array([candidate.scores for candidate in candidates])
    share = knots(np.array([candidate.size for candidate in candidates]))
    said = np.hstack([np.ones((len(scores), 1)), scores, evidence(scores)])
    return np.asarray(share[:, :, None] * said[:, None, :])


def evidence(scores: Floats) -> Floats:
    """Log odds of the scores, brought to 0 (silent) to 1 (as sure as can be); same shape."""
    import numpy as np

    low = 0.03  # detectors are not run below .08, so this stands for silence
    certain = np.clip(scores, low, 1 - low)
    return np.asarray(0.5 + np.log(certain / (1 - certain)) / (2 * math.log((1 - low) / low)))


def knots(sizes: Floats) -> Floats:
    """How much each knot of `SIZES` says about faces of these sizes: N → N×knots, rows that add up to 1."""
    import numpy as np

    places = np.log2(np.clip(sizes, SIZES[0], SIZES[-1]))
    marks = np.log2(SIZES)
    return np.stack([np.interp(places, marks, peak) for peak in np.eye(len(SIZES))], axis=1)


def _candidate(group: Sequence[tuple[Region, int]], looks: int, scale: float) -> Candidate:
    scores = [0.0] * looks
    for face, look in group:
        scores[look] = max(scores[look], face.score)
    faces = [face for face, _ in group]
    box = _middle([face for face in faces if not _single_mouth(face)] or faces)
    names = tuple(sorted({name for face in faces for name in face.detectors}))
    face = Region(box, faces[0].score, names, _landmarks(faces))
    return Candidate(face, math.sqrt(box.area) * scale, tuple(scores))


def _middle(faces: Sequence[Region]) -> Box:
    """The boxes' mean, each counting by the square of its score (weighted boxes fusion, Solovyev et al. 2021)."""
    shares = [face.score**2 for face in faces]
    total = sum(shares)
    x, y, width, height = (
        sum(share * getattr(face.box, side) for share, face in zip(shares, faces, strict=True)) / total
        for side in ("x", "y", "width", "height")
    )
    return Box(x, y, width, height)


def _landmarks(faces: Sequence[Region]) -> Landmarks | None:
    """The points of the surest detector that tells the corners of the mouth apart, else of the surest."""
    known = [face for face in faces if face.landmarks]
    best = next((face for face in known if not _single_mouth(face)), known[0] if known else None)
    return best.landmarks if best else None


def _single_mouth(face: Region) -> bool:
    """Whether this is a detector with one point for the mouth, as BlazeFace is; its boxes are tighter, too."""
    return face.landmarks is not None and face.landmarks.mouth_left == face.landmarks.mouth_right


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(weights.load("fusion"))
    return table
