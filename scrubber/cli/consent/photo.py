"""Commands that say something about one photo: point, hide, dismiss, no-photo."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scrubber.cli import options
from scrubber.cli.consent import arguments
from scrubber.cli.consent.on_photo import draft_of, identify, look, photo_argument, refuse_copy, tell_what_is_out, write
from scrubber.cli.output import echo
from scrubber.errors import UsageError
from scrubber.policy import Preset

if TYPE_CHECKING:
    from scrubber.boxes_on_photos import Seen
    from scrubber.consent.editing.draft import Draft
    from scrubber.consent.manifest.model import DismissBox, HideBox, ShowBox
    from scrubber.values import Box

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
@photo_argument
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
    from scrubber.consent.editing.photo_edits import refuse_unshowable
    from scrubber.consent.manifest.model import ShowBox

    refuse_copy(photo)
    draft = draft_of(manifest)
    if draft is None:
        raise UsageError(f"{manifest}: no such file; `scrubber consent init` makes it, `consent add` adds {person}")
    refuse_unshowable(draft, person, datetime.date.today())
    seen = look(photo, preset, draft)
    at, face = seen.face(number, frame)
    box = ShowBox(person=person, box=_whole(face.box), frame=at)
    _write(draft, manifest, seen, box, f"face {number} is {person}")


@click.command("hide")
@photo_argument
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
    from scrubber.consent.manifest.model import HideBox

    if (corners is None) == (number is None):
        raise UsageError("say what to hide: give either --box X,Y,W,H or --face N")
    box = _box(corners) if corners is not None else None
    refuse_copy(photo)
    draft = draft_of(manifest)
    seen = look(photo, preset, draft)
    if box is None:
        at, face = seen.face(number or 0, frame)
        box = _whole(face.box)
        frame = at if frame is not None or (len(seen.sizes) > 1 and not seen.moving) else None
    seen.check_box(box, frame)
    _write(draft, manifest, seen, HideBox(box=box, frame=frame), f"{list(box.rounded())} is hidden")


@click.command("dismiss")
@photo_argument
@click.option(
    "--box",
    "corners",
    metavar="X,Y,W,H",
    help="The box of what is no face, as `run --json` prints it: a run looks again, and may find more than `faces`.",
)
@_face(required=False)
@_frame
@arguments.manifest_option
@options.preset
def dismiss_face(
    photo: Path, corners: str | None, number: int | None, frame: int | None, manifest: Path, preset: Preset
) -> None:
    """Say that something is no face: you looked, and it is left as it is.

    \b
    Example:
      scrubber consent dismiss march.jpg --face 4
    """
    from scrubber.boxes_on_photos import surely_a_face
    from scrubber.consent.manifest.model import DismissBox

    if (corners is None) == (number is None):
        raise UsageError("say what is no face: give either --face N or --box X,Y,W,H")
    refuse_copy(photo)
    draft = draft_of(manifest)
    seen = look(photo, preset, draft)
    if corners is not None:
        place = _box(corners)
        seen.check_box(place, frame)
        _write(draft, manifest, seen, DismissBox(box=place, frame=frame), f"{list(place.rounded())} is no face")
        return
    at, face = seen.face(number or 0, frame)
    box = DismissBox(box=_whole(face.box), frame=at if len(seen.sizes) > 1 else None)
    _write(draft, manifest, seen, box, f"face {number} is none")
    if surely_a_face(face):
        echo(
            f"warning: face {number} looks very much like a face (score {face.score:.2f}); if it is one, it will be "
            "seen: look at `scrubber faces --picture`",
            err=True,
        )


@click.command("no-photo")
@photo_argument
@arguments.manifest_option
def withhold_photo(photo: Path, manifest: Path) -> None:
    """Say that somebody in a photo must not be shown at all, whatever is covered: the whole photo is withheld.

    \b
    Example:
      scrubber consent no-photo march.jpg
    """
    from scrubber.consent.editing.photo_edits import withhold

    refuse_copy(photo)
    draft = draft_of(manifest)
    source = identify(photo)
    write(draft, manifest, photo, lambda changed: withhold(changed, source), "is withheld, nobody in it is shown")
    tell_what_is_out(source)


def _write(draft: Draft | None, manifest: Path, seen: Seen, box: HideBox | DismissBox | ShowBox, what: str) -> None:
    from scrubber.consent.editing.photo_edits import objections, say
    from scrubber.consent.manifest.model import HideBox

    def change(changed: Draft) -> bool:
        for said in () if isinstance(box, HideBox) else objections(changed, seen.source, box, seen.entries):
            echo(f"note: {said}", err=True)
        return say(changed, seen.source, box, seen.entries)

    write(draft, manifest, seen.path, change, what)
    if isinstance(box, HideBox):
        tell_what_is_out(seen.source)


def _box(corners: str) -> Box:
    from scrubber.values import Box

    try:
        x, y, width, height = (float(part) for part in corners.split(","))
    except ValueError as error:
        raise UsageError(f"--box {corners}: write four numbers of pixels, as in --box 10,20,50,60") from error
    if not (x >= 0 and y >= 0 and width >= 1 and height >= 1 and x + y + width + height < 1e6):
        raise UsageError(f"--box {corners}: must be pixels inside of the photo, at least one wide and high")
    return Box(x, y, width, height)


def _whole(box: Box) -> Box:
    """A found box as the manifest keeps it: whole pixels, and none of them beyond the top left corner."""
    from scrubber.values import Box

    x, y, right, bottom = (max(round(number), 0) for number in (box.x, box.y, box.right, box.bottom))
    return Box(x, y, max(right - x, 1), max(bottom - y, 1))
