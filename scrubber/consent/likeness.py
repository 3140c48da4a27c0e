"""What may be concluded from how alike a face and the reference photos are. Doubt hides.

A likeness is the cosine between two embeddings, -1 to 1. The recogniser that measures it lives elsewhere and
comes in as a function, so the rules can be read, and tested, without a single picture.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from scrubber.consent.permissions import Permissions
from scrubber.types import Face, Reason

Similarities: TypeAlias = Mapping[str, float]
"""The cosine of one face to each person of the gallery, by id."""

Measured: TypeAlias = Similarities | Literal["low-quality"] | None
"""`None` where nothing was measured, "low-quality" where the face is too blurred or dark to be compared."""

Likeness: TypeAlias = Callable[[Face], Measured]
"""Compares one found face with everybody in `Permissions.gallery`. Needed only if that is not empty."""

# Cosine. SFace on LFW, 3 references per person, 40 people and 1,500 strangers: at .363, OpenCV's default, 105
# strangers pass for one of the people; at .50 one does, and .996 of the people's faces are recognised. Again
# with 60 people and 1,000 strangers, references averaged: 88 strangers at .363, none at .50, and nobody taken
# for another. Thirty years apart (Solvay 1927, portraits) the right person scores .66 to .73, the next .44.
SAME_PERSON = 0.50

# Cosine, the lead over the next person. At .363 it alone cuts the 105 strangers to 24; at .50 it guards
# against kin and twins, whom LFW hardly holds.
CLEAR_LEAD = 0.10

# Pixels of face width. Similarity falls apart below 24 (LFW scaled down); a third more is for safety.
NARROWEST = 32


@dataclass(frozen=True, slots=True)
class Finding:
    """What likeness alone says of one face. `person` is whom it is like, if that may be told."""

    reason: Reason
    person: str | None = None
    similarity: float | None = None


def nothing_measured(_face: Face) -> None:
    """The likeness of a run without a recogniser."""


def measure(faces: Sequence[Face], permissions: Permissions, likeness: Likeness) -> list[Measured]:
    """One result per face. Nothing is measured, and `likeness` never called, if nobody has references.

    Faces that a `hide` box covers are measured too: they count when one person seems to be there twice.
    """
    if not permissions.gallery:
        return [None] * len(faces)
    return [_sound(likeness(face)) if face.box.width >= NARROWEST else "low-quality" for face in faces]


def judge(index: int, measured: Sequence[Measured], permissions: Permissions) -> Finding:
    """Whom the face at `index` shows, by likeness alone; "allowed-by-match" only if that is beyond doubt.

    A person is in a photo at most once: if any other face of it is nearly as like the same person, both are
    "ambiguous".
    """
    own = measured[index]
    if own == "low-quality":
        return Finding("low-quality")
    if not own:
        return Finding("no-match")
    barred = barring(own, permissions)
    if barred:
        return barred
    (person, similarity), *others = sorted(own.items(), key=lambda item: (-item[1], item[0]))
    if similarity < SAME_PERSON:
        return Finding("no-match", similarity=similarity)
    rivals = [runner_up for _, runner_up in others[:1]]
    rivals += [
        other[person]
        for place, other in enumerate(measured)
        if place != index and isinstance(other, Mapping) and person in other
    ]
    if not all(_leads(similarity, rival) for rival in rivals):
        return Finding("ambiguous", similarity=similarity)
    return Finding("allowed-by-match", person, similarity)


def barring(measured: Measured, permissions: Permissions, pointed_at: str | None = None) -> Finding | None:
    """The person most like this face, other than `pointed_at`, who may not be shown by likeness; or None.

    No lead over others is asked for here: to be like somebody who refused is enough to be hidden, so a new
    person in the gallery never frees anybody.
    """
    if not isinstance(measured, Mapping):
        return None
    found = [
        Finding(reason, person, similarity)
        for person, similarity in measured.items()
        if person != pointed_at
        and similarity >= SAME_PERSON
        and (reason := permissions.people[person].reason_by_likeness)
    ]
    return max(found, key=lambda finding: (finding.similarity, finding.person), default=None)


def _leads(similarity: float, other: float) -> bool:
    return round(similarity - other, 6) >= CLEAR_LEAD  # .65 - .55 is a hair below .10 in floating point


def _sound(measured: Measured) -> Measured:
    """The embedding of a broken crop may be all zeros; its cosine is then not a number."""
    if isinstance(measured, Mapping) and not all(map(math.isfinite, measured.values())):
        return "low-quality"
    return measured
