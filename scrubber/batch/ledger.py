"""What was published into one output folder: which source became which copy, under which terms, showing whom.

There is no second record. Carrying on, stable names, collisions, withdrawals and retraction all read this one. It is
kept until its owner says forget.

Who is shown, and what was decided, is private: where the manifest is locked, that part of an entry is sealed with the
manifest's own key, so that the ledger tells nobody what the locked file protects.
"""

from __future__ import annotations

import base64
import json
import unicodedata
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePath, PurePosixPath
from typing import Any, Final, TypeAlias

from scrubber.batch import ledger_file
from scrubber.errors import NotWritable
from scrubber.types import Action, Box, Decision, Face, Reason, Result, SourceId

SCHEMA: Final = 1
"""Version of the entries. docs/ledger.md describes them."""


Place: TypeAlias = tuple[int, Action, int, int, int, int]
"""A frame, what was done there, and x, y, width and height in pixels of the copy."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Somebody whom a copy shows: by a `box` that points at the face, or by a `match` with reference photos."""

    person: str
    by: str


@dataclass(frozen=True, slots=True)
class Private:
    """What an entry says about people; sealed where the manifest is.

    `concerns` are ids of the people on whose standing the outcome hung. `restrictions` is what the manifest pointed at
    in the photo when the copy was made.
    """

    result: Result
    concerns: tuple[str, ...] = ()
    shown: tuple[Shown, ...] = ()
    restrictions: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Copy:
    """One outcome in the ledger. `output` is the path below the output folder, with `/`; None for a withheld photo.

    `sha256` is that of the copy, `key` stands for all that decided the outcome. `factors` say how much smaller the
    copy is across and down. `decided` are the places where
    something was hidden or shown, which whoever sees the copy sees as well: frame, what was done, and x, y, width and
    height in pixels of the copy. `shows` counts the people shown; `private` is None if it is sealed with a key that is
    not at hand.
    """

    output: str | None
    sha256: str | None
    source: SourceId
    input: str
    key: str
    at: str
    purpose: str | None
    shows: int
    factors: tuple[float, float]
    decided: tuple[Place, ...]
    private: Private | None

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """What was decided at each place, without who and why; boxes in pixels of the copy."""
        reasons: dict[str, Reason] = {"show": "allowed-by-box", "hide": "pointed-hide"}
        return tuple(
            Decision(Face(Box(*box)), action, reasons[action], frame=frame) for frame, action, *box in self.decided
        )

    @property
    def original(self) -> Path:
        return Path(self.input)


