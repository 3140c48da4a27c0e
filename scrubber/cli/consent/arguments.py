"""Arguments and options of several consent commands."""

from __future__ import annotations

import datetime
from pathlib import Path

import click

DAY = click.DateTime(["%Y-%m-%d"])

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
    type=DAY,
    callback=lambda _ctx, _param, value: value.date() if value else datetime.date.today(),
    help="The day to look at.  [default: today]",
)
