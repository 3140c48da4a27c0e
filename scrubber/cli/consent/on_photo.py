"""What the commands share that say something about one photo: which photo, which manifest, and what comes next."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from scrubber.cli import options, workers
from scrubber.cli.output import echo
from scrubber.cli.passphrase import prompt_passphrase
from scrubber.errors import UsageError
from scrubber.guarded import size_of
from scrubber.policy import Limits, Preset

if TYPE_CHECKING:
    from scrubber.boxes_on_photos import Seen
    from scrubber.consent.editing.draft import Draft
    from scrubber.values import SourceId

Told = TypeVar("Told")


def _one_photo(_context: click.Context, _parameter: click.Parameter, photo: Path) -> Path:
    if photo.is_dir():
        raise UsageError(f"{photo}: is a folder; name one photo in it")
    if not photo.exists():
        raise UsageError(f"{photo}: there is no such file; check the path")
    return photo


photo_argument = click.argument("photo", type=options.path(), callback=_one_photo)


def draft_of(manifest: Path) -> Draft | None:
    """The manifest to change; None if there is none. One that is locked beside it is not passed over."""
    from scrubber.consent.editing.draft import Draft
    from scrubber.consent.manifest.reading import locked_beside

    if os.path.lexists(manifest) or locked_beside(manifest):
        return Draft(manifest, prompt_passphrase)
    return None


def refuse_copy(photo: Path) -> None:
    """What is said of a copy would hold for nothing: the next run makes it anew from its original."""
    from scrubber.batch import identified_copy

    copy = identified_copy(photo)
    if copy is not None:
        raise UsageError(f"{photo}: is a published copy; name its original: {copy.input}")


def look(photo: Path, preset: Preset, draft: Draft | None) -> Seen:
    """The photo with its numbered faces, and what the manifest says of it already."""
    from scrubber.boxes_on_photos import look_at
    from scrubber.consent.decisions.photo_entries import PhotoEntries

    listed = PhotoEntries.of(draft.manifest.photos if draft else ())
    return _in_sandbox(photo, look_at, preset, Limits(), listed)


def identify(photo: Path) -> SourceId:
    """What the photo is, without a look for faces."""
    from scrubber.boxes_on_photos import identified

    return _in_sandbox(photo, identified, Limits())


def write(draft: Draft | None, manifest: Path, photo: Path, change: Callable[[Draft], bool], what: str) -> None:
    """Change the manifest, or make it first, and tell what it says now; `change` is False if it said so already."""
    if draft is None:  # not before the rest was found right
        draft = _new(manifest)
        echo(f"{manifest}: made", err=True)
    if not change(draft):
        echo(f"{manifest}: says so already", err=True)
        return
    draft.save()
    echo(f"{manifest}: {photo}: {what}", err=True)
    purpose = " --for PURPOSE" if draft.manifest.people else ""
    echo(f"next: scrubber run … --consent {shlex.quote(str(manifest))}{purpose}", err=True)


def tell_what_is_out(source: SourceId) -> None:
    """Copies of the photo that are out as they were: a run takes them away, and nobody else does."""
    from scrubber.batch import out_of

    known = [one.output for one in out_of(source) if one.there]
    if known:
        echo(*(f"note: {output}: is out as it was; give the run again that made it" for output in known), err=True)


def _new(manifest: Path) -> Draft:
    from scrubber.consent.editing.draft import Draft, blank
    from scrubber.consent.editing.saving import create

    create(blank().encode(), manifest)
    return Draft(manifest)


def _in_sandbox(photo: Path, task: Callable[..., Told], *more: object) -> Told:
    from scrubber import batch

    workers.begin()
    with batch.Sandbox() as executor:
        return executor.submit(str(photo), size_of(photo), Limits(), task, photo, *more).result()
