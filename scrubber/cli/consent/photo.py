"""Commands that say something about one photo: point, hide, dismiss."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from scrubber import forking
from scrubber.cli import options
from scrubber.cli.consent import arguments
from scrubber.cli.output import echo
from scrubber.cli.passphrase import asked
from scrubber.errors import UsageError
from scrubber.policy import Limits, Preset

if TYPE_CHECKING:
    from scrubber.boxes_on_photos import Seen
    from scrubber.consent.editing import Draft
    from scrubber.consent.manifest import DismissBox, HideBox, ShowBox
    from scrubber.types import Box

_LOCKED: Final = ".age"

_photo = click.argument("photo", type=click.Path(path_type=Path, dir_okay=False, exists=True))
_frame = click.option(
    "--frame", type=click.IntRange(min=0), metavar="K", help="The frame or page, counted from 0, if there are several."
)


def _face(required: bool) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option(
        "--face",
        "number",
        type=click.IntRange(min=1),
        metavar="N",
        required=required,
        help="The number that `scrubber faces` gives the face.",
    )


@click.command("point")
@_photo
@_face(required=True)
@click.option("--person", required=True, metavar="ID", help="Who it is; somebody in the manifest who may be shown.")
@_frame
@arguments.manifest_option
@options.preset
def point_at(
    photo: Path, number: int, person: str, frame: int | None, manifest: Path, preset: Preset
) -> None:  # fmt: skip
    """Say who a face in a photo is. It is shown as long as the person's consent holds.

    \b
    Example:
      scrubber consent point march.jpg --face 3 --person p-017
    """
    from scrubber.consent.manifest import ShowBox
    from scrubber.consent.photo_edits import refuse_unshowable

    draft = _draft(manifest)
    if draft is None:
        raise UsageError(f"{manifest}: no such file; `scrubber consent init` makes it, `consent add` adds {person}")
    refuse_unshowable(draft, person, datetime.date.today())
    seen = _seen(photo, preset)
    at, face = seen.face(number, frame)
    box = ShowBox(person=person, box=_whole(face.box), frame=at)
    _write(draft, manifest, seen, box, f"face {number} is {person}")


@click.command("hide")
@_photo
@click.option(
    "--box",
    "corners",
    metavar="X,Y,W,H",
    help="Left edge, top edge, width and height in pixels of the upright photo. Read them off the rulers of "
    "`scrubber faces PHOTO --picture numbered.png`.",
)
@_face(required=False)
@_frame
@arguments.manifest_option
@options.preset
def hide_place(
    photo: Path, corners: str | None, number: int | None, frame: int | None, manifest: Path, preset: Preset
) -> None:
    """Hide a place in a photo, or a face, whatever else is said. Without --frame it is hidden on every frame.

    \b
    Example:
      scrubber consent hide march.jpg --box 10,20,50,60
    """
    from scrubber.consent.manifest import HideBox

    if (corners is None) == (number is None):
        raise UsageError("say what to hide: give either --box X,Y,W,H or --face N")
    box = _box(corners) if corners is not None else None
    draft = _draft(manifest)
    seen = _seen(photo, preset)
    if box is None:
        at, face = seen.face(number or 0, frame)
        box = _whole(face.box)
        frame = at if frame is not None or (len(seen.sizes) > 1 and not seen.moving) else None
    seen.check_box(box, frame)
    _write(draft, manifest, seen, HideBox(box=box, frame=frame), f"{list(box.rounded())} is hidden")


@click.command("dismiss")
@_photo
@_face(required=True)
@_frame
@arguments.manifest_option
@options.preset
def dismiss_face(photo: Path, number: int, frame: int | None, manifest: Path, preset: Preset) -> None:
    """Say that something is no face: you looked, and it is left as it is.

    \b
    Example:
      scrubber consent dismiss march.jpg --face 4
    """
    from scrubber.consent.manifest import DismissBox

    draft = _draft(manifest)
    seen = _seen(photo, preset)
    at, face = seen.face(number, frame)
    box = DismissBox(box=_whole(face.box), frame=at if len(seen.sizes) > 1 else None)
    _write(draft, manifest, seen, box, f"face {number} is none")


def _draft(manifest: Path) -> Draft | None:
    """The manifest to change; None if there is none. One that is locked beside it is not passed over."""
    from scrubber.consent.editing import Draft

    if manifest.exists() or manifest.is_symlink():
        return Draft(manifest, asked)
    locked = manifest.with_name(f"{manifest.name}{_LOCKED}")
    if locked.exists():
        raise UsageError(f"{manifest}: is locked in {locked}; name that one: --manifest {locked}")
    return None


def _new(manifest: Path) -> Draft:
    from scrubber.consent.editing import Draft, blank
    from scrubber.consent.saving import create

    create(blank().encode(), manifest)
    return Draft(manifest)


def _seen(photo: Path, preset: Preset) -> Seen:
    from scrubber import batch
    from scrubber.boxes_on_photos import look_at

    forking.start()
    with batch.Sandbox() as executor:
        size, limits = batch.size_of(photo), Limits()
        return executor.submit(str(photo), size, limits, look_at, photo, preset, limits).result()


def _write(draft: Draft | None, manifest: Path, seen: Seen, box: HideBox | DismissBox | ShowBox, what: str) -> None:
    from scrubber.consent.manifest import HideBox
    from scrubber.consent.photo_edits import objections, say

    draft = draft or _new(manifest)  # not before the rest was found right
    for said in () if isinstance(box, HideBox) else objections(draft, seen.source, box):
        echo(f"note: {said}", err=True)
    if say(draft, seen.source, box):
        draft.save()
        echo(f"{manifest}: {seen.path}: {what}", err=True)
    else:
        echo(f"{manifest}: says so already", err=True)


def _box(corners: str) -> Box:
    from scrubber.types import Box

    try:
        x, y, width, height = (float(part) for part in corners.split(","))
    except ValueError as error:
        raise UsageError(f"--box {corners}: write four numbers of pixels, as in --box 10,20,50,60") from error
    if not (x >= 0 and y >= 0 and width >= 1 and height >= 1 and x + y + width + height < 1e6):
        raise UsageError(f"--box {corners}: must be pixels inside of the photo, at least one wide and high")
    return Box(x, y, width, height)


def _whole(box: Box) -> Box:
    """A found box as the manifest keeps it: whole pixels, and none of them beyond the top left corner."""
    from scrubber.types import Box

    x, y, right, bottom = (max(round(number), 0) for number in (box.x, box.y, box.right, box.bottom))
    return Box(x, y, max(right - x, 1), max(bottom - y, 1))
