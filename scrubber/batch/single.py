"""One photo to one file that the user named: the same promises as for a folder, without a plan."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from scrubber.batch.idle_restrictions import with_idle_note
from scrubber.batch.ledger.copies import (
    STREAM,
    entry_of,
    place_of,
    removable,
    staging,
    sweep,
    take_away,
)
from scrubber.batch.ledger.entries import Copy
from scrubber.batch.ledger.ledger import Ledger, ledger_of
from scrubber.batch.ledger.people_shown import people_shown
from scrubber.batch.ledger.published import adopt, copy_at, record_for
from scrubber.batch.ledger.refusals import remember_refusals, remembered, sealed_refusals, under_known_refusals
from scrubber.batch.ledger.restrictions import lifted, may_be_the_same, refuse_without_manifest
from scrubber.batch.ledger.retraction import changed_copies, left_alone, misplaced_copies, retract
from scrubber.batch.said_since import SaidSince
from scrubber.batch.sandbox.executors import Executor, Shared
from scrubber.batch.work import Made, make_bytes, make_data, make_file
from scrubber.errors import NotWritable, PhotoError, UsageError
from scrubber.guarded import is_file, resolved, sha256_of, size_of
from scrubber.results import Result
from scrubber.storage import LocalFolder, NameTaken, Storage, refuse_original
from scrubber.values import UNTURNED

if TYPE_CHECKING:
    from scrubber.analysis import Analysis
    from scrubber.results import Status
    from scrubber.scrubbed import Scrubbed
    from scrubber.terms import Terms


def publish_one(
    source: Path | bytes,
    target: Path,
    terms: Terms,
    executor: Executor,
    *,
    overwrite: bool = False,
    analysis: Analysis | None = None,
) -> Result:
    """Make one photo safe and publish it at `target`; `source` is a file, or the bytes of one from standard input.

    With an `analysis` of the photo nothing is searched for again (`pipeline.render`).

    A copy of an earlier run that lies at `target` is taken away first: nothing lies there afterwards unless it was
    published just now. A file that the ledger does not know is left alone unless `overwrite` says so.

    Raises `UsageError` for a file of somebody else, `NotWritable` for the original itself, and `PhotoError` as the
    executor does.
    """
    storage, ledger = LocalFolder(target.parent), _ledger_beside(target, terms)  # several threads share the ledger
    _check(source, target, terms, ledger)
    known = remembered(terms, ledger)
    terms = under_known_refusals(terms, known)
    _make_way(ledger, target, overwrite)
    sweep(ledger)
    with staging(ledger, storage):  # which clears away what was staged and not published
        since = SaidSince(ledger, terms, known)
        made = _made(source, target, terms, executor, storage, analysis)
        while since.look():  # who withdrew meanwhile is not shown
            terms, known = since.terms, since.known
            made = _made(source, target, terms, executor, storage, analysis)
        refuse_without_manifest(ledger, terms, *_hashes(made), source=made.result.source)
        result = with_idle_note(lifted(ledger, terms, known.noted(made.result, terms.manifest)), terms)
        remember_refusals(ledger, terms)
        given, place = (str(source), place_of(source)) if isinstance(source, Path) else (STREAM, STREAM)
        if made.staged is None or result.status != "published":
            if overwrite and ledger.at(target.name) is not None:
                storage.discard(PurePath(target.name))  # changed by other hands, it may show what is withheld now
            ledger.note(entry_of(ledger, terms, place, result, None, made))
            return replace(_with_older_copies(ledger, terms, result), input=given)
        result = replace(result, output=str(target))
        _commit(ledger, storage, entry_of(ledger, terms, place, result, target.name, made), made.staged, overwrite)
        shown = people_shown(result, made.unplaced, terms.permissions)
        return replace(known.with_doubts(result, shown), input=given)


def retract_beside(
    target: Path, terms: Terms, source: Path | None = None, *, overwrite: bool = False, rehearse: bool = False
) -> Iterator[Result]:
    """Take away copies in the folder of `target` that must not be seen any more, before one is made from `source`.

    The folder is the user's own, so nothing goes by its bytes alone: that is told, and left. What lies below is not
    looked at. With `overwrite` nothing is said of what lies at `target`, for it is about to be replaced; whoever cannot
    do that afterwards asks `stays_at`. Raises `UsageError` if `source` is a published copy itself.
    """
    if not rehearse:
        adopt(target.parent)
    ledger = _ledger_beside(target, terms)
    ledger.refresh()
    terms = under_known_refusals(terms, remembered(terms, ledger))
    copy = copy_at(source, ledger) if source is not None else None
    if copy is not None:
        raise UsageError(f"{source}: is a published copy of {copy.input}; name that one")
    beside = [path for path in ledger.out.iterdir() if is_file(path)] if ledger.out.is_dir() else []
    astray = misplaced_copies(ledger, terms, beside, [source] if source is not None else [])
    for found in retract(ledger, terms, rehearse):
        if not (overwrite and found.stays is not None and found.name == PurePath(target.name)):
            yield found.result(ledger.storage, rehearse)
    for found in changed_copies(ledger):
        if found.name != PurePath(target.name):  # `publish_one` looks at that
            yield found.result(ledger.storage, rehearse)
    yield from (left_alone(stray).result(ledger.storage, rehearse) for stray in astray)
    yield from sealed_refusals(ledger, terms)


def stays_at(target: Path, terms: Terms) -> Iterator[Result]:
    """For a `target` that was to be overwritten and was not: that our own copy there must not be seen, if it is so."""
    ledger = _ledger_beside(target, terms)
    terms = under_known_refusals(terms, remembered(terms, ledger))
    for found in retract(ledger, terms, rehearse=True):
        if found.stays is not None and found.name == PurePath(target.name):
            yield found.result(ledger.storage, rehearse=True)


def _with_older_copies(ledger: Ledger, terms: Terms, result: Result) -> Result:
    """The result for a photo that is NO PHOTO: copies beside it that may be the same photo are taken away, too."""
    source = result.source
    if source is None or result.reason != "no-photo-sign":
        return result
    said = []
    for copy in list(ledger.copies()):
        if may_be_the_same(source, copy.source) and not terms.says_no_photo(copy.source):
            gone = take_away(ledger, copy, "must not be seen")
            what = "was taken away" if gone else "could not be taken away, for it was changed by other hands"
            said.append(f"{ledger.storage.address(PurePath(copy.output or ''))}: looks like this photo, and {what}")
    return replace(result, warnings=(*result.warnings, *said))


def rehearse_one(
    source: Path | bytes, target: Path, terms: Terms, executor: Executor, *, overwrite: bool = False
) -> Result:
    """What `publish_one` would do, without writing anything. Raises as it does."""
    ledger = _ledger_beside(target, terms)
    _check(source, target, terms, ledger)
    remember = remembered(terms, ledger)
    terms = under_known_refusals(terms, remember)
    known = ledger.at(target.name)
    if known is None or not removable(ledger, known):
        _refuse_others(target, known, overwrite)
    made = _made(source, target, terms, executor, None)
    refuse_without_manifest(ledger, terms, *_hashes(made), source=made.result.source)
    result = with_idle_note(lifted(ledger, terms, remember.noted(made.result, terms.manifest)), terms)
    status: Status = "rehearsed" if result.status == "published" else result.status
    given = str(source) if isinstance(source, Path) else STREAM
    shown = people_shown(result, made.unplaced, terms.permissions)
    result = remember.with_doubts(result, shown)
    return replace(result, input=given, status=status, output_sha256=None)


def make_one(data: bytes, name: str, terms: Terms, executor: Executor) -> tuple[Scrubbed, Result]:
    """Make one photo safe in memory; `name` is what messages call it. Raises as the executor does.

    No ledger knows of the copy, but who refused by what any of them remembers of the very same consent stays hidden.
    """
    known = remembered(terms)
    terms = under_known_refusals(terms, known)
    shared = Shared(terms.for_workers())
    made = executor.submit(name, len(data), terms.policy.limits, make_bytes, data, name, shared).result()
    result = known.noted(made.result(name, None), terms.manifest)
    shown = people_shown(result, made.unplaced, terms.permissions)
    result = known.with_doubts(result, shown)
    return made, with_idle_note(result, terms)


def _made(
    source: Path | bytes,
    target: Path,
    terms: Terms,
    executor: Executor,
    storage: Storage | None,
    analysis: Analysis | None = None,
) -> Made:
    shared, limits = Shared(terms.for_workers()), terms.policy.limits
    where = (shared, storage, target, analysis)
    if isinstance(source, Path):
        call = executor.submit(str(source), size_of(source), limits, make_file, source, *where)
    else:
        name = "standard input"
        call = executor.submit(name, len(source), limits, make_data, source, name, *where)
    return call.result()


def _ledger_beside(target: Path, terms: Terms) -> Ledger:
    """The record of the folder; that which it had before it was moved or copied, while it has none of its own."""
    out = target.parent
    return ledger_of(record_for(out), out, terms.recipient, terms.ledger_identity)


def _check(source: Path | bytes, target: Path, terms: Terms, ledger: Ledger) -> None:
    """Raises `NotWritable` for the original itself, `UsageError` for a photo whose manifest was left out."""
    ledger.refresh()
    if resolved(target) in terms.reads:
        raise UsageError(f"{target}: belongs to {terms.manifest}, and no run writes to that; choose another output")
    if isinstance(source, Path):
        refuse_original(target, source)
        refuse_without_manifest(ledger, terms, sha256_of(source, terms.policy.limits.bytes) or "")
    else:
        refuse_without_manifest(ledger, terms, hashlib.sha256(source).hexdigest())


def _make_way(ledger: Ledger, target: Path, overwrite: bool) -> None:
    """Take away our own earlier copy; refuse what is somebody else's. Raises `UsageError`."""
    known = ledger.at(target.name)
    if known is None or not take_away(ledger, known, "made again"):
        _refuse_others(target, known, overwrite)


