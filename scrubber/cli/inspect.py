"""`scrubber inspect`: what each file gives away today."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scrubber.cli import options, workers
from scrubber.cli.output import counted, echo, echo_error, json_line, not_opened, nothing_found
from scrubber.errors import PhotoError
from scrubber.policy import Limits

if TYPE_CHECKING:
    from scrubber.batch import Found
    from scrubber.values import Leak


@click.command("inspect")
@options.inputs
@options.as_json
def command(inputs: tuple[Path, ...], as_json: bool) -> int:
    """Tell what files give away besides their picture: place, time, device, names, hidden copies.

    \b
    Example:
      scrubber inspect photos
    """
    workers.begin()
    from scrubber import batch
    from scrubber.batch.work import inspect_file
    from scrubber.inspection.overview import Overview

    code = 0
    overview = Overview()
    photos, others, films = batch.search(inputs)
    named = {found.source: found for found in (*photos, *films)}
    with batch.Sandbox(batch.workers(None, len(named))) as executor:
        for file, leaks in batch.map_files(executor, list(named), Limits(), inspect_file):
            if isinstance(leaks, PhotoError):
                echo_error(leaks)
                code = leaks.exit_code
                if as_json:
                    echo(*_shown(named[file], [not_opened(leaks)], as_json))
                continue
            overview.add(leaks)
            echo(*_shown(named[file], leaks, as_json))
    if not as_json and len(named) > 1:
        echo("", *overview.sentences())
    if not named:
        echo(nothing_found(inputs), err=True)
    for path in others:
        echo(f"not looked at: {path}", err=True)
    return code


def _shown(found: Found, leaks: list[Leak], as_json: bool) -> Iterator[str]:
    if as_json:
        listed = [leak.as_json() for leak in leaks]
        yield json_line({"input": str(found.source), "format": found.format, "leaks": listed})
        return
    kind = (found.format or "no picture").upper()
    yield f"{found.source}: {kind}, {counted(len(leaks), 'finding') if leaks else 'nothing but the picture'}"
    for leak in leaks:
        yield f"  {leak.kind:<15} {leak.detail or leak.where}" + (f"  [{leak.where}]" if leak.detail else "")
