"""The command line as a user meets it, in this process: a process of its own takes a second more to begin.

Tests of what only a process has (its environment, its pipes, its end) begin one.
"""

from __future__ import annotations

import io
import json
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from scrubber import cli

_SIGNALS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]


@dataclass(frozen=True)
class Outcome:
    """An exit code, and what was written: bytes on standard output, text on standard error."""

    code: int
    data: bytes
    err: str

    @property
    def out(self) -> str:
        return self.data.decode()

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Standard output, every line of which must be JSON."""
        return [json.loads(line) for line in self.out.splitlines()]


def scrubber(
    *words: object, folder: Path | None = None, given: bytes = b"", variables: Mapping[str, str] | None = None
) -> Outcome:
    """What the command does in a folder (the current one if None) with `given` on standard input.

    `variables` are added to the environment.
    """
    out, err = io.BytesIO(), io.BytesIO()
    streams: dict[str, Any] = {
        "stdin": io.TextIOWrapper(io.BytesIO(given), "utf-8"),
        "stdout": io.TextIOWrapper(out, "utf-8", write_through=True),
        "stderr": io.TextIOWrapper(err, "utf-8", "backslashreplace", write_through=True),
    }
    before = Path.cwd()
    with (
        patch.multiple(sys, argv=["scrubber", *map(str, words)], excepthook=sys.excepthook, **streams),
        patch.dict(os.environ, variables or {}),
        # It would replace this process by one that runs the same tests.
        patch("scrubber.environment.begin_again_if_searched"),
        _signals_kept(),
    ):
        try:
            os.chdir(folder or before)
            cli.main()
        except SystemExit as end:
            assert isinstance(end.code, int)
            return Outcome(end.code, out.getvalue(), err.getvalue().decode())
        finally:
            os.chdir(before)
    raise AssertionError("the command line did not end itself")


@contextmanager
def _signals_kept() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
