"""A folder as a storage: copies lie under their names whole or not at all, and never go through a link."""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
from contextlib import suppress
from functools import cache
from pathlib import Path, PurePath
from typing import Final

from scrubber.errors import NotWritable
from scrubber.guarded import sha256_of
from scrubber.storage import atomic_files
from scrubber.storage.atomic_files import new_temporary, unguessable, writable
from scrubber.storage.protocol import State, Storage

MODIFIED: Final = 315_532_800
"""1980-01-01 UTC, in seconds: every output has this time, the earliest that zip archives can hold."""

_TOKEN_BYTES: Final = 8
_PREFIX: Final = ".scrubber-"
_SUFFIX: Final = ".part"
_MOST_BYTES: Final = 4 << 30  # no copy is larger; whatever is was not made here
_RESERVED: Final = hashlib.sha256(atomic_files.RESERVED).hexdigest()
"""What a killed run can leave under a name of its own on a disk without hard links."""
_digests: Final = dict[Path, tuple[tuple[int, ...], str]]()
_REMEDY: Final = "make room or choose another output"


class LocalFolder(Storage):
    """A folder on a disk, as a `Storage`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.token = secrets.token_hex(_TOKEN_BYTES)

    def prepare(self) -> None:
        import tempfile

        with writable(self._path, "mend its permissions, make room or choose another"):
            self._path.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self._path, prefix=f"{_PREFIX}{self.token}-", suffix=_SUFFIX) as file:
                file.write(b"x")

    def address(self, name: PurePath) -> str:
        return str(self._path / name)

    def stage(self, data: bytes) -> PurePath:
        """As `Storage.stage`: a new file, so that no attributes, times or permissions of anything else come along."""
        with writable(self._path, _REMEDY):
            self._path.mkdir(parents=True, exist_ok=True)
        temporary = unguessable(self._path, f"{_PREFIX}{self.token}-", _SUFFIX)
        with new_temporary(temporary, lambda: _make_public(temporary), self._path, _REMEDY) as file:
            file.write(data)
        return PurePath(temporary.name)

    def commit(self, staged: PurePath, name: PurePath) -> None:
        """As `Storage.commit`. A dangling link has a name too; no folder on the way may be a link."""
        target = self._path / name
        with writable(target, _REMEDY):
            self._make_folders(name.parent)
            atomic_files.place(self._path / staged, target)

    def replace(self, staged: PurePath, name: PurePath) -> None:
        target = self._path / name
        with writable(target, _REMEDY):
            atomic_files.replace(self._path / staged, target)

    def is_taken(self, name: PurePath) -> bool:
        """As `Storage.is_taken`; a dangling link has a name too."""
        return os.path.lexists(self._path / name)

    def state(self, name: PurePath, sha256: str | None) -> State:
        """As `Storage.state`. What lies behind a link, or is one, is `changed`."""
        path = self._path / name
        if not self.is_taken(name):
            return "missing"
        if any(each.is_symlink() for each in (path, *path.parents[: len(name.parts) - 1])):
            return "changed"
        return "intact" if digest_of(path) in (sha256, _RESERVED) else "changed"

    def seems_intact(self, name: PurePath, size: int | None) -> bool:
        """As `Storage.seems_intact`: by its size and its date, which all copies have."""
        try:
            found = os.lstat(self._path / name)
        except OSError:
            return False
        return stat.S_ISREG(found.st_mode) and (found.st_size, found.st_mtime) == (size, MODIFIED)

    def digest(self, name: PurePath) -> str | None:
        """As `Storage.digest`; None for a link."""
        path = self._path / name
        return None if path.is_symlink() else digest_of(path)

    def retract(self, name: PurePath, sha256: str | None) -> bool:
        """As `Storage.retract`; False as well for what is protected, or open in another program."""
        if self.is_taken(name) and (sha256 is None or self.digest(name) != sha256):
            return False
        try:
            self.discard(name)
        except NotWritable:
            return False
        return True

    def discard(self, name: PurePath) -> None:
        path = self._path / name
        with writable(path, "delete it by hand"):
            path.unlink(missing_ok=True)

    def sweep(self, token: str) -> None:
        with suppress(FileNotFoundError):
            for leftover in self._path.glob(f"{_PREFIX}{token}-*{_SUFFIX}"):
                leftover.unlink(missing_ok=True)

    def _make_folders(self, relative: PurePath) -> None:
        """Make the folders below this one, none of which may be a link to elsewhere."""
        current = self._path
        for part in relative.parts:
            current = current / part
            with suppress(FileExistsError):
                current.mkdir()
            if current.is_symlink() or not current.is_dir():
                raise NotWritable(f"{current}: is no folder but a file or a link; move it away")


def digest_of(path: Path) -> str | None:
    """SHA-256 of a file, in hex, computed once as long as nobody touches it; None for what is none or not readable."""
    try:
        found = path.stat()
    except OSError:
        return None
    mark = found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
    known = _digests.get(path)
    if known is None or known[0] != mark:
        digest = sha256_of(path, _MOST_BYTES)
        if digest is None:
            return None
        known = _digests[path] = mark, digest
    return known[1]


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
