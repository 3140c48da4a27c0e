"""What may be concluded from how alike a face and the reference photos are. Doubt hides.

A likeness is the cosine between two embeddings, -1 to 1. The recogniser that measures it lives elsewhere and
comes in as a function, so the rules can be read, and tested, without a single picture.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from scrubber.consent.decisions.permissions import Permissions
from scrubber.values import Reason, Region

Similarities: TypeAlias = Mapping[str, float]
"""The cosine of one face to each person of the gallery, by id."""

Measured: TypeAlias = Similarities | Literal["low-quality"] | None
"""`None` where nothing was measured, "low-quality" where the face is too blurred or dark to be compared."""

Likeness: TypeAlias = Callable[[Region], Measured]
"""Compares one found face with everybody in `Permissions.gallery`. Needed only if that is not empty."""

# Cosine. bench/consent.py on LFW, 40 people × 3 references, 8 draws: the likeliest of 9,383 strangers scores .47 (.48
# at 32 pixels, .496 blurred), and .497 with the people and strangers of one half; .991 of the people's own faces score
# .50 and more, .988 score .52. At .363, OpenCV's default, one stranger in fourteen passes for somebody. Thirty years
# apart (Solvay 1927, portraits) the right person scores .68 and .81, the next .43.
SAME_PERSON = 0.50

# Cosine, the lead over the next person, and over every other face of the photo: they are the strangers who set the
# bar. At .363 it alone turns three strangers in four away; at .50 it guards against kin and twins, whom LFW hardly has.
CLEAR_LEAD = 0.10

# Pixels of face width. LFW scaled down: of faces 48 wide .993 are recognised, 32 wide .989, 24 wide .97, where the
# likeliest stranger scores .505; and photos that are small in truth are worse than photos made small.
NARROWEST = 32


@dataclass(frozen=True, slots=True)
class Grounds:
    """What likeness alone says of one face. `person` is whom it is like, if that may be told."""

    reason: Reason
    person: str | None = None
    similarity: float | None = None


def nothing_measured(_face: Region) -> None:
    """The likeness of a run without a recogniser."""


def measure(faces: Sequence[Region], permissions: Permissions, likeness: Likeness) -> list[Measured]:
    """One result per face. Nothing is measured, and `likeness` never called, if nobody has references.

    Faces that a `hide` box covers are measured too: they count when one person seems to be there twice.
    """
    if not permissions.gallery:
        return [None] * len(faces)
    return [_sound(likeness(face)) if face.box.width >= NARROWEST else "low-quality" for face in faces]


def alike(measured: Sequence[Measured]) -> set[str]:
    """Everybody whom some face of the photo is like enough for their standing to matter."""
    return {
        person
        for one in measured
        if isinstance(one, Mapping)
        for person, similarity in one.items()
        if similarity >= SAME_PERSON
    }


def grounds_by_likeness(index: int, measured: Sequence[Measured], permissions: Permissions) -> Grounds:
    """Whom the face at `index` shows, by likeness alone; "allowed-by-match" only if that is beyond doubt.

    A person is in a photo at most once: if any other face of it is nearly as like the same person, both are
    "ambiguous".
    """
    own = measured[index]
    if own == "low-quality":
        return Grounds("low-quality")
    if not own:
        return Grounds("no-match")
    barred = barring(own, permissions)
    if barred:
        return barred
    (person, similarity), *others = sorted(own.items(), key=lambda item: (-item[1], item[0]))
    if similarity < SAME_PERSON:
        return Grounds("no-match", similarity=similarity)
    rivals = [runner_up for _, runner_up in others[:1]]
    rivals += [
        other[person]
        for place, other in enumerate(measured)
        if place != index and isinstance(other, Mapping) and person in other
    ]
    if not all(_leads(similarity, rival) for rival in rivals):
        return Grounds("ambiguous", similarity=similarity)
    return Grounds("allowed-by-match", person, similarity)


def barring(measured: Measured, permissions: Permissions, pointed_at: str | None = None) -> Grounds | None:
    """The person most like this face, other than `pointed_at`, who may not be shown by likeness; or None.

    No lead over others is asked for here: to be like somebody who refused is enough to be hidden, so a new
    person in the gallery never frees anybody.
    """
    if not isinstance(measured, Mapping):
        return None
    found = [
        Grounds(reason, person, similarity)
        for person, similarity in measured.items()
        if person != pointed_at
        and similarity >= SAME_PERSON
        and (reason := permissions.people[person].reason_by_likeness)
    ]
    return max(found, key=lambda grounds: (grounds.similarity, grounds.person), default=None)


def _leads(similarity: float, other: float) -> bool:
    return round(similarity - other, 6) >= CLEAR_LEAD  # .65 - .55 is a hair below .10 in floating point


def _sound(measured: Measured) -> Measured:
    """The embedding of a broken crop may be all zeros; its cosine is then not a number."""
    if isinstance(measured, Mapping) and not all(map(math.isfinite, measured.values())):
        return "low-quality"
    return measured
