"""Changes the text of a TOML manifest and keeps everything else in it: comments, order, spacing, line ends.

An edit is trusted only after it was read back: the new text must parse to exactly the manifest that was meant, or
nothing is written. New tables go after the last of their kind, so that a comment above the next section stays there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Array, InlineTable, Table

from scrubber.consent.locate import Places
from scrubber.consent.locking import is_locked
from scrubber.consent.manifest import Event, Manifest, Person, PhotoEntry, What
from scrubber.consent.reading import FIRST_LINE, LAST_LINE, parse, read
from scrubber.consent.saving import save
from scrubber.errors import ManifestError, UsageError
from scrubber.types import Box


def blank(organisation: str | None) -> str:
    """The text of a manifest with nobody in it yet."""
    document = tomlkit.document()
    document.add("schema", tomlkit.item(1))
    if organisation:
        document.add("organisation", tomlkit.item(organisation))
    return f"{FIRST_LINE}\n{tomlkit.dumps(document)}{LAST_LINE}\n"


class Draft:
    """A manifest file that is being changed; `save` writes it."""

    def __init__(self, path: Path) -> None:
        """Raises `ManifestError` for a manifest that is not valid, `UsageError` for one that is not TOML."""
        name = str(path)
        content = read(path, name)
        if is_locked(content):
            raise UsageError(f"{name}: is locked; unlock it, change the manifest, and lock it again")
        self._meant = parse(content, name)
        self._path = path
        text = content.decode("utf-8-sig")
        if name.lower().endswith(".json") or text.lstrip().startswith("{"):
            raise UsageError(f"{name}: is JSON; this command changes manifests in TOML, change this one by hand")
        self._crlf = "\r\n" in text
        self._text = text.replace("\r\n", "\n")

    @property
    def manifest(self) -> Manifest:
        """What the file will say."""
        return self._meant

    def add_people(self, people: Sequence[Person]) -> None:
        """Raises `UsageError` if somebody has one of their ids already."""
        self._refuse_known("people", [person.id for person in people], [one.id for one in self._meant.people])
        self._append("people", people)

    def add_photos(self, photos: Sequence[PhotoEntry]) -> None:
        """Raises `UsageError` if the manifest has an entry for one of these photos already."""
        self._refuse_known("photos", [photo.sha256 for photo in photos], [one.sha256 for one in self._meant.photos])
        self._append("photos", photos)

    def add_event(self, person: str, what: What, at: datetime) -> None:
        """`at` is kept to the second and in UTC, where it means the same everywhere."""
        event = Event(at=at.astimezone(UTC).replace(microsecond=0), person=person, what=what)
        self._append("events", [event])

    def deny(self, person: str) -> None:
        """Let the person's own entry say `decision = "deny"`. Raises `UsageError` for somebody unknown."""
        index = next((at for at, one in enumerate(self._meant.people) if one.id == person), None)
        if index is None:
            known = ", ".join(one.id for one in self._meant.people) or "nobody"
            raise UsageError(f"{self._path}: {person} is not in the manifest; in it: {known}")
        document = self._document()
        document["people"][index]["decision"] = "deny"
        self._text = tomlkit.dumps(document)
        changed = self._meant.people[index].model_copy(update={"decision": "deny"})
        people = (*self._meant.people[:index], changed, *self._meant.people[index + 1 :])
        self._meant = self._meant.model_copy(update={"people": people})

    def withdraw(self, person: str, at: datetime) -> None:
        """Note that somebody withdrew at that moment. What is noted already is not noted again."""
        self.deny(person)
        history = [event.what for event in self._meant.events if event.person == person]
        if history[-1:] != ["withdrawn"]:
            self.add_event(person, "withdrawn", at)

    def save(self) -> None:
        """Read the text back, then put it in the file's place. Raises `ManifestError` and `NotWritable`."""
        name = str(self._path)
        if parse(self._text, name) != self._meant:
            raise ManifestError(f"{name}: cannot be changed without changing something else; change it by hand")
        save((self._text.replace("\n", "\r\n") if self._crlf else self._text).encode(), self._path)

    def _refuse_known(self, key: str, new: Sequence[str], known: Sequence[str]) -> None:
        seen = set(known)
        for name in new:
            if name in seen:
                raise UsageError(f"{self._path}: {name} is in the manifest already; change its [[{key}]] entry there")
            seen.add(name)

    def _append(self, key: str, items: Sequence[Person] | Sequence[PhotoEntry] | Sequence[Event]) -> None:
        document = self._document()
        if isinstance(document.get(key), Array):
            for item in items:
                document[key].append(_inline(_values(item)))
            self._text = tomlkit.dumps(document)
        elif items:
            blocks = [tomlkit.dumps({key: [_table(_values(item))]}).strip() for item in items]
            self._insert(key, "\n\n".join(blocks))
        self._meant = self._meant.model_copy(update={key: (*getattr(self._meant, key), *items)})

    def _insert(self, key: str, block: str) -> None:
        """Put the text of new `[[key]]` tables after the last of their kind, or at the end of the file."""
        lines = self._text.rstrip("\n").split("\n")
        at = self._end_of(key, lines)
        before, after = lines[:at], lines[at:]
        gap_before = [""] if before and before[-1].strip() else []
        gap_after = [""] if after and after[0].strip() else []
        self._text = "\n".join([*before, *gap_before, *block.split("\n"), *gap_after, *after, ""])

    def _end_of(self, key: str, lines: Sequence[str]) -> int:
        """The index of the line before which a new `[[key]]` table goes."""
        end = len(lines) - (lines[-1].strip() == LAST_LINE)
        places = Places.of_toml(self._text)
        starts = {
            (table, index): places.line_and_column((table, index))[0]
            for table in ("people", "photos", "events")
            for index in range(len(getattr(self._meant, table)))
        }
        own = starts.get((key, len(getattr(self._meant, key)) - 1))
        if own is None:
            return end
        end = min((line - 1 for line in starts.values() if line > own), default=end)
        return _end_of_table(lines, end)

    def _document(self) -> tomlkit.TOMLDocument:
        try:
            return tomlkit.parse(self._text)
        except TOMLKitError as error:
            raise ManifestError(f"{self._path}: cannot be changed by this command ({error}); do it by hand") from error


