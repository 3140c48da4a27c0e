"""Copies of earlier runs that must not be seen any more: found, wherever they lie now, and taken away.

A copy that lies where it was published is known by its name. One that was renamed, moved or put back from a backup is
known by its bytes. That is weaker: a file may hold the same bytes and be somebody else's, an original that had nothing
to clean, or the copy of another output folder. So bytes alone never remove what a run reads or read once.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Final

from scrubber.batch.ledger.copies import Why, removable, state_of, take_away
from scrubber.batch.ledger.entries import Copy
from scrubber.batch.ledger.published import is_original, known_copy, known_original, sizes_of_copies, with_bytes
from scrubber.batch.ledger.standing import objection
from scrubber.guarded import resolved
from scrubber.output.outcomes import MUST_NOT_BE_SEEN
from scrubber.results import Result
from scrubber.storage import digest_of

if TYPE_CHECKING:
    from scrubber.batch.ledger.ledger import Ledger
    from scrubber.results import Status
    from scrubber.storage import Storage
    from scrubber.terms import Terms

_NOT_CHECKED: Final = "is not what was published under this name, and nobody checked what it shows"
_LINK: Final = "it is a link to one"
_CHANGED: Final = "it was changed by other hands, or is protected"
_READ: Final = "it is one of the files that this run reads"
_ORIGINAL: Final = "it has the bytes of an original as well"
_BESIDE: Final = "it has another name than it was published under, in a folder that may hold other files of yours"


@dataclass(frozen=True, slots=True)
class Objected:
    """A copy that must not be seen, and why, in words that follow "it". It lies, or lay, under `name`.

    `stays` says why it was not taken away; None if it is gone, or would be.
    """

    copy: Copy
    said: str
    name: PurePath
    stays: str | None = None

    def result(self, storage: Storage, rehearse: bool) -> Result:
        """The same as a result; it is `rehearsed` if the copy would be taken away."""
        address = storage.address(self.name)
        if self.stays is not None:
            return stuck(self.copy, self.said, address, self.stays)
        return retracted(self.copy, self.said, address, rehearse)


class Removals:
    """Takes copies of one output folder away, and keeps in mind which results said so. `rehearse` only tells."""

    def __init__(self, ledger: Ledger, rehearse: bool) -> None:
        self.ledger = ledger
        self.told: set[str | None] = set()
        """Names of copies that were said to be taken away, or to be that."""
        self._rehearse = rehearse

    def take_away(self, copy: Copy, why: Why) -> bool:
        """Remove a copy that is still what was published; whether it is gone now, or would be."""
        return removable(self.ledger, copy) if self._rehearse else take_away(self.ledger, copy, why)

    def result(self, copy: Copy, said: str) -> Result:
        """That a copy was taken away, or would be."""
        self.told.add(copy.output)
        return retracted(copy, said, self.address(copy), self._rehearse)

    def address(self, copy: Copy) -> str:
        """How messages call a copy."""
        return self.ledger.storage.address(PurePath(copy.output or ""))


def retract(ledger: Ledger, terms: Terms, rehearse: bool) -> Iterator[Objected]:
    """Take away each copy that must not be seen any more and lies where it was published. `rehearse` only tells.

    One that was changed by other hands is left alone.
    """
    for copy in list(ledger.copies()):
        said = objection(copy, terms.permissions)
        if said is None:
            continue
        name = PurePath(copy.output or "")
        if state_of(ledger.storage, copy) == "missing":
            continue
        if copy.sha256 == copy.source.sha256 and is_original(ledger.out / name, copy.sha256 or ""):
            yield Objected(copy, said, name, _ORIGINAL)  # nothing had to be done to it, and it was moved here since
            continue
        goes = removable(ledger, copy) if rehearse else take_away(ledger, copy, "must not be seen")
        yield Objected(copy, said, name, None if goes else _CHANGED)


def changed_copies(ledger: Ledger) -> Iterator[Objected]:
    """Each copy that other hands changed where it was published, whatever it shows now: nobody checked that.

    One that has its size and the date of all copies is taken for what it was.
    """
    for copy in list(ledger.copies()):
        name = PurePath(copy.output or "")
        if not ledger.storage.seems_intact(name, copy.bytes) and not removable(ledger, copy):
            yield Objected(copy, _NOT_CHECKED, name, _CHANGED)


def misplaced_copies(ledger: Ledger, terms: Terms, among: Iterable[Path], inputs: Iterable[Path]) -> list[Objected]:
    """Files `among` these that hold the bytes of a copy that must not be seen any more, by SHA-256.

    Whoever posts photos renames them first; a copy may be back from a backup, or the whole output folder may have
    another name now. `inputs` are those of the run. Nothing is taken away: to be called before `retract`, which does.
    """
    reads = {*terms.reads, *map(resolved, inputs)}
    sizes = sizes_of_copies()
    found: list[Objected] = []
    for path in sorted(among):
        if sizes is not None and path.stat().st_size not in sizes:
            continue  # no copy has as many bytes
        digest = digest_of(path)
        name = path.relative_to(ledger.out)
        own = ledger.at(name)
        if digest is None or (own is not None and own.sha256 == digest and own.output == name.as_posix()):
            continue
        copy = ledger.with_bytes(digest) or with_bytes(digest, terms.ledger_identity)
        said = objection(copy, terms.permissions) if copy is not None else None
        if copy is None or said is None or _has_a_place(path, digest):
            continue
        stays = _LINK if path.is_symlink() else _READ if resolved(path) in reads else None
        stays = stays or (_ORIGINAL if known_original(digest) else None)
        found.append(Objected(copy, said, name, stays))
    return found


def files_below(folder: Path) -> tuple[list[Path], list[Path]]:
    """Files in a folder and below, links to files among them; and what of it cannot be looked at."""
    closed: list[Path] = []
    found: list[Path] = []
    for current, _, names in os.walk(folder, onerror=lambda error: closed.append(Path(error.filename))):
        for name in names:
            path = Path(current, name)
            if os.path.isfile(path):  # noqa: PTH113 — a link in a circle is none
                (found if os.access(path, os.R_OK) else closed).append(path)
    return found, closed


def unseen(ledger: Ledger, closed: Iterable[Path]) -> Iterator[Result]:
    """What cannot be looked at in a folder from which copies were taken away: it may be one of them."""
    for path in closed if ledger.withdrew else ():
        text = f"{path}: cannot be read, so nobody knows whether it holds a copy that must not be seen; look at it"
        yield Result(str(path), None, "failed", "not-retracted", warnings=(text,))


def taken_away(stray: Objected, storage: Storage, rehearse: bool) -> Objected:
    """Remove a file that is a copy by its bytes, unless something speaks against it."""
    if stray.stays is not None or rehearse or storage.retract(stray.name, stray.copy.sha256):
        return stray
    return replace(stray, stays=_CHANGED)


def left_alone(stray: Objected) -> Objected:
    """The same where nothing is removed that was not published under this name."""
    return replace(stray, stays=stray.stays or _BESIDE)


def retracted(copy: Copy, said: str, address: str, rehearse: bool) -> Result:
    """That a copy, which lay at this address, was taken away, or would be."""
    status: Status = "rehearsed" if rehearse else "retracted"
    text = f"{address}: {'would be' if rehearse else 'was'} taken away, for it {said}"
    return Result(copy.input, address, status, MUST_NOT_BE_SEEN, warnings=(text,), source=copy.source)


def stuck(copy: Copy, said: str, address: str, why: str = _CHANGED) -> Result:
    """That a copy, which lies at this address, must not be seen and could not be taken away."""
    text = f"{address}: it {said}, but is not taken away: {why}; look at it, and delete it, or move it elsewhere"
    return Result(copy.input, None, "failed", "not-retracted", warnings=(text,), source=copy.source)


def _has_a_place(path: Path, digest: str) -> bool:
    """Whether a file lies where it was published, into another output folder, or where an original lay."""
    return known_copy(path) is not None or is_original(path, digest)
