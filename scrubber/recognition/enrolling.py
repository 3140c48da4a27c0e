"""Takes somebody into a manifest, with reference photos that were looked at first."""

from __future__ import annotations

import glob
from datetime import UTC, datetime
from itertools import combinations
from typing import TYPE_CHECKING

from scrubber.consent import CLEAR_LEAD, SAME_PERSON
from scrubber.errors import UsageError
from scrubber.guarded import read_file
from scrubber.recognition.references import REMEDY, AssessedReference, assess_here

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from scrubber.consent.editing.draft import Draft
    from scrubber.consent.manifest.model import Person
    from scrubber.policy import Limits
    from scrubber.recognition.references import ReferenceAssessor


def enrol(draft: Draft, person: Person) -> None:
    """Add somebody and note when; `draft` still has to be saved. Raises `UsageError` if the id is taken."""
    draft.add_people([person])
    if person.decision == "allow":
        draft.add_event(person.id, "given", datetime.now(UTC))


def check_references(paths: Sequence[Path], limits: Limits, assess: ReferenceAssessor = assess_here) -> None:
    """Raises `UsageError` that names every photo that is no good reference, and says why not."""
    seen = assess([(str(path), read_file(path, limits)) for path in paths], limits)
    faults = [f"{one.name}: {one.fault}; {REMEDY}" for one in seen if one.fault]
    faults += _strangers_to_each_other([one for one in seen if one.fault is None])
    if faults:
        raise UsageError(*faults)


def referred_to(paths: Sequence[Path], folder: Path) -> tuple[str, ...]:
    """The patterns by which a manifest in `folder` names these photos. Raises `UsageError` for one outside of it."""
    patterns = []
    for path in paths:
        if not path.resolve().is_relative_to(folder.resolve()):
            raise UsageError(
                f"{path}: lies outside of the manifest's folder; move it there, or let it be copied: --copy"
            )
        patterns.append(glob.escape(path.resolve().relative_to(folder.resolve()).as_posix()))
    return tuple(patterns)


def copied(paths: Sequence[Path], draft: Draft, person: str, limits: Limits) -> tuple[str, ...]:
    """Copies photos to `people/ID` beside the manifest, or into the locked file; the patterns that name them there.

    They get numbers, because file names often hold the name of whom they show. Raises `NotWritable`.
    """
    return tuple(
        draft.hold(f"people/{person}/{number:02}{path.suffix.lower()}", read_file(path, limits))
        for number, path in enumerate(paths, 1)
    )


def _strangers_to_each_other(seen: Sequence[AssessedReference]) -> Iterator[str]:
    for one, other in combinations(seen, 2):
        similarity = float(one.embeddings[0] @ other.embeddings[0])
        if similarity < SAME_PERSON - CLEAR_LEAD:
            yield (
                f"{one.name} and {other.name}: hardly look like the same person (similarity {similarity:.2f}); "
                "leave out the one that is not, or that is too old"
            )
