"""Arguments and options of several consent commands."""

from __future__ import annotations

import datetime
from pathlib import Path

import click

from scrubber.cli.options import DAY, day

manifest = click.argument("manifest", type=click.Path(path_type=Path), default="consent.toml", required=False)
manifest_option = click.option(
    "--manifest",
    type=click.Path(path_type=Path),
    default="consent.toml",
    show_default=True,
    metavar="FILE",
    help="The manifest to change.",
)
on = click.option(
    "--on",
    type=day,
    metavar=DAY,
    default=datetime.date.today,
    help="The day to look at.  [default: today]",
)
