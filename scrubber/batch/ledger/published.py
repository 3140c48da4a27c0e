"""What is out, as the ledgers of this user tell it: for withdrawals, and for whoever wants to know."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Set
from dataclasses import asdict, dataclass
from pathlib import Path, PurePath
from typing import Any, Literal

from scrubber.batch.ledger import entry_log
from scrubber.batch.ledger.copies import is_at_work, locked, place_of, state_of
from scrubber.batch.ledger.entries import Copy, Refusal, mentioned
from scrubber.batch.ledger.ledger import Ledger
from scrubber.consent.manifest.look_alikes import appearance
from scrubber.errors import NotWritable
from scrubber.guarded import is_file, resolved
from scrubber.results import SCHEMA
from scrubber.storage import LocalFolder, digest_of
from scrubber.values import SourceId


@dataclass(frozen=True, slots=True)
class Published:
    """A copy that was published. `shows` are ids of people, None if that is sealed with a key that is not at hand.

    `perhaps` are those of them who were not hidden, but are not clearly shown either: pointed at, or recognised, in a
    place that was dismissed as no face, where no face was found, or where somebody else is shown. `dismissed` is how
    many places were dismissed; None if that is sealed.
    `status` is `retracted` for a copy that is no longer out, and `why` says why. `there` tells whether it
    still lies under its name.
    """

    output: str
    input: str
    sha256: str
    at: str
    purpose: str | None
    shows: tuple[str, ...] | None
    status: Literal["published", "retracted"]
    why: str | None
    there: bool
    perhaps: tuple[str, ...] = ()
    dismissed: int | None = 0

    def as_json(self) -> dict[str, Any]:
        shows = None if self.shows is None else list(self.shows)
        return {"schema": SCHEMA} | asdict(self) | {"shows": shows, "perhaps": list(self.perhaps)}


def published(out: Path, identity: str | None = None) -> Iterator[Published]:
    """Every copy that was ever published into the folder `out`, the oldest first."""
    yield from _all_of(Ledger(out, identity=identity))


def showing(person: str, identity: str | None = None) -> Iterator[Published]:
    """Every copy that shows the person with this id, or one that looks like it, or may do so, in all output folders.

    Copies that are no longer out are among them, for they may have been posted. A copy may show anybody if that part
    of the ledger is sealed with a key that is not at hand; then its `shows` is None.
    """
    for ledger in all_known(identity):
        for one in _all_of(ledger):
            if one.shows is None or appearance(person) in map(appearance, one.shows):
                yield one


def all_known(identity: str | None = None, recipient: str | None = None) -> Iterator[Ledger]:
    """Every ledger of this user, whether or not its folder is still where it was."""
    for path in entry_log.all_ledgers():
        out = _folder(path)
        if out is not None:
            yield Ledger(out, recipient, identity, path)


def _all_of(ledger: Ledger) -> Iterator[Published]:
    for copy, why in ledger.history():
        yield _published(ledger.out, copy, why)


def ledger_around(path: Path) -> Ledger | None:
    """The ledger of the nearest folder that a file lies in and that has one."""
    for out in resolved(path).parents:
        ledger = Ledger(out)
        if ledger.path.exists():
            return ledger
    return None


def known_copy(path: Path, identity: str | None = None) -> Copy | None:
    """What the ledger of its folder tells of the file at `path`; None if it was not published, or was changed since.

    `identity` opens what is sealed in it.
    """
    full = resolved(path)
    for out in full.parents:
        ledger = Ledger(out, identity=identity)
        if ledger.path.exists():
            ledger.refresh()
            copy = ledger.at(full.relative_to(out))
            intact = copy is not None and state_of(ledger.storage, copy) == "intact"
            if copy is not None and intact and (out / (copy.output or "")).samefile(full):
                return copy
    return None


def note_withdrawal(refusal: Refusal, identity: str | None, recipient: str | None) -> None:
    """Note in the ledgers of this user that somebody took consent back.

    `identity` opens what is sealed there, `recipient` seals what is added: that goes only to ledgers that tell of the
    person, for others could never read it. Raises `NotWritable` for the first that cannot be used, after all others.
    """
    refused: NotWritable | None = None
    for ledger in all_known(identity, recipient):
        try:
            ledger.refresh()
            if refusal in ledger.refusals or (recipient and not _tells_of(refusal.person, ledger)):
                continue
            ledger.note_refusals([refusal])
        except NotWritable as error:
            refused = refused or error
    if refused is not None:
        raise refused


def folders_at_work(identity: str | None = None) -> Iterator[Path]:
    """The output folders in which a run is at work at this moment."""
    return (ledger.out for ledger in all_known(identity) if is_at_work(ledger))


def _tells_of(person: str, ledger: Ledger) -> bool:
    return any(appearance(person) in map(appearance, one.shows or ()) for one in _all_of(ledger))


def known_original(digest: str) -> bool:
    """Whether a photo with these bytes was ever made safe, into whichever folder."""
    return any(ledger.knows_source(digest) for ledger in _ledgers_with(digest))


def is_original(path: Path, digest: str) -> bool:
    """Whether a file lies where an original lay, of whichever folder's copies, and has the bytes of one."""
    place = place_of(path)
    return any(each.knows_source(digest) and each.was_input(place) for each in _ledgers_with(digest))


