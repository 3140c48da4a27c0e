"""What is out, as the ledgers of this user tell it: for withdrawals, and for whoever wants to know."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from scrubber.batch.ledger import entry_log
from scrubber.batch.ledger.copies import locked, state_of
from scrubber.batch.ledger.entries import Copy, Refusal, mentioned
from scrubber.batch.ledger.ledger import Ledger
from scrubber.guarded import is_file, resolved, sha256_of
from scrubber.values import SCHEMA, SourceId

_MOST_BYTES: Final = 4 << 30  # no copy is larger


@dataclass(frozen=True, slots=True)
class Published:
    """A copy that was published. `shows` are ids of people, None if that is sealed with a key that is not at hand.

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

    def as_json(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "output": self.output,
            "input": self.input,
            "sha256": self.sha256,
            "at": self.at,
            "purpose": self.purpose,
            "shows": None if self.shows is None else list(self.shows),
            "status": self.status,
            "why": self.why,
            "there": self.there,
        }


def published(out: Path, identity: str | None = None) -> Iterator[Published]:
    """Every copy that was ever published into the folder `out`, the oldest first."""
    yield from _all_of(Ledger(out, identity=identity))


def showing(person: str, identity: str | None = None) -> Iterator[Published]:
    """Every copy that shows the person with this id, or may do so, in all output folders of this user.

    Copies that are no longer out are among them, for they may have been posted. A copy may show anybody if that part
    of the ledger is sealed with a key that is not at hand; then its `shows` is None.
    """
    for ledger in all_known(identity):
        for one in _all_of(ledger):
            if one.shows is None or person in one.shows:
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
            if copy is not None and state_of(out, copy) == "intact" and (out / (copy.output or "")).samefile(full):
                return copy
    return None


def note_withdrawal(refusal: Refusal, manifest: str, identity: str | None, recipient: str | None) -> None:
    """Note in every ledger of this user that somebody took consent back.

    `identity` opens what is sealed there, `recipient` seals what is added. Raises `NotWritable`.
    """
    for ledger in all_known(identity, recipient):
        ledger.refresh()
        if refusal not in ledger.refusals:
            ledger.note_refusals([refusal], manifest)


def known_original(digest: str) -> bool:
    """Whether a photo with these bytes was ever made safe, into whichever folder."""
    return any(ledger.knows_source(digest) for ledger in _ledgers_with(digest, None))


def copy_at(path: Path, ledger: Ledger) -> Copy | None:
    """The copy that the file at `path` is by its bytes, wherever it lies; None too if an original had the same."""
    digest = sha256_of(path, _MOST_BYTES)
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
    digest = sha256_of(path, _MOST_BYTES)
    return None if digest is None else copy_anywhere(digest, identity)


def out_of(source: SourceId, identity: str | None = None) -> Iterator[Published]:
    """Every copy of a photo that is out, in all output folders of this user, found by its bytes or by its pixels."""
    for hashed in dict.fromkeys((source.sha256, source.pixels)):
        for ledger in _ledgers_with(hashed, identity):
            for copy in ledger.copies():
                same = hashed in (copy.source.sha256, copy.source.pixels)
                if same and (hashed == source.sha256 or copy.source.sha256 != source.sha256):
                    yield _published(ledger.out, copy, None)


def adopt(out: Path) -> bool:
    """Give a folder that was moved, renamed or copied the record that it had; whether there was one.

    It is known by copies that lie in it under the names that the record gives them. The record of the other place
    stays as it is.
    """
    target = entry_log.ledger_path(out)
    if target.exists() or not out.is_dir():
        return False
    for ledger in all_known():
        ledger.refresh()
        if any(state_of(out, copy) == "intact" for copy in ledger.copies()):
            found = (entry for _, _, entry in entry_log.entries(ledger.path) if entry["what"] != "staging")
            entry_log.rewrite(
                target, (e | {"folder": str(out.resolve())} if e["what"] == "folder" else e for e in found)
            )
            return True
    return False


def _ledgers_with(hashed: str, identity: str | None) -> Iterator[Ledger]:
    """The ledgers in which a hash occurs, taken in."""
    for path in entry_log.all_ledgers():
        out = _folder(path) if entry_log.holds(path, hashed.encode()) else None
        if out is not None:
            ledger = Ledger(out, identity=identity, path=path)
            ledger.refresh()
            yield ledger


def lost_ledgers(identity: str | None = None) -> Iterator[Ledger]:
    """Ledgers of output folders that are not there any more, or are links now: they may have been moved or renamed."""
    for ledger in all_known(identity):
        if not ledger.out.exists() or entry_log.ledger_path(ledger.out) != ledger.path:
            ledger.refresh()
            yield ledger


def forget(out: Path) -> bool:
    """Wipe what is known about an output folder; whether anything was. Raises `UsageError` while a run is at work."""
    ledger = Ledger(out)
    with locked(ledger):
        there = ledger.forget()
    ledger.path.with_suffix(".lock").unlink(missing_ok=True)
    return there


def seal_ledgers(recipient: str, people: Set[str], manifest: str) -> int:
    """Seal, in all ledgers of this user, what entries say in clear of these people; how many entries those are.

    Entries that a run with a manifest of this name made are sealed as well, for they may tell of people who were taken
    out of it. Raises `UsageError` if a run is at work in one of the folders.
    """
    from scrubber.consent.vault.sealing import seal

    def affected(entry: dict[str, Any]) -> bool:
        same = entry.get("manifest") and Path(entry["manifest"]).name == manifest
        return "private" in entry and bool(same or not people.isdisjoint(mentioned(entry)))

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
    if copy.shows == 0:
        shows: tuple[str, ...] | None = ()
    else:
        shows = None if copy.private is None else tuple(sorted({shown.person for shown in copy.private.shown}))
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
    )
