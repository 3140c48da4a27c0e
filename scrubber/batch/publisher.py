"""The coordinator's side of an output folder: what is carried on with, what gets which name, what is taken away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from scrubber.batch.idle_restrictions import damage
from scrubber.batch.ledger import entry_log
from scrubber.batch.ledger.copies import (
    Why,
    entry_of,
    place_of,
    removable,
    state_of,
    take_away,
)
from scrubber.batch.ledger.entries import Copy, folded
from scrubber.batch.ledger.ledger import Ledger
from scrubber.batch.ledger.published import adopt, record_for
from scrubber.batch.ledger.refusals import (
    Remembered,
    remember_refusals,
    remembered,
    sealed_refusals,
    under_known_refusals,
)
from scrubber.batch.ledger.restrictions import SAY_ANEW, lifted, looks_like, may_be_the_same, refuse_without_manifest
from scrubber.batch.ledger.retraction import (
    Objected,
    files_below,
    misplaced_copies,
    retract,
    retracted,
    stuck,
    taken_away,
    unseen,
)
from scrubber.batch.names import Namer
from scrubber.errors import NotWritable
from scrubber.guarded import is_there, sha256_of
from scrubber.output.outcomes import MATCHED_NOTHING
from scrubber.photos import alike
from scrubber.results import Result
from scrubber.storage import NameTaken

if TYPE_CHECKING:
    from scrubber.batch.plan import Task
    from scrubber.batch.work import Made
    from scrubber.terms import Terms
    from scrubber.values import SourceId


class Publisher:
    """Publishes into the folder `out` and keeps its ledger. One process uses it; others only stage files."""

    def __init__(self, out: Path, terms: Terms, *, rehearse: bool = False, restart: bool = False) -> None:
        """`rehearse` writes nothing at all; `restart` makes every copy again."""
        if not rehearse:
            adopt(out)
        self.out = out
        record = record_for(out) if rehearse else None
        self.ledger = Ledger(out, terms.recipient, terms.ledger_identity, record)
        self.storage = self.ledger.storage
        self.rehearse = rehearse
        self._restart = restart
        self._claimed: set[str] = set()  # folded names of the copies that belong to an input of this run
        self._taken: dict[str, list[Copy]] = {}  # copies that were taken away for an input, before it was made again
        self._inputs: frozenset[str] = frozenset()
        self._objected: list[Objected] = []  # that were taken away, or would be
        self._told: set[str | None] = set()  # names of copies that were said to be taken away, or to be that
        self._again: dict[str, str] = {}  # by hash of an original: the folded name that its copy has, or would have
        self._known = Remembered()
        self._withheld: list[tuple[SourceId, str]] = []  # photos of this run that are NO PHOTO, and their names
        self._seen: dict[str, list[Copy]] = {}  # copies of this run, by the hash of their original's pixels
        self.ledger.refresh()
        self.terms = terms
        """What the run goes by. `begin` makes them stricter if the ledger remembers what the manifest does not."""
        self._namer = Namer(terms.policy.names, entry_log.folder_secret(out, keep=not rehearse), self.ledger.names)

    def begin(self, tasks: Sequence[Task]) -> Iterator[Result]:
        """Take away what must not be seen any more, before anything is made; what cannot be taken away is a result.

        Raises `UsageError` without a manifest where earlier runs had one that restricts photos.
        """
        refuse_without_manifest(self.ledger, self.terms)
        self._known = remembered(self.terms, self.ledger)
        self.terms = under_known_refusals(self.terms, self._known)
        yield from damage(self.ledger)
        yield from sealed_refusals(self.ledger, self.terms)
        self._inputs = frozenset(place_of(task.source) for task in tasks)
        files, closed = files_below(self.out)
        astray = misplaced_copies(self.ledger, self.terms, files, (task.source for task in tasks))
        for found in retract(self.ledger, self.terms, self.rehearse):
            if found.stays is None:
                self._objected.append(found)
            else:
                yield found.result(self.storage, self.rehearse)
        for stray in astray:
            yield taken_away(stray, self.storage, self.rehearse).result(self.storage, self.rehearse)
        yield from unseen(self.ledger, closed)
        if not self.rehearse:
            remember_refusals(self.ledger, self.terms)

    def recall(self, task: Task) -> Result | None:
        """What became of a task, if nothing that decides it has changed and its copy is still what it was.

        Otherwise copies of the same source are taken away: they may show what must not be shown any more.
        """
        sha256 = sha256_of(task.source, self.terms.policy.limits.bytes)
        known = [copy for copy in self.ledger.made_of(sha256 or "") if self._free(copy)]
        known.sort(key=lambda copy: (copy.input != place_of(task.source), copy.output or ""))
        out = any(copy.output for copy in known)
        for copy in known:
            if out and copy.output is None:
                continue  # it was withheld before that
            result = None if self._restart else self._still_valid(copy, task)
            if result is not None:
                return result
        for copy in known:
            if copy.output and self._belongs(copy, task) and self._take_away(copy, "made again"):
                self._taken.setdefault(str(task.source), []).append(copy)
        return None

    def publish(self, task: Task, made: Made) -> Iterator[Result]:
        """Note an outcome, and give a staged copy its final name. Raises `NotWritable`."""
        result = lifted(self.ledger, self.terms, self._known.noted(made.result, self.terms.manifest))
        if result.status != "published" and made.staged is not None:
            self.storage.discard(made.staged)
        made = replace(made, result=result)
        if result.status != "published":
            yield from self._withhold(task, made)
        elif self.rehearse:
            self._note_again(result, next(self._names(task, made)).as_posix())
            yield replace(result, status="rehearsed", output_sha256=None)
            yield from self._replaced(task, result)
            name = next(self._names(task, made)).as_posix()
            copy = entry_of(self.ledger, self.terms, place_of(task.source), result, name, made)
            self._seen.setdefault(copy.source.pixels, []).append(copy)
            yield from self._twins(made)
        elif made.staged is not None:
            yield self._commit(task, made, made.staged)
            yield from self._replaced(task, result)
            yield from self._twins(made)

    def _withhold(self, task: Task, made: Made) -> Iterator[Result]:
        if not self.rehearse:
            self.ledger.note(entry_of(self.ledger, self.terms, place_of(task.source), made.result, None, made))
        yield made.result
        yield from self.withdraw(task, "has an original that is withheld now")
        yield from self._twins(made)

    def _replaced(self, task: Task, result: Result) -> Iterator[Result]:
        """Copies of the same photo under other names, which went to make room for this one."""
        name = self._again.get(result.source.sha256 if result.source else "")
        for copy in self._taken.pop(str(task.source), []):
            if folded(copy.output or "") != name and copy.output not in self._told:
                yield self._retracted(copy, "was made again under another name")

    def _twins(self, made: Made) -> Iterator[Result]:
        """Copies of this run of other files that are the same photo, though what was just said of it restricts them.

        They have the same pixels, or look alike.
        """
        source = made.result.source
        said = self.terms.pointed_at(source) if source else {}
        if source is None or not (said.get("no_photo") or said.get("hide")):
            return
        if said.get("no_photo"):
            self._withheld.append((source, Path(made.result.input).name))
        yield from self._look_alikes(source, Path(made.result.input).name, said)
        for copy in self._seen.pop(source.pixels, []):
            there = copy.private.restrictions if copy.private else {}
            lacks = said.get("no_photo") or any(box not in there.get("hide", ()) for box in said.get("hide", ()))
            if lacks and copy.source.sha256 != source.sha256 and self._take_away(copy, "must not be seen"):
                name = Path(made.result.input).name
                yield self._retracted(copy, f"has the same pixels as {name}, in which something is hidden")

    def _look_alikes(self, source: SourceId, name: str, said: dict[str, Any]) -> Iterator[Result]:
        for copy in (copy for pixels, copies in self._seen.items() if pixels != source.pixels for copy in copies):
            if not alike(copy.source.look, source.look) or self.terms.says_no_photo(copy.source):
                continue
            if not said.get("no_photo"):
                if not self.terms.pointed_at(copy.source).get("hide"):
                    text = f"{self._address(copy)}: {looks_like(name)}"
                    yield Result(copy.input, None, "unchanged", MATCHED_NOTHING, warnings=(text,))
            elif self._take_away(copy, "must not be seen"):
                yield self._retracted(copy, f"looks like {name}, which is withheld; {SAY_ANEW}")

    def withdraw(self, task: Task, said: str) -> Iterator[Result]:
        """For a task without a copy: take away what earlier runs made of the same photo, or of a file in its place."""
        for copy in self._taken.pop(str(task.source), []):
            yield self._retracted(copy, said)
        for copy in self.ledger.made_from(place_of(task.source)):
            if self._free(copy) and state_of(self.storage, copy) != "missing" and copy.output not in self._told:
                yield (
                    self._retracted(copy, said)
                    if self._take_away(copy, "must not be seen")
                    else stuck(copy, said, self._address(copy))
                )

    def finish(self) -> Iterator[Result]:
        """What was taken away at the beginning and did not come back."""
        for found in self._objected:
            name = self._again.get(found.copy.source.sha256)
            if found.copy.output not in self._told and name != folded(found.copy.output or ""):
                yield self._retracted(found.copy, found.said)
        yield from self._older_copies_of_withheld()

    def _older_copies_of_withheld(self) -> Iterator[Result]:
        """Copies of earlier runs, of files that are no input now, that may be a photo that is withheld now."""
        for copy in list(self.ledger.copies()) if self._withheld else ():
            if copy.output in self._told or self.terms.says_no_photo(copy.source):
                continue
            name = next((name for source, name in self._withheld if may_be_the_same(source, copy.source)), None)
            if name is not None and state_of(self.storage, copy) != "missing":
                said = f"looks like {name}, which is withheld; {SAY_ANEW}"
                gone = self._take_away(copy, "must not be seen")
                yield self._retracted(copy, said) if gone else stuck(copy, said, self._address(copy))

    def orphans(self) -> Iterator[Copy]:
        """Copies that stay, though their originals are gone or no longer what they were."""
        for copy in self.ledger.copies():
            if copy.output in self._told or (self.rehearse and copy.source.sha256 in self._again):
                continue  # this is a rehearsal, and it would be taken away
            gone = copy.input in self._inputs or not is_there(copy.original)
            if gone and self._free(copy) and state_of(self.storage, copy) == "intact":
                yield copy

    def _still_valid(self, copy: Copy, task: Task) -> Result | None:
        if copy.private is None or copy.private.key != self.terms.fingerprint(copy.source, copy.private.concerns):
            return None
        result = replace(copy.private.result, input=str(task.source))
        if copy.output is None:
            return result
        if lifted(self.ledger, self.terms, result).status != "published":
            return None  # something was said since of another file with the same pixels
        if state_of(self.storage, copy) != "intact" or not self._namer.fits(PurePath(copy.output), task.relative):
            return None
        self._claimed.add(folded(copy.output))
        self._note_again(result, copy.output)
        self._seen.setdefault(copy.source.pixels, []).append(copy)
        return replace(result, output=self._address(copy), status="unchanged")

    def _note_again(self, result: Result, output: str) -> None:
        if result.source is not None:
            self._again[result.source.sha256] = folded(output)

    def _names(self, task: Task, made: Made) -> Iterator[PurePath]:
        """Names for a copy, the best first: that of an earlier copy of the photo, if there was one."""
        sha256 = made.result.source.sha256 if made.result.source else ""
        known = [found.copy for found in self._objected if found.copy.source.sha256 == sha256]
        former = [PurePath(copy.output or "") for copy in (*self._taken.get(str(task.source), ()), *known)]
        return self._namer.proposals(task.relative, made.visible, made.extension, former)

    def _commit(self, task: Task, made: Made, staged: PurePath) -> Result:
        assert made.result.source is not None
        names = self._names(task, made)
        try:
            while True:
                name = next(name for name in names if self._can_have(name, task, made))
                result = replace(made.result, output=self.storage.address(name))
                copy = entry_of(self.ledger, self.terms, place_of(task.source), result, name.as_posix(), made)
                self.ledger.note(copy)
                self._claimed.add(folded(name))
                try:
                    self.storage.commit(staged, name)
                except NameTaken:
                    self.ledger.note_gone(copy, "somebody took the name meanwhile")
                except NotWritable:
                    self._claimed.discard(folded(name))
                    self.ledger.note_gone(copy, "it could not be put there")
                    raise
                else:
                    self._note_again(result, name.as_posix())
                    self._seen.setdefault(copy.source.pixels, []).append(copy)
                    return result
        finally:
            self.storage.discard(staged)

    def _can_have(self, name: PurePath, task: Task, made: Made) -> bool:
        """Whether nothing lies under this name, or only an older copy of the same pixels, which goes now."""
        known = self.ledger.at(name)
        if known is None:
            return not self.storage.is_taken(name)
        same = made.result.source is not None and known.source.pixels == made.result.source.pixels
        if not (same and self._free(known) and self._belongs(known, task)):
            return False
        return self._take_away(known, "made again")

    def _belongs(self, copy: Copy, task: Task) -> bool:
        """Whether a copy of the same photo was made from this input, or from one that this run does not have."""
        return copy.input == place_of(task.source) or copy.input not in self._inputs

    def _free(self, copy: Copy) -> bool:
        return copy.output is None or folded(copy.output) not in self._claimed

    def _take_away(self, copy: Copy, why: Why) -> bool:
        """Remove a copy that is still what was published; whether it is gone now, or would be."""
        return removable(self.ledger, copy) if self.rehearse else take_away(self.ledger, copy, why)

    def _retracted(self, copy: Copy, said: str) -> Result:
        self._told.add(copy.output)
        return retracted(copy, said, self._address(copy), self.rehearse)

    def _address(self, copy: Copy) -> str:
        return self.storage.address(PurePath(copy.output or ""))
