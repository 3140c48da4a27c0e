"""Commands that exchange consents with other programs: import, export."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from scrubber.cli import options, workers
from scrubber.cli.consent import arguments
from scrubber.cli.output import counted, echo, echo_error
from scrubber.cli.passphrase import prompt_passphrase
from scrubber.errors import PhotoError, UsageError
from scrubber.guarded import read_bytes
from scrubber.printing import json_text

if TYPE_CHECKING:
    from scrubber.consent.editing.draft import Draft

_TABLES: Final = (".csv", ".tsv")
_LARGEST_TABLE: Final = 1 << 25  # bytes; a hundred thousand people need less


@click.command("export")
@arguments.manifest
@click.option(
    "--format",
    "format_",
    type=click.Choice(["dpv", "csv"]),
    required=True,
    help="dpv: consent records after ISO/IEC TS 27560 as JSON-LD; csv: the people as a spreadsheet.",
)
def export_people(manifest: Path, format_: str) -> None:
    """Print the people of a manifest in a form that other programs read.

    \b
    Example:
      scrubber consent export consent.toml --format csv > people.csv
    """
    from scrubber.consent import Consent
    from scrubber.consent.exchange.dpv import records
    from scrubber.consent.exchange.spreadsheet import written

    consent = Consent.load(manifest, prompt_passphrase)
    if format_ == "dpv":
        echo(*json_text(records(consent), indent=2).split("\n"))
    else:
        echo(*written(consent.people).removesuffix("\r\n").split("\r\n"))


@click.command("import")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE…", type=options.path(exists=True))
@arguments.manifest_option
@click.option(
    "--person",
    "names",
    multiple=True,
    metavar="NAME=ID",
    help='Who a name in photos is, such as "Maria Lopez=p-017". Names themselves are never taken over.',
)
def import_from(sources: tuple[Path, ...], manifest: Path, names: tuple[str, ...]) -> int:
    """Take people from a spreadsheet (.csv), or faces that a photo manager marked from photos and folders.

    Faces of people in the manifest become show boxes, all other marked faces hide boxes. What the manifest says
    already stays as it is.

    \b
    Example:
      scrubber consent import people.csv march --person "Maria Lopez=p-017"
    """
    from scrubber.consent.editing.draft import Draft

    draft = Draft(manifest, prompt_passphrase)
    for table in (source for source in sources if source.suffix.lower() in _TABLES):
        _import_people(draft, table)
    photos = [source for source in sources if source.suffix.lower() not in _TABLES]
    code = _import_photos(draft, photos, names) if photos else 0
    draft.save()
    return code


def _import_people(draft: Draft, table: Path) -> None:
    from scrubber.consent.editing.merging import merge_people
    from scrubber.consent.exchange.spreadsheet import people_in

    people = people_in(_read(table), str(table))
    for said in merge_people(draft, people, datetime.datetime.now(datetime.UTC)):
        echo(f"{table}: {said}", err=True)


def _read(table: Path) -> bytes:
    try:
        return read_bytes(table, _LARGEST_TABLE)
    except (OSError, PhotoError) as error:
        raise UsageError(f"{table}: cannot be read ({error}); name a spreadsheet saved as CSV") from error


def _import_photos(draft: Draft, sources: list[Path], names: tuple[str, ...]) -> int:
    from scrubber import batch
    from scrubber.consent.editing.merging import merge_photos
    from scrubber.face_names import named_photo
    from scrubber.policy import Limits

    people = {person.id: person.id for person in draft.manifest.people} | dict(map(_name_and_id, names))
    unknown = sorted(set(people.values()) - {person.id for person in draft.manifest.people})
    if unknown:
        raise UsageError(f"{', '.join(unknown)}: not in the manifest; add them first")
    code, named = 0, []
    files = [found.source for found in batch.search(sources)[0]]
    workers.begin()
    with batch.Sandbox(batch.workers(None, len(files))) as executor:
        for _, outcome in batch.map_files(executor, files, Limits(), named_photo, people, Limits()):
            if isinstance(outcome, PhotoError):
                echo_error(outcome)
                code = outcome.exit_code
            else:
                named.append(outcome)
    added = merge_photos(draft, [one.entry for one in named if one.entry])
    for one in named:
        said = list(one.notes)
        if one.entry in added:
            said.insert(0, f"{counted(len(one.entry.show), 'face')} to show, {len(one.entry.hide)} to hide")
        elif one.entry:
            said = ["has an entry in the manifest already, which stays as it is"]
        echo(f"{one.path}: {'; '.join(said)}", err=True)
    return code


def _name_and_id(pair: str) -> tuple[str, str]:
    name, equals, person = pair.rpartition("=")
    if not (equals and name.strip() and person.strip()):
        raise UsageError(f'--person "{pair}": write the name in the photos, "=", and the id, as in "Maria=p-017"')
    return name.strip(), person.strip()