def copy_at(path: Path, ledger: Ledger) -> Copy | None:
    """The copy that the file at `path` is by its bytes, wherever it lies; None too if an original had the same."""
    digest = digest_of(path)
    return None if digest is None or ledger.knows_source(digest) else ledger.with_bytes(digest)


def copy_anywhere(digest: str, identity: str | None = None) -> Copy | None:
    """The copy with these bytes (SHA-256, hex) in any output folder of this user; None too if an original had them."""
    for ledger in _ledgers_with(digest, identity):
        copy = None if ledger.knows_source(digest) else ledger.with_bytes(digest)
        if copy is not None:
            return copy
    return None


def identified_copy(path: Path, identity: str | None = None) -> Copy | None:
    """The copy that lies at `path`: known by its place, or by its bytes, for copies are renamed and handed on."""
    copy = known_copy(path, identity)
    if copy is not None:
        return copy
    digest = digest_of(path)
    return None if digest is None else copy_anywhere(digest, identity)


def out_of(source: SourceId) -> Iterator[Published]:
    """Every copy of a photo that is out, in all output folders of this user, found by its bytes or by its pixels."""
    for hashed in dict.fromkeys((source.sha256, source.pixels)):
        for ledger in _ledgers_with(hashed):
            for copy in ledger.copies():
                same = hashed in (copy.source.sha256, copy.source.pixels)
                if same and (hashed == source.sha256 or copy.source.sha256 != source.sha256):
                    yield _published(ledger.out, copy, None)


