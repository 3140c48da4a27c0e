"""File names for outputs: portable, stable for the source, and telling nothing unless they are to be kept."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import PurePath
from typing import TYPE_CHECKING, Final
from unicodedata import category

if TYPE_CHECKING:
    from scrubber.policy import Names

_FORBIDDEN: Final = re.compile(r'[<>:"/\\|?*]')
_JOINERS: Final = "\u200c\u200d"  # letters of Persian and of Indian scripts are written with them
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})  # categories of Unicode that show nothing
_RESERVED: Final = re.compile(r"^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)
_LONGEST: Final = 120  # characters of a name; every file system takes that many bytes even in UTF-8 scripts of two
_CODE: Final = 8  # characters of 5 bits: of a million photos two share a code with a chance of one third
_PURPOSE: Final = b"scrubber name 1\n"  # keeps codes apart from any other hash of the same
_NUMBERED: Final = re.compile(r"photo-(\d+)\Z")
_CODED_FOLDER: Final = re.compile(rf"folder-[a-z2-7]{{{_CODE}}}")
_CODED: Final = re.compile(rf"photo-[a-z2-7]{{{_CODE}}}(-\d+)?")


class Namer:
    """Proposes names for outputs. The same source gets the same names, whatever else is in the run.

    `secret` keeps neutral names of folders from being guessed: a folder's name has few possible values, so a hash of
    it alone would tell it. What can be seen of a photo needs no secret: who has the copy has that. What is hidden must
    not be in the code, for where it has few possible values, a number on a card, they could all be tried.
    """

    def __init__(self, names: Names, secret: bytes, known: frozenset[str] = frozenset()) -> None:
        """`known` are names below the output folder that were given before; sequences go on behind them."""
        self._names = names
        self._secret = secret
        numbers = [int(found[1]) for name in known if (found := _NUMBERED.match(PurePath(name).stem))]
        self._next = max(numbers, default=0) + 1

    def proposals(
        self, relative: PurePath, visible: str, extension: str, former: Iterable[PurePath] = ()
    ) -> Iterator[PurePath]:
        """Names below the output folder for the input at `relative`, the best first.

        `visible` is a hash of what can be seen (`Scrubbed.visible`). `former` are names that earlier copies of the same
        source had: a photo keeps its code, and its number.
        """
        folder = self._folder(relative.parent)
        again = _NUMBERED if self._names == "sequence" else _CODED
        if self._names != "keep":
            yield from (name.with_suffix(extension) for name in former if again.fullmatch(name.stem))
        if self._names == "sequence":
            for number in count(self._next):
                self._next = number + 1
                yield folder / f"photo-{number:04d}{extension}"
        stem = _portable(relative.stem) if self._names == "keep" else f"photo-{_code(visible)}"
        yield folder / f"{stem}{extension}"
        for number in count(2):
            yield folder / f"{stem}-{number}{extension}"

    def fits(self, name: PurePath, relative: PurePath) -> bool:
        """Whether a copy may keep a name though its original is called otherwise now: not where names are kept."""
        return self._names != "keep" or name.stem.startswith(_portable(relative.stem))

    def _folder(self, relative: PurePath) -> PurePath:
        if self._names == "keep":
            return PurePath(*map(_portable, relative.parts))
        told = (PurePath(*relative.parts[: depth + 1]) for depth in range(len(relative.parts)))
        return PurePath(*(f"folder-{self._folder_code(folder)}" for folder in told))

    def _folder_code(self, folder: PurePath) -> str:
        digest = hmac.digest(self._secret, folder.as_posix().encode("utf-8", "surrogateescape"), "sha256")
        return _base32(digest)


def is_coded_folder(relative: PurePath) -> bool:
    """Whether a path below the output folder is one that neutral names give to a folder."""
    return all(map(_CODED_FOLDER.fullmatch, relative.parts))


def _code(visible: str) -> str:
    return _base32(hashlib.sha256(_PURPOSE + visible.encode()).digest())


def _base32(digest: bytes) -> str:
    return base64.b32encode(digest).decode("ascii")[:_CODE].lower()


def _portable(name: str) -> str:
    """The name with what some file systems refuse replaced, so that a folder can move to any of them.

    So are characters that cannot be seen, or that turn the rest around: they may lie about the name, or mark it.
    """
    seen = "".join("_" if category(one) in _UNSEEN and one not in _JOINERS else one for one in name)
    name = _FORBIDDEN.sub("_", seen)[:_LONGEST].strip(" .") or "photo"
    return f"_{name}" if _RESERVED.match(name) else name
