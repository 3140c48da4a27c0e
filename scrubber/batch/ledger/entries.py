"""What a ledger says of one copy, as values; docs/ledger.md describes them."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path, PurePath, PurePosixPath
from typing import Any, Final, TypeAlias

from scrubber.consent.decisions.permissions import Refused
from scrubber.json_values import result_from_json
from scrubber.results import Result
from scrubber.values import Action, Box, Decision, Reason, Region, SourceId

SCHEMA: Final = 1
"""Version of the entries. docs/ledger.md describes them."""


Place: TypeAlias = tuple[int, Action, int, int, int, int]
"""A frame, what was done there, and x, y, width and height in pixels of the copy."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Somebody whom a copy shows: by a `box` that points at the face, or by a `match` with reference photos.

    Or who may be seen in it all the same: `pointed` at where no face was found or it was dismissed, or `alike` a face
    that is shown for another reason.
    """

    person: str
    by: str
    consent: str = ""
    """Stands for all that was agreed then (`Standing.consent`)."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """That a person took consent back, or never gave it, and since when; a manifest said so."""

    person: str
    what: Refused
    since: date
    consent: str = ""
    """Stands for all that was agreed then (`Standing.consent`): the same words are known again in another manifest."""
    organisation: str | None = None
    """Whose manifest says so: another group may use the same ids."""
    manifest: str | None = None
    """The file of that manifest, by its full path."""
    noted: str = field(default="", compare=False)
    """When a ledger noted it (`now`)."""


@dataclass(frozen=True, slots=True)
class Private:
    """What an entry says about people; sealed where the manifest is.

    `key` stands for all that decided the outcome, ids among it, so that it could be guessed from if it were in clear.
    `concerns` are ids of the people on whose standing the outcome hung. `restrictions` is what the manifest pointed at
    in the photo when the copy was made.
    """

    result: Result
    key: str
    concerns: tuple[str, ...] = ()
    shown: tuple[Shown, ...] = ()
    restrictions: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Copy:
    """One outcome in the ledger. `output` is the path below the output folder, with `/`; None for a withheld photo.

    `sha256` is that of the copy. `factors` say how much smaller the copy
    is across and down. `decided` are the places where something was hidden or shown, which whoever sees the copy sees
    as well: frame, what was done, and x, y, width and height in pixels of the copy. `shows` counts the people shown.
    `manifest` is the file that the run was given, `restricted` whether it hides a place in this photo or withholds it,
    None if that is in doubt: then what was said before stays.
    `restricted_by` is the manifest that says so, which may be an earlier one.
    `bytes` is its size.
    `private` is None if it is sealed with a key that is not at hand.
    """

    output: str | None
    sha256: str | None
    source: SourceId
    input: str
    at: str
    purpose: str | None
    shows: int
    factors: tuple[float, float]
    decided: tuple[Place, ...]
    manifest: str | None
    restricted: bool | None
    private: Private | None
    bytes: int | None = None
    manifest_path: str | None = None
    restricted_by: str | None = None

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """What was decided at each place, without who and why; boxes in pixels of the copy."""
        reasons: dict[str, Reason] = {"show": "allowed-by-box", "hide": "pointed-hide"}
        return tuple(
            Decision(Region(Box(*box)), action, reasons[action], frame=frame) for frame, action, *box in self.decided
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


def mentioned(entry: dict[str, Any]) -> set[str]:
    """Ids of the people of whom an entry says something in clear."""
    if "private" not in entry:
        return set()
    private = json.loads(entry["private"])
    if entry["what"] in ("refused", "agreed"):
        return {private["person"]}
    named = {face["person"] for face in private["result"]["faces"] if face["person"]}
    pointed = {show["person"] for show in private["restrictions"].get("show", ())}
    return named | pointed | set(private["concerns"]) | {shown["person"] for shown in private["shown"]}


def private_as_json(private: Private) -> dict[str, Any]:
    return {
        "result": private.result.as_json(),
        "key": private.key,
        "concerns": private.concerns,
        "shown": [asdict(shown) for shown in private.shown],
        "restrictions": private.restrictions,
        "turned": private.result.source.turned if private.result.source else (),
    }


def private_from_json(values: dict[str, Any]) -> Private:
    result = result_from_json(values["result"])
    if result.source is not None:
        result = replace(result, source=replace(result.source, turned=tuple(values.get("turned", ()))))
    return Private(
        result,
        values["key"],
        tuple(values["concerns"]),
        tuple(Shown(**shown) for shown in values["shown"]),
        values["restrictions"],
    )


def refusal_as_json(refusal: Refusal) -> dict[str, Any]:
    return {
        "person": refusal.person,
        "refused": refusal.what,
        "since": refusal.since.isoformat(),
        "consent": refusal.consent,
        "organisation": refusal.organisation,
    }


def refusal_from_json(values: dict[str, Any], noted: str, manifest: str | None) -> Refusal:
    return Refusal(
        str(values["person"]),
        values["refused"],
        date.fromisoformat(values["since"]),
        values.get("consent", ""),
        values.get("organisation"),
        manifest,
        noted,
    )


def copy_as_json(copy: Copy) -> dict[str, Any]:
    """All of an entry but its private part."""
    return {
        "what": "copy" if copy.output else "withheld",
        "output": copy.output,
        "sha256": copy.sha256,
        "source": {"sha256": copy.source.sha256, "pixels": copy.source.pixels, "look": copy.source.look},
        "input": copy.input,
        "at": copy.at,
        "purpose": copy.purpose,
        "shows": copy.shows,
        "factors": copy.factors,
        "decided": copy.decided,
        "manifest": copy.manifest,
        "restricted": copy.restricted,
        "bytes": copy.bytes,
        "manifest_path": copy.manifest_path,
        "restricted_by": copy.restricted_by,
    }


def copy_from_json(entry: dict[str, Any], private: Private | None) -> Copy:
    """What `copy_as_json` tells, read back."""
    found = private.result.source if private else None
    return Copy(
        entry["output"],
        entry["sha256"],
        SourceId(**entry["source"], turned=found.turned if found else ()),
        entry["input"],
        entry["at"],
        entry["purpose"],
        entry["shows"],
        (entry["factors"][0], entry["factors"][1]),
        tuple((frame, action, x, y, width, height) for frame, action, x, y, width, height in entry["decided"]),
        entry["manifest"],
        entry["restricted"],
        private,
        entry.get("bytes"),
        entry.get("manifest_path"),
        entry.get("restricted_by"),
    )
