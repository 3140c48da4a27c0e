"""Copies as the ledger knows them, against the files that lie there now."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from scrubber.batch.ledger import entry_log
from scrubber.batch.ledger.entries import Copy, Place, Private, now
from scrubber.batch.ledger.ledger import Ledger
from scrubber.batch.ledger.people_shown import people_shown
from scrubber.batch.ledger.restrictions import forgotten_boxes
from scrubber.errors import UsageError
from scrubber.processes import runs
from scrubber.results import Result
from scrubber.values import Decision

if TYPE_CHECKING:
    from scrubber.batch.work import Made
    from scrubber.storage import State, Storage
    from scrubber.terms import Terms

Why: TypeAlias = Literal["made again", "must not be seen"]
STREAM: Final = "-"
"""What a photo from standard input is called, in the place of a path."""

_staging_here: Final = set[str]()  # tokens of what stages files in this process now


@contextmanager
def locked(ledger: Ledger) -> Iterator[None]:
    """No other run may use the output folder inside this block.

    Raises `UsageError` if another run is at work there, `NotWritable` if the state folder cannot be used.
    """
    from filelock import FileLock, Timeout

    busy = f"{ledger.out}: another run is at work in this folder; wait for it, or choose another"
    with entry_log.usable(ledger.path):
        ledger.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = FileLock(ledger.path.with_suffix(".lock"))
        try:
            lock.acquire(blocking=False)
        except Timeout as error:
            raise UsageError(busy) from error
    try:
        yield
    finally:
        lock.release()


def is_at_work(ledger: Ledger) -> bool:
    """Whether a run uses the output folder at this moment."""
    if not ledger.path.with_suffix(".lock").exists():
        return False
    try:
        with locked(ledger):
            return False
    except UsageError:
        return True


@contextmanager
def at_work(ledger: Ledger, storage: Storage) -> Iterator[None]:
    """The same for a run that stages files in the storage. What a killed one left staged is cleared away."""
    with locked(ledger):
        sweep(ledger)
        with staging(ledger, storage):
            yield


@contextmanager
def staging(ledger: Ledger, storage: Storage) -> Iterator[None]:
    """Inside this block files may be staged; the ledger knows their token, so that none outlives a crash for long."""
    _staging_here.add(storage.token)
    try:
        ledger.note_staging(storage.token, os.getpid())
        yield
    finally:
        storage.sweep(storage.token)
        ledger.note_staging(storage.token, None)
        _staging_here.discard(storage.token)


def sweep(ledger: Ledger) -> None:
    """Clear away what runs left staged that were killed. Raises `NotWritable`."""
    for token, process in ledger.abandoned.items():
        at_work_here = process == os.getpid() and token in _staging_here  # in another thread
        if not at_work_here and (process == os.getpid() or not runs(process)):
            ledger.storage.sweep(token)
            ledger.note_staging(token, None)


def place_of(source: Path) -> str:
    """How the ledger names an original: by its full path, for the next run may stand in another folder."""
    return os.path.abspath(source)  # noqa: PTH100 — links stay what they are


def entry_of(ledger: Ledger, terms: Terms, source: str, result: Result, output: str | None, made: Made) -> Copy:
    """What the ledger is to know of an outcome; `output` is the name below the output folder."""
    assert result.source is not None
    forgotten = forgotten_boxes(ledger, terms, result.source)
    shown = people_shown(result, made.unplaced, terms.permissions)
    pointed_at = terms.pointed_at(result.source)
    remembered = bool(forgotten) or (result.reason == "no-photo-sign" and not pointed_at.get("no_photo"))
    before = ledger.restricting(result.source.sha256) if remembered else None
    if result.reason == "no-photo-sign":
        pointed_at = pointed_at | {"no_photo": True}  # an earlier manifest may have said it
    if forgotten:
        pointed_at = pointed_at | {"forgotten": forgotten}  # so that it is said again, until it is taken back
    factors = (result.output_width / result.width, result.output_height / result.height)
    return Copy(
        output=output,
        sha256=result.output_sha256,
        source=result.source,
        input=source,
        at=now(),
        purpose=terms.permissions.purpose if terms.permissions else None,
        shows=len({one.person for one in shown}),
        factors=factors,
        decided=tuple(_in_the_copy(face, factors) for face in result.faces) if output else (),
        manifest=terms.manifest if terms.permissions else None,
        restricted=_restricts(result, bool(pointed_at.get("hide") or pointed_at.get("no_photo") or forgotten)),
        private=Private(
            result=result,
            key=terms.fingerprint(result.source, made.concerns),
            concerns=made.concerns,
            shown=shown,
            restrictions=pointed_at,
        ),
        manifest_path=terms.manifest_path if terms.permissions else None,
        bytes=made.size if output else None,
        restricted_by=(before.restricted_by or before.manifest) if before else terms.manifest,
    )


def _restricts(result: Result, said: bool) -> bool | None:
    """What the ledger is to know of restrictions: a photo in doubt has none of its own yet, and lifts no other."""
    return None if result.reason == "restriction-in-doubt" else said


def _in_the_copy(decision: Decision, factors: tuple[float, float]) -> Place:
    """What was decided for a region, and its box in pixels of the copy, which may be smaller than the original."""
    return decision.frame, decision.action, *decision.region.box.scaled(*factors).rounded()


def state_of(storage: Storage, copy: Copy) -> State:
    """Whether a copy is `intact` where it was published, `missing`, or was `changed` by other hands."""
    return storage.state(PurePath(copy.output or ""), copy.sha256)


def take_away(ledger: Ledger, copy: Copy, why: Why) -> bool:
    """Remove a copy that is still what was published; whether it is gone now.

    `why` stands in clear in the ledger, so it names nobody.
    """
    name = PurePath(copy.output or "")
    digest = ledger.storage.digest(name)  # before it is judged, so that nothing else can take its place
    if not removable(ledger, copy) or not ledger.storage.retract(name, digest):
        return False
    ledger.note_gone(copy, why)
    return True


def removable(ledger: Ledger, copy: Copy) -> bool:
    """Whether what lies under the name of a copy was published there, this time or before, or is gone already."""
    if state_of(ledger.storage, copy) != "changed":
        return True
    older = ledger.with_bytes(ledger.storage.digest(PurePath(copy.output or "")) or "")
    return older is not None and older.output == copy.output
