"""`scrubber inspect`: what each file gives away today."""

from __future__ import annotations

from pathlib import Path

import click

from scrubber.cli import options
from scrubber.cli.output import counted
from scrubber.errors import PhotoError
from scrubber.report import json_line


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
    photos, others = batch.search(inputs)
    for found in photos:
        try:
            leaks = api.inspect(found.source)
        except PhotoError as error:
            click.echo(f"scrubber: {error}", err=True)
            code = error.exit_code
            continue
        overview.add(leaks)
        if as_json:
            listed = [leak.as_json() for leak in leaks]
            click.echo(json_line({"input": str(found.source), "format": found.format, "leaks": listed}))
        else:
            kind = (found.format or "no picture").upper()
            click.echo(
                f"{found.source}: {kind}, {counted(len(leaks), 'finding') if leaks else 'nothing but the picture'}"
            )
            for leak in leaks:
                click.echo(
                    f"  {leak.kind:<15} {leak.detail or leak.where}" + (f"  [{leak.where}]" if leak.detail else "")
                )
    if not as_json and len(photos) > 1:
        click.echo("\n" + "\n".join(overview.sentences()))
    for path in others:
        click.echo(f"not looked at: {path}", err=True)
    return code
