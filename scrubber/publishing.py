"""Puts a safe copy under its final name: whole, or not at all."""

from __future__ import annotations

import os
import tempfile
from functools import cache
from pathlib import Path
from typing import Final

from scrubber.errors import NotWritable

MODIFIED: Final = 315_532_800
"""1980-01-01 UTC, in seconds: every output has this time, the earliest that zip archives can hold."""

TEMPORARY_PREFIX: Final = ".scrubber-"


def publish(data: bytes, target: Path) -> None:
    """Write `data` to a private temporary file beside `target`, then rename it there in one step.

    It is a new file: no attributes, times or permissions of anything else come along. Raises `NotWritable`.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=TEMPORARY_PREFIX, suffix=".part")
    except OSError as error:
        raise NotWritable(f"{target}: {_why(error)}; choose another output folder") from error
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o666 & ~_umask())
        os.utime(temporary, (MODIFIED, MODIFIED))
        temporary.replace(target)
    except OSError as error:
        raise NotWritable(f"{target}: {_why(error)}; make room or choose another output folder") from error
    finally:
        temporary.unlink(missing_ok=True)
    _settle(target.parent)


def refuse_original(target: Path, source: Path) -> None:
    """Raise `NotWritable` if `target` is the original itself, by whatever path."""
    try:
        same = target.exists() and target.samefile(source)
    except OSError as error:
        raise NotWritable(f"{target}: {_why(error)}; choose another output folder") from error
    if same:
        raise NotWritable(f"{target}: this is the original, which is never written to; choose another output")


def _settle(folder: Path) -> None:
    """Make the rename itself last through a power cut, where folders can be synced (not on Windows)."""
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


def _why(error: OSError) -> str:
    return error.strerror or str(error)
