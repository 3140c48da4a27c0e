"""Remembers what a run has done, so that the same command carries on where the last one stopped.

One file per output folder, append-only, in the user's own state folder and readable by nobody else: it names originals,
so it must not lie among files that are going to be published. Each line carries its own checksum; a line that was cut
off by a crash does not count.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from scrubber.errors import NotWritable, UsageError
from scrubber.types import Result

if TYPE_CHECKING:
    from scrubber.batch.plan import Task
    from scrubber.pipeline import Terms

_CHECKSUM: Final = 16  # hexadecimal digits of SHA-256 before each line; enough to notice damage
_DONE: Final = ("published", "withheld")  # what need not be tried again under the same terms


class Journal:
    """The journal of one output folder. Safe to append to from several processes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._entries: dict[str, dict[str, Any]] = {}
        for entry in _lines(path):
            self._entries[entry["target"]] = entry

    def recall(self, task: Task, terms: Terms) -> Result | None:
        """What became of a task, if nothing that decides it has changed and its output is still what it was.

        Otherwise an output that this journal knows is removed: it may show what must not be shown any more.
        """
        entry = self._entries.get(str(task.target))
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

    def record(self, task: Task, result: Result, terms: Terms) -> None:
        """Append what became of a task, if that settles it."""
        if result.status not in _DONE or result.input_sha256 is None:
            return
        entry = {
            "target": str(task.target),
            "key": terms.fingerprint(result.input_sha256, result.concerns),
            "concerns": result.concerns,
            "output_sha256": result.output_sha256,
            "result": result.as_json(),
        }
        text = json.dumps(entry).encode()
        # One write to a file opened for appending: lines of several workers do not mix.
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(handle, _checksum(text) + b" " + text + b"\n")
        finally:
            os.close(handle)

    def forget(self) -> None:
        """Start over."""
        self.path.unlink(missing_ok=True)
        self._entries.clear()


@contextmanager
def opened(out: Path) -> Iterator[Journal]:
    """The journal for the output folder `out`, which no other run may use meanwhile.

    Temporary files of a run that was killed are cleared away. Raises `UsageError` if another run is at work in `out`,
    `NotWritable` if the state folder cannot be used.
    """
    from filelock import FileLock, Timeout
    from platformdirs import user_state_path

    from scrubber.publishing import TEMPORARY_PREFIX

    name = hashlib.sha256(os.fsencode(out.resolve())).hexdigest()[:32]
    try:
        folder = user_state_path("scrubber", appauthor=False) / "runs"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = FileLock(folder / f"{name}.lock")
        lock.acquire(blocking=False)
    except Timeout as error:
        raise UsageError(f"{out}: another run is at work in this folder; wait for it, or choose another") from error
    except OSError as error:
        raise NotWritable(
            f"{error.filename}: {error.strerror}; scrubber keeps its journal there: mend its permissions, "
            "or set XDG_STATE_HOME to another folder"
        ) from error
    try:
        for leftover in out.rglob(f"{TEMPORARY_PREFIX}*.part"):
            leftover.unlink(missing_ok=True)
        yield Journal(folder / f"{name}.journal")
    finally:
        lock.release()


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """Every whole entry of a journal."""
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return
    for line in lines:
        checksum, _, text = line.partition(b" ")
        if text and checksum == _checksum(text):
            yield json.loads(text)


def _checksum(text: bytes) -> bytes:
    return hashlib.sha256(text).hexdigest()[:_CHECKSUM].encode()


def _hash(path: Path) -> str | None:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None
