"""`Consent`: the manifest of one organisation, loaded and found valid."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from scrubber.consent.decisions.permissions import Permissions, resolve, withdrawn_since
from scrubber.consent.manifest.model import Event, Manifest, Person, PhotoEntry
from scrubber.consent.manifest.reading import parse, read
from scrubber.consent.vault.holdings import Holdings, InMemory, OnDisk
from scrubber.consent.vault.keys import identity_beside, identity_inside
from scrubber.consent.vault.locking import Passphrase, decrypt, is_locked
from scrubber.errors import Argument, ManifestError, PhotoError, UsageError
from scrubber.guarded import mark_of, resolved
from scrubber.paths import checked_path


@dataclass(frozen=True, slots=True)
class Consent:
    """The consent manifest: who agreed to be seen, for what, until when. `load` or `loads` makes it.

    `name` is what messages call it. `path` is its file, or None if it came as text. `locked` holds the other files of a
    locked one. `ledger_identity` is the secret key that opens its sealed entries in the ledger: it is inside a locked
    file, or beside a manifest that was locked once; None if there is no key.
    """

    manifest: Manifest
    name: str
    path: Path | None = None
    locked: InMemory | None = field(default=None, repr=False)
    ledger_identity: str | None = field(default=None, repr=False)
    mark: tuple[int, ...] | None = field(default=None, repr=False, compare=False)
    """What changes if somebody writes to the file (`guarded.mark_of`), from before it was read."""

    @classmethod
    def load(cls, path: str | os.PathLike[str], passphrase: Passphrase | None = None) -> Consent:
        """Read a manifest: TOML, JSON, or the locked file that `scrubber consent lock` makes of one.

        `passphrase` opens a locked file; a function is called for it only if the file is locked. What is inside is
        kept in memory and never written. Raises `ManifestError`, which lists every mistake with its line.
        """
        if passphrase is not None and not isinstance(passphrase, str) and not callable(passphrase):
            raise TypeError(f"passphrase must be text or a function that asks for it, not {type(passphrase).__name__}")
        file = checked_path("path", path)
        name = str(path)
        mark = mark_of(file)
        content = read(file, name)
        if not is_locked(content):
            return cls(parse(content, name), name, file.absolute(), ledger_identity=identity_beside(file), mark=mark)
        contents = decrypt(content, passphrase, name)
        manifest = parse(contents.files[contents.manifest], f"{name}/{contents.manifest}")
        return cls(manifest, name, file.absolute(), contents.holdings(name), identity_inside(contents, name), mark)

    @classmethod
    def loads(cls, text: str | bytes, name: str = "consent manifest") -> Consent:
        """Read a manifest from text. Its reference photos are looked for in the current folder."""
        if not isinstance(text, str | bytes):
            raise TypeError(f"text must be the text of a manifest, not {type(text).__name__}; for a file use load")
        return cls(parse(text, name), name)

    @property
    def organisation(self) -> str | None:
        """Who holds the consents."""
        return self.manifest.organisation

    @property
    def people(self) -> tuple[Person, ...]:
        """Its `[[people]]`."""
        return self.manifest.people

    @property
    def photos(self) -> tuple[PhotoEntry, ...]:
        """Its `[[photos]]`: what was said about single photos."""
        return self.manifest.photos

    @property
    def events(self) -> tuple[Event, ...]:
        """Its `[[events]]`: what happened, such as withdrawals."""
        return self.manifest.events

    @property
    def folder(self) -> Path:
        """The folder that patterns of `references` start from, unless the file is locked."""
        return self.path.parent if self.path else Path()

    @property
    def holdings(self) -> Holdings:
        """The reference photos, in memory or on the disk."""
        return self.locked or OnDisk(self.folder)

    @property
    def files(self) -> frozenset[Path]:
        """The manifest's own file and its reference photos on the disk, with links resolved."""
        own = [self.path.resolve()] if self.path else []
        patterns = () if self.locked else (pattern for one in self.people for pattern in one.references)
        names = (name for pattern in patterns for name in self.holdings.matching(pattern))
        return frozenset((*own, *(resolved(self.folder / name) for name in names)))

    def permissions(self, purpose: str | None, on: date, despite_withdrawals: bool = False) -> Permissions:
        """Who may be seen for `purpose` on the day `on`. A manifest without people needs no purpose.

        Raises `UsageError` if `purpose` is missing, empty or `*`, and if somebody withdrew after the day `on`, unless
        `despite_withdrawals` is True; they stay hidden then, too.
        """
        if purpose is None and self.people:
            known = sorted({covered for person in self.people for covered in person.purposes}) or ["social"]
            first, *others = (Argument("purpose", one) for one in known[:3])
            choices = (part for other in others for part in (" or ", other))
            said = f"{self.name}: consent is given for something; say what the photos are for: "
            raise UsageError((said, first, *choices))
        return self._resolved(purpose, on, despite_withdrawals)

    def permissions_for_nobody(self, purpose: str | None, on: date, despite_withdrawals: bool = False) -> Permissions:
        """The permissions of a run that shows nobody, which needs no purpose. Hide boxes and NO PHOTO still count."""
        return self._resolved(purpose, on, despite_withdrawals).for_nobody()

    def _resolved(self, purpose: str | None, on: date, despite_withdrawals: bool) -> Permissions:
        since = withdrawn_since(self.manifest, on, date.today())
        if since and not despite_withdrawals:
            said = (
                f"{self.name}: {', '.join(since)} withdrew after {on}, the day asked for; leave the day out, or give "
            )
            raise UsageError((said, Argument("despite_withdrawals", True), " to go on; they stay hidden"))
        return resolve(self.manifest, purpose, on).without(since)

    def references(self, person: str) -> tuple[str, ...]:
        """The names of this person's reference photos, sorted: paths with `/`, relative to `folder`.

        It is empty if the manifest lists no references. Raises `ManifestError` if a pattern matches no file: somebody
        who refused would not be recognised, so a run must stop.
        """
        matches = self.matches(person)
        for pattern, names in matches.items():
            if not names:
                raise ManifestError(
                    f'{self.name}: the references of {person}, "{pattern}", match no file in {self.holdings.place}; '
                    "put the photos there or take the pattern out"
                )
        return tuple(sorted({name for names in matches.values() for name in names}))

    def reference_bytes(self, person: str) -> dict[str, bytes]:
        """The bytes of this person's reference photos, by name.

        Raises `ManifestError` if one is missing or cannot be read.
        """
        try:
            return {name: self.holdings.read(name) for name in self.references(person)}
        except (OSError, PhotoError) as error:
            raise ManifestError(f"{self.name}: a reference of {person} cannot be read ({error}); check it") from error

    def matches(self, person: str) -> dict[str, tuple[str, ...]]:
        """For each reference pattern of this person, the names that it matches now, perhaps none."""
        patterns = {one.id: one.references for one in self.people}[person]
        return {pattern: self.holdings.matching(pattern) for pattern in patterns}
