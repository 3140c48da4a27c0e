"""Puts a manifest, or what was unlocked, on disk: whole or not at all, and readable by its owner only."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Final

from scrubber.errors import NotWritable

_ONLY_OWNER: Final = 0o600
_ONLY_OWNER_ENTERS: Final = 0o700


def save(data: bytes, target: Path) -> None:
    """Write `data` under the name `target` in one step, replacing what was there. Raises `NotWritable`."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=_ONLY_OWNER_ENTERS)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".consent-")  # made with rights for the owner only
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise NotWritable(f"{target}: {error.strerror or error}; choose another place") from error
    temporary = Path(name)
    try:
        temporary.replace(target)
    except OSError as error:
        raise NotWritable(f"{target}: {error.strerror or error}; choose another place") from error
    finally:
        temporary.unlink(missing_ok=True)


def save_new(data: bytes, target: Path) -> None:
    """The same for a file that must not be there yet. Raises `NotWritable` if it is and holds something else."""
    if target.exists() and (not target.is_file() or target.read_bytes() != data):
        raise NotWritable(f"{target}: is there already; move it away or choose another name")
    save(data, target)


def wipe(path: Path) -> None:
    """Overwrite a file with zeros and delete it, as well as a program can. Raises `NotWritable`.

    Flash memory, journals, snapshots and backups may keep copies that no program reaches.
    """
    try:
        with path.open("r+b") as file:
            file.write(bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    except OSError as error:
        raise NotWritable(f"{path}: {error.strerror or error}; delete it by hand") from error
