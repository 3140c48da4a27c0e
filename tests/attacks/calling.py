"""What attacks by command share: the command line, run in this process."""

from __future__ import annotations

import shlex
from pathlib import Path

import scrubber
from scrubber import batch
from scrubber.cli import cli


def call(*words: object) -> int:
    """The exit code of a command; words one by one, or one line. What it refuses is printed."""
    line = shlex.split(str(words[0])) if len(words) == 1 else [str(word) for word in words]
    try:
        return cli.main(line, standalone_mode=False) or 0
    except scrubber.ScrubberError as error:
        print(error)
        return error.exit_code


def shown(out: str) -> int:
    """How many people the copies that are out show, by the ledger."""
    return sum(len(copy.shows or ()) for copy in batch.published(Path(out)) if copy.status == "published")


def copies(out: str) -> list[str]:
    return [path.name for path in Path(out).iterdir()]