def _refuse_others(target: Path, known: Copy | None, overwrite: bool) -> None:
    if target.is_symlink():
        raise UsageError(f"{target}: this is a link, which is never written through; choose another output")
    if not os.path.lexists(target):
        return
    if not target.is_file():
        raise UsageError(f"{target}: this is no file but a folder, a pipe or a device; choose another output")
    if not overwrite:
        whose = "it was changed by other hands" if known else "scrubber did not make it"
        raise UsageError(
            f"{target}: a file is there already, and {whose}; choose another output, or overwrite it with --overwrite"
        )


def _hashes(made: Made) -> tuple[str, ...]:
    source = made.result.source
    return (source.sha256, source.pixels, source.pixels[:UNTURNED]) if source else ("",)


def _commit(ledger: Ledger, storage: Storage, copy: Copy, staged: PurePath, overwrite: bool) -> None:
    name = PurePath(copy.output or "")
    ledger.note(copy)
    try:
        if overwrite:
            storage.replace(staged, name)
        else:
            storage.commit(staged, name)
    except NameTaken as error:
        ledger.note_gone(copy, "somebody took the name meanwhile")
        raise NotWritable(
            f"{storage.address(name)}: somebody put a file there meanwhile; choose another output"
        ) from error
    except PhotoError:
        ledger.note_gone(copy, "it could not be put there")
        raise
