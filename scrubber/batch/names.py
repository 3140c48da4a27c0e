"""File names that say nothing: camera and messenger names carry dates, times, places and numbers."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from scrubber.policy import Names

# Cameras and messengers count and date their files; each pattern names a habit that tells when, where or with what.
_TELLING: Final = re.compile(
    r"""
      (?:19|20)\d{2}[-_.: ]?(?:0[1-9]|1[0-2])[-_.: ]?(?:0[1-9]|[12]\d|3[01])   # dates, year first
    | (?:0[1-9]|[12]\d|3[01])[-_. ](?:0[1-9]|1[0-2])[-_. ](?:19|20)?\d{2}      # dates, day first
    | (?:0[1-9]|1[0-2])[-_. ](?:0[1-9]|[12]\d|3[01])[-_. ](?:19|20)\d{2}       # dates, month first
    | \b(?:[01]?\d|2[0-3])[.:h_-][0-5]\d[.:m_-][0-5]\d                         # times
    | [-+]?\d{1,3}\.\d{4,}                                                     # degrees
    | \d{6,}                                                                   # phone numbers, serials, times
    | \+\d[\d ()-]{6,}                                                         # phone numbers
    | [0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}             # unique ids
    | ^(?:IMG|DSC[NF]?|DSC|P|PXL|MVIMG|VID|DJI|GOPR|GP|SAM|CIMG|MG|PICT|HPIM|KIMG|FILE|BURST)[-_ ]?\d{2,}  # counters
    | whatsapp|signal|telegram|snapchat|instagram|facebook|fb_img|received_|viber|wechat|mmexport
    | screenshot|screen[ _-]shot|bildschirmfoto|captura
    | [\w.+-]+@[\w-]+\.\w+                                                     # mail addresses
    """,
    re.IGNORECASE | re.VERBOSE,
)  # fmt: skip

_FORBIDDEN: Final = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\ud800-\udfff]')
_RESERVED: Final = re.compile(r"^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)
_LONGEST: Final = 120  # characters of a name; every file system takes that many bytes even in UTF-8 scripts of two


class Namer:
    """Gives outputs their names, one after the other; the same inputs in the same order get the same names.

    No two names it gives are equal where case and the composition of accents do not count.
    """

    def __init__(self, names: Names) -> None:
        self._names = names
        self._taken: set[str] = set()
        self._folders: dict[PurePath, PurePath] = {PurePath(): PurePath()}
        self._photos = 0

    def name(self, relative: PurePath, extension: str) -> PurePath:
        """Where the output for the input at `relative` goes, below the output folder."""
        folder = self._folder(relative.parent)
        if self._names == "keep" or (self._names == "safe" and not telling(relative.stem)):
            stem = _portable(relative.stem)
        else:
            self._photos += 1
            stem = f"photo-{self._photos:04d}"
        return self._unique(folder, stem, extension)

    def _folder(self, relative: PurePath) -> PurePath:
        if relative not in self._folders:
            parent = self._folder(relative.parent)
            keep = self._names == "keep" or (self._names == "safe" and not telling(relative.name))
            stem = _portable(relative.name) if keep else f"folder-{len(self._folders):03d}"
            self._folders[relative] = self._unique(parent, stem, "")
        return self._folders[relative]

    def _unique(self, folder: PurePath, stem: str, extension: str) -> PurePath:
        count = 1
        while True:
            path = folder / f"{stem}{f'-{count}' if count > 1 else ''}{extension}"
            key = unicodedata.normalize("NFC", str(path)).casefold()
            if key not in self._taken:
                self._taken.add(key)
                return path
            count += 1


def telling(name: str) -> bool:
    """Whether a file or folder name gives away when, where, by whom or with what a photo was made."""
    return _TELLING.search(name) is not None


def _portable(name: str) -> str:
    """The name with what some file systems refuse replaced, so that a folder can move to any of them."""
    name = _FORBIDDEN.sub("_", name)[:_LONGEST].strip(" .") or "photo"
    return f"_{name}" if _RESERVED.match(name) else name
