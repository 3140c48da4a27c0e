"""Arguments and options that several commands share."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar, get_args

import click

from scrubber.policy import Preset

DAY: Final = "YYYY-MM-DD"
"""How help texts call a day."""

Command = TypeVar("Command", bound=Callable[..., Any])


def day(value: str | datetime.date) -> datetime.date:
    """The type of options that take a day, as the manifest has it."""
    if isinstance(value, datetime.date):
        return value
    try:
        return datetime.datetime.strptime(value, "%Y-%m-%d").date()
    except ValueError as error:
        raise click.BadParameter(f'"{value}" is no day; write it as 2027-12-31') from error


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
            type=day,
            metavar=DAY,
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
