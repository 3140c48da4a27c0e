"""Inspects and verifies one file for the library, where an executor opens files."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from scrubber import verification
from scrubber.batch import copy_anywhere, known_copy, refused_since, work
from scrubber.inspection import file_names
from scrubber.values import Leak

if TYPE_CHECKING:
    from scrubber.arguments import Given
    from scrubber.batch import Executor
    from scrubber.policy import Limits, Preset
    from scrubber.results import Verdict
    from scrubber.values import Region

_SHOWN_THEN: Final = "whether those who are shown by consent may be seen today: no manifest was asked"


def inspect_in(executor: Executor, given: Given, limits: Limits) -> list[Leak]:
    """What a file gives away, its name included if it has one, the most dangerous first. Raises as the executor."""
    named = None if given.path is None else file_names.leak(given.path)
    return executor.submit(given.name, len(given.data), limits, work.inspect_bytes, given.data, named).result()


def verify_in(executor: Executor, given: Given, limits: Limits, preset: Preset, allowed: Sequence[Region]) -> Verdict:
    """Whether a file is fit to publish; what a run published is known by its ledger. Raises as the executor."""
    copy = known_copy(given.path) if given.path is not None else None
    copy = copy or copy_anywhere(hashlib.sha256(given.data).hexdigest())
    decided = copy.decisions if copy else None
    words = (given.data, given.name, limits, preset, allowed, decided)
    verdict = executor.submit(given.name, len(given.data), limits, verification.verify, *words).result()
    if copy is None or not copy.shows:
        return verdict
    objection = refused_since(copy)
    if objection is None:
        return replace(verdict, not_judged=(*verdict.not_judged, _SHOWN_THEN))
    return replace(verdict, clean=False, leaks=(Leak("identity", "consent", f"it {objection}"), *verdict.leaks))
