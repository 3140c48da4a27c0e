"""Copies as the ledger knows them, against the files that lie there now."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from scrubber.batch import ledger_file
from scrubber.batch.ledger import Ledger
from scrubber.batch.ledger_entries import Copy, Place, Private, Shown, now
from scrubber.errors import NotWritable, UsageError
from scrubber.guarded import sha256_of
from scrubber.storage import LocalFolder, discard
from scrubber.types import Decision, Result

if TYPE_CHECKING:
    from scrubber.batch.work import Made
    from scrubber.terms import Terms

Why: TypeAlias = Literal["made again", "must not be seen"]
_staging_here: Final = set[str]()  # tokens of what stages files in this process now
_MOST_BYTES: Final = 4 << 30  # no copy is larger; whatever is was not made here
_NOTHING: Final = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
"""SHA-256 of no bytes: what a killed run can leave under a name of its own on a disk without hard links."""


@contextmanager
def locked(ledger: Ledger) -> Iterator[None]:
    """No other run may use the output folder inside this block.

    Raises `UsageError` if another run is at work there, `NotWritable` if the state folder cannot be used.
    """
    from filelock import FileLock, Timeout

    try:
        ledger.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = FileLock(ledger.path.with_suffix(".lock"))
        lock.acquire(blocking=False)
    except Timeout as error:
        raise UsageError(
            f"{ledger.out}: another run is at work in this folder; wait for it, or choose another"
        ) from error
    except OSError as error:
        ledger_file.refuse(ledger.path, error)
    try:
        yield
    finally:
        lock.release()


@contextmanager
def at_work(ledger: Ledger, folder: LocalFolder) -> Iterator[None]:
    """The same for a run that stages files in the folder. What a killed one left staged is cleared away."""
    with locked(ledger):
        sweep(ledger)
        with staging(ledger, folder):
            yield


@contextmanager
def staging(ledger: Ledger, folder: LocalFolder) -> Iterator[None]:
    """Inside this block files may be staged; the ledger knows their token, so that none outlives a crash for long."""
    _staging_here.add(folder.token)
    try:
        ledger.note_staging(folder.token, os.getpid())
        yield
    finally:
        folder.sweep()
        ledger.note_staging(folder.token, None)
        _staging_here.discard(folder.token)


def sweep(ledger: Ledger) -> None:
    """Clear away what runs left staged that were killed. Raises `NotWritable`."""
    for token, process in ledger.abandoned.items():
        at_work_here = process == os.getpid() and token in _staging_here  # in another thread
        if not at_work_here and (process == os.getpid() or not _runs(process)):
            LocalFolder(ledger.out, token).sweep()
            ledger.note_staging(token, None)


def refuse_without_manifest(ledger: Ledger, terms: Terms, *hashes: str) -> None:
    """Raise `UsageError` for a run without a manifest where an earlier one restricted a photo with such a hash, or any.

    Leaving out an option must not undo a hide box or a NO PHOTO.
    """
    known = ledger.restricting(*hashes) if terms.permissions is None else None
    if known is not None:
        manifest = known.manifest or "a manifest"
        raise UsageError(
            f"{ledger.out}: copies here follow {manifest}, which hides places in {Path(known.input).name} or withholds "
            f"it; give it again: --consent {manifest} (or name another output folder)"
        )


def with_lifted_note(ledger: Ledger, terms: Terms, result: Result) -> Result:
    """The result, which says so if an earlier manifest restricted the photo and the one of this run does not."""
    if result.source is None:
        return result
    known = ledger.restricting(result.source.sha256, result.source.pixels)
    now = terms.pointed_at(result.source)
    if known is None or now.get("hide") or now.get("no_photo"):
        return result
    said = (
        f"{known.manifest or 'a manifest'} hid places in this photo or withheld it, and the manifest of this run "
        "does not; look at the copy"
    )
    return replace(result, warnings=(*result.warnings, said))


def place_of(source: Path) -> str:
    """How the ledger names an original: by its full path, for the next run may stand in another folder."""
    return os.path.abspath(source)  # noqa: PTH100 — links stay what they are


def entry_of(terms: Terms, source: str, result: Result, output: str | None, made: Made) -> Copy:
    """What the ledger is to know of an outcome; `output` is the name below the output folder."""
    assert result.source is not None
    shown = {
        (face.person, "match" if face.reason == "allowed-by-match" else "box")
        for face in result.faces
        if face.action == "show" and face.person
    }
    pointed_at = terms.pointed_at(result.source)
    factors = (result.output_width / result.width, result.output_height / result.height)
    return Copy(
        output=output,
        sha256=result.output_sha256,
        source=result.source,
        input=source,
        at=now(),
        purpose=terms.permissions.purpose if terms.permissions else None,
        shows=len(shown),
        factors=factors,
        decided=tuple(_in_the_copy(face, factors) for face in result.faces) if output else (),
        manifest=terms.manifest if terms.permissions else None,
        restricted=bool(pointed_at.get("hide") or pointed_at.get("no_photo")),
        private=Private(
            result=result,
            key=terms.fingerprint(result.source, made.concerns),
            concerns=made.concerns,
            shown=tuple(Shown(*each) for each in sorted(shown)),
            restrictions=pointed_at,
        ),
    )


def _in_the_copy(decision: Decision, factors: tuple[float, float]) -> Place:
    """What was decided for a region, and its box in pixels of the copy, which may be smaller than the original."""
    return decision.frame, decision.action, *decision.region.box.scaled(*factors).rounded()


def state_of(out: Path, copy: Copy) -> Literal["intact", "missing", "changed"]:
    """Whether a copy in the folder `out` is `intact`, `missing`, or was `changed` by other hands."""
    path = out / (copy.output or "")
    if not os.path.lexists(path):
        return "missing"
    inside = [path, *path.parents[: len(PurePath(copy.output or "").parts) - 1]]
    if any(each.is_symlink() for each in inside):
        return "changed"
    return "intact" if sha256_of(path, _MOST_BYTES) in (copy.sha256, _NOTHING) else "changed"


def take_away(ledger: Ledger, copy: Copy, why: Why) -> bool:
    """Remove a copy that is still what was published; whether it is gone now.

    `why` stands in clear in the ledger, so it names nobody.
    """
    state = state_of(ledger.out, copy)
    if state == "changed":
        return False
    if state == "intact":
        try:
            discard(ledger.out / (copy.output or ""))
        except NotWritable:
            return False  # protected, or open in another program
    ledger.note_gone(copy, why)
    return True


def _runs(process: int) -> bool:
    """Whether a process with this number is there."""
    if os.name == "nt":
        return False  # its staged files are open there, and cannot be removed
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
