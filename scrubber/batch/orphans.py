"""Copies of earlier runs that stay, though a run made them of nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set
from typing import TYPE_CHECKING

from scrubber.batch.ledger.copies import STREAM, state_of
from scrubber.guarded import is_there

if TYPE_CHECKING:
    from scrubber.batch.ledger.entries import Copy
    from scrubber.batch.ledger.ledger import Ledger


def orphans(
    ledger: Ledger, free: Callable[[Copy], bool], made_again: Set[str], inputs: Set[str]
) -> Iterator[tuple[Copy, str]]:
    """Copies that stay, and why they are orphans, in words that follow "its original".

    `free` tells whether a copy belongs to no input of the run, `made_again` holds hashes of the originals that have
    another copy, and `inputs` the places of all inputs.
    """
    for copy in ledger.copies():
        why = _why_orphaned(copy, made_again, inputs) if free(copy) else None
        if why is not None and state_of(ledger.storage, copy) == "intact":
            yield copy, why


def _why_orphaned(copy: Copy, made_again: Set[str], inputs: Set[str]) -> str | None:
    """None for what may well have its original: one that this run was not given, or standard input."""
    if copy.source.sha256 in made_again:
        return "has another copy here"
    if copy.input in inputs:
        return "has changed since"
    return None if copy.input == STREAM or is_there(copy.original) else "is gone from where it was"
