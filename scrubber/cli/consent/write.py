"""Commands that change a manifest: init, add, revoke."""

from __future__ import annotations

import datetime
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from scrubber.cli import options, workers
from scrubber.cli.consent import arguments
from scrubber.cli.output import counted, echo, json_line
from scrubber.cli.passphrase import prompt_passphrase
from scrubber.errors import ScrubberError, UsageError
from scrubber.guarded import sha256_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrubber.batch import Published
    from scrubber.consent.editing.draft import Draft
    from scrubber.consent.manifest.model import Person

_LARGEST_FORM: Final = 1 << 33  # bytes; a recording of an hour has less


@click.command("init")
@arguments.manifest
@click.option("--organisation", metavar="NAME", help="Who holds the consents.")
def init_manifest(manifest: Path, organisation: str | None) -> None:
    """Make a manifest with nobody in it yet. A file that is there already is left alone.

    \b
    Example:
      scrubber consent init consent.toml --organisation "Example Rights Group"
    """
    from scrubber.consent.editing.draft import blank
    from scrubber.consent.editing.saving import create
    from scrubber.consent.manifest.reading import locked_beside

    if os.path.lexists(manifest):
        raise UsageError(f"{manifest}: is there already; choose another name")
    locked = locked_beside(manifest)
    if locked:
        raise UsageError(f"{manifest}: is locked in {locked}; use that one, or choose another name")
    create(blank(organisation).encode(), manifest)
    echo(f"{manifest}: made; add people with `scrubber consent add`", err=True)


@click.command("add")
@click.argument("person", metavar="ID")
@arguments.manifest_option
@click.option("--for", "purposes", multiple=True, metavar="PURPOSE", help="What it covers; may be given several times.")
@click.option("--from", "valid_from", type=options.day, metavar=options.DAY, help="The first day that it covers.")
@click.option(
    "--until",
    "expires",
    type=options.day,
    metavar=options.DAY,
    help="The last day that it covers. Every permission ends.",
)
@click.option("--deny", is_flag=True, help="The person refused: hide wherever they are recognised or pointed at.")
@click.option("--method", type=click.Choice(["written", "recorded", "oral", "mark"]), help="How consent was given.")
@click.option("--given-by", type=click.Choice(["self", "guardian", "both"]), help="Who gave it.")
@click.option("--minor", is_flag=True, help="The person is a minor; then a guardian has to consent.")
@click.option(
    "--form",
    type=options.path(dir_okay=False, exists=True),
    metavar="FILE",
    help="The signed form or recording. Only its hash goes into the manifest.",
)
@click.option(
    "--photo",
    "paths",
    multiple=True,
    type=options.path(dir_okay=False, exists=True),
    metavar="FILE",
    help="A reference photo, if the person agreed to be recognised; may be given several times.",
)
@click.option(
    "--copy",
    is_flag=True,
    help="Copy the photos to people/ID beside the manifest, under numbers, as a locked one always does.",
)
def add_person(
    person: str, manifest: Path, purposes: tuple[str, ...], valid_from: datetime.date | None,
    expires: datetime.date | None, deny: bool, method: str | None, given_by: str | None, minor: bool,
    form: Path | None, paths: tuple[Path, ...], copy: bool,
) -> None:  # fmt: skip
    """Add somebody to a manifest. ID is a code such as p-017; the real name stays out.

    Each photo must show exactly one good face; if one does not, nothing is added, and you are told which and why.

    \b
    Example:
      scrubber consent add p-017 --for social --until 2027-12-31 --method written --photo a.jpg --photo b.jpg
    """
    from scrubber import batch
    from scrubber.consent.editing.draft import Draft
    from scrubber.consent.editing.persons import person_of
    from scrubber.policy import Limits
    from scrubber.recognition import enrolling

    if not deny:
        _refuse_boundless(person, purposes, expires)
        if minor and given_by not in ("guardian", "both"):
            raise UsageError(f"{person}: a minor alone cannot allow; give --given-by guardian, or --given-by both")
    draft, limits, folder = Draft(manifest, prompt_passphrase), Limits(), manifest.absolute().parent
    values = {
        "id": person,
        "decision": "deny" if deny else "allow",
        "purposes": list(purposes),
        "valid_from": valid_from,
        "expires": expires,
        "given_by": given_by,
        "minor": minor,
        "method": method,
        "evidence": _hash(form) if form else None,
    }
    enrolling.enrol(draft, person_of(values))  # finds mistakes in these before any photo is looked at or copied
    workers.begin()
    with batch.Sandbox(batch.workers(None, len(paths))) as executor:
        enrolling.check_references(paths, limits, batch.reference_assessor(executor))
    draft = draft.reopened()
    inside = copy or draft.locked
    references = enrolling.copied(paths, draft, person, limits) if inside else enrolling.referred_to(paths, folder)
    enrolling.enrol(draft, person_of(values | {"references": list(references)}))
    draft.save()
    echo(f"{manifest}: {person} added", err=True)
    echo(*_notes(person_of(values), bool(paths)), err=True)


