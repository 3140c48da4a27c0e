"""Where reference photos lie: in the folder of the manifest, or inside a locked file and then in memory only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from scrubber.guarded import is_file, read_bytes

_LARGEST: Final = 1 << 29  # bytes of one photo


class Holdings(Protocol):
    """Finds and reads reference photos by the patterns that a manifest gives. Names are paths with `/`."""

    @property
    def place(self) -> str:
        """Where that is, for messages."""

    def matching(self, pattern: str) -> tuple[str, ...]:
        """The names of all photos that `pattern` matches now, sorted; perhaps none."""

    def read(self, name: str) -> bytes:
        """The bytes of one of them. Raises `OSError`, or `PhotoError` for what is no file or far too large."""


@dataclass(frozen=True, slots=True)
class OnDisk:
    """Reference photos below a folder."""

    folder: Path

    @property
    def place(self) -> str:
        return str(self.folder)

    def matching(self, pattern: str) -> tuple[str, ...]:
        # A "**" follows no links to folders, so it cannot run in circles; pipes and devices are no files.
        found = (path for path in self.folder.glob(pattern) if is_file(path))
        return tuple(sorted({path.relative_to(self.folder).as_posix() for path in found}))

    def read(self, name: str) -> bytes:
        return read_bytes(self.folder / name, _LARGEST)


@dataclass(frozen=True, slots=True)
class InMemory:
    """Reference photos out of a locked file. What each pattern matches was settled when it was locked.

    `embeddings` holds numbers for some of the photos, by name, made by the recogniser that `recogniser` names.
    """

    place: str
    matches: Mapping[str, tuple[str, ...]] = field(repr=False)
    photos: Mapping[str, bytes] = field(repr=False)
    embeddings: Mapping[str, tuple[float, ...]] = field(default_factory=dict, repr=False)
    recogniser: str = ""

    def __hash__(self) -> int:
        return hash((self.place, tuple(sorted(self.photos)), self.recogniser))

    def matching(self, pattern: str) -> tuple[str, ...]:
        return self.matches.get(pattern, ())

    def read(self, name: str) -> bytes:
        if name not in self.photos:
            raise FileNotFoundError(f"{name} is not among the locked photos")
        return self.photos[name]
