"""Copies of earlier runs that must not be seen any more, or were changed by other hands: gone, or named once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from scrubber.batch.ledger.entries import folded
from scrubber.batch.ledger.retraction import Objected, Removals, changed_copies, retract

if TYPE_CHECKING:
    from scrubber.results import Result
    from scrubber.terms import Terms


class Objections:
    """What was taken away before the photos were made again, and what of it came back."""

    def __init__(self, removals: Removals, rehearse: bool) -> None:
        self.gone: list[Objected] = []
        """Copies that were taken away, or would be."""
        self._removals = removals
        self._rehearse = rehearse
        self._named: set[str | None] = set()

    def take_away(self, terms: Terms) -> Iterator[Result]:
        """Take away what must not be seen; a result is each copy that stays, or was changed, the first time."""
        ledger = self._removals.ledger
        for found in retract(ledger, terms, self._rehearse):
            if found.stays is None:
                self.gone.append(found)
            elif found.copy.output not in self._named:
                self._named.add(found.copy.output)
                yield found.result(ledger.storage, self._rehearse)
        for found in changed_copies(ledger):
            if found.copy.output not in self._named:
                self._named.add(found.copy.output)
                yield found.result(ledger.storage, self._rehearse)

    def lasting(self, made_again: dict[str, str]) -> Iterator[Result]:
        """What did not come back. `made_again` holds, by hash of the original, the folded name of the copy of now."""
        for found in self.gone:
            if found.copy.output not in self._removals.told and not self._is_back(found, made_again):
                yield self._removals.result(found.copy, found.said)

    def _is_back(self, found: Objected, made_again: dict[str, str]) -> bool:
        name, sha256 = found.copy.output or "", found.copy.source.sha256
        if made_again.get(sha256) == folded(name):
            return True
        now = None if self._rehearse else self._removals.ledger.at(name)
        return now is not None and now.source.sha256 == sha256
