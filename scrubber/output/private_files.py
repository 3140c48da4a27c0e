"""Writes files that only their owner may read, and never over something else: a link is in the way like any file."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from scrubber.errors import NotWritable, UsageError
from scrubber.output.own_records import refuse_records
from scrubber.processes import runs
from scrubber.storage.atomic_files import NameTaken, NewFile, new_file, place, replace

_REMEDY: Final = "make room or choose another place"
_PREFIX: Final = ".unfinished-"  # not what a run clears away: its own contact sheet may lie among the copies


@contextmanager
def private_file(target: Path, overwrite: bool, ours: Callable[[Path], bool] | None = None) -> Iterator[NewFile]:
    """A file to write to, that lies under the name `target` when the block ends without an error.

    A file that is there is replaced only if `overwrite` says so or if it is one of `ours`. Raises `UsageError` at once
    if something is in the way, `NotWritable` if there is no room, no folder, or no permission.
    """
    refuse_records(target)
    replaced = _refuse_others(target, overwrite, ours)
    _sweep(target.parent)

    def finish(temporary: Path, target: Path) -> None:
        if replaced:
            _refuse_others(target, overwrite, ours)
            replace(temporary, target)
        else:
            place(temporary, target)

    try:
        with new_file(target, finish, _REMEDY, f"{_PREFIX}{os.getpid()}-") as file:
            yield file
    except NameTaken as error:
        raise NotWritable(f"{target}: somebody else has just made a file there; choose another name") from error


def _sweep(folder: Path) -> None:
    """Clear away what commands left unfinished here that were killed: the number of their process is in the name."""
    for path in folder.glob(f"{_PREFIX}*-*"):
        process = path.name.removeprefix(_PREFIX).partition("-")[0]
        if process.isdecimal() and not runs(int(process)):
            with suppress(OSError):  # it is somebody else's, or gone already
                path.unlink()


def _refuse_others(target: Path, overwrite: bool, ours: Callable[[Path], bool] | None) -> bool:
    """Whether a file is there, which may be replaced. Raises `UsageError` for one that may not."""
    try:
        mode = target.lstat().st_mode
    except FileNotFoundError:
        return False
    except OSError as error:
        raise NotWritable(f"{target}: {error.strerror or error}; choose another place") from error
    if not stat.S_ISREG(mode):
        kind = "a link" if stat.S_ISLNK(mode) else "a folder" if stat.S_ISDIR(mode) else "no file"
        raise UsageError(f"{target}: this is {kind}; choose another name")
    if overwrite or (ours is not None and ours(target)):
        return True
    raise UsageError(f"{target}: is there already; choose another name, or add --overwrite")
