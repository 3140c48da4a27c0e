"""Puts a manifest, or what was unlocked, on disk: whole or not at all, and readable by its owner only.

One writer for all of it. A new file is made under a name that nobody can guess, never through a link that somebody put
there, and takes the final name in one step.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final

from scrubber.errors import NotWritable, PhotoError
from scrubber.guarded import read_bytes

_ONLY_OWNER: Final = 0o600
_ONLY_OWNER_ENTERS: Final = 0o700
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


def save(data: bytes, target: Path) -> None:
    """Write `data` under the name `target` in one step, replacing the file that was there. Raises `NotWritable`.

    A link is neither replaced nor followed: either could undo what its owner meant by it.
    """
    if target.is_symlink():
        raise NotWritable(f"{target}: is a link, which is not written through; name the file that it leads to")
    if target.exists() and not target.is_file():
        raise NotWritable(f"{target}: is there and is no file; choose another name")
    temporary = _written(data, target)
    try:
        temporary.replace(target)
        _sync(target.parent)
    except OSError as error:
        raise _refused(target, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def create(data: bytes, target: Path) -> None:
    """The same for a file that must not be there yet, not even as a link that leads nowhere. Raises `NotWritable`."""
    taken = f"{target}: is there already; move it away or choose another name"
    if os.path.lexists(target):
        raise NotWritable(taken)
    temporary = _written(data, target)
    try:
        try:
            os.link(temporary, target)  # fails if the name was taken meanwhile, which renaming would not
        except FileExistsError as error:
            raise NotWritable(taken) from error
        except OSError:  # a disk without hard links, such as a memory stick
            if os.path.lexists(target):
                raise NotWritable(taken) from None
            temporary.replace(target)
        _sync(target.parent)
    except OSError as error:
        raise _refused(target, error) from error
    finally:
        temporary.unlink(missing_ok=True)


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


def _written(data: bytes, target: Path) -> Path:
    """A new file beside `target` that holds `data`, down on the disk."""
    temporary = target.with_name(f".consent-{secrets.token_hex(8)}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=_ONLY_OWNER_ENTERS)
        handle = os.open(temporary, _NEW, _ONLY_OWNER)
    except OSError as error:
        raise _refused(target, error) from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException as error:  # an interrupt must not leave it behind either
        temporary.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise _refused(target, error) from error
        raise
    return temporary


def _sync(folder: Path) -> None:
    """Make the new name last through a power cut, where folders can be synced (not on Windows)."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network disks cannot
            os.fsync(handle)
    finally:
        os.close(handle)


def _refused(target: Path, error: OSError) -> NotWritable:
    return NotWritable(f"{target}: {error.strerror or error}; choose another place")
