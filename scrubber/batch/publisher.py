"""The coordinator's side of an output folder: what is carried on with, what gets which name, what is taken away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from scrubber.batch.idle_restrictions import damage
from scrubber.batch.ledger import entry_log
from scrubber.batch.ledger.copies import entry_of, place_of, state_of
from scrubber.batch.ledger.entries import Copy, Shown, folded
from scrubber.batch.ledger.ledger import Ledger
from scrubber.batch.ledger.people_shown import people_shown
from scrubber.batch.ledger.published import adopt, record_for
from scrubber.batch.ledger.refusals import (
    Remembered,
    remember_refusals,
    remembered,
    sealed_refusals,
    under_known_refusals,
)
from scrubber.batch.ledger.restrictions import lifted, refuse_without_manifest, still_doubted
from scrubber.batch.ledger.retraction import (
    Removals,
    files_below,
    misplaced_copies,
    stuck,
    taken_away,
    unseen,
)
from scrubber.batch.names import Namer
from scrubber.batch.objections import Objections
from scrubber.batch.orphans import orphans
from scrubber.batch.said_since import SaidSince
from scrubber.batch.same_photos import SamePhotos
from scrubber.consent.decisions.photo_entries import restricts
from scrubber.errors import NotWritable
from scrubber.guarded import sha256_of
from scrubber.output.outcomes import RENAMED
from scrubber.results import Result
from scrubber.storage import NameTaken
from scrubber.values import SourceId

if TYPE_CHECKING:
    from scrubber.batch.plan import Task
    from scrubber.batch.work import Made
    from scrubber.terms import Terms


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
        self._removals = Removals(self.ledger, rehearse)
        self._same_photos = SamePhotos(self._removals)
        self._restart = restart
        self._claimed: dict[str, str] = {}  # by folded name of a copy: the place of the input that it belongs to
        self._taken: dict[str, list[Copy]] = {}  # copies that were taken away for an input, before it was made again
        self._inputs: frozenset[str] = frozenset()
        self._objections = Objections(self._removals, rehearse)
        self._again: dict[str, str] = {}  # by hash of an original: the folded name that its copy has, or would have
        self._outdated: set[str] = set()  # places of inputs whose copies went while the run was going on
        self._known = Remembered()
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
        yield from self._objections.take_away(self.terms)
        for stray in astray:
            yield taken_away(stray, self.storage, self.rehearse).result(self.storage, self.rehearse)
        yield from unseen(self.ledger, closed)
        if not self.rehearse:
            remember_refusals(self.ledger, self.terms)
        self._said = SaidSince(self.ledger, self.terms, self._known)

    def catch_up(self) -> Iterator[Result]:
        """Go by what was said since the run began: who withdrew meanwhile is not shown, and copies of them go."""
        if self.rehearse or not self._said.look():
            return
        self.terms, self._known = self._said.terms, self._said.known
        yield from self._said.told()
        known = len(self._objections.gone)
        yield from self._objections.take_away(self.terms)
        for found in self._objections.gone[known:]:
            owner = self._claimed.pop(folded(found.copy.output or ""), None)
            self._outdated |= {owner} if owner else set()
            self._same_photos.leave_out(found.copy)
            self._again.pop(found.copy.source.sha256, None)
        remember_refusals(self.ledger, self.terms)
        self._said.expect_own()

    def is_outdated(self, made: Made, terms: Terms) -> bool:
        """Whether what was made under these terms would be another copy, or none, under those of the run by now."""
        source = made.result.source
        if terms is self.terms or source is None:
            return False
        return terms.fingerprint(source, made.concerns) != self.terms.fingerprint(source, made.concerns)

    def outdated(self, tasks: Sequence[Task]) -> list[Task]:
        """The tasks whose copies of this run were taken away again since: they are to be done anew."""
        gone, self._outdated = self._outdated, set()
        return [task for task in tasks if place_of(task.source) in gone]

    def first_of(self, tasks: Sequence[Task]) -> list[Task]:
        """The tasks to be done before the others: photos that the manifest restricts, as far as their bytes tell.

        So what is said of them is known when files of the same photo come, and no copy of these is made in vain. Where
        names of copies tell their order, only those come first that get no copy.
        """
        entries = self.terms.permissions.photos.entries if self.terms.permissions else ()
        if not any(map(restricts, entries)):
            return []
        return [task for task in tasks if self._is_restricted(task)]

    def _is_restricted(self, task: Task) -> bool:
        sha256 = sha256_of(task.source, self.terms.policy.limits.bytes) or ""
        known = next((copy.source for copy in self.ledger.made_of(sha256)), SourceId(sha256, ""))
        said = self.terms.pointed_at(known)
        return bool(said.get("no_photo") or (said.get("hide") and self.terms.policy.names == "neutral"))

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
            if result is not None and copy.private is not None:
                return self._told(result, copy.private.shown)
        for copy in known:
            if copy.output and self._belongs(copy, task) and self._removals.take_away(copy, "made again"):
                self._taken.setdefault(str(task.source), []).append(copy)
        return None

    def publish(self, task: Task, made: Made) -> Iterator[Result]:
        """Note an outcome, and give a staged copy its final name. Raises `NotWritable`."""
        result = lifted(self.ledger, self.terms, made.result, self._same_photos.rehearsed)
        if result.status != "published" and made.staged is not None:
            self.storage.discard(made.staged)
        made = replace(made, result=result)
        if result.status != "published":
            yield from self._withhold(task, made)
        elif self.rehearse:
            yield from self._foretell(task, made)
        elif made.staged is not None:
            shown = people_shown(result, made.unplaced, self.terms.permissions)
            yield self._told(self._commit(task, made, made.staged), shown)
            yield from self._replaced(task, result)
            yield from self._same_photos.restricted_by(made.result, self.terms)

    def _foretell(self, task: Task, made: Made) -> Iterator[Result]:
        """What a run would do with a copy, noted nowhere but here."""
        result = made.result
        names = self._names(task, made)
        best = next(names)
        name = next(each for each in chain([best], names) if self._can_have(each, task, made)).as_posix()
        self._claimed[folded(name)] = place_of(task.source)
        self._note_again(result, name)
        rehearsed = replace(result, status="rehearsed", output_sha256=None)
        if self.ledger.at(best) is None and self.storage.is_taken(best):
            said = f"{self.storage.address(best)}: scrubber did not make this file; the copy would be called {name}"
            rehearsed = replace(rehearsed, warnings=(*rehearsed.warnings, said))
        shown = people_shown(result, made.unplaced, self.terms.permissions)
        yield self._told(rehearsed, shown)
        yield from self._replaced(task, result)
        copy = entry_of(self.ledger, self.terms, place_of(task.source), result, name, made)
        self._same_photos.rehearse(copy)
        self._same_photos.published(copy)
        yield from self._same_photos.restricted_by(made.result, self.terms)

    def _withhold(self, task: Task, made: Made) -> Iterator[Result]:
        entry = entry_of(self.ledger, self.terms, place_of(task.source), made.result, None, made)
        if self.rehearse:
            self._same_photos.rehearse(entry)
        else:
            self.ledger.note(entry)
        yield self._told(made.result, ())
        yield from self.withdraw(task, "has an original that is withheld now")
        yield from self._same_photos.restricted_by(made.result, self.terms)

    def _told(self, result: Result, shown: Iterable[Shown]) -> Result:
        """The result with what only the record remembers; not noted, for the next manifest may be another."""
        return self._known.with_doubts(self._known.noted(result, self.terms.manifest), shown)

    def _replaced(self, task: Task, result: Result) -> Iterator[Result]:
        """Copies of the same photo under other names, which went to make room for this one."""
        name = self._again.get(result.source.sha256 if result.source else "")
        for copy in self._taken.pop(str(task.source), []):
            if folded(copy.output or "") != name and copy.output not in self._removals.told:
                yield replace(self._removals.result(copy, "was made again under another name"), reason=RENAMED)

    def withdraw(self, task: Task, said: str) -> Iterator[Result]:
        """For a task without a copy: take away what earlier runs made of the same photo, or of a file in its place."""
        for copy in self._taken.pop(str(task.source), []):
            yield self._removals.result(copy, said)
        for copy in self.ledger.made_from(place_of(task.source)):
            if (
                self._free(copy)
                and state_of(self.storage, copy) != "missing"
                and copy.output not in self._removals.told
            ):
                yield (
                    self._removals.result(copy, said)
                    if self._removals.take_away(copy, "must not be seen")
                    else stuck(copy, said, self._removals.address(copy))
                )

    def finish(self) -> Iterator[Result]:
        """What was taken away at the beginning and did not come back."""
        yield from self._objections.lasting(self._again)
        yield from self._same_photos.older_copies_of_withheld(self.terms)

    def orphans(self) -> Iterator[tuple[Copy, str]]:
        """Copies that stay, though this run made them of nothing, and why, in words that follow "its original"."""
        for copy, why in orphans(self.ledger, self._free, self._again.keys(), self._inputs):
            goes = self.rehearse and copy.source.sha256 in self._again  # this is a rehearsal, and it would
            if copy.output not in self._removals.told and not goes:
                yield copy, why

    def _still_valid(self, copy: Copy, task: Task) -> Result | None:
        if copy.private is None or copy.private.key != self.terms.fingerprint(copy.source, copy.private.concerns):
            return None
        result = replace(copy.private.result, input=str(task.source))
        if copy.output is None:
            in_doubt = result.reason == "restriction-in-doubt"
            return None if in_doubt and not still_doubted(self.ledger, self.terms, result) else result
        if lifted(self.ledger, self.terms, result, self._same_photos.rehearsed).status != "published":
            return None  # something was said since of another file with the same pixels
        if state_of(self.storage, copy) != "intact" or not self._namer.fits(PurePath(copy.output), task.relative):
            return None
        self._claimed[folded(copy.output)] = place_of(task.source)
        self._note_again(result, copy.output)
        self._same_photos.kept(copy)
        return replace(result, output=self._removals.address(copy), status="unchanged")

    def _note_again(self, result: Result, output: str) -> None:
        if result.source is not None:
            self._again[result.source.sha256] = folded(output)

    def _names(self, task: Task, made: Made) -> Iterator[PurePath]:
        """Names for a copy, the best first: that of an earlier copy of the photo, if there was one."""
        sha256 = made.result.source.sha256 if made.result.source else ""
        known = [found.copy for found in self._objections.gone if found.copy.source.sha256 == sha256]
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
                self._claimed[folded(name)] = place_of(task.source)
                try:
                    self.storage.commit(staged, name)
                except NameTaken:
                    self.ledger.note_gone(copy, "somebody took the name meanwhile")
                except NotWritable:
                    self._claimed.pop(folded(name), None)
                    self.ledger.note_gone(copy, "it could not be put there")
                    raise
                else:
                    self._note_again(result, name.as_posix())
                    self._same_photos.published(copy)
                    return result
        finally:
            self.storage.discard(staged)

    def _can_have(self, name: PurePath, task: Task, made: Made) -> bool:
        """Whether nothing lies under this name, or only an older copy of the same pixels, which goes now."""
        known = self.ledger.at(name)
        if known is None or (self.rehearse and any(found.copy == known for found in self._objections.gone)):
            there = known is None and self.storage.is_taken(name)
            return not there and folded(name) not in self._claimed
        same = made.result.source is not None and known.source.pixels == made.result.source.pixels
        if not (same and self._free(known) and self._belongs(known, task)):
            return False
        return self._removals.take_away(known, "made again")

    def _belongs(self, copy: Copy, task: Task) -> bool:
        """Whether a copy of the same photo was made from this input, or from one that this run does not have."""
        return copy.input == place_of(task.source) or copy.input not in self._inputs

    def _free(self, copy: Copy) -> bool:
        return copy.output is None or folded(copy.output) not in self._claimed
