"""Puts files where they belong: whole or not at all, never over a file of somebody else, never through a link.

A file is staged first, under a random private name in the same folder tree, and gets its final name in one step that
fails if the name is taken. `LocalFolder` is all that knows how a disk does this.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path, PurePath
from typing import Final

from scrubber.errors import NotWritable
from scrubber.storage import atomic_files
from scrubber.storage.atomic_files import new_temporary, unguessable, writable

MODIFIED: Final = 315_532_800
"""1980-01-01 UTC, in seconds: every output has this time, the earliest that zip archives can hold."""

_TOKEN_BYTES: Final = 8
_PREFIX: Final = ".scrubber-"
_SUFFIX: Final = ".part"
_REMEDY: Final = "make room or choose another output"


class LocalFolder:
    """A folder on a disk. `token` marks the temporary files of one run in it; no other file is taken for one."""

    def __init__(self, path: Path, token: str | None = None) -> None:
        """A new token is made unless one is given."""
        self.path = path
        self.token = token or secrets.token_hex(_TOKEN_BYTES)

    def prepare(self) -> None:
        """Make the folder, and try at once whether files can be put there. Raises `NotWritable`."""
        with writable(self.path, "mend its permissions, make room or choose another"):
            self.path.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.path, prefix=f"{_PREFIX}{self.token}-", suffix=_SUFFIX) as file:
                file.write(b"x")

    def stage(self, data: bytes) -> Path:
        """A new private file in this folder that holds `data`, down on the disk. Raises `NotWritable`.

        It is a new file: no attributes, times or permissions of anything else come along.
        """
        with writable(self.path, _REMEDY):
            self.path.mkdir(parents=True, exist_ok=True)
        temporary = unguessable(self.path, f"{_PREFIX}{self.token}-", _SUFFIX)
        with new_temporary(temporary, lambda: _make_public(temporary), self.path, _REMEDY) as file:
            file.write(data)
        return temporary

    def commit(self, staged: Path, name: PurePath) -> Path:
        """Give a staged file its final name below this folder, in one step.

        Raises `NameTaken` if anything has that name, a dangling link too, and `NotWritable` if a folder on the way is a
        link or cannot be made. The staged file is gone afterwards only if all went well.
        """
        target = self.path / name
        with writable(target, _REMEDY):
            self._make_folders(name.parent)
            atomic_files.place(staged, target)
        return target

    def replace(self, staged: Path, name: PurePath) -> Path:
        """The same as `commit`, but whatever file has that name is replaced: for whoever was told to overwrite it."""
        target = self.path / name
        with writable(target, _REMEDY):
            atomic_files.replace(staged, target)
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
    with writable(path, "delete it by hand"):
        path.unlink(missing_ok=True)


def refuse_original(target: Path, source: Path) -> None:
    """Raise `NotWritable` if `target` is the original itself, by whatever path."""
    with writable(target, _REMEDY):
        same = target.exists() and target.samefile(source)
    if same:
        raise NotWritable(f"{target}: this is the original, which is never written to; choose another output")


def _make_public(temporary: Path) -> None:
    """What everybody may read, and the same time as all outputs."""
    temporary.chmod(0o666 & ~_umask())
    os.utime(temporary, (MODIFIED, MODIFIED))


@cache
def _umask() -> int:
    """The process's umask, which can only be read by setting it; once, so that threads do not see the gap."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
