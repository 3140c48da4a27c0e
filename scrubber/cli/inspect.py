"""`scrubber inspect`: what each file gives away today."""

from __future__ import annotations

from pathlib import Path

import click

from scrubber.cli import options
from scrubber.cli.output import counted, echo, echo_error, json_line
from scrubber.errors import PhotoError


@click.command("inspect")
@options.inputs
@options.as_json
def command(inputs: tuple[Path, ...], as_json: bool) -> int:
    """Tell what files give away besides their picture: place, time, device, names, hidden copies.

    \b
    Example:
      scrubber inspect photos
    """
    from scrubber import api, batch
    from scrubber.overview import Overview

    code = 0
    overview = Overview()
    photos, others, films = batch.search(inputs)
    for found in (*photos, *films):
        try:
            leaks = api.inspect(found.source)
        except PhotoError as error:
            echo_error(error)
            code = error.exit_code
            continue
        overview.add(leaks)
        if as_json:
            listed = [leak.as_json() for leak in leaks]
            echo(json_line({"input": str(found.source), "format": found.format, "leaks": listed}))
        else:
            kind = (found.format or "no picture").upper()
            echo(f"{found.source}: {kind}, {counted(len(leaks), 'finding') if leaks else 'nothing but the picture'}")
            for leak in leaks:
                echo(f"  {leak.kind:<15} {leak.detail or leak.where}" + (f"  [{leak.where}]" if leak.detail else ""))
    if not as_json and len(photos) + len(films) > 1:
        echo("", *overview.sentences())
    for path in others:
        echo(f"not looked at: {path}", err=True)
    return code
