"""Commands that encrypt a manifest with its references, and give them back: lock, unlock."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scrubber.cli import options, workers
from scrubber.cli.consent import arguments
from scrubber.cli.output import counted, echo
from scrubber.cli.passphrase import prompt_new_passphrase, prompt_passphrase

if TYPE_CHECKING:
    from scrubber.consent import Consent

from scrubber.errors import UsageError


@click.command("lock")
@arguments.manifest
@click.option(
    "-o",
    "--output",
    "out",
    type=options.path(),
    metavar="FILE",
    help="[default: the manifest's name + .age]",
)
@click.option(
    "--with",
    "others",
    multiple=True,
    type=options.path(exists=True),
    metavar="PATH",
    help="A further file or folder beside the manifest to lock away, such as forms.",
)
@click.option("--remove", is_flag=True, help="Delete the originals afterwards. SSDs and backups may keep traces.")
def lock_manifest(manifest: Path, out: Path | None, others: tuple[Path, ...], remove: bool) -> None:
    """Encrypt a manifest, its reference photos and their embeddings into one file with a passphrase.

    All commands take the locked file in place of the manifest, ask for the passphrase (or take it from
    SCRUBBER_PASSPHRASE, or the first line of the file descriptor in SCRUBBER_PASSPHRASE_FD), and write nothing of
    what is inside to the disk. It is an age file: `age -d` opens it without scrubber. Nobody can open it without
    the passphrase.

    \b
    Example:
      scrubber consent lock consent.toml --remove
    """
    from scrubber import batch
    from scrubber.consent import Consent
    from scrubber.consent.editing.storing import gather, lock, remove_originals
    from scrubber.consent.vault.keys import identity_inside
    from scrubber.consent.vault.locking import LOCKED, refuse_weak
    from scrubber.policy import Limits
    from scrubber.recognition import stored_embeddings, version

    target = out or manifest.parent / f"{manifest.name}{LOCKED}"
    if os.path.lexists(target) and os.path.lexists(manifest):
        raise UsageError(
            f"{target}: is there already, from an earlier lock; move it away, or delete it, then lock again (or choose "
            "another name with -o)"
        )
    passphrase = prompt_new_passphrase()
    refuse_weak(passphrase)  # before minutes of work
    consent = Consent.load(manifest)
    workers.begin()
    with batch.Sandbox(batch.workers(None, 1 << 16)) as executor:
        embeddings = stored_embeddings(consent, Limits(), batch.reference_assessor(executor))
    contents = gather(consent, others, embeddings, version())
    lock(contents, passphrase, target)
    _seal_ledgers(consent, identity_inside(contents, str(target)), str(manifest.absolute()))
    echo(f"{target}: holds {counted(len(contents.files), 'file')}; keep the passphrase elsewhere", err=True)
    if remove:
        for remains in remove_originals(contents, consent.folder):
            echo(f"note: {remains}", err=True)
        echo(
            "the originals are deleted; SSDs, snapshots and backups may keep traces, and so may other copies", err=True
        )
    else:
        echo("note: the originals are still there, in clear; --remove deletes them", err=True)


def _seal_ledgers(consent: Consent, identity: str | None, name: str) -> None:
    """What ledgers say in clear of the people in a manifest is sealed with its key, now that it is locked."""
    from scrubber import batch
    from scrubber.consent.vault.sealing import recipient_of

    if identity is not None:
        sealed = batch.seal_ledgers(recipient_of(identity), {person.id for person in consent.people}, name)
        if sealed:
            entries = counted(sealed, "entry", "entries")
            echo(f"{entries} of ledgers, which name these people, are sealed with it", err=True)


@click.command("unlock")
@click.argument("locked", type=options.path())
@click.option(
    "-o",
    "--output",
    "out",
    type=options.path(),
    metavar="FOLDER",
    help="[default: where the locked file is]",
)
def unlock_manifest(locked: Path, out: Path | None) -> None:
    """Write what is in a locked file back to a folder, readable by you only. A run does not need this.

    Nothing that is there is overwritten, and the locked file stays.

    \b
    Example:
      scrubber consent unlock consent.toml.age
    """
    from scrubber.consent.editing.storing import unlock

    folder = out or locked.absolute().parent
    names = unlock(locked, prompt_passphrase, folder)
    echo(f"{folder}: {counted(len(names), 'file')} unlocked, now in clear on this disk", err=True)
