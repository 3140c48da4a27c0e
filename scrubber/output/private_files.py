"""Writes files that only their owner may read: whole or not at all, and never over something else.

They go to a temporary file with a name that nobody can foresee, which is made anew, and get their own name at the end
in one step. Links are not followed: one that somebody planted under the name is in the way like any other file.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

from scrubber.errors import NotWritable, UsageError
from scrubber.output.own_records import refuse_records
from scrubber.processes import runs

_PREFIX: Final = ".unfinished-"  # not what a run clears away: its own contact sheet may lie among the copies


@contextmanager
def private_file(target: Path, overwrite: bool, ours: Callable[[Path], bool] | None = None) -> Iterator[PrivateFile]:
    """A file to write to, that lies under the name `target` when the block ends without an error.

    A file that is there is replaced only if `overwrite` says so or if it is one of `ours`. Raises `UsageError` at once
    if something is in the way, `NotWritable` if there is no room, no folder, or no permission.
    """
    refuse_records(target)
    replaced = _refuse_others(target, overwrite, ours)
    _sweep(target.parent)
    with _writable(target):
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f"{_PREFIX}{os.getpid()}-")  # mode 0600
    temporary = Path(name)
    file = os.fdopen(handle, "wb")
    try:
        try:
            yield PrivateFile(file, target)
            with _writable(target):
                file.flush()
                os.fsync(file.fileno())
        finally:
            with _writable(target):
                file.close()
        if replaced:
            _refuse_others(target, overwrite, ours)
            with _writable(target):
                temporary.replace(target)
        else:
            _place_new(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


def _sweep(folder: Path) -> None:
    """Clear away what commands left unfinished here that were killed: the number of their process is in the name."""
    for path in folder.glob(f"{_PREFIX}*-*"):
        process = path.name.removeprefix(_PREFIX).partition("-")[0]
        if process.isdecimal() and not runs(int(process)):
            with suppress(OSError):  # it is somebody else's, or gone already
                path.unlink()


class PrivateFile:
    """Passes on what is written, and says which file it was for if that fails."""

    def __init__(self, file: BinaryIO, target: Path) -> None:
        self._file, self._target = file, target

    def write(self, data: bytes) -> int:
        with _writable(self._target):
            return self._file.write(data)

    def flush(self) -> None:
        with _writable(self._target):
            self._file.flush()


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


def _place_new(temporary: Path, target: Path) -> None:
    """Give a file its name, if nothing else has taken that name meanwhile."""
    try:
        os.link(temporary, target)  # which fails where anything is, even a link that leads nowhere
    except FileExistsError as error:
        raise NotWritable(f"{target}: somebody else has just made a file there; choose another name") from error
    except OSError:  # file systems of memory cards and some network drives have no second names
        with _writable(target):
            os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            temporary.replace(target)


@contextmanager
def _writable(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise NotWritable(f"{target}: {error.strerror or error}; make room or choose another place") from error
