"""The report of a run: one JSON object per line, for its owner only, appended to and never truncated."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from scrubber.errors import PhotoError, UsageError
from scrubber.guarded import read_bytes
from scrubber.json_values import result_from_json
from scrubber.output.own_records import refuse_records
from scrubber.printing import json_text
from scrubber.results import SCHEMA, Result
from scrubber.storage.atomic_files import open_private, writable

_OUT: Final = ("published", "unchanged")
_NO_RESULT: Final = (ValueError, KeyError, TypeError, RecursionError)
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
    with writable(report, "choose another place for the report"):
        handle = open_private(report, os.O_APPEND)
    with os.fdopen(handle, "wb", buffering=0) as file:

        def write(result: Result) -> None:
            line = f"{json_text(result.as_json())}\n".encode()
            with writable(report, "make room for the report, and run again"):
                if file.write(line) != len(line):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        yield write


def published_in(report: Path) -> dict[str, Result]:
    """The last word of a report on each copy, by SHA-256; nothing on those that are not out any more.

    Raises `UsageError` for a file that is no report, with the line.
    """
    found: dict[str, Result] = {}
    by_output: dict[str, str] = {}
    by_input: dict[str, str] = {}
    for result in _results(report):
        if result.output and result.output_sha256 and result.status in _OUT:
            found[result.output_sha256] = result
            by_output[result.output] = by_input[result.input] = result.output_sha256
        elif result.output:
            found.pop(by_output.get(result.output, ""), None)
        else:
            found.pop(by_input.get(result.input, ""), None)
    return found


def _results(report: Path) -> Iterator[Result]:
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
                yield _result(line)
            except _NO_RESULT as error:
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
        _result(first)
    except _NO_RESULT:
        return False
    return True


def _result(line: str | bytes) -> Result:
    """The result in one line of a report. Raises one of `_NO_RESULT` for any other line."""
    value = json.loads(line)
    if value["schema"] != SCHEMA:
        raise ValueError(f"its schema is {value['schema']!r}, and this scrubber reads {SCHEMA}")
    return result_from_json(value)
