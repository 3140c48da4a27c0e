"""What is done with one file where files are opened: in a worker of the sandbox, or in the caller's own process."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from scrubber import inspection, verification
from scrubber.batch.sandbox.executors import Executor, Pending, Shared
from scrubber.errors import NotWritable, UnsupportedFormat, WorkerLost
from scrubber.guarded import read_file
from scrubber.inspection import file_names
from scrubber.listing import list_regions
from scrubber.photos import suits
from scrubber.pipeline import analyse, make_safe, render
from scrubber.policy import Limits
from scrubber.recognition import AssessedReference, assess_reference
from scrubber.values import LEAK_KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrubber.analysis import Analysis
    from scrubber.listing import Drawing, Listed
    from scrubber.policy import Preset
    from scrubber.recognition import ReferenceAssessor
    from scrubber.results import Result, Verdict
    from scrubber.scrubbed import Scrubbed
    from scrubber.storage import Storage
    from scrubber.terms import Terms
    from scrubber.values import Decision, Leak


@dataclass(frozen=True, slots=True)
class Made:
    """A copy that was made and checked, under a temporary name if it is to be published.

    `concerns` are the ids of the people on whose standing the outcome hangs, `unplaced` those of people who may be seen
    and are pointed at where no face was found.
    """

    result: Result
    concerns: tuple[str, ...]
    extension: str = ""
    visible: str = ""
    """A hash of what can be seen in the copy, from which its name is made."""
    staged: PurePath | None = None
    unplaced: tuple[str, ...] = ()
    size: int | None = None
    """Of the copy, in bytes."""


def make_file(
    source: Path,
    terms: Shared[Terms],
    storage: Storage | None,
    named: Path | None = None,
    analysis: Analysis | None = None,
) -> Made:
    """Make the photo at `source` safe and stage the copy in `storage`; nothing is written without one.

    `named` is the final name where the user chose it: the copy must be what it says. With an `analysis` nothing is
    searched for again (`pipeline.render`). Raises `PhotoError`.
    """
    data = read_file(source, terms.value.policy.limits)
    return make_data(data, str(source), terms, storage, named, analysis)


def make_data(
    data: bytes,
    name: str,
    terms: Shared[Terms],
    storage: Storage | None,
    named: Path | None = None,
    analysis: Analysis | None = None,
) -> Made:
    """The same for a photo that is in memory."""
    copy = make_safe(data, name, terms.value) if analysis is None else render(data, name, analysis, terms.value)
    made = Made(copy.result(name, None), copy.concerns, copy.extension, copy.visible, unplaced=copy.unplaced)
    if copy.data is None:
        return made
    if named is not None and not suits(named, copy.extension):
        raise NotWritable(f"{named}: the copy would not be what its name says; let the name end in {copy.extension}")
    if storage is None:
        return made
    return replace(made, staged=storage.stage(copy.data), size=len(copy.data))


def make_bytes(data: bytes, name: str, terms: Shared[Terms]) -> Scrubbed:
    """The same without any file: the copy comes back in memory."""
    return make_safe(data, name, terms.value)


def verify_file(path: Path, preset: Preset, published: tuple[Decision, ...] | None) -> Verdict:
    """Is the file at `path` fit to publish? `published` is as in `verification.verify`. Raises `PhotoError`."""
    limits = Limits()
    try:
        return verification.verify(read_file(path, limits), str(path), limits, preset, published=published)
    except UnsupportedFormat as error:
        raise UnsupportedFormat(f"{path}: {error}") from error


def inspect_file(path: Path) -> list[Leak]:
    """What the file at `path` gives away, its name included, the most dangerous first. Raises `PhotoError`."""
    try:
        return inspect_bytes(read_file(path, Limits()), file_names.leak(path))
    except UnsupportedFormat as error:
        raise UnsupportedFormat(f"{path}: {error}") from error


def inspect_bytes(data: bytes, named: Leak | None = None) -> list[Leak]:
    """The same for bytes; `named` is what its name gives away."""
    leaks = dict.fromkeys(
        (*inspection.inventory(data), *verification.unseen(data, Limits()), *([named] if named else []))
    )
    return sorted(leaks, key=lambda leak: LEAK_KINDS.index(leak.kind))


def analyse_bytes(data: bytes, name: str, terms: Shared[Terms]) -> Analysis:
    """What is in a photo that is in memory, and what would be decided. Raises `PhotoError`."""
    return analyse(data, name, terms.value)


def list_file(path: Path, terms: Shared[Terms], drawing: Drawing | None) -> Listed:
    """The regions in the photo at `path`, and what would be decided for each. Raises `PhotoError`."""
    return list_regions(read_file(path, terms.value.policy.limits), str(path), terms.value, drawing)


def reference_assessor(executor: Executor) -> ReferenceAssessor:
    """Looks at reference photos where the executor opens files; one that breaks its process is no good reference."""

    def assess_all(photos: Sequence[tuple[str, bytes]], limits: Limits) -> list[AssessedReference]:
        calls = [
            (name, executor.submit(name, len(data), limits, assess_reference, data, name, limits))
            for name, data in photos
        ]
        return [_assessed(name, call) for name, call in calls]

    return assess_all


def _assessed(name: str, call: Pending[AssessedReference]) -> AssessedReference:
    try:
        return call.result()
    except WorkerLost as error:
        return AssessedReference(name, fault=f"it cannot be opened ({error})")