def now() -> str:
    """The moment, as entries have it: UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0).isoformat()


def folded(name: PurePath | str) -> str:
    """A path as the least careful file system compares it: no case, one form of accents."""
    return unicodedata.normalize("NFC", str(PurePosixPath(name))).casefold()


class Ledger:
    """The ledger of the output folder `out`. Safe to append to from several processes.

    `recipient` is the public key to seal new entries with, `identity` the secret one to open sealed entries. In memory
    are only the places of entries in the file, so that a folder of any size can be carried on with. Methods raise
    `NotWritable` if the state folder cannot be used.
    """

    def __init__(self, out: Path, recipient: str | None = None, identity: str | None = None) -> None:
        self.out = out
        self.path = ledger_file.ledger_path(out)
        self._recipient = recipient
        self._identity = identity
        self._read_to = 0
        self._live: dict[str, tuple[int, str]] = {}  # by folded output: where its entry begins, the hash of its source
        self._by_source: dict[str, dict[str | None, int]] = {}  # by hash of the source, then by folded output
        self._by_input: dict[str, set[str]] = {}  # folded outputs that were ever made from a file at this place
        self._staging: dict[str, int] = {}  # tokens of runs that have not said that they ended, and their processes

    def refresh(self) -> None:
        """Take in what was appended since the last look."""
        for place, end, entry in ledger_file.entries(self.path, self._read_to):
            self._read_to = end
            self._take_in(place, entry)

    def copies(self) -> Iterator[Copy]:
        """Every copy that was published and not taken away since, in the order of their names."""
        for name in sorted(self._live):
            copy = self._copy(self._live[name][0])
            if copy is not None:
                yield copy

    def at(self, output: PurePath | str) -> Copy | None:
        """The copy that lies, or should lie, under this name."""
        found = self._live.get(folded(output))
        return None if found is None else self._copy(found[0])

    def made_of(self, sha256: str) -> list[Copy]:
        """What became of the source with these bytes: copies that are still out, or that it was withheld."""
        found = (self._copy(place) for place in self._by_source.get(sha256, {}).values())
        return [copy for copy in found if copy is not None]

    def made_from(self, source: str) -> list[Copy]:
        """The copies that are out and were made from a file at this place."""
        found = (self.at(name) for name in sorted(self._by_input.get(source, ())))
        return [copy for copy in found if copy is not None and copy.input == source]

    def history(self) -> Iterator[tuple[Copy, str | None]]:
        """Every copy ever published, the oldest first, and why it is no longer out, None if it is."""
        ended: dict[int, str | None] = {}  # by where the entry of the copy begins
        current: dict[str, int] = {}
        for place, _, entry in ledger_file.entries(self.path):
            if entry["what"] not in ("copy", "gone"):
                continue
            name = folded(entry["output"])
            if name in current:
                ended[current.pop(name)] = entry.get("why", "made again")
            if entry["what"] == "copy":
                ended[place] = None
                current[name] = place
        for place, why in ended.items():
            copy = self._copy(place)
            if copy is not None:
                yield copy, why

    @property
    def names(self) -> frozenset[str]:
        """The folded names of all copies that are out."""
        return frozenset(self._live)

    def note(self, copy: Copy) -> None:
        """Append an outcome; a copy is noted before it gets its final name."""
        assert copy.private is not None
        text = json.dumps(_private_as_json(copy.private))
        values = {
            "what": "copy" if copy.output else "withheld",
            "output": copy.output,
            "sha256": copy.sha256,
            "source": asdict(copy.source),
            "input": copy.input,
            "key": copy.key,
            "at": copy.at,
            "purpose": copy.purpose,
            "shows": copy.shows,
            "factors": copy.factors,
            "decided": copy.decided,
        }
        if self._recipient is None:
            self._append(values | {"private": text})
        else:
            from scrubber.consent.sealing import seal

            sealed = base64.b64encode(seal(self._recipient, text.encode())).decode()
            self._append(values | {"sealed": sealed})

    def note_gone(self, copy: Copy, why: str) -> None:
        """Append that a copy is no longer out: it was taken away, or somebody else did it."""
        self._append({"what": "gone", "output": copy.output, "at": now(), "why": why})

    def note_staging(self, token: str, process: int | None) -> None:
        """Append that a run begins to stage files under this token, or, without a process, that it has ended."""
        self._append({"what": "staging", "token": token, "process": process})

    @property
    def abandoned(self) -> dict[str, int]:
        """Tokens of runs that have not said that they ended, and their processes."""
        return dict(self._staging)

    def forget(self) -> bool:
        """Delete the ledger. The copies stay; whether there was anything to forget."""
        there = self.path.exists()
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            ledger_file.refuse(self.path, error)
        return there

    def _append(self, values: dict[str, Any]) -> None:
        if not self.path.exists():
            ledger_file.append(self.path, {"what": "folder", "schema": SCHEMA, "folder": str(self.out.resolve())})
        ledger_file.append(self.path, values)
        self.refresh()

    def _take_in(self, place: int, entry: dict[str, Any]) -> None:
        match entry["what"]:
            case "folder" if entry["schema"] > SCHEMA:
                raise NotWritable(
                    f"{self.path}: a newer scrubber keeps this record of published copies; use that one for {self.out}"
                )
            case "copy":
                name, source = folded(entry["output"]), entry["source"]["sha256"]
                self._forget_name(name)
                self._live[name] = place, source
                self._by_source.setdefault(source, {})[name] = place
                self._by_input.setdefault(entry["input"], set()).add(name)
            case "withheld":
                self._by_source.setdefault(entry["source"]["sha256"], {})[None] = place
            case "gone":
                self._forget_name(folded(entry["output"]))
            case "staging" if entry["process"] is not None:
                self._staging[entry["token"]] = entry["process"]
            case "staging":
                self._staging.pop(entry["token"], None)

    def _forget_name(self, name: str) -> None:
        _, source = self._live.pop(name, (0, ""))
        self._by_source.get(source, {}).pop(name, None)

    def _copy(self, place: int) -> Copy | None:
        entry = ledger_file.entry_at(self.path, place)
        if entry is None:
            return None
        return Copy(
            entry["output"],
            entry["sha256"],
            SourceId(**entry["source"]),
            entry["input"],
            entry["key"],
            entry["at"],
            entry["purpose"],
            entry["shows"],
            (entry["factors"][0], entry["factors"][1]),
            tuple((frame, action, x, y, width, height) for frame, action, x, y, width, height in entry["decided"]),
            self._opened(entry),
        )

    def _opened(self, entry: dict[str, Any]) -> Private | None:
        text = entry.get("private")
        if text is None and self._identity is not None:
            from scrubber.consent.sealing import unseal

            text = unseal(self._identity, base64.b64decode(entry["sealed"]))
        return None if text is None else _private_from_json(json.loads(text))


def mentioned(entry: dict[str, Any]) -> set[str]:
    """Ids of the people of whom an entry says something in clear."""
    if "private" not in entry:
        return set()
    private = json.loads(entry["private"])
    named = {face["person"] for face in private["result"]["faces"] if face["person"]}
    pointed = {show["person"] for show in private["restrictions"].get("show", ())}
    return named | pointed | set(private["concerns"]) | {shown["person"] for shown in private["shown"]}


def _private_as_json(private: Private) -> dict[str, Any]:
    return {
        "result": private.result.as_json(),
        "concerns": private.concerns,
        "shown": [asdict(shown) for shown in private.shown],
        "restrictions": private.restrictions,
    }


def _private_from_json(values: dict[str, Any]) -> Private:
    return Private(
        Result.from_json(values["result"]),
        tuple(values["concerns"]),
        tuple(Shown(**shown) for shown in values["shown"]),
        values["restrictions"],
    )
