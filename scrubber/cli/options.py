"""Arguments and options that several commands share."""

from __future__ import annotations

import datetime
import errno
import os
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


class _FilePath(click.Path):
    """A path that is not empty: an unset variable in a script would mean the folder that somebody stands in."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not os.fspath(value):
            self.fail("the path is empty; name a file or a folder", param, ctx)
        try:
            os.lstat(value)
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:
                self.fail("the path, or a name in it, is longer than any can be; shorten it", param, ctx)
        return super().convert(value, param, ctx)


def path(**checks: Any) -> click.Path:
    """The type of arguments and options that take a path; `checks` as `click.Path` has them."""
    return _FilePath(path_type=Path, **checks)


inputs = click.argument("inputs", nargs=-1, required=True, metavar="INPUT…", type=path())
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
            type=path(),
            metavar="FILE",
            help="The consent manifest: who may be shown. Without it everybody is hidden.",
        ),
    ):
        command = option(command)
    return command
