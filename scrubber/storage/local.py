"""Puts files where they belong: whole or not at all, never over a file of somebody else, never through a link.

A file is staged first, under a random private name in the same folder tree, and gets its final name in one step that
fails if the name is taken. `LocalFolder` is all that knows how a disk does this.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path, PurePath
from typing import Final

from scrubber.errors import NotWritable

MODIFIED: Final = 315_532_800
"""1980-01-01 UTC, in seconds: every output has this time, the earliest that zip archives can hold."""

RESERVED: Final = b"scrubber is about to put a copy here\n"
"""What stands under a name for a moment on a disk without hard links."""

_TOKEN_BYTES: Final = 8
_PREFIX: Final = ".scrubber-"
_SUFFIX: Final = ".part"
_NO_LINKS: Final = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EACCES})
"""What systems say where a disk has no hard links: FAT, exFAT, some network folders, Android."""


class NameTaken(Exception):
    """Something lies under the final name already."""


class LocalFolder:
    """A folder on a disk. `token` marks the temporary files of one run in it; no other file is taken for one."""

    def __init__(self, path: Path, token: str | None = None) -> None:
        """A new token is made unless one is given."""
        self.path = path
        self.token = token or secrets.token_hex(_TOKEN_BYTES)

    def prepare(self) -> None:
        """Make the folder, and try at once whether files can be put there. Raises `NotWritable`."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.path, prefix=f"{_PREFIX}{self.token}-", suffix=_SUFFIX) as file:
                file.write(b"x")
        except OSError as error:
            raise _refused(self.path, error, "mend its permissions, make room or choose another") from error

    def stage(self, data: bytes) -> Path:
        """A new private file in this folder that holds `data`, down on the disk. Raises `NotWritable`.

        It is a new file: no attributes, times or permissions of anything else come along.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self.path, prefix=f"{_PREFIX}{self.token}-", suffix=_SUFFIX)
        except OSError as error:
            raise _refused(self.path, error) from error
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.chmod(0o666 & ~_umask())
            os.utime(temporary, (MODIFIED, MODIFIED))
        except BaseException as error:  # an interrupt must not leave it behind either
            temporary.unlink(missing_ok=True)
            if not isinstance(error, OSError):
                raise
            raise _refused(self.path, error) from error
        return temporary

    def commit(self, staged: Path, name: PurePath) -> Path:
        """Give a staged file its final name below this folder, in one step.

        Raises `NameTaken` if anything has that name, a dangling link too, and `NotWritable` if a folder on the way is a
        link or cannot be made. The staged file is gone afterwards only if all went well.
        """
        target = self.path / name
        try:
            self._make_folders(name.parent)
            _move_exclusively(staged, target)
            _sync(target.parent)
        except OSError as error:
            raise _refused(target, error) from error
        return target

    def replace(self, staged: Path, name: PurePath) -> Path:
        """The same as `commit`, but whatever file has that name is replaced: for whoever was told to overwrite it."""
        target = self.path / name
        try:
            staged.replace(target)
            _sync(target.parent)
        except OSError as error:
            raise _refused(target, error) from error
        return target

    def sweep(self) -> None:
        """Clear away the staged files of a run that was killed; those with this token and no others."""
        with suppress(FileNotFoundError):
            for leftover in self.path.glob(f"{_PREFIX}{self.token}-*{_SUFFIX}"):
                leftover.unlink(missing_ok=True)

    def _make_folders(self, relative: PurePath) -> None:
        """Make the folders below this one, none of which may be a link to elsewhere."""
        current = self.path
        for part in relative.parts:
            current = current / part
            with suppress(FileExistsError):
                current.mkdir()
            if current.is_symlink() or not current.is_dir():
                raise NotWritable(f"{current}: is no folder but a file or a link; move it away")


def discard(path: Path) -> None:
    """Take a file away; what is gone already is no error. Raises `NotWritable`."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise _refused(path, error, "delete it by hand") from error


def refuse_original(target: Path, source: Path) -> None:
    """Raise `NotWritable` if `target` is the original itself, by whatever path."""
    try:
        same = target.exists() and target.samefile(source)
    except OSError as error:
        raise _refused(target, error) from error
    if same:
        raise NotWritable(f"{target}: this is the original, which is never written to; choose another output")


def open_private(target: Path, *, append: bool) -> int:
    """A descriptor of a file for its owner only, opened for writing; links are not followed.

    Raises `OSError`, also for what is no regular file.
    """
    how = os.O_APPEND if append else os.O_EXCL
    flags = os.O_WRONLY | os.O_CREAT | how | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    handle = os.open(target, flags | getattr(os, "O_BINARY", 0), 0o600)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "it is no regular file", str(target))
    if hasattr(os, "fchmod"):
        os.fchmod(handle, 0o600)  # an empty file may have been there
    return handle


def _move_exclusively(staged: Path, target: Path) -> None:
    """Rename without replacing: `os.rename` does not on Windows; elsewhere a hard link cannot."""
    try:
        if os.name == "nt":
            staged.rename(target)
            return
        os.link(staged, target, follow_symlinks=False)
    except FileExistsError as error:
        raise NameTaken(str(target)) from error
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        _reserve(target)
        staged.replace(target)
        return
    staged.unlink()


def _reserve(target: Path) -> None:
    """Take a name where there are no hard links; what a run that is killed now leaves there is known by `RESERVED`."""
    try:
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0))
        try:
            os.write(handle, RESERVED)
        finally:
            os.close(handle)
    except FileExistsError as error:
        raise NameTaken(str(target)) from error


def _sync(folder: Path) -> None:
    """Make the name itself last through a power cut, where folders can be synced (not on Windows)."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@cache
def _umask() -> int:
    """The process's umask, which can only be read by setting it; once, so that threads do not see the gap."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _refused(path: Path, error: OSError, remedy: str = "make room or choose another output") -> NotWritable:
    return NotWritable(f"{path}: {error.strerror or error}; {remedy}")
