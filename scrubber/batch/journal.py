"""Remembers what a run has done, so that the same command carries on where the last one stopped.

One file per output folder, append-only, in the user's own state folder and readable by nobody else: it names originals,
so it must not lie among files that are going to be published. Each line carries its own checksum; a line that was cut
off by a crash does not count.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from scrubber.errors import NotWritable, UsageError
from scrubber.publishing import sweep
from scrubber.types import Result

if TYPE_CHECKING:
    from scrubber.batch.plan import Task
    from scrubber.terms import Terms

_CHECKSUM: Final = 16  # hexadecimal digits of SHA-256 before each line; enough to notice damage
_DONE: Final = ("published", "withheld")  # what need not be tried again under the same terms


class Journal:
    """The journal of one output folder. Safe to append to from several processes.

    In memory are only the places of the entries in the file, so that a folder of any size can be carried on with.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[type[Journal], tuple[Path]]:
        """Workers only append; they get no copy of what was read."""
        return Journal, (self.path,)

    @cached_property
    def _places(self) -> dict[str, int]:
        """Where in the file the last entry of each target begins."""
        return {entry["target"]: place for place, entry in _entries(self.path)}

    def recall(self, task: Task, terms: Terms) -> Result | None:
        """What became of a task, if nothing that decides it has changed and its output is still what it was.

        Otherwise an output that this journal knows is removed: it may show what must not be shown any more.
        """
        place = self._places.get(str(task.target))
        if place is None:
            return None
        entry = _entry_at(self.path, place)
        if entry is None:
            return None
        result = Result.from_json(entry["result"])
        try:
            sha256 = hashlib.sha256(task.source.read_bytes()).hexdigest()
        except OSError:
            sha256 = ""
        intact = result.output is None or _hash(Path(result.output)) == entry["output_sha256"]
        if intact and result.input == str(task.source) and entry["key"] == terms.fingerprint(sha256, entry["concerns"]):
            return replace(result, status="unchanged" if result.status == "published" else result.status)
        if intact and result.output is not None:
            Path(result.output).unlink(missing_ok=True)
        return None

    def record(self, task: Task, result: Result, terms: Terms) -> Result:
        """Append what became of a task, if that settles it. The result says so if that could not be noted."""
        if result.status not in _DONE or result.input_sha256 is None:
            return result
        entry = {
            "target": str(task.target),
            "key": terms.fingerprint(result.input_sha256, result.concerns),
            "concerns": result.concerns,
            "output_sha256": result.output_sha256,
            "result": result.as_json(),
        }
        text = json.dumps(entry).encode()
        # One write to a file opened for appending: lines of several workers do not mix. A process that is killed, or
        # a disk that is full, can cut a line off; the line feed in front keeps the next entry out of such a line.
        line = b"\n" + _checksum(text) + b" " + text + b"\n"
        try:
            handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                if os.write(handle, line) < len(line):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            finally:
                os.close(handle)
        except OSError as error:
            said = f"the journal cannot be written ({error.strerror}), so the next run makes this photo again"
            return replace(result, warnings=(*result.warnings, said))
        return result

    def forget(self) -> None:
        """Start over."""
        self.path.unlink(missing_ok=True)
        self._places.clear()


@contextmanager
def opened(out: Path) -> Iterator[Journal]:
    """The journal for the output folder `out`, which no other run may use meanwhile.

    Temporary files of a run that was killed are cleared away. Raises `UsageError` if another run is at work in `out`,
    `NotWritable` if the state folder cannot be used.
    """
    from filelock import FileLock, Timeout
    from platformdirs import user_state_path

    name = hashlib.sha256(os.fsencode(out.resolve())).hexdigest()[:32]
    folder = user_state_path("scrubber", appauthor=False) / "runs"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = FileLock(folder / f"{name}.lock")
        lock.acquire(blocking=False)
    except Timeout as error:
        raise UsageError(f"{out}: another run is at work in this folder; wait for it, or choose another") from error
    except OSError as error:
        raise _closed(folder, error) from error
    try:
        sweep(out)
        yield Journal(folder / f"{name}.journal")
    finally:
        lock.release()


def _entries(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Every whole entry of a journal, and where it begins."""
    try:
        with path.open("rb") as file:
            place = 0
            for line in file:
                entry = _entry(line)
                if entry is not None:
                    yield place, entry
                place += len(line)
    except FileNotFoundError:
        return
    except OSError as error:
        raise _closed(path, error) from error


def _entry_at(path: Path, place: int) -> dict[str, Any] | None:
    try:
        with path.open("rb") as file:
            file.seek(place)
            return _entry(file.readline())
    except OSError as error:
        raise _closed(path, error) from error


def _entry(line: bytes) -> dict[str, Any] | None:
    """What a line says, if it is whole."""
    checksum, _, text = line.rstrip(b"\n").partition(b" ")
    if not text or checksum != _checksum(text):
        return None
    entry: dict[str, Any] = json.loads(text)
    return entry


def _closed(path: Path, error: OSError) -> NotWritable:
    return NotWritable(
        f"{error.filename or path}: {error.strerror or error}; scrubber keeps its journal there: make room or mend its "
        "permissions, or set XDG_STATE_HOME to another folder"
    )


def _checksum(text: bytes) -> bytes:
    return hashlib.sha256(text).hexdigest()[:_CHECKSUM].encode()


def _hash(path: Path) -> str | None:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None
