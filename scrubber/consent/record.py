"""`Consent`: the manifest of one organisation, loaded and found valid."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from scrubber.consent.manifest import Event, Manifest, Person, PhotoEntry
from scrubber.consent.permissions import Permissions, resolve
from scrubber.consent.reading import parse, read
from scrubber.errors import ManifestError


@dataclass(frozen=True, slots=True)
class Consent:
    """Who agreed to be seen, where, until when. Immutable and picklable; made by `load` or `loads`.

    `name` is what messages call it, `path` where it lies (None if it was not read from a file).
    """

    manifest: Manifest
    name: str
    path: Path | None = None

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Consent:
        """Reads a manifest, TOML or JSON. Raises `ManifestError`, which lists every mistake with its line."""
        file = Path(path)
        return cls(parse(read(file, str(file)), str(file)), str(file), file.absolute())

    @classmethod
    def loads(cls, text: str | bytes, name: str = "consent manifest") -> Consent:
        """The same from text. References are then looked for in the current folder."""
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
        """Where the patterns of `references` start."""
        return self.path.parent if self.path else Path()

    @property
    def fingerprint(self) -> str:
        """SHA-256, in hex, of what the manifest says: the same for TOML and JSON, with or without comments.

        It does not cover the reference photos themselves, only their patterns.
        """
        said = self.manifest.model_dump(mode="json", by_alias=True)
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()

    def permissions(self, purpose: str, on: date) -> Permissions:
        """Who may be seen for `purpose` on the day `on`. Raises `UsageError` if `purpose` is empty or `*`."""
        return resolve(self.manifest, purpose, on)

    def references(self, person: str) -> tuple[Path, ...]:
        """The reference photos of the person with this id, sorted; none if the manifest lists none.

        Raises `ManifestError` if a pattern matches no file: somebody who refused would go unrecognised, so a
        run must stop rather than do without.
        """
        matches = self.matches(person)
        for pattern, paths in matches.items():
            if not paths:
                raise ManifestError(
                    f'{self.name}: the references of {person}, "{pattern}", match no file in {self.folder}; '
                    "put the photos there or take the pattern out"
                )
        return tuple(sorted({path for paths in matches.values() for path in paths}))

    def matches(self, person: str) -> dict[str, tuple[Path, ...]]:
        """The files on disk that each reference pattern of this person matches now; perhaps none."""
        patterns = {one.id: one.references for one in self.people}[person]
        return {pattern: tuple(path for path in self.folder.glob(pattern) if path.is_file()) for pattern in patterns}
