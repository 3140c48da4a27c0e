"""File names for outputs: unique everywhere, portable, and telling nothing unless they are to be kept."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from scrubber.file_names import tells

if TYPE_CHECKING:
    from scrubber.policy import Names

_FORBIDDEN: Final = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\ud800-\udfff]')
_RESERVED: Final = re.compile(r"^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)
_LONGEST: Final = 120  # characters of a name; every file system takes that many bytes even in UTF-8 scripts of two


class Namer:
    """Gives outputs their names, one after the other; the same inputs in the same order get the same names.

    No two names it gives are equal where case and the composition of accents do not count.
    """

    def __init__(self, names: Names, labels: tuple[str, ...] = ()) -> None:
        """`labels` are words that identify people and must not stand in a name, unless names are kept."""
        self._names = names
        self._labels = labels
        self._taken: set[str] = set()
        self._folders: dict[PurePath, PurePath] = {PurePath(): PurePath()}
        self._photos = 0

    def name(self, relative: PurePath, extensions: Sequence[str]) -> PurePath:
        """Where the output for the input at `relative` goes, below the output folder.

        The name has the first of `extensions`; with any other of them it would be free, too.
        """
        folder = self._folder(relative.parent)
        if self._names == "keep" or (self._names == "safe" and not tells(relative.stem, self._labels)):
            stem = _portable(relative.stem)
        else:
            self._photos += 1
            stem = f"photo-{self._photos:04d}"
        return self._unique(folder, stem, extensions)

    def _folder(self, relative: PurePath) -> PurePath:
        if relative not in self._folders:
            parent = self._folder(relative.parent)
            keep = self._names == "keep" or (self._names == "safe" and not tells(relative.name, self._labels))
            stem = _portable(relative.name) if keep else f"folder-{len(self._folders):03d}"
            self._folders[relative] = self._unique(parent, stem, [""])
        return self._folders[relative]

    def _unique(self, folder: PurePath, stem: str, extensions: Sequence[str]) -> PurePath:
        count = 1
        while True:
            number = f"-{count}" if count > 1 else ""
            paths = [folder / f"{stem}{number}{extension}" for extension in extensions]
            keys = {unicodedata.normalize("NFC", str(path)).casefold() for path in paths}
            if not keys & self._taken:
                self._taken |= keys
                return paths[0]
            count += 1


def _portable(name: str) -> str:
    """The name with what some file systems refuse replaced, so that a folder can move to any of them."""
    name = _FORBIDDEN.sub("_", name)[:_LONGEST].strip(" .") or "photo"
    return f"_{name}" if _RESERVED.match(name) else name
