"""Copies of earlier runs that must not be seen any more: found, wherever they lie now, and taken away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from scrubber.batch.copies import state_of, take_away
from scrubber.batch.ledger_entries import Copy
from scrubber.batch.published import lost_ledgers
from scrubber.batch.standing import objection
from scrubber.errors import NotWritable
from scrubber.guarded import sha256_of
from scrubber.storage import discard
from scrubber.types import Result

if TYPE_CHECKING:
    from scrubber.batch.ledger import Ledger
    from scrubber.terms import Terms
    from scrubber.types import Status

_MOST_BYTES: Final = 4 << 30  # no copy is larger
Objected: TypeAlias = tuple[Copy, str]
"""A copy, and why it must not be seen, in words that follow "it"."""


def judge(
    ledger: Ledger, terms: Terms, rehearse: bool, *, below: bool = True
) -> Iterator[tuple[Copy, str, Path, bool]]:
    """Take away what must not be seen any more: each copy, why, where it lay, and whether it could be taken away.

    A copy that was changed by other hands is left alone. One that was renamed below the folder is found by its bytes,
    and so are copies of a folder that is gone, for this may be that folder under another name. `below` looks into its
    sub folders for them; without it a single copy lies in the folder, and what is below is somebody else's. `rehearse`
    only tells.
    """
    missing: dict[str, Objected] = {}
    stays = set[Path]()
    for copy in list(ledger.copies()):
        said = objection(copy, terms.permissions)
        if said is None:
            continue
        path, state = ledger.out / (copy.output or ""), state_of(ledger.out, copy)
        if state == "missing":
            missing[copy.sha256 or ""] = copy, said
        elif state == "changed" or not (rehearse or take_away(ledger, copy, "must not be seen")):
            stays.add(path)
            yield copy, said, path, False
        else:
            yield copy, said, path, True
    for copy in ledger.showed_once():
        said = objection(copy, terms.permissions)
        if said is not None:  # it may be back from a backup, or on a disk that was away
            missing.setdefault(copy.sha256 or "", (copy, said))
    for lost in lost_ledgers(terms.ledger_identity):
        for copy in lost.copies():
            said = objection(copy, terms.permissions)
            if said is not None:
                missing.setdefault(copy.sha256 or "", (copy, said))
    for path, (copy, said) in _strays(ledger.out, missing, below):
        if path not in stays:
            yield copy, said, path, rehearse or _discarded(path)


def retract(ledger: Ledger, terms: Terms, rehearse: bool) -> Iterator[Result]:
    """The same as results, for a run that makes one file in a folder."""
    for copy, said, path, taken in judge(ledger, terms, rehearse, below=False):
        yield retracted(copy, said, path, rehearse) if taken else stuck(copy, said, path)


def retracted(copy: Copy, said: str, path: Path, rehearse: bool) -> Result:
    """That a copy, which lay at `path`, was taken away, or would be."""
    status: Status = "rehearsed" if rehearse else "retracted"
    text = f"{path}: {'would be' if rehearse else 'was'} taken away, for it {said}"
    return Result(copy.input, str(path), status, "must-not-be-seen", warnings=(text,), source=copy.source)


def stuck(copy: Copy, said: str, path: Path) -> Result:
    """That a copy, which lies at `path`, must not be seen and could not be taken away."""
    why = "it was changed by other hands, or is protected"
    text = f"{path}: it {said}, but it cannot be taken away: {why}; look at it, and delete it"
    return Result(copy.input, None, "failed", "not-retracted", warnings=(text,), source=copy.source)


def _discarded(path: Path) -> bool:
    """Remove a file; whether it is gone now. It may be protected, or open in another program."""
    try:
        discard(path)
    except NotWritable:
        return False
    return True


def _strays(out: Path, wanted: Mapping[str, Objected], below: bool) -> Iterator[tuple[Path, Objected]]:
    """Files below `out` that hold the bytes of a wanted copy, by SHA-256: whoever posts photos renames them first."""
    if not wanted or not out.is_dir():
        return
    for path in sorted(out.rglob("*") if below else out.iterdir()):
        if path.is_file() and not path.is_symlink():
            found = wanted.get(sha256_of(path, _MOST_BYTES) or "")
            if found is not None:
                yield path, found
