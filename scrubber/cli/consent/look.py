"""Commands that look at a manifest and change nothing: list, check, schema."""

from __future__ import annotations

import datetime
from pathlib import Path

import click

from scrubber.cli import options
from scrubber.cli.consent import arguments
from scrubber.cli.output import echo, json_line
from scrubber.cli.passphrase import asked
from scrubber.printing import json_text


@click.command("list")
@arguments.manifest
@arguments.on
@options.as_json
def list_people(manifest: Path, on: datetime.date, as_json: bool) -> None:
    """List the people in a manifest and how they stand today.

    \b
    Example:
      scrubber consent list consent.toml --on 2026-12-01
    """
    from scrubber.consent import Consent, summarise

    for person in summarise(Consent.load(manifest, asked), on):
        if as_json:
            echo(json_line(person.as_json()))
            continue
        purposes = ", ".join(person.purposes) or "-"
        until = person.valid_until.isoformat() if person.valid_until else "-"
        minor = ", minor" if person.minor else ""
        echo(
            f"{person.person:<16} {person.decision:<6} {person.status:<14} until {until:<11} for {purposes}"
            f"  ({person.references} references{minor})"
        )


@click.command("check")
@arguments.manifest
@arguments.on
@options.as_json
def check_manifest(manifest: Path, on: datetime.date, as_json: bool) -> int:
    """Check that a manifest is valid, and say what needs attention soon. Exit code 4 if it cannot be used.

    Reference photos are looked at too: does each show one good face, and does anybody look like somebody else?

    \b
    Example:
      scrubber consent check consent.toml
    """
    from scrubber.consent import Consent, check
    from scrubber.likeness import look_over
    from scrubber.policy import Limits

    consent = Consent.load(manifest, asked)
    remarks = (*check(consent, on), *look_over(consent, Limits()))
    for remark in remarks:
        if as_json:
            echo(json_line(remark.as_json()))
        else:
            echo(f"{remark.level}: {f'{remark.person}: ' if remark.person else ''}{remark.text}")
    if not remarks and not as_json:
        echo(f"{manifest}: valid, and nothing needs attention before long")
    return 4 if any(remark.level == "problem" for remark in remarks) else 0


@click.command("schema")
def print_schema() -> None:
    """Print the JSON Schema of the manifest, for editors that complete and check while you type.

    \b
    Example:
      scrubber consent schema > consent.schema.json
    """
    from scrubber.consent import json_schema

    echo(*json_text(json_schema(), indent=2).split("\n"))
