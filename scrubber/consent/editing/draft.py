"""Changes a manifest. The text of one in TOML keeps everything else: comments, order, spacing, line ends.

An edit is trusted only after it was read back: the new text must parse to exactly the manifest that was meant, or
nothing is written. New tables go after the last of their kind, so that a comment above the next section stays there.
A manifest in JSON, which has no comments to keep, is changed as if it were TOML and written anew as JSON.
A locked manifest is changed in memory and locked again with the same passphrase.
"""

from __future__ import annotations

import glob
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal, TypeAlias

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Array

from scrubber.consent.editing.saving import holds, save, save_new
from scrubber.consent.editing.storing import lock_again
from scrubber.consent.manifest.locate import Places
from scrubber.consent.manifest.look_alikes import MIX_UP, look_alike
from scrubber.consent.manifest.model import DismissBox, Event, HideBox, Manifest, Person, PhotoEntry, ShowBox, What
from scrubber.consent.manifest.reading import FIRST_LINE, LAST_LINE, is_json, parse, read
from scrubber.consent.manifest.rendering import as_json, inline, listed, table, values_of
from scrubber.consent.vault.keys import identity_beside, identity_inside, with_key
from scrubber.consent.vault.locking import Contents, Passphrase, decrypt, is_locked
from scrubber.errors import ManifestError, NotWritable, UsageError
from scrubber.printing import is_active

PointedBox: TypeAlias = HideBox | DismissBox | ShowBox
BoxKey: TypeAlias = Literal["hide", "dismiss", "show"]

_UNNAMED: Final = "the changed manifest"  # for messages that nobody is to see
_TABLES: Final = ("people", "photos", "events")
_ORDER: Final = ("sha256", "pixels", "no_photo", "hide", "dismiss", "show")
"""Of the keys of a photo's table: if a file breaks off, what restricts is still there."""


def blank(organisation: str | None = None) -> str:
    """The text of a manifest with nobody in it yet. Raises `UsageError` for a name that nobody can read as it is."""
    if organisation and is_active(organisation):
        raise UsageError("the organisation holds control characters or characters that nobody sees; type it anew")
    document = tomlkit.document()
    document.add("schema", tomlkit.item(1))
    if organisation is not None:
        document.add("organisation", tomlkit.item(organisation))
    return f"{FIRST_LINE}\n{tomlkit.dumps(document)}{LAST_LINE}\n"


