"""`scrubber consent`: look after the consent manifest."""

from __future__ import annotations

import datetime
from pathlib import Path

import click

from scrubber.cli import options
from scrubber.cli.output import json_line

_manifest = click.argument("manifest", type=click.Path(path_type=Path), default="consent.toml", required=False)
_on = click.option(
    "--on",
    type=click.DateTime(["%Y-%m-%d"]),
    callback=lambda _ctx, _param, value: value.date() if value else datetime.date.today(),
    help="The day to look at.  [default: today]",
)


@click.group("consent")
def command() -> None:
    """Keep the consent manifest: who may be shown, for what, until when.

    \b
    Example:
      scrubber consent check consent.toml
    """


@command.command("list")
@_manifest
@_on
@options.as_json
def list_people(manifest: Path, on: datetime.date, as_json: bool) -> None:
    """List the people in a manifest and how they stand today.

    \b
    Example:
      scrubber consent list consent.toml --on 2026-12-01
    """
    from scrubber.consent import Consent, summarise

    for person in summarise(Consent.load(manifest), on):
        if as_json:
            click.echo(json_line(person.as_json()))
            continue
        purposes = ", ".join(person.purposes) or "-"
        until = person.valid_until.isoformat() if person.valid_until else "-"
        minor = ", minor" if person.minor else ""
        click.echo(
            f"{person.person:<16} {person.decision:<6} {person.status:<14} until {until:<11} for {purposes}"
            f"  ({person.references} references{minor})"
        )


@command.command("check")
@_manifest
@_on
@options.as_json
def check_manifest(manifest: Path, on: datetime.date, as_json: bool) -> int:
    """Check that a manifest is valid, and say what needs attention soon. Exit code 4 if it cannot be used.

    \b
    Example:
      scrubber consent check consent.toml
    """
    from scrubber.consent import Consent, check

    remarks = check(Consent.load(manifest), on)
    for remark in remarks:
        if as_json:
            click.echo(json_line(remark.as_json()))
        else:
            click.echo(f"{remark.level}: {f'{remark.person}: ' if remark.person else ''}{remark.text}")
    if not remarks and not as_json:
        click.echo(f"{manifest}: valid, and nothing needs attention before long")
    return 4 if any(remark.level == "problem" for remark in remarks) else 0