@click.command("revoke")
@click.argument("person", metavar="ID")
@arguments.manifest_option
@options.as_json
def revoke_consent(person: str, manifest: Path, as_json: bool) -> None:
    """Note that somebody withdrew: from today on they are hidden. Prints every published file that shows them.

    What is published stays where it is until you take it down; the next run into the same folder makes the copies there
    again. Can be repeated, and prints the files each time.

    \b
    Example:
      scrubber consent revoke p-017
    """
    from scrubber.consent.editing.draft import Draft

    draft = Draft(manifest, prompt_passphrase)
    before = draft.manifest
    draft.withdraw(person, datetime.datetime.now(datetime.UTC))
    refused: list[ScrubberError] = []
    # All of it is noted before a word is printed: whoever reads may stop reading, and end the command with it.
    for note in (draft.save if draft.manifest != before else None, lambda: _remember(person, draft, manifest)):
        try:
            if note is not None:
                note()
        except ScrubberError as error:  # what is out has to be taken down all the same
            refused.append(error)
    if not refused:
        echo(f"{manifest}: {person} is hidden from now on", err=True)
    kept = next(one.references for one in draft.manifest.people if one.id == person)
    if kept:
        echo(f"note: reference photos serve to hide {person}; delete them if that is not wanted", err=True)
    known = list(_published_with(person, draft.ledger_identity))
    if as_json:
        echo(*(json_line(one.as_json()) for one in known))
    else:
        echo(*dict.fromkeys(map(_place, known)))
    surely, there = sum(one.shows is not None for one in known), sum(one.there for one in known)
    copies = counted(surely, "copy", "copies")
    echo(f"{copies} showed {person}; take down what was posted of them", err=True)
    if len(known) > surely:
        echo(f"{len(known) - surely} more may: who is in them is sealed with the key of another manifest", err=True)
    echo(f"{counted(there, 'file')} of these still here under that name", err=True)
    if there:
        echo("next: give the commands of your runs again; they take away the copies that are still here", err=True)
    echo(*_still_at_work(person), err=True)
    if refused:
        raise refused[0]


def _notes(added: Person, has_references: bool) -> Iterator[str]:
    """What to know about somebody who was added, and what to bring after."""
    if added.expires is not None and added.expires < datetime.date.today():
        yield f"warning: the consent of {added.id} ended on {added.expires}; correct the day if that is a slip"
    if not any(character.isdigit() for character in added.id):
        yield f"note: {added.id}: ids go into reports; use a code such as p-017, the real name stays out"
    noted = {
        "how consent was given (--method)": added.method,
        "who gave it (--given-by)": added.given_by,
        "the hash of a form or recording (--form)": added.evidence,
    }
    missing = [what for what, value in noted.items() if value is None]
    if missing and added.decision == "allow":
        yield f"note: {added.id}: not noted: {', '.join(missing)}; a consent must be demonstrable (GDPR 7)"
    if has_references and added.decision == "deny":
        yield (
            f"note: reference photos are biometric data; these serve only to hide {added.id}, who must have agreed "
            "to be compared"
        )
    elif has_references:
        yield "note: reference photos are biometric data; the person must have agreed to be recognised"


def _refuse_boundless(person: str, purposes: tuple[str, ...], expires: datetime.date | None) -> None:
    """An allow says what for and until when; the rules of the manifest say the same in its own words."""
    missing = ["--for social"] * (not purposes) + ["--until 2027-12-31"] * (expires is None)
    if missing:
        raise UsageError(
            f"{person}: consent is for something, and ends; say so, as in {' '.join(missing)}, or --deny for a no"
        )


def _place(one: Published) -> str:
    """The path of a copy, and that it is no longer there: what lies under this name now is another one."""
    more = "" if one.shows is not None else "  (who is in it is sealed)"
    return f"{one.output}{more}" if one.there else f"{one.output}  (as published on {one.at[:10]}, not there now){more}"


def _published_with(person: str, identity: str | None) -> Iterator[Published]:
    """What the ledgers of this user know of copies that show somebody; `identity` opens what is sealed in them."""
    from scrubber.batch import showing

    return showing(person, identity)


def _still_at_work(person: str) -> Iterator[str]:
    """Where copies may come that the list above does not have."""
    from scrubber.batch import folders_at_work

    for out in folders_at_work():
        yield (
            f"note: a run is at work in {out}: it hides {person} from the next photo on, and makes again what it has "
            f"made of them; look with `scrubber published` when it has ended"
        )


def _remember(person: str, draft: Draft, manifest: Path) -> None:
    """Note it in the ledgers, too, so that an older manifest does not undo it."""
    from scrubber.batch import note_withdrawal, refusal_of
    from scrubber.consent.decisions.permissions import of_any_purpose
    from scrubber.consent.vault.sealing import recipient_under

    today = datetime.date.today()
    standing = of_any_purpose(draft.manifest, today).people[person]
    refusal = refusal_of(person, standing, draft.manifest.organisation, str(manifest.absolute()))
    if refusal is not None:
        recipient = recipient_under(draft.locked, draft.ledger_identity)
        note_withdrawal(refusal, draft.ledger_identity, recipient)


def _hash(form: Path) -> str:
    digest = sha256_of(form, _LARGEST_FORM)
    if digest is None:
        raise UsageError(f"{form}: cannot be read, is no file, or is larger than a form or a recording; name the file")
    return f"sha256:{digest}"
