"""Commands that say something about one photo: point, hide, dismiss, no-photo."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
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

_Options = Callable[[Callable[..., Any]], Callable[..., Any]]


def _region_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--frame`, `--manifest` and `--preset`: where regions are found, and where it is written down."""
    frame = click.option(
        "--frame",
        type=click.IntRange(min=0),
        metavar="K",
        help="The frame or page, counted from 0, if there are several.",
    )
    return frame(arguments.manifest_option(options.preset(command)))


def _face(parameter: str, several: str = "", **more: Any) -> _Options:
    return click.option(
        "--face",
        parameter,
        type=click.IntRange(min=1),
        metavar="N",
        help=f"The number that `scrubber faces` gives the face{several}.",
        **more,
    )


_faces = _face("numbers", "; may be given several times", multiple=True)


def _boxes(words: str) -> _Options:
    return click.option(
        "--box", "corners", metavar="X,Y,W,H", multiple=True, help=f"{words} May be given several times."
    )


@click.command("point")
@photo_argument
@_face("number", required=True)
@click.option("--person", required=True, metavar="ID", help="Who it is; somebody in the manifest who may be shown.")
@_region_options
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
    _write(draft, manifest, seen, [box], f"face {number} is {person}")


@click.command("hide")
@photo_argument
@_boxes(
    "Left edge, top edge, width and height in pixels of the upright photo. Read them off the rulers of "
    "`scrubber faces PHOTO --picture numbered.png`."
)
@_faces
@_region_options
def hide_place(
    photo: Path, corners: tuple[str, ...], numbers: tuple[int, ...], frame: int | None, manifest: Path, preset: Preset
) -> None:
    """Hide places in a photo, or faces, whatever else is said. Without --frame they are hidden on every frame.

    \b
    Example:
      scrubber consent hide march.jpg --box 10,20,50,60 --box 300,40,50,60
    """
    from scrubber.consent.manifest.model import HideBox

    if not corners and not numbers:
        raise UsageError("say what to hide: give --box X,Y,W,H or --face N")
    drawn = [_box(each) for each in corners]
    refuse_copy(photo)
    draft = draft_of(manifest)
    seen = look(photo, preset, draft)
    boxes = [HideBox(box=_cut(seen, box, frame), frame=frame) for box in drawn]
    for number in numbers:
        at, face = seen.face(number, frame)
        own = at if frame is not None or (len(seen.sizes) > 1 and not seen.moving) else None
        boxes.append(HideBox(box=seen.cut(_whole(face.box), own), frame=own))
    _write(draft, manifest, seen, boxes, f"{_listed(boxes)} hidden")


@click.command("dismiss")
@photo_argument
@_boxes("The box of what is no face, as `run --json` prints it: a run looks again, and may find more than `faces`.")
@_faces
@_region_options
def dismiss_face(
    photo: Path, corners: tuple[str, ...], numbers: tuple[int, ...], frame: int | None, manifest: Path, preset: Preset
) -> None:
    """Say that something is no face: you looked, and it is left as it is.

    \b
    Example:
      scrubber consent dismiss march.jpg --face 4
    """
    from scrubber.boxes_on_photos import surely_a_face
    from scrubber.consent.manifest.model import DismissBox

    if not corners and not numbers:
        raise UsageError("say what is no face: give --face N or --box X,Y,W,H")
    drawn = [_box(each) for each in corners]
    refuse_copy(photo)
    draft = draft_of(manifest)
    seen = look(photo, preset, draft)
    boxes = [DismissBox(box=_cut(seen, box, frame), frame=frame) for box in drawn]
    chosen = {number: seen.face(number, frame) for number in numbers}
    for at, face in chosen.values():
        boxes.append(DismissBox(box=_whole(face.box), frame=at if len(seen.sizes) > 1 else None))
    _write(draft, manifest, seen, boxes, f"{_listed(boxes)} no face")
    for number, (_, face) in chosen.items():
        if surely_a_face(face):
            echo(
                f"warning: face {number} looks very much like a face (score {face.score:.2f}); if it is one, it will "
                "be seen: look at `scrubber faces --picture`",
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


def _write(
    draft: Draft | None, manifest: Path, seen: Seen, boxes: Sequence[HideBox | DismissBox | ShowBox], what: str
) -> None:
    from scrubber.consent.editing.photo_edits import objections, say
    from scrubber.consent.manifest.model import HideBox

    def change(changed: Draft) -> bool:
        for box in boxes:
            for said in () if isinstance(box, HideBox) else objections(changed, seen.source, box, seen.entries):
                echo(f"note: {said}", err=True)
        new = [say(changed, seen.source, box, seen.entries) for box in boxes]
        return any(new)

    write(draft, manifest, seen.path, change, what)
    if any(isinstance(box, HideBox) for box in boxes):
        tell_what_is_out(seen.source)


def _listed(boxes: Sequence[HideBox | DismissBox]) -> str:
    shown = ", ".join(str(list(box.box.rounded())) for box in boxes)
    return f"{shown} {'is' if len(boxes) == 1 else 'are'}"


def _cut(seen: Seen, box: Box, frame: int | None) -> Box:
    """The part of a drawn box that lies in the photo: people draw over the edge where a head is cut by it."""
    cut = seen.cut(box, frame)
    if cut != box:
        echo(f"note: {list(box.rounded())} sticks out of the photo; {list(cut.rounded())} of it counts", err=True)
    return cut


def _box(corners: str) -> Box:
    from scrubber.values import Box

    try:
        x, y, width, height = (float(part) for part in corners.split(","))
    except ValueError as error:
        raise UsageError(f"--box {corners}: write four numbers of pixels, as in --box 10,20,50,60") from error
    if not (width >= 1 and height >= 1 and max(abs(x), abs(y)) + width + height < 1e6):
        raise UsageError(f"--box {corners}: must be pixels of the photo, at least one wide and high")
    return Box(x, y, width, height)


def _whole(box: Box) -> Box:
    """A found box as the manifest keeps it: whole pixels, and none of them beyond the top left corner."""
    from scrubber.values import Box

    x, y, right, bottom = (max(round(number), 0) for number in (box.x, box.y, box.right, box.bottom))
    return Box(x, y, max(right - x, 1), max(bottom - y, 1))
