"""Copies as the ledger knows them, against the files that lie there now."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from scrubber.batch.ledger import entry_log
from scrubber.batch.ledger.entries import Copy, Place, Private, Shown, now
from scrubber.batch.ledger.ledger import Ledger
from scrubber.errors import UsageError
from scrubber.processes import runs
from scrubber.values import UNTURNED, Decision, Result, SourceId

if TYPE_CHECKING:
    from scrubber.batch.work import Made
    from scrubber.storage import State, Storage
    from scrubber.terms import Terms

Why: TypeAlias = Literal["made again", "must not be seen"]
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


def refuse_without_manifest(ledger: Ledger, terms: Terms, *hashes: str) -> None:
    """Raise `UsageError` for a run without a manifest where an earlier one restricted a photo with such a hash, or any.

    Leaving out an option must not undo a hide box or a NO PHOTO.
    """
    known = ledger.restricting(*hashes) if terms.permissions is None else None
    if known is not None:
        manifest = known.manifest or "a manifest"
        raise UsageError(
            f"{ledger.out}: copies here follow {manifest}, which hides places in {Path(known.input).name} or withholds "
            f"it; give it again: --consent {manifest}"
        )


def lifted(ledger: Ledger, terms: Terms, result: Result) -> Result:
    """The result under what earlier manifests said of the photo and the one of this run does not.

    NO PHOTO holds until a manifest takes it back in so many words; a hide box that is gone is told. What was said about
    another file with the same pixels is in doubt for this one: it is withheld until the manifest says it for it, too.
    """
    if result.source is None or terms.permissions is None or result.status != "published":
        return result
    source, explicit = result.source, terms.says_no_photo(result.source)
    known = ledger.restricting(source.sha256, source.pixels)
    if known is None:
        return result if explicit else _if_turned(ledger, terms, result, source)
    if known.private is None:
        words = (
            f"{known.manifest} hid places in this photo or withheld it; what it said is sealed with the key of a "
            f"locked manifest, which {terms.manifest} does not have: use that one, or write no_photo = false in an "
            "entry for this photo if it may be seen"
        )
        return result if explicit else _withheld(result, "restriction-in-doubt", words)
    then = known.private.restrictions
    if then.get("no_photo") and not explicit:
        words = "an earlier manifest withheld this photo; if it may be seen, write no_photo = false in an entry for it"
        return _withheld(result, "no-photo-sign", words)
    gone = forgotten_boxes(ledger, terms, result.source)
    if gone and not explicit and known.source.sha256 != result.source.sha256:
        words = f"{Path(known.input).name} has the same pixels, and places are hidden in it"
        return _withheld(result, "restriction-in-doubt", words)
    places = f"{len(gone)} places" if len(gone) > 1 else "a place"
    words = f"an earlier manifest hid {places} in this photo that {terms.manifest} does not; use the newest one"
    return _noted(result, words) if gone else result


def _if_turned(ledger: Ledger, terms: Terms, result: Result, source: SourceId) -> Result:
    """The result for a photo that is probably one that was restricted, turned by its flag since, or retouched."""
    known = ledger.restricting(source.pixels[:UNTURNED])
    if known is None:
        return result
    then: dict[str, Any] = known.private.restrictions if known.private else {"no_photo": True}
    now = terms.pointed_at(source)
    covered = len(then.get("hide", ())) + len(then.get("forgotten", ())) <= len(now.get("hide", ()))
    if covered and not then.get("no_photo"):
        return result
    words = (
        f"it is probably {Path(known.input).name}, turned or edited since, in which something is hidden, or which is "
        "withheld; say it anew for this file, or write no_photo = false in an entry for it if it may be seen"
    )
    return _withheld(result, "restriction-in-doubt", words)


def forgotten_boxes(ledger: Ledger, terms: Terms, source: SourceId) -> list[Any]:
    """Hide boxes that earlier manifests had for a photo, and the one of this run has not, nor takes them back."""
    known = ledger.restricting(source.sha256, source.pixels)
    if known is None or known.private is None or terms.says_no_photo(source):
        return []
    then, now = known.private.restrictions, terms.pointed_at(source).get("hide", ())
    return [box for box in (*then.get("hide", ()), *then.get("forgotten", ())) if box not in now]


def _noted(result: Result, words: str) -> Result:
    return replace(result, warnings=(*result.warnings, words))


def _withheld(result: Result, reason: str, words: str) -> Result:
    result = replace(result, status="withheld", reason=reason, output=None, output_sha256=None)
    return _noted(replace(result, output_width=0, output_height=0), words)


def place_of(source: Path) -> str:
    """How the ledger names an original: by its full path, for the next run may stand in another folder."""
    return os.path.abspath(source)  # noqa: PTH100 — links stay what they are


def entry_of(ledger: Ledger, terms: Terms, source: str, result: Result, output: str | None, made: Made) -> Copy:
    """What the ledger is to know of an outcome; `output` is the name below the output folder."""
    assert result.source is not None
    forgotten = forgotten_boxes(ledger, terms, result.source)
    shown = {
        (face.person, "match" if face.reason == "allowed-by-match" else "box")
        for face in result.faces
        if face.action == "show" and face.person
    }
    pointed_at = terms.pointed_at(result.source)
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
        shows=len(shown),
        factors=factors,
        decided=tuple(_in_the_copy(face, factors) for face in result.faces) if output else (),
        manifest=terms.manifest if terms.permissions else None,
        restricted=bool(pointed_at.get("hide") or pointed_at.get("no_photo") or forgotten),
        private=Private(
            result=result,
            key=terms.fingerprint(result.source, made.concerns),
            concerns=made.concerns,
            shown=tuple(Shown(*each) for each in sorted(shown)),
            restrictions=pointed_at,
        ),
        manifest_path=terms.manifest_path if terms.permissions else None,
        bytes=made.size if output else None,
    )


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
