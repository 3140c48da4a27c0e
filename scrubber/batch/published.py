"""What is out, as the ledgers of this user tell it: for withdrawals, and for whoever wants to know."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal

from scrubber.batch import ledger_file
from scrubber.batch.copies import locked, state_of
from scrubber.batch.ledger import Ledger
from scrubber.batch.ledger_entries import Copy, Refusal, mentioned
from scrubber.guarded import sha256_of
from scrubber.types import SCHEMA

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
    ledger = Ledger(out, identity=identity)
    for copy, why in ledger.history():
        yield _published(out, copy, why)


def showing(person: str, identity: str | None = None) -> Iterator[Published]:
    """Every copy that shows the person with this id, or may do so, in all output folders of this user.

    Copies that are no longer out are among them, for they may have been posted. A copy may show anybody if that part
    of the ledger is sealed with a key that is not at hand.
    """
    for path in ledger_file.all_ledgers():
        out = _folder(path)
        if out is None:
            continue
        for one in published(out, identity):
            if one.shows is None or person in one.shows:
                yield one


def known_copy(path: Path, identity: str | None = None) -> Copy | None:
    """What the ledger of its folder tells of the file at `path`; None if it was not published, or was changed since.

    `identity` opens what is sealed in it.
    """
    full = path.resolve()
    for out in full.parents:
        ledger = Ledger(out, identity=identity)
        if ledger.path.exists():
            ledger.refresh()
            copy = ledger.at(full.relative_to(out))
            if copy is not None and state_of(out, copy) == "intact":
                return copy
    return None


def note_withdrawal(person: str, since: date, identity: str | None, recipient: str | None) -> None:
    """Note in every ledger of this user with copies that showed the person that they took consent back.

    `identity` opens what is sealed there, `recipient` seals what is added. Raises `NotWritable`.
    """
    for path in ledger_file.all_ledgers():
        out = _folder(path)
        if out is not None and any(person in (one.shows or ()) for one in published(out, identity)):
            ledger = Ledger(out, recipient, identity)
            ledger.refresh()
            ledger.note_refusal(Refusal(person, "withdrawn", since))


def copy_at(path: Path, ledger: Ledger) -> Copy | None:
    """The copy that the file at `path` is by its bytes, wherever it lies; None too if an original had the same."""
    digest = sha256_of(path, _MOST_BYTES)
    return None if digest is None or ledger.knows_source(digest) else ledger.with_bytes(digest)


def lost_ledgers(identity: str | None = None) -> Iterator[Ledger]:
    """Ledgers of output folders that are not there any more: they may have been moved or renamed."""
    for path in ledger_file.all_ledgers():
        out = _folder(path)
        if out is not None and not out.exists():
            ledger = Ledger(out, identity=identity)
            ledger.refresh()
            yield ledger


def forget(out: Path) -> bool:
    """Wipe what is known about an output folder; whether anything was. Raises `UsageError` while a run is at work."""
    ledger = Ledger(out)
    with locked(ledger):
        there = ledger.forget()
    ledger.path.with_suffix(".lock").unlink(missing_ok=True)
    return there


def seal_ledgers(recipient: str, people: Set[str]) -> int:
    """Seal, in all ledgers of this user, what entries say in clear of these people; how many entries those are.

    Raises `UsageError` if a run is at work in one of the folders.
    """
    from scrubber.consent.sealing import seal

    def sealed(entry: dict[str, Any]) -> dict[str, Any]:
        if people.isdisjoint(mentioned(entry)):
            return entry
        text = entry.pop("private")
        return entry | {"sealed": base64.b64encode(seal(recipient, text.encode())).decode()}

    count = 0
    for path in ledger_file.all_ledgers():
        found = [entry for _, _, entry in ledger_file.entries(path)]
        affected = sum(not people.isdisjoint(mentioned(entry)) for entry in found)
        if affected:
            with locked(Ledger(Path(found[0]["folder"]))):
                ledger_file.rewrite(path, (sealed(entry) for _, _, entry in ledger_file.entries(path)))
            count += affected
    return count


def _folder(path: Path) -> Path | None:
    """The output folder that a ledger is about."""
    first = next((entry for _, _, entry in ledger_file.entries(path)), None)
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
        why is None and target.is_file(),
    )
