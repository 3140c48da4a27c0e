"""Puts a safe copy under its final name: whole, or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Final

from scrubber.errors import NotWritable

MODIFIED: Final = 315_532_800
"""1980-01-01 UTC, in seconds: every output has this time, the earliest that zip archives can hold."""

TEMPORARY_PREFIX: Final = ".scrubber-"
_SUFFIX: Final = ".part"

_waiting: ContextVar[list[tuple[Path, Path]] | None] = ContextVar("waiting", default=None)
"""Files that were written inside a block of `held`, with their final names."""


def publish(data: bytes, target: Path) -> None:
    """Write `data` to a private temporary file beside `target`, then rename it there in one step.

    It is a new file: no attributes, times or permissions of anything else come along. Inside a block of `held` the
    second step waits. Raises `NotWritable`.
    """
    temporary = _written(data, target)
    waiting = _waiting.get()
    if waiting is None:
        _place(temporary, target)
    else:
        waiting.append((temporary, target))


@contextmanager
def held() -> Iterator[Callable[[], None]]:
    """Inside this block copies are written but get their final names only when the function that it gives is called.

    So a journal can note them first: whatever lies under a final name was noted, at whatever moment the power fails.
    What was not given its name by the end of the block is gone.
    """
    waiting: list[tuple[Path, Path]] = []
    outer = _waiting.set(waiting)

    def release() -> None:
        while waiting:
            _place(*waiting.pop())

    try:
        yield release
    finally:
        _waiting.reset(outer)
        for temporary, _ in waiting:
            temporary.unlink(missing_ok=True)


def _written(data: bytes, target: Path) -> Path:
    """A private temporary file beside `target` that holds `data`, down on the disk."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=TEMPORARY_PREFIX, suffix=_SUFFIX)
    except OSError as error:
        raise NotWritable(f"{target}: {_why(error)}; make room or choose another output folder") from error
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
        raise NotWritable(f"{target}: {_why(error)}; make room or choose another output folder") from error
    return temporary


def _place(temporary: Path, target: Path) -> None:
    try:
        temporary.replace(target)
    except OSError as error:
        raise NotWritable(f"{target}: {_why(error)}; make room or choose another output folder") from error
    finally:
        temporary.unlink(missing_ok=True)
    _settle(target.parent)


def prepare(folder: Path) -> None:
    """Make the output folder, and try at once whether files can be put there. Raises `NotWritable`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder, prefix=TEMPORARY_PREFIX, suffix=_SUFFIX) as file:
            file.write(b"x")
    except OSError as error:
        raise NotWritable(f"{folder}: {_why(error)}; mend its permissions, make room or choose another") from error


def sweep(folder: Path) -> None:
    """Clear away what a run left that was killed. Only for whoever holds the lock on this output folder."""
    try:
        for leftover in folder.rglob(f"{TEMPORARY_PREFIX}*{_SUFFIX}"):
            leftover.unlink(missing_ok=True)
    except OSError as error:
        raise NotWritable(f"{folder}: {_why(error)}; mend its permissions or choose another") from error


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