def record_for(out: Path, *, lost_only: bool = False) -> Path:
    """The ledger file of the folder `out`: its own, or that of the place from which it was moved or copied.

    That place is known by its copies: most of them lie in `out`, under the names that its record gives them. Copies
    that equal their originals prove nothing. `lost_only` asks records of places that are gone, and no others.
    """
    target = entry_log.ledger_path(out)
    if target.exists() or not out.is_dir():
        return target
    best, most, storage = target, 0, LocalFolder(out)
    for ledger in lost_ledgers() if lost_only else _readable(all_known()):
        copies = [copy for copy in ledger.copies() if copy.sha256 != copy.source.sha256]
        here = sum(storage.is_taken(PurePath(copy.output or "")) for copy in copies)
        if here > max(most, len(copies) // 2) and any(state_of(storage, copy) == "intact" for copy in copies):
            best, most = ledger.path, here
    return best


def adopt(out: Path) -> None:
    """Give a folder that was moved, renamed or copied the record that it had; that of the other place stays."""
    target, found = entry_log.ledger_path(out), record_for(out)
    if found != target:
        said = (entry for _, _, entry in entry_log.entries(found) if entry["what"] != "staging")
        entry_log.rewrite(target, (e | {"folder": str(out.resolve())} if e["what"] == "folder" else e for e in said))


def sizes_of_copies() -> frozenset[int] | None:
    """How large copies are that this user ever published, in bytes; None if that is not known of all."""
    found = [entry_log.index(path).sizes for path in entry_log.all_ledgers()]
    whole = [sizes for sizes in found if sizes is not None]
    return frozenset().union(*whole) if len(whole) == len(found) else None


def with_bytes(digest: str, identity: str | None = None) -> Copy | None:
    """The copy with these bytes in any output folder of this user."""
    return next(filter(None, (ledger.with_bytes(digest) for ledger in _ledgers_with(digest, identity))), None)


def _ledgers_with(hashed: str, identity: str | None = None) -> Iterator[Ledger]:
    """The ledgers in which a hash occurs, taken in."""
    for ledger in all_known(identity):
        if hashed.encode() in entry_log.index(ledger.path).hashes:
            yield from _readable([ledger])


def _readable(ledgers: Iterable[Ledger]) -> Iterator[Ledger]:
    """Those that can be read, taken in. What another scrubber keeps elsewhere must not stop what is done here."""
    for ledger in ledgers:
        try:
            ledger.refresh()
        except NotWritable:
            continue
        yield ledger


def lost_ledgers() -> Iterator[Ledger]:
    """Ledgers of output folders that are not there any more, or are links now: they may have been moved or renamed."""
    yield from _readable(
        ledger for ledger in all_known() if not ledger.out.exists() or entry_log.ledger_path(ledger.out) != ledger.path
    )


def forget(out: Path) -> bool:
    """Wipe what is known about an output folder; whether anything was. Raises `UsageError` while a run is at work."""
    ledger = Ledger(out)
    with locked(ledger):
        there = ledger.forget()
        while (former := record_for(out, lost_only=True)) != ledger.path:
            there = Ledger(out, path=former).forget()  # of the place that the folder was moved from
    ledger.path.with_suffix(".lock").unlink(missing_ok=True)
    return there


def seal_ledgers(recipient: str, people: Set[str], manifest: str) -> int:
    """Seal, in all ledgers of this user, what entries say in clear of these people; how many entries those are.

    Entries of runs with the manifest at this path are sealed as well, for they may tell of people who were taken out of
    it. Raises `UsageError` if a run is at work in one of the folders.
    """
    from scrubber.consent.vault.sealing import seal

    looks = set(map(appearance, people))

    def affected(entry: dict[str, Any]) -> bool:
        same = entry.get("manifest_path") == manifest
        return "private" in entry and bool(same or not looks.isdisjoint(map(appearance, mentioned(entry))))

    def sealed(entry: dict[str, Any]) -> dict[str, Any]:
        if not affected(entry):
            return entry
        text = entry.pop("private")
        return entry | {"sealed": base64.b64encode(seal(recipient, text.encode())).decode()}

    count = 0
    for path in entry_log.all_ledgers():
        found = [entry for _, _, entry in entry_log.entries(path)]
        several = sum(map(affected, found))
        if several:
            with locked(Ledger(Path(found[0]["folder"]), path=path)):
                entry_log.rewrite(path, (sealed(entry) for _, _, entry in entry_log.entries(path)))
            count += several
    return count


def _folder(path: Path) -> Path | None:
    """The output folder that a ledger is about."""
    first = next((entry for _, _, entry in entry_log.entries(path)), None)
    return Path(first["folder"]) if first and first["what"] == "folder" else None


def _published(out: Path, copy: Copy, why: str | None) -> Published:
    target = out / (copy.output or "")
    shows: tuple[str, ...] | None = ()
    left = sum(action == "show" for _, action, *_ in copy.decided)  # each is dismissed where nobody is shown
    perhaps: tuple[str, ...] = ()
    if copy.private is not None:
        clearly = {shown.person for shown in copy.private.shown if shown.by in ("box", "match")}
        shows = tuple(sorted({shown.person for shown in copy.private.shown}))
        perhaps = tuple(person for person in shows if person not in clearly)
        left = sum(face.reason == "dismissed" for face in copy.private.result.faces)
    elif copy.shows:
        shows = None
    return Published(
        str(target),
        copy.input,
        copy.sha256 or "",
        copy.at,
        copy.purpose,
        shows,
        "published" if why is None else "retracted",
        why,
        why is None and is_file(target),
        perhaps,
        None if shows is None else left,
    )
