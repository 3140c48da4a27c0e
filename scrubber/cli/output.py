"""How results are shown: progress, JSON lines, reports."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, Final

import click

from scrubber.errors import Argument, NotWritable, PhotoError, ScrubberError
from scrubber.printing import encodable, escaped, json_text
from scrubber.results import SCHEMA
from scrubber.values import Leak

if TYPE_CHECKING:
    from pathlib import Path

    from scrubber.results import Result

_OPTIONS: Final = {
    "consent": ("--consent", "FILE"),
    "purpose": ("--for", ""),
    "despite_withdrawals": ("--despite-withdrawals", ""),
    "jobs": ("--jobs", "N"),
}
"""What arguments of the library are called here, and what stands behind them where no value is named."""


def echo(*lines: str, err: bool = False) -> None:
    """Print lines on standard output, or on standard error. All text that a command prints goes through here.

    Names of files and what is read out of them can hold anything; what a terminal would obey is escaped, line ends in
    them, too. Raises `NotWritable` where standard output has no room, unless whoever reads it has gone.
    """
    stream = sys.stderr if err else sys.stdout
    if stream is None:  # whoever started this closed it
        return
    encoding = stream.encoding or "utf-8"
    with nullcontext() if err else _to_standard_output():
        for line in lines:
            click.echo(encodable(escaped(line), encoding), err=err)


def echo_error(error: ScrubberError) -> None:
    """Say why something was refused, on standard error: one line, or one for each thing that is wrong."""
    first, *more = error.lines_with(_option)
    echo(f"scrubber: {first}", *more, err=True)


def _option(argument: Argument) -> str:
    """What the command line calls an argument of the library, with its value."""
    option, value = _OPTIONS[argument.name]
    if argument.value is None:
        return f"{option} {value}".rstrip()
    return option if argument.value is True else f"{option} {argument.value}"


def not_opened(error: PhotoError) -> Leak:
    """What is said in JSON of a file that could not be opened or that broke its worker: nobody knows what is in it."""
    return Leak("structure", "file", str(error))


def json_line(value: dict[str, Any]) -> str:
    """One line of JSON, with the version of its schema. A terminal obeys nothing in it, whatever names it holds."""
    return json_text({"schema": SCHEMA} | value)


def counted(number: int, noun: str, several: str | None = None) -> str:
    """`1 face`, `2 faces`; `several` is the plural where that is not the noun and an s."""
    return f"{number} {noun if number == 1 else several or f'{noun}s'}"


def nothing_found(inputs: Sequence[Path]) -> str:
    """What a command says that was given folders without a photo in them."""
    return f"{', '.join(map(str, inputs))}: no photos found"


def with_progress(results: Iterable[Result], total: int) -> Iterator[Result]:
    """The same results, with a progress bar on standard error if that is a terminal."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield from results
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]:.1f} photos/s"),
        TimeRemainingColumn(),
        TextColumn(
            "{task.fields[hidden]} faces hidden, {task.fields[withheld]} withheld, {task.fields[failed]} failed"
        ),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        hidden = withheld = failed = 0
        started = time.monotonic()
        task = bar.add_task("", total=total, rate=0.0, hidden=hidden, withheld=withheld, failed=failed)
        for done, result in enumerate(results, start=1):
            hidden += sum(decision.action == "hide" for decision in result.faces)
            withheld += result.status == "withheld"
            failed += result.status == "failed"
            rate = done / (time.monotonic() - started)
            bar.update(task, advance=1, rate=rate, hidden=hidden, withheld=withheld, failed=failed)
            yield result


def put_out_bytes(data: bytes) -> None:
    """A whole file on standard output. Raises as `echo`."""
    with _to_standard_output():
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


@contextmanager
def _to_standard_output() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise  # there is nobody left to tell
    except OSError as error:
        raise no_room(error) from error


def no_room(error: OSError) -> NotWritable:
    """What is said where standard output takes nothing more; nothing is written to it from then on."""
    # What is left in the buffer would fail once more when Python flushes it at exit, with a traceback.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return NotWritable(f"standard output: {error.strerror}; make room where it leads to")
