"""Checks paths that a program hands over, once, before anything is done with them."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from pathlib import Path

from scrubber.errors import UsageError
from scrubber.guarded import is_there


def checked_path(name: str, value: object) -> Path:
    """A path that a file can have. Raises `TypeError` for what is none, `UsageError` for one that leads nowhere.

    An empty one is refused, for that would mean the folder somebody stands in.
    """
    if not isinstance(value, str | os.PathLike):
        more = "; os.fsdecode makes text of the bytes of a path" if isinstance(value, bytes | bytearray) else ""
        raise TypeError(f"{name} must be a path, not {type(value).__name__}{more}")
    return possible_path(name, value)


def checked_paths(name: str, values: object) -> list[Path]:
    """The same for one path, or for several. Raises `UsageError` for none."""
    if isinstance(values, str | bytes | bytearray | os.PathLike):
        return [checked_path(name, values)]
    if not isinstance(values, Iterable):
        raise TypeError(f"{name} must be a path or a list of paths, not {type(values).__name__}")
    paths = [checked_path(f"{name}[{number}]", each) for number, each in enumerate(values)]
    if not paths:
        raise UsageError(f"{name}: is empty; name at least one file or folder")
    return paths


def possible_path(name: str, value: str | os.PathLike[str]) -> Path:
    """The path, unless no file can have it. Raises `UsageError`, which names the argument."""
    try:
        text = os.fspath(value)
    except TypeError as error:
        raise TypeError(f"{name} must be a path, not {type(value).__name__}, which gives no text for one") from error
    if not isinstance(text, str):
        raise TypeError(f"{name} must be a path of text, not {type(value).__name__} of {type(text).__name__}")
    if not text:
        raise UsageError(f"{name}: the path is empty; name a file or a folder")
    if "\0" in text:
        raise UsageError(f"{name}: no path holds a zero byte; name a file or a folder")
    try:
        os.fsencode(text)
    except UnicodeError as error:
        raise UsageError(
            f"{name}: {text!a} holds half a character, which no path can; give it as the system does, by "
            "os.listdir or os.fsdecode"
        ) from error
    path = Path(text)
    if _is_too_long(path):
        raise UsageError(f"{name}: {path}: the path, or a name in it, is longer than any can be; shorten it")
    return path


def _is_too_long(path: Path) -> bool:
    """Asks the system, and for each name on its own: below a folder that is not there yet it looks at none."""
    there = next((parent for parent in path.parents if is_there(parent)), Path())
    return any(_says_too_long(each) for each in (path, *(there / part for part in path.parts)))


def _says_too_long(path: Path) -> bool:
    try:
        path.lstat()
    except OSError as error:
        return error.errno == errno.ENAMETOOLONG
    return False
