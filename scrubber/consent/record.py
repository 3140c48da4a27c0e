"""`Consent`: the manifest of one organisation, loaded and found valid."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from scrubber.consent.decisions.permissions import Permissions, resolve, withdrawn_since
from scrubber.consent.manifest.model import Event, Manifest, Person, PhotoEntry
from scrubber.consent.manifest.reading import parse, read
from scrubber.consent.vault.holdings import Holdings, InMemory, OnDisk
from scrubber.consent.vault.keys import identity_beside, identity_inside
from scrubber.consent.vault.locking import Passphrase, is_locked, opened
from scrubber.errors import Argument, ManifestError, PhotoError, UsageError
from scrubber.guarded import resolved
from scrubber.paths import checked_path


@dataclass(frozen=True, slots=True)
class Consent:
    """Who agreed to be seen, where, until when. Immutable and picklable; made by `load` or `loads`.

    `name` is what messages call it, `path` where it lies (None if it was not read from a file), `locked` what came
    with it out of a locked file. `ledger_identity` is the secret key of the ledger's entries (`consent.sealing`) that
    came out of the locked file, or lies beside a manifest that was locked once; None if there is none.
    """

    manifest: Manifest
    name: str
    path: Path | None = None
    locked: InMemory | None = field(default=None, repr=False)
    ledger_identity: str | None = field(default=None, repr=False)

    @classmethod
    def load(cls, path: str | os.PathLike[str], passphrase: Passphrase | None = None) -> Consent:
        """Reads a manifest: TOML, JSON, or the locked file that `scrubber consent lock` makes of one.

        `passphrase` is needed, and asked for if it is a function, only if the file is locked; nothing of what is
        inside is written anywhere. Raises `ManifestError`, which lists every mistake with its line.
        """
        if passphrase is not None and not isinstance(passphrase, str) and not callable(passphrase):
            raise TypeError(f"passphrase must be text or a function that asks for it, not {type(passphrase).__name__}")
        file = checked_path("path", path)
        name = str(path)
        content = read(file, name)
        if not is_locked(content):
            return cls(parse(content, name), name, file.absolute(), ledger_identity=identity_beside(file))
        contents = opened(content, passphrase, name)
        manifest = parse(contents.files[contents.manifest], f"{name}/{contents.manifest}")
        return cls(manifest, name, file.absolute(), contents.holdings(name), identity_inside(contents, name))

    @classmethod
    def loads(cls, text: str | bytes, name: str = "consent manifest") -> Consent:
        """The same from text. References are then looked for in the current folder."""
        if not isinstance(text, str | bytes):
            raise TypeError(f"text must be the text of a manifest, not {type(text).__name__}; for a file use load")
        return cls(parse(text, name), name)

    @property
    def organisation(self) -> str | None:
        return self.manifest.organisation

    @property
    def people(self) -> tuple[Person, ...]:
        return self.manifest.people

    @property
    def photos(self) -> tuple[PhotoEntry, ...]:
        return self.manifest.photos

    @property
    def events(self) -> tuple[Event, ...]:
        return self.manifest.events

    @property
    def folder(self) -> Path:
        """Where the patterns of `references` start, unless the file is locked."""
        return self.path.parent if self.path else Path()

    @property
    def holdings(self) -> Holdings:
        """Where the reference photos are."""
        return self.locked or OnDisk(self.folder)

    @property
    def files(self) -> frozenset[Path]:
        """The files that the manifest consists of, links resolved: its own, and reference photos on the disk."""
        own = [self.path.resolve()] if self.path else []
        patterns = () if self.locked else (pattern for one in self.people for pattern in one.references)
        names = (name for pattern in patterns for name in self.holdings.matching(pattern))
        return frozenset((*own, *(resolved(self.folder / name) for name in names)))

    @property
    def fingerprint(self) -> str:
        """SHA-256, in hex, of what the manifest says: the same for TOML and JSON, with or without comments.

        It does not cover the reference photos themselves, only their patterns.
        """
        said = self.manifest.model_dump(mode="json", by_alias=True)
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()

    def fingerprint_with_references(self) -> str:
        """SHA-256, in hex, of what the manifest says and of every reference photo's bytes.

        Raises `ManifestError` as `reference_bytes` does.
        """
        digest = hashlib.sha256(self.fingerprint.encode())
        for person in self.people:
            for name, data in self.reference_bytes(person.id).items():
                digest.update(f"\n{person.id}\n{name}\n{hashlib.sha256(data).hexdigest()}".encode())
        return digest.hexdigest()

    def permissions(self, purpose: str | None, on: date, despite_withdrawals: bool = False) -> Permissions:
        """Who may be seen for `purpose` on the day `on`; a manifest without people needs no purpose.

        Raises `UsageError` if `purpose` is empty or `*`, and for a day in the past after which people withdrew, unless
        `despite_withdrawals` says to go on: these people stay hidden.
        """
        if purpose is None and self.people:
            known = sorted({covered for person in self.people for covered in person.purposes}) or ["social"]
            first, *others = (Argument("purpose", one) for one in known[:3])
            choices = (part for other in others for part in (" or ", other))
            said = f"{self.name}: consent is given for something; say what the photos are for: "
            raise UsageError((said, first, *choices))
        return self._resolved(purpose, on, despite_withdrawals)

    def permissions_for_nobody(self, purpose: str | None, on: date, despite_withdrawals: bool = False) -> Permissions:
        """The same where nobody is to be shown (`Permissions.for_nobody`), which needs no purpose."""
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
        """The names of this person's reference photos, sorted: paths with `/`, from the folder of the manifest.

        None if the manifest lists none. Raises `ManifestError` if a pattern matches no file: somebody who refused
        would go unrecognised, so a run must stop rather than do without.
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
        """The files of this person's reference photos, by name; from memory if the manifest was locked.

        Raises `ManifestError` if one is missing or cannot be read.
        """
        try:
            return {name: self.holdings.read(name) for name in self.references(person)}
        except (OSError, PhotoError) as error:
            raise ManifestError(f"{self.name}: a reference of {person} cannot be read ({error}); check it") from error

    def matches(self, person: str) -> dict[str, tuple[str, ...]]:
        """The names of the photos that each reference pattern of this person matches now; perhaps none."""
        patterns = {one.id: one.references for one in self.people}[person]
        return {pattern: self.holdings.matching(pattern) for pattern in patterns}
