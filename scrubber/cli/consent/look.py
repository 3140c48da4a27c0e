"""Commands that look at a manifest and change nothing: list, check, schema."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from scrubber.cli import options, workers
from scrubber.cli.consent import arguments
from scrubber.cli.output import echo, json_line
from scrubber.cli.passphrase import prompt_passphrase
from scrubber.errors import PhotoError, UsageError
from scrubber.policy import Preset
from scrubber.printing import json_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrubber.batch import Executor
    from scrubber.consent import Consent, Remark

_MANIFESTS: Final = (".toml", ".json", ".age")


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

    for person in summarise(Consent.load(manifest, prompt_passphrase), on):
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
@click.argument("given", nargs=-1, metavar="[MANIFEST] [PHOTO…]", type=options.path())
@click.option(
    "--photos",
    multiple=True,
    type=options.path(exists=True),
    metavar="PATH",
    help="Photos or folders to check the manifest against; they may also be named as arguments.",
)
@arguments.on
@options.preset
@options.as_json
def check_manifest(
    given: tuple[Path, ...], photos: tuple[Path, ...], on: datetime.date, preset: Preset, as_json: bool
) -> int:
    """Check that a manifest is valid, and say what needs attention soon. Exit code 4 if it cannot be used.

    Reference photos are looked at too: does each show one good face, and does anybody look like somebody else? With
    photos or folders it tells which entries are about none of them, and which boxes have no effect: outside of the
    photo, on a frame that is not there, or where no face is.

    \b
    Example:
      scrubber consent check consent.toml march
    """
    from scrubber import batch
    from scrubber.consent import Consent, check
    from scrubber.policy import Limits
    from scrubber.recognition import review_references

    manifest, named = _manifest_and_photos(given)
    photos = (*named, *photos)
    consent = Consent.load(manifest, prompt_passphrase)
    workers.begin()
    with batch.Sandbox(batch.workers(None, len(photos) or 1)) as executor:
        remarks = (*check(consent, on), *review_references(consent, Limits(), batch.reference_assessor(executor)))
        if photos:
            remarks = (*remarks, *_against_photos(consent, photos, on, preset, executor))
    for remark in remarks:
        if as_json:
            echo(json_line(remark.as_json()))
        else:
            echo(f"{remark.level}: {f'{remark.person}: ' if remark.person else ''}{remark.text}")
    if not remarks and not as_json:
        echo(f"{manifest}: valid, and nothing needs attention before long")
    return 4 if any(remark.level == "problem" for remark in remarks) else 0


def _manifest_and_photos(given: tuple[Path, ...]) -> tuple[Path, tuple[Path, ...]]:
    """What is named like a manifest is one, wherever it stands; everything else is photos and folders of them."""
    manifests = [path for path in given if path.suffix.lower() in _MANIFESTS]
    if len(manifests) > 1:
        raise UsageError(f"{manifests[1]}: one manifest is checked at a time; {manifests[0]} is named already")
    return (*manifests, Path("consent.toml"))[0], tuple(path for path in given if path not in manifests)


def _against_photos(
    consent: Consent, photos: tuple[Path, ...], on: datetime.date, preset: Preset, executor: Executor
) -> Iterator[Remark]:
    from scrubber import batch
    from scrubber.boxes_on_photos import check_photo
    from scrubber.consent import Remark
    from scrubber.consent.decisions.permissions import of_any_purpose
    from scrubber.policy import Limits
    from scrubber.values import SourceId

    permissions, seen = of_any_purpose(consent.manifest, on), list[SourceId]()
    files = [found.source for found in batch.search(photos)[0]]
    for file, outcome in batch.map_files(executor, files, Limits(), check_photo, permissions, preset, Limits()):
        if isinstance(outcome, PhotoError):
            yield Remark("warning", str(outcome))
            continue
        source, said = outcome
        seen.append(source)
        yield from (Remark("warning", f"{file}: {text}") for text in said)
    yield from (Remark("warning", text) for text in permissions.unmatched(seen, most=None))


@click.command("schema")
def print_schema() -> None:
    """Print the JSON Schema of the manifest, for editors that complete and check while you type.

    \b
    Example:
      scrubber consent schema > consent.schema.json
    """
    from scrubber.consent import json_schema

    echo(*json_text(json_schema(), indent=2).split("\n"))
