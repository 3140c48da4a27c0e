"""Looks for faces in everything that somebody can make of a frame."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from scrubber.detection import presets
from scrubber.photos.photo import blended
from scrubber.values import Box, Leak
from scrubber.verification import checking
from scrubber.verification.hidden import ALPHA_FORMATS, UNDER_ALPHA, layers
from scrubber.verification.judged import Judged

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from scrubber.photos import Frame
    from scrubber.policy import Preset
    from scrubber.values import Decision, Region

    Pixels = NDArray[np.uint8]

_SAME: Final = 0.4  # intersection over union of boxes around a face that is seen in two pictures
_INSIDE, _LARGER = 0.7, 3.0  # share of a painted head's box in that of a face, and how much larger that must be
_UNSURE: Final = "whether there is a face around a painted head, at {},{},{},{}"
_BESIDE: Final = "whether there is a face beside what was painted over, at {},{},{},{}"
_ONCE: Final = "whether there is a face that only a closer look sees, at {},{},{},{}"
_HEAD: Final = 2.0  # sides of a face box; what is painted around it stays within
_PAPERS: Final = (255.0, 0.0, 128.0)  # white, black, and grey for what noise drowns on both of them


def visible(
    frame: Frame, preset: Preset, allowed: Sequence[Region], published: Sequence[Decision] | None
) -> tuple[list[Region], list[str]]:
    """Clear faces in a frame laid on white, black and grey, each once, and sentences on those that cannot be told.

    Faces that are `allowed` do not count, nor those that a run decided to show. `published` is what it decided on this
    frame, None if no run is known to have made it: what looks like a face because a head in it, or beside it, was
    painted over is left for a person to look at.
    """
    find = presets.find if published is None else presets.find_upright
    shown = [*allowed, *(each.region for each in published or () if each.action == "show")]
    painted = [each.region for each in published or () if each.action == "hide"]
    found: list[Region] = []
    unsure: list[str] = []
    for picture in _laid(frame):
        faces = checking.clear_to_anybody(picture, find(picture, preset))
        for face in _others(checking.still_visible(faces, allowed=shown), found):
            if any(_looks_like_more(face, head, picture) for head in painted):
                unsure.append(_UNSURE.format(*face.box.rounded()))
            elif any(_touches(face, head) for head in painted):
                unsure.append(_BESIDE.format(*face.box.rounded()))
            elif published is not None and not _seen_by_the_run(face, picture):
                unsure.append(_ONCE.format(*face.box.rounded()))
            else:
                found.append(face)
    return found, unsure


def _looks_like_more(face: Region, head: Region, picture: Pixels) -> bool:
    """Whether a face is a painted head with what is around it: bare shoulders under it look like a larger face."""
    inside = face.box.intersection(head.box) >= _INSIDE * head.box.area
    larger = face.box.area >= _LARGER * head.box.area
    return inside and larger and not checking.has_detail(picture, head)


def _seen_by_the_run(face: Region, picture: Pixels) -> bool:
    """Whether the look that a run takes at its own copy sees a face there as well; if not, it published it rightly."""
    again = checking.clear(picture, presets.find_again(picture))
    return any(face.box.iou(other.box) >= _SAME for other in again)


def _touches(face: Region, head: Region) -> bool:
    """Whether a face lies at the rim of paint: cut heads and limbs beside it look like faces that nobody had seen.

    A run looked at the same place in the original, where everything could be seen, and found none. A person has to
    look; whether this is fit to publish cannot be told.
    """
    x, y = head.box.center
    width, height = head.box.width * _HEAD, head.box.height * _HEAD
    return face.box.intersection(Box(x - width / 2, y - height / 2, width, height)) > 0


def under_alpha(data: bytes, form: str, most: int, preset: Preset, known: Sequence[Region]) -> Iterator[Leak]:
    """Faces in the colours of transparent pictures as stored, and in alpha alone, unless they are `known`.

    Boxes are in pixels of the picture as stored. Raises what decoders raise.
    """
    if form not in ALPHA_FORMATS:
        return
    for number, _, colours, alpha in layers(data, form, most):
        yield from _in_picture(colours, UNDER_ALPHA, number, preset, known)
        if alpha.min() < alpha.max():
            yield from _in_picture(_stretched(alpha), "alpha", number, preset, known)


def left_to_a_person(under: Judged) -> Judged:
    """The same for a file that a run published: it looked at all that can be made of it, when heads were not painted.

    Colours under alpha 0 are black in what it wrote, so that nothing can lie there; what looks like a face now is what
    paint makes of arms and folds, or what this closer look sees and the run's own did not.
    """
    return Judged(not_judged=tuple(f"whether there is {leak.detail}, in its {leak.where}" for leak in under.leaks))


def _in_picture(picture: Pixels, where: str, number: int, preset: Preset, known: Sequence[Region]) -> Iterator[Leak]:
    faces = checking.clear_to_anybody(picture, presets.find(picture, preset))
    for face in _others(faces, known):
        x, y, width, height = face.box.rounded()
        frame = f"frame {number}: " if number else ""
        yield Leak("hidden-picture", where, f"{frame}a face that is hardly seen, at {x},{y},{width},{height}")


def _others(faces: Sequence[Region], known: Sequence[Region]) -> list[Region]:
    return [face for face in faces if all(face.box.iou(other.box) < _SAME for other in known)]


def _laid(frame: Frame) -> Iterator[Pixels]:
    """The frame itself if it is opaque, else laid on papers of three greys; on one of them a face stands out."""
    if frame.alpha is None:
        yield frame.pixels
    else:
        yield from (blended(frame.pixels, frame.alpha, ground) for ground in _PAPERS)


def _stretched(alpha: Pixels) -> Pixels:
    """Alpha as a picture in grey, from its least value, black, to its greatest, white."""
    import numpy as np

    least, most = int(alpha.min()), int(alpha.max())
    grey = ((alpha.astype(np.int32) - least) * 255 // (most - least)).astype(np.uint8)
    return np.repeat(grey[:, :, None], 3, axis=2)
