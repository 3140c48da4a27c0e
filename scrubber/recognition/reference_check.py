"""What only the recogniser can tell about reference photos: which are of no use, and who looks like whom."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING

from scrubber.consent.decisions.likeness import CLEAR_LEAD, SAME_PERSON
from scrubber.consent.summary import Remark
from scrubber.errors import ManifestError
from scrubber.recognition.comparing import assessed_references, embeddings
from scrubber.recognition.references import AssessedReference, assess_here

if TYPE_CHECKING:
    from scrubber.consent import Consent
    from scrubber.policy import Limits
    from scrubber.recognition.references import ReferenceAssessor


def review_references(consent: Consent, limits: Limits, assess: ReferenceAssessor = assess_here) -> tuple[Remark, ...]:
    """Remarks on the reference photos of a manifest, for its keeper; empty if all is well.

    Patterns that match no file are passed over: `scrubber.consent.check` tells of those.
    """
    people = [person.id for person in consent.people if person.references and all(consent.matches(person.id).values())]
    seen = assessed_references(consent, people, limits, assess)
    remarks = [remark for person, references in seen.items() for remark in _faults(person, references)]
    return (*remarks, *_too_alike(seen))


def _faults(person: str, references: list[AssessedReference]) -> Iterator[Remark]:
    try:
        embeddings(references)
    except ManifestError as error:
        yield Remark("problem", str(error), person)
    alone = {one.name: one for one in references if one.fault is None}
    for one, other in combinations(alone.values(), 2):
        if float(one.embeddings[0] @ other.embeddings[0]) < SAME_PERSON - CLEAR_LEAD:
            text = f"{one.name} and {other.name} hardly look like the same person; make sure that they are"
            yield Remark("warning", text, person)


def _too_alike(seen: dict[str, list[AssessedReference]]) -> Iterator[Remark]:
    """People of whom one will be taken for the other, or neither be recognised: kin, twins, a photo in both folders."""
    from scrubber.recognition.matching import Gallery

    usable = {
        person: [one.embeddings[0] for one in references if one.fault is None] for person, references in seen.items()
    }
    people = Gallery({person: vectors for person, vectors in usable.items() if vectors})
    for one, other, similarity in people.pairs():
        if similarity >= SAME_PERSON - CLEAR_LEAD:
            text = (
                f"the references of {one} and {other} are alike (similarity {similarity:.2f}), so that neither may be "
                "recognised; add clearer photos of both, or point at them with show boxes"
            )
            yield Remark("warning", text, other)
