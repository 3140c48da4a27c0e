"""Embeddings that are locked away with their photos, and taken back where the recogniser is still the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubber.recognition import embedder
from scrubber.recognition.references import AssessedReference, assess_here

if TYPE_CHECKING:
    from scrubber.consent import Consent
    from scrubber.policy import Limits
    from scrubber.recognition.references import ReferenceAssessor


def stored_embeddings(
    consent: Consent, limits: Limits, assess: ReferenceAssessor = assess_here
) -> dict[str, tuple[float, ...]]:
    """The numbers to lock away: those of every reference photo that shows exactly one good face, by its name."""
    photos = [item for person in consent.people for item in consent.reference_bytes(person.id).items()]
    return {seen.name: tuple(map(float, seen.embeddings[0])) for seen in assess(photos, limits) if seen.fault is None}


def unlocked_embedding(consent: Consent, name: str) -> AssessedReference | None:
    """What was locked away for one photo; None if nothing was, or if another recogniser made it."""
    import numpy as np

    locked = consent.locked
    if locked is None or locked.recogniser != embedder.version() or name not in locked.embeddings:
        return None
    return AssessedReference(name, (np.array(locked.embeddings[name], dtype=np.float32),))
