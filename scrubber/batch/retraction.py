"""Copies of earlier runs that must not be seen any more: found, wherever they lie now, and taken away.

A copy that lies where it was published is known by its name. One that was renamed, moved or put back from a backup is
known by its bytes. That is weaker: a file may hold the same bytes and be somebody else's, an original that had nothing
to clean, or the copy of another output folder. So bytes alone never remove what a run reads or read once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from scrubber.batch.copies import place_of, state_of, take_away
from scrubber.batch.ledger_entries import Copy
from scrubber.batch.published import known_copy, lost_ledgers
from scrubber.batch.refusals import remember_refusals
from scrubber.batch.standing import objection
from scrubber.errors import NotWritable
from scrubber.guarded import sha256_of
from scrubber.storage import discard
from scrubber.types import Result

if TYPE_CHECKING:
    from scrubber.batch.ledger import Ledger
    from scrubber.terms import Terms
    from scrubber.types import Status

MUST_NOT_BE_SEEN: Final = "must-not-be-seen"
"""Of a result about a copy that was taken away, or would be."""

_MOST_BYTES: Final = 4 << 30  # no copy is larger
_CHANGED: Final = "it was changed by other hands, or is protected"
_READ: Final = "it is one of the files that this run reads"
_ORIGINAL: Final = "it has the bytes of an original as well"
_BESIDE: Final = "it has another name than it was published under, in a folder that may hold other files of yours"


@dataclass(frozen=True, slots=True)
class Objected:
    """A copy that must not be seen, and why, in words that follow "it". It lies, or lay, at `path`.

    `stays` says why it was not taken away; None if it is gone, or would be.
    """

    copy: Copy
    said: str
    path: Path
    stays: str | None = None

    def result(self, rehearse: bool) -> Result:
        """The same as a result; it is `rehearsed` if the copy would be taken away."""
        if self.stays is not None:
            return stuck(self.copy, self.said, self.path, self.stays)
        return retracted(self.copy, self.said, self.path, rehearse)


def retract(ledger: Ledger, terms: Terms, rehearse: bool) -> Iterator[Objected]:
    """Take away each copy that must not be seen any more and lies where it was published. `rehearse` only tells.

    One that was changed by other hands is left alone.
    """
    for copy in list(ledger.copies()):
        said = objection(copy, terms.permissions)
        if said is None:
            continue
        if not rehearse:
            remember_refusals(ledger, terms, _people(copy))
        path, state = ledger.out / (copy.output or ""), state_of(ledger.out, copy)
        if state == "changed" or not (state == "missing" or rehearse or take_away(ledger, copy, "must not be seen")):
            yield Objected(copy, said, path, _CHANGED)
        elif state == "intact":
            yield Objected(copy, said, path)


def strays(ledger: Ledger, terms: Terms, among: Iterable[Path], inputs: Iterable[Path]) -> list[Objected]:
    """Files `among` these that hold the bytes of a copy that must not be seen any more, by SHA-256.

    Whoever posts photos renames them first; a copy may be back from a backup, or the whole output folder may have
    another name now. `inputs` are those of the run. Nothing is taken away: to be called before `retract`, which does.
    """
    wanted = {copy.sha256: (copy, said) for copy, said in _objected(ledger, terms)}
    if not wanted:
        return []
    reads = {*terms.reads, *(path.resolve() for path in inputs)}
    found = []
    for path in sorted(among):
        if path.is_symlink() or not path.is_file():
            continue
        digest = sha256_of(path, _MOST_BYTES)
        if digest is not None and digest in wanted and not _has_a_place(path, digest, ledger):
            stays = _READ if path.resolve() in reads else _ORIGINAL if ledger.knows_source(digest) else None
            found.append(Objected(*wanted[digest], path, stays))
    return found


def taken_away(stray: Objected, rehearse: bool) -> Objected:
    """Remove a file that is a copy by its bytes, unless something speaks against it."""
    if stray.stays is not None or rehearse:
        return stray
    try:
        discard(stray.path)
    except NotWritable:
        return replace(stray, stays=_CHANGED)
    return stray


def left_alone(stray: Objected) -> Objected:
    """The same where nothing is removed that was not published under this name."""
    return replace(stray, stays=stray.stays or _BESIDE)


def retracted(copy: Copy, said: str, path: Path, rehearse: bool) -> Result:
    """That a copy, which lay at `path`, was taken away, or would be."""
    status: Status = "rehearsed" if rehearse else "retracted"
    text = f"{path}: {'would be' if rehearse else 'was'} taken away, for it {said}"
    return Result(copy.input, str(path), status, MUST_NOT_BE_SEEN, warnings=(text,), source=copy.source)


def stuck(copy: Copy, said: str, path: Path, why: str = _CHANGED) -> Result:
    """That a copy, which lies at `path`, must not be seen and could not be taken away."""
    text = f"{path}: it {said}, but is not taken away: {why}; look at it, and delete it, or move it elsewhere"
    return Result(copy.input, None, "failed", "not-retracted", warnings=(text,), source=copy.source)


def _objected(ledger: Ledger, terms: Terms) -> Iterator[tuple[Copy, str]]:
    """Every copy that must not be seen, published here or in a folder that is gone; the newest word on each last."""
    for lost in lost_ledgers(terms.ledger_identity):
        yield from _judged(lost.copies(), terms)
    yield from _judged(ledger.showed_once(), terms)
    yield from _judged(ledger.copies(), terms)


def _judged(copies: Iterable[Copy], terms: Terms) -> Iterator[tuple[Copy, str]]:
    for copy in copies:
        said = objection(copy, terms.permissions)
        if said is not None:
            yield replace(copy, private=None), said  # there may be many


def _has_a_place(path: Path, digest: str, ledger: Ledger) -> bool:
    """Whether a file lies where it was published, here or in another output folder, or where an original lay."""
    known = known_copy(path)
    return known is not None or (ledger.knows_source(digest) and ledger.was_input(place_of(path)))


def _people(copy: Copy) -> Iterator[str]:
    return (shown.person for shown in (copy.private.shown if copy.private else ()))
