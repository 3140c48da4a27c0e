"""Copies of other files that are the same photo as one that is restricted: they go, or are told.

They have the same pixels, or look alike: the version of a messenger, the next photo of a burst.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrubber.batch.ledger.copies import state_of
from scrubber.batch.ledger.restrictions import SAY_ANEW, looks_like, may_be_the_same, withheld
from scrubber.batch.ledger.retraction import stuck
from scrubber.output.outcomes import MATCHED_NOTHING
from scrubber.photos import alike
from scrubber.results import Result

if TYPE_CHECKING:
    from scrubber.batch.ledger.entries import Copy
    from scrubber.batch.ledger.retraction import Removals
    from scrubber.terms import Terms
    from scrubber.values import SourceId


class SamePhotos:
    """The copies of one run, and its photos that are restricted."""

    def __init__(self, removals: Removals) -> None:
        self._removals = removals
        self._withheld: list[tuple[SourceId, str]] = []  # photos of this run that are NO PHOTO, and their names
        self._seen: dict[str, list[Copy]] = {}  # copies of this run, by the hash of their original's pixels
        self._new: set[str | None] = set()  # the names of those that this run made
        self.rehearsed: list[Copy] = []
        """Outcomes that restrict a photo and are not in the ledger, for this run only tells what would be."""

    def published(self, copy: Copy) -> None:
        """Take in a copy that this run made."""
        self._new.add(copy.output)
        self.kept(copy)

    def kept(self, copy: Copy) -> None:
        """Take in a copy of an earlier run that stays."""
        self._seen.setdefault(copy.source.pixels, []).append(copy)

    def leave_out(self, copy: Copy) -> None:
        """Forget a copy of this run that was taken away again: its photo is made anew."""
        self._new.discard(copy.output)
        same = self._seen.get(copy.source.pixels, [])
        self._seen[copy.source.pixels] = [one for one in same if one.output != copy.output]

    def rehearse(self, copy: Copy) -> None:
        """Take in what the ledger would be told."""
        if copy.restricted:
            self.rehearsed.append(copy)

    def _gone(self, copy: Copy, said: str) -> Result:
        """That a copy is taken away; the photo is withheld if this run had made it, and counts as nothing else."""
        if copy.output not in self._new or copy.private is None:
            return self._removals.result(copy, said)
        self._removals.told.add(copy.output)
        return withheld(copy.private.result, "restriction-in-doubt", f"it {said}")

    def restricted_by(self, result: Result, terms: Terms) -> Iterator[Result]:
        """Copies of this run of other files that are the same photo, though what was just said of it restricts them.

        They have the same pixels, or look alike.
        """
        source = result.source
        said = terms.pointed_at(source) if source else {}
        if source is None or not (said.get("no_photo") or said.get("hide")):
            return
        name = Path(result.input).name
        if said.get("no_photo"):
            self._withheld.append((source, name))
        yield from self._look_alikes(source, name, said, terms)
        for copy in self._seen.pop(source.pixels, []):
            there = copy.private.restrictions if copy.private else {}
            lacks = said.get("no_photo") or any(box not in there.get("hide", ()) for box in said.get("hide", ()))
            if lacks and copy.source.sha256 != source.sha256 and self._removals.take_away(copy, "must not be seen"):
                yield self._gone(copy, f"has the same pixels as {name}, in which something is hidden; {SAY_ANEW}")

    def _look_alikes(self, source: SourceId, name: str, said: dict[str, Any], terms: Terms) -> Iterator[Result]:
        others = [copy for pixels, copies in self._seen.items() if pixels != source.pixels for copy in copies]
        for copy in others:
            if not alike(copy.source.look, source.look) or terms.says_no_photo(copy.source):
                continue
            if not said.get("no_photo"):
                if not terms.pointed_at(copy.source).get("hide"):
                    text = f"{self._removals.address(copy)}: {looks_like(name)}"
                    yield Result(copy.input, None, "unchanged", MATCHED_NOTHING, warnings=(text,))
            elif self._removals.take_away(copy, "must not be seen"):
                self._seen[copy.source.pixels].remove(copy)
                yield self._gone(copy, f"looks like {name}, which is withheld; {SAY_ANEW}")

    def older_copies_of_withheld(self, terms: Terms) -> Iterator[Result]:
        """Copies of earlier runs, of files that are no input now, that may be a photo that is withheld now."""
        ledger = self._removals.ledger
        for copy in list(ledger.copies()) if self._withheld else ():
            if copy.output in self._removals.told or terms.says_no_photo(copy.source):
                continue
            name = next((name for source, name in self._withheld if may_be_the_same(source, copy.source)), None)
            if name is not None and state_of(ledger.storage, copy) != "missing":
                said = f"looks like {name}, which is withheld; {SAY_ANEW}"
                gone = self._removals.take_away(copy, "must not be seen")
                address = self._removals.address(copy)
                yield self._removals.result(copy, said) if gone else stuck(copy, said, address)
