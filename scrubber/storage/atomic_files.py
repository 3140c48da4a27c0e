"""Puts files onto the disk: whole or not at all, never through a link, and nothing remains of one that failed.

A new file gets a name that nobody can guess, and only its owner may read it. When its bytes are down on the disk it
takes the final name in one step: `place` fails if the name is taken, `replace` replaces what is there.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final, TypeAlias

from scrubber.errors import NotWritable

RESERVED: Final = b"scrubber is about to put a copy here\n"
"""What stands under a name for a moment on a disk without hard links."""

_RANDOM_BYTES: Final = 8

Finish: TypeAlias = Callable[[Path, Path], None]
"""Gives a file, the first, the name that is the second: `place` or `replace`. Raises `OSError` or `NameTaken`."""


class NameTaken(Exception):
    """Something lies under the final name already."""


class NewFile:
    """What is written to a file; says which file it was for, and the remedy, if that fails."""

    def __init__(self, file: BinaryIO, target: Path, remedy: str) -> None:
        self._file, self._target, self._remedy = file, target, remedy

    def write(self, data: bytes) -> int:
        """Raises `NotWritable`."""
        with writable(self._target, self._remedy):
            return self._file.write(data)


@contextmanager
def writable(target: Path, remedy: str) -> Iterator[None]:
    """Turns an `OSError` inside the block into a `NotWritable` that names the target and the remedy."""
    try:
        yield
    except OSError as error:
        raise NotWritable(f"{target}: {error.strerror or error}; {remedy}") from error


@contextmanager
def new_file(target: Path, finish: Finish, remedy: str, prefix: str = ".") -> Iterator[NewFile]:
    """A new private file to write to, which `finish` gives the name `target` when the block ends without an error.

    Otherwise nothing remains of it. It lies beside the target until then, under a name that starts with `prefix`.
    Raises `NotWritable` with the target and the remedy, and `NameTaken` as `finish` does.
    """
    temporary = unguessable(target.parent, prefix)
    with new_temporary(temporary, lambda: finish(temporary, target), target, remedy) as file:
        yield file


@contextmanager
def new_temporary(temporary: Path, finish: Callable[[], None], target: Path, remedy: str) -> Iterator[NewFile]:
    """The same under a given name; `finish` is called when everything is down on the disk. Messages name `target`."""
    with writable(target, remedy):
        handle = open_private(temporary, os.O_EXCL)
    try:
        file = os.fdopen(handle, "wb")
        try:
            yield NewFile(file, target, remedy)
            with writable(target, remedy):
                file.flush()
                os.fsync(handle)
        finally:
            with writable(target, remedy):
                file.close()
        with writable(target, remedy):
            finish()
    except BaseException:  # an interrupt must not leave it behind either
        temporary.unlink(missing_ok=True)
        raise


def unguessable(folder: Path, prefix: str, suffix: str = ".part") -> Path:
    """A name in a folder that nobody can foresee, so that nobody can put a link there."""
    return folder / f"{prefix}{secrets.token_hex(_RANDOM_BYTES)}{suffix}"


def open_private(target: Path, how: int) -> int:
    """A descriptor of a file for its owner only, opened for writing; links are not followed.

    `how` is `os.O_EXCL` for a new file, `os.O_APPEND` for any. Raises `OSError`, also for what is no regular file.
    """
    flags = os.O_WRONLY | os.O_CREAT | how | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    handle = os.open(target, flags | getattr(os, "O_BINARY", 0), 0o600)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "it is no regular file", str(target))
    if hasattr(os, "fchmod"):
        os.fchmod(handle, 0o600)  # an empty file may have been there
    return handle


def place(temporary: Path, target: Path) -> None:
    """Rename without replacing: `os.rename` does not on Windows; elsewhere a hard link cannot.

    Raises `NameTaken` if anything has that name, a dangling link too, else `OSError`; then the file stays as it was.
    """
    try:
        if os.name == "nt":
            temporary.rename(target)
        else:
            _link(temporary, target)
    except FileExistsError as error:
        raise NameTaken(str(target)) from error
    _sync(target.parent)


def replace(temporary: Path, target: Path) -> None:
    """Rename over whatever file has that name. Raises `OSError`."""
    temporary.replace(target)
    _sync(target.parent)


def _link(temporary: Path, target: Path) -> None:
    try:
        os.link(temporary, target, follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError:  # FAT, exFAT, some network folders and Android have no hard links
        _reserve(temporary, target)
    else:
        temporary.unlink()


def _reserve(temporary: Path, target: Path) -> None:
    """Take the name first, then replace what took it; what a killed run leaves there is known by `RESERVED`."""
    handle = open_private(target, os.O_EXCL)
    try:
        reserved = os.fstat(handle)
        os.write(handle, RESERVED)
        temporary.replace(target)
    except BaseException:
        with suppress(OSError):
            if os.path.samestat(target.lstat(), reserved):
                target.unlink()
        raise
    finally:
        os.close(handle)


def _sync(folder: Path) -> None:
    """Make the name itself last through a power cut, where a folder can be synced: not on Windows or some networks."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
