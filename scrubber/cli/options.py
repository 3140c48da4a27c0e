"""Arguments and options that several commands share."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, get_args

import click

from scrubber.policy import Preset

Command = TypeVar("Command", bound=Callable[..., Any])

inputs = click.argument("inputs", nargs=-1, required=True, metavar="INPUT…", type=click.Path(path_type=Path))
as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line and nothing else.")
preset = click.option(
    "--preset",
    type=click.Choice(get_args(Preset)),
    default="balanced",
    show_default=True,
    help="How hard to look for faces.",
)


def consent(command: Command) -> Command:
    """`--consent`, `--for`, `--on` and `--despite-withdrawals`."""
    for option in (
        click.option(
            "--despite-withdrawals",
            is_flag=True,
            help="With --on: go on though people have withdrawn since that day. It does not undo what they withdrew.",
        ),
        click.option(
            "--on",
            type=click.DateTime(["%Y-%m-%d"]),
            callback=lambda _ctx, _param, value: value.date() if isinstance(value, datetime.datetime) else None,
            help="The day for which consent must hold.  [default: today]",
        ),
        click.option(
            "--for",
            "purpose",
            metavar="PURPOSE",
            help="What the photos are for, such as social.",
        ),
        click.option(
            "--consent",
            "manifest",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="The consent manifest: who may be shown. Without it everybody is hidden.",
        ),
    ):
        command = option(command)
    return command