def _end_of_table(lines: Sequence[str], end: int) -> int:
    """Where the table ends that has the line before `end`: comments above the next one are not part of it."""
    last = end
    while last and (not lines[last - 1].strip() or lines[last - 1].lstrip().startswith("#")):
        last -= 1
    follow = last
    while follow < end and lines[follow].strip():
        follow += 1
    # A comment right below the last key belongs to it, unless it also stands right above the next header.
    return follow if follow < end or end == len(lines) else last


def _values(item: Person | PhotoEntry | Event) -> dict[str, Any]:
    """The keys of a table that say something, as TOML has them; what restricts comes first."""
    match item:
        case PhotoEntry():
            values: dict[str, Any] = {"sha256": item.sha256}
            if item.no_photo:
                values["no_photo"] = True
            if item.hide:
                values["hide"] = [{"box": _numbers(one.box)} for one in item.hide]
            if item.show:
                values["show"] = [{"person": one.person, "box": _numbers(one.box)} for one in item.show]
            return values
        case Person():
            given = {name: getattr(item, name) for name in type(item).model_fields}
            return {name: list(value) if isinstance(value, tuple) else value for name, value in given.items() if value}
        case Event():
            return {"at": item.at, "person": item.person, "what": item.what}


def _numbers(box: Box) -> list[float]:
    return [int(number) if number == int(number) else number for number in (box.x, box.y, box.width, box.height)]


def _table(values: dict[str, Any]) -> Table:
    table = tomlkit.table()
    for key, value in values.items():
        table.add(key, _listed(value) if isinstance(value, list) else tomlkit.item(value))
    return table


def _listed(values: list[Any]) -> Array:
    array = tomlkit.array()
    for value in values:
        array.append(_inline(value) if isinstance(value, dict) else value)
    return array.multiline(len(values) > 2 and isinstance(values[0], dict))


def _inline(values: dict[str, Any]) -> InlineTable:
    table = tomlkit.inline_table()
    for key, value in values.items():
        table.append(key, _listed(value) if isinstance(value, list) else tomlkit.item(value))
    return table