class Draft:
    """A manifest file that is being changed; `save` writes it."""

    def __init__(self, path: Path, passphrase: Passphrase | None = None) -> None:
        """`passphrase`, or a function that asks for it, is needed only if the file is locked.

        Raises `ManifestError` for a manifest that is not valid.
        """
        self._path, self._name = path, str(path)
        self._contents: Contents | None = None
        self._passphrase: str | None = None
        self._read = content = read(path, self._name)
        if is_locked(content):
            self._passphrase = passphrase() if callable(passphrase) else passphrase
            locked = decrypt(content, self._passphrase, self._name)
            self._contents = with_key(locked)
            content, self._name = locked.files[locked.manifest], f"{path}/{locked.manifest}"
        self._meant = parse(content, self._name)
        text = content.decode("utf-8-sig")
        self._crlf = "\r\n" in text
        self._text = text.replace("\r\n", "\n")
        self._json = is_json(self._text, self._name)
        if self._json:
            manifest = self._meant
            self._text = blank(manifest.organisation)
            self._meant = manifest.model_copy(update={"people": (), "photos": (), "events": ()})
            for key in _TABLES:
                self._append(key, getattr(manifest, key))

    def reopened(self) -> Draft:
        """A new draft of the same file, without asking for its passphrase again."""
        return Draft(self._path, self._passphrase)

    @property
    def manifest(self) -> Manifest:
        """What the file will say."""
        return self._meant

    @property
    def locked(self) -> bool:
        """Whether everything goes back into a locked file, and nothing to the disk in clear."""
        return self._contents is not None

    @property
    def ledger_identity(self) -> str | None:
        """The secret key of the ledger's entries, as `Consent.ledger_identity`. Raises `ManifestError`."""
        return identity_beside(self._path) if self._contents is None else identity_inside(self._contents, self._name)

    def add_people(self, people: Sequence[Person]) -> None:
        """Raises `UsageError` if somebody has one of their ids already, or one that looks like it."""
        known = [one.id for one in self._meant.people]
        for person in people:
            other = look_alike(person.id, known)
            if other:
                raise UsageError(f'{self._name}: {person.id} looks like "{other}"; {MIX_UP}')
            self._refuse_known("people", person.id, known)
            known.append(person.id)
        self._append("people", people)

    def add_photos(self, photos: Sequence[PhotoEntry]) -> None:
        """Raises `UsageError` if the manifest has an entry for one of these photos already."""
        known = [name for one in self._meant.photos for name in (one.sha256, one.pixels) if name]
        for photo in photos:
            for name in filter(None, (photo.sha256, photo.pixels)):
                self._refuse_known("photos", name, known)
                known.append(name)
        self._append("photos", photos)

    def add_boxes(self, photo: int, key: BoxKey, boxes: Sequence[PointedBox]) -> None:
        """More `hide`, `dismiss` or `show` boxes for the entry at this index of `manifest.photos`."""
        if not boxes:
            return
        entry, values = self._meant.photos[photo], [values_of(one) for one in boxes]
        document = self._document()
        there = document["photos"][photo]
        if isinstance(there.get(key), AoT):
            for one in values:
                there[key].append(table(one))
            self._text = tomlkit.dumps(document)
        elif key in there:
            for one in values:
                there[key].append(inline(one))
            self._text = tomlkit.dumps(document)
        else:
            self._set_in_photo(photo, key, listed(values).as_string())
        self._update_photo(photo, entry.model_copy(update={key: (*getattr(entry, key), *boxes)}))

    def withhold_photo(self, photo: int) -> None:
        """Let the entry at this index of `manifest.photos` say `no_photo = true`."""
        document = self._document()
        if "no_photo" in document["photos"][photo]:
            document["photos"][photo]["no_photo"] = True
            self._text = tomlkit.dumps(document)
        else:
            self._set_in_photo(photo, "no_photo", "true")
        self._update_photo(photo, self._meant.photos[photo].model_copy(update={"no_photo": True}))

    def name_photo(self, photo: int, key: Literal["sha256", "pixels"], value: str) -> None:
        """The other hash for the entry at this index, which has none of this kind."""
        self._set_in_photo(photo, key, tomlkit.item(value).as_string())
        self._update_photo(photo, self._meant.photos[photo].model_copy(update={key: value}))

    def add_event(self, person: str, what: What, at: datetime) -> None:
        """`at` is kept to the second and in UTC, where it means the same everywhere."""
        event = Event(at=at.astimezone(UTC).replace(microsecond=0), person=person, what=what)
        self._append("events", [event])

    def deny(self, person: str) -> None:
        """Let the person's own entry say `decision = "deny"`. Raises `UsageError` for somebody unknown."""
        index = next((at for at, one in enumerate(self._meant.people) if one.id == person), None)
        if index is None:
            known = [one.id for one in self._meant.people]
            meant = look_alike(person, known)
            remedy = f'did you mean "{meant}"?' if meant else f"in it: {', '.join(known) or 'nobody'}"
            raise UsageError(f"{self._name}: {person} is not in the manifest; {remedy}")
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

    def hold(self, name: str, data: bytes) -> str:
        """Keep a file beside the manifest, or with it in the locked file; the pattern that names it there.

        Raises `NotWritable` where another file has its name.
        """
        pattern = glob.escape(name)
        if self._contents is None:
            save_new(data, self._path.absolute().parent / name)
        elif self._contents.files.get(name, data) != data:
            raise UsageError(f"{self._path}: holds another {name} already; choose another id")
        else:
            files = {**self._contents.files, name: data}
            self._contents = replace(self._contents, files=files, matches={**self._contents.matches, pattern: (name,)})
        return pattern

    def save(self) -> None:
        """Read the text back, then put it in the file's place, unless somebody else changed that meanwhile.

        Raises `ManifestError` and `NotWritable`.
        """
        text = as_json(self._meant) if self._json else self._text
        if not parse(self._text, _UNNAMED) == parse(text, self._name) == self._meant:
            raise ManifestError(f"{self._name}: cannot be changed without changing something else; do it by hand")
        if not self._path.is_symlink() and not holds(self._path, self._read):
            raise NotWritable(f"{self._path}: was changed by somebody else meanwhile; give the command again")
        data = (text.replace("\n", "\r\n") if self._crlf else text).encode()
        if self._contents is None:
            save(data, self._path)
        else:
            files = {**self._contents.files, self._contents.manifest: data}
            lock_again(replace(self._contents, files=files), self._passphrase or "", self._path)

    def _refuse_known(self, key: str, name: str, known: Sequence[str]) -> None:
        if name in known:
            raise UsageError(f"{self._name}: {name} is in the manifest already; change its [[{key}]] entry there")

    def _update_photo(self, index: int, entry: PhotoEntry) -> None:
        photos = (*self._meant.photos[:index], entry, *self._meant.photos[index + 1 :])
        self._meant = self._meant.model_copy(update={"photos": photos})

    def _set_in_photo(self, index: int, key: str, value: str) -> None:
        """Give a photo's table a key that it has not: before the first that comes after it, else at the end."""
        document = self._document()
        if isinstance(document.get("photos"), Array):
            document["photos"][index].append(key, tomlkit.value(value))
            self._text = tomlkit.dumps(document)
            return
        lines, places = self._text.rstrip("\n").split("\n"), Places.of_toml(self._text)
        later = [name for name in _ORDER[_ORDER.index(key) + 1 :] if name in document["photos"][index]]
        starts = [places.line_and_column(("photos", index, name))[0] - 1 for name in later]
        at = min(starts) if starts else self._end_of("photos", index, lines)
        self._text = "\n".join([*lines[:at], f"{key} = {value}", *lines[at:], ""])

    def _append(self, key: str, items: Sequence[Person] | Sequence[PhotoEntry] | Sequence[Event]) -> None:
        document = self._document()
        if isinstance(document.get(key), Array):
            for item in items:
                document[key].append(inline(values_of(item)))
            self._text = tomlkit.dumps(document)
        elif items:
            blocks = [tomlkit.dumps({key: [table(values_of(item))]}).strip() for item in items]
            self._insert(key, "\n\n".join(blocks))
        self._meant = self._meant.model_copy(update={key: (*getattr(self._meant, key), *items)})

    def _insert(self, key: str, block: str) -> None:
        """Put the text of new `[[key]]` tables after the last of their kind, or at the end of the file."""
        lines = self._text.rstrip("\n").split("\n")
        at = self._end_of(key, len(getattr(self._meant, key)) - 1, lines)
        before, after = lines[:at], lines[at:]
        gap_before = [""] if before and before[-1].strip() else []
        gap_after = [""] if after and after[0].strip() else []
        self._text = "\n".join([*before, *gap_before, *block.split("\n"), *gap_after, *after, ""])

    def _end_of(self, key: str, index: int, lines: Sequence[str]) -> int:
        """The index of the line before which what follows the `[[key]]` table at `index` goes; of the end if -1."""
        end = len(lines) - (lines[-1].strip() == LAST_LINE)
        places = Places.of_toml(self._text)
        starts = {
            (name, at): places.line_and_column((name, at))[0]
            for name in _TABLES
            for at in range(len(getattr(self._meant, name)))
        }
        own = starts.get((key, index))
        if own is None:
            return end
        end = min((line - 1 for line in starts.values() if line > own), default=end)
        return _end_of_table(lines, end)

    def _document(self) -> tomlkit.TOMLDocument:
        try:
            return tomlkit.parse(self._text)
        except TOMLKitError as error:
            raise ManifestError(f"{self._name}: cannot be changed by this command ({error}); do it by hand") from error


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
