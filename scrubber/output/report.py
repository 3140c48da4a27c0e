"""The report of a run: one JSON object per line, for its owner only, appended to and never truncated."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from scrubber.errors import NotWritable, PhotoError, UsageError
from scrubber.guarded import read_bytes
from scrubber.output.own_records import refuse_records
from scrubber.output.storage import open_private
from scrubber.printing import json_text
from scrubber.values import SCHEMA, Result

_KEYS: Final = frozenset({"schema", "input", "output", "status", "faces"})
_MOST_BYTES: Final = 4 << 30


@contextmanager
def appended_to(report: Path | None, *, overwrite: bool = False) -> Iterator[Callable[[Result], None]]:
    """A function that adds results to the report, each whole as soon as it is there. Only its owner may read it.

    Raises `NotWritable` where it cannot be opened or, for want of room, not be added to, and `UsageError` for a link
    and for a file that is no report, unless `overwrite` says that this one may go.
    """
    if report is None:
        yield lambda _result: None
        return
    refuse_records(report)
    if not _is_ours(report):
        if not overwrite or report.is_symlink() or not report.is_file():
            raise UsageError(
                f"{report}: there is something already that is no report of scrubber; choose another place, or give "
                "--overwrite if this file may go"
            )
        report.unlink()
    try:
        handle = open_private(report, append=True)
    except OSError as error:
        raise NotWritable(f"{report}: {error.strerror}; choose another place for the report") from error
    with os.fdopen(handle, "wb", buffering=0) as file:

        def write(result: Result) -> None:
            line = f"{json_text(result.as_json())}\n".encode()
            try:
                if file.write(line) != len(line):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            except OSError as error:
                raise NotWritable(f"{report}: {error.strerror}; make room for the report, and run again") from error

        yield write


def read_report(report: Path) -> Iterator[Result]:
    """The results in a report. Raises `UsageError` for a file that is none, with the line."""
    remedy = "name the file that `run --report` wrote"
    try:
        text = read_bytes(report, _MOST_BYTES).decode()
    except UnicodeDecodeError as error:
        raise UsageError(f"{report}: is not the report of a run; {remedy}") from error
    except (OSError, PhotoError) as error:
        raise UsageError(f"{report}: cannot be read ({error}); {remedy}") from error
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                yield Result.from_json(json.loads(line))
            except (ValueError, KeyError, TypeError, RecursionError) as error:
                raise UsageError(f"{report}:{number}: is not the report of a run ({error}); {remedy}") from error


def _is_ours(report: Path) -> bool:
    """Whether a report can be appended to: nothing is there yet, or the report of an earlier run."""
    if not os.path.lexists(report):
        return True
    if report.is_symlink() or not report.is_file():
        return False
    with report.open("rb") as file:
        first = file.readline(1 << 20)
    if not first:
        return True
    try:
        entry = json.loads(first)
    except ValueError:
        return False
    return isinstance(entry, dict) and entry.keys() >= _KEYS and entry["schema"] == SCHEMA
