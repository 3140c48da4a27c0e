"""Puts a manifest, or what was unlocked, on disk: whole or not at all, and readable by its owner only."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from scrubber.errors import NotWritable, PhotoError
from scrubber.guarded import read_bytes
from scrubber.storage.atomic_files import Finish, NameTaken, new_file, place, replace, writable

_ONLY_OWNER_ENTERS: Final = 0o700
_REMEDY: Final = "choose another place"


def save(data: bytes, target: Path) -> None:
    """Write `data` under the name `target` in one step, replacing the file that was there. Raises `NotWritable`.

    A link is neither replaced nor followed: either could undo what its owner meant by it.
    """
    if target.is_symlink():
        raise NotWritable(f"{target}: is a link, which is not written through; name the file that it leads to")
    if target.exists() and not target.is_file():
        raise NotWritable(f"{target}: is there and is no file; choose another name")
    _write(data, target, replace)


def create(data: bytes, target: Path) -> None:
    """The same for a file that must not be there yet, not even as a link that leads nowhere. Raises `NotWritable`."""
    taken = f"{target}: is there already; move it away or choose another name"
    if os.path.lexists(target):
        raise NotWritable(taken)
    try:
        _write(data, target, place)
    except NameTaken as error:
        raise NotWritable(taken) from error


def save_new(data: bytes, target: Path) -> None:
    """As `create`, but a file that holds the same already is left as it is."""
    if not holds(target, data):
        create(data, target)


def holds(path: Path, data: bytes) -> bool:
    """Whether a file, and not a link to one, is there and holds exactly `data`."""
    try:
        return not path.is_symlink() and read_bytes(path, len(data)) == data
    except (OSError, PhotoError):
        return False


def _write(data: bytes, target: Path, finish: Finish) -> None:
    with writable(target, _REMEDY):
        target.parent.mkdir(parents=True, exist_ok=True, mode=_ONLY_OWNER_ENTERS)
    with new_file(target, finish, _REMEDY, ".consent-") as file:
        file.write(data)
