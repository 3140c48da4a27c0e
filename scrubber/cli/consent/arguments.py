"""Arguments and options of several consent commands."""

from __future__ import annotations

import datetime

import click

from scrubber.cli import options
from scrubber.cli.options import DAY, day

manifest = click.argument("manifest", type=options.path(), default="consent.toml", required=False)
manifest_option = click.option(
    "--manifest",
    type=options.path(),
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
