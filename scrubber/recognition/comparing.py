"""The people of a manifest as templates, and the function that compares faces with them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from scrubber.consent.decisions.likeness import SAME_PERSON
from scrubber.errors import ManifestError
from scrubber.recognition import embedder
from scrubber.recognition.references import REMEDY, AssessedReference, assess_here
from scrubber.recognition.stored import unlocked_embedding

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scrubber.consent import Consent, Likeness, Measured
    from scrubber.detection.detector import Picture
    from scrubber.policy import Limits
    from scrubber.recognition.embedder import Embedding
    from scrubber.recognition.matching import Gallery
    from scrubber.recognition.references import ReferenceAssessor
    from scrubber.values import Region


def gallery(
    consent: Consent, people: tuple[str, ...], limits: Limits, assess: ReferenceAssessor | None = None
) -> Gallery:
    """One template for each of `people` (their ids).

    Reference photos are looked at by `assess`; without one in this process, and once for each manifest. Raises
    `ManifestError` if a reference photo is missing or cannot be used.
    """
    return _built_here(consent, people, limits) if assess is None else _built(consent, people, limits, assess)


@lru_cache(maxsize=4)
def _built_here(consent: Consent, people: tuple[str, ...], limits: Limits) -> Gallery:
    return _built(consent, people, limits, assess_here)


def _built(consent: Consent, people: tuple[str, ...], limits: Limits, assess: ReferenceAssessor) -> Gallery:
    from scrubber.recognition.matching import Gallery

    return Gallery(
        {person: embeddings(seen) for person, seen in assessed_references(consent, people, limits, assess).items()}
    )


def likeness(picture: Picture, people: Gallery, *others: Picture) -> Likeness:
    """A function that compares a face of `picture` (H×W×3 RGB uint8) with everybody in the gallery.

    `others` are what a viewer may see instead: the same frame on other paper. A face is as like somebody as it is where
    it is least so: one portrait may lie on white and another on black.
    """

    import numpy as np

    def measure(face: Region) -> Measured:
        found = [embedder.embed(view, face) for view in (picture, *others)]
        seen = [people.similarities(embedding) for embedding in found if embedding is not None]
        if len(seen) < len(found):
            return "low-quality"
        return {person: float(np.min([one[person] for one in seen])) for person in seen[0]}  # or NaN

    return measure


def assessed_references(
    consent: Consent, people: Iterable[str], limits: Limits, assess: ReferenceAssessor = assess_here
) -> dict[str, list[AssessedReference]]:
    """Every reference photo of these people, looked at; one whose embedding was locked away with it needs no look."""
    known: dict[str, dict[str, AssessedReference | None]] = {}
    waiting: list[tuple[str, bytes]] = []
    for person in people:
        known[person] = {}
        for name, data in consent.reference_bytes(person).items():
            known[person][name] = unlocked_embedding(consent, name)
            if known[person][name] is None:
                waiting.append((f"{consent.holdings.place}/{name}", data))
    looked = {one.name: one for one in assess(waiting, limits)}
    return {
        person: [one or looked[f"{consent.holdings.place}/{name}"] for name, one in photos.items()]
        for person, photos in known.items()
    }


def embeddings(references: Sequence[AssessedReference]) -> list[Embedding]:
    """One embedding for each reference photo of one person.

    A photo with several faces is of use if exactly one of them is the person that the other photos show alone.
    Raises `ManifestError` for a photo that is not.
    """
    from scrubber.recognition.matching import Gallery

    alone = [one for one in references if one.fault is None]
    known = Gallery({"": [one.embeddings[0] for one in alone]}) if alone else None
    chosen: list[Embedding] = []
    for one in references:
        alike = [face for face in one.embeddings if known and known.similarities(face)[""] >= SAME_PERSON]
        if one.fault is not None and len(alike) != 1:
            raise ManifestError(f"{one.name}: this reference photo cannot be used: {one.fault}; {REMEDY}")
        chosen.append(one.embeddings[0] if one.fault is None else alike[0])
    return chosen
