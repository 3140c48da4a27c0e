"""Looks for faces in everything that somebody can make of a frame."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from scrubber import checking
from scrubber.faces import finding
from scrubber.types import Leak
from scrubber.verification.hidden import ALPHA_FORMATS, UNDER_ALPHA, layers

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from scrubber.photos import Frame
    from scrubber.policy import Preset
    from scrubber.types import Face

    Pixels = NDArray[np.uint8]

_SAME: Final = 0.4  # intersection over union of boxes around a face that is seen in two pictures
_FAINT: Final = 64  # levels of alpha; in a narrower range a picture is hardly seen in either composite


def visible(frame: Frame, preset: Preset, allowed: Sequence[Face]) -> tuple[Face, ...]:
    """Clear faces in a frame laid on white and on black that nobody allowed, each once."""
    found: list[Face] = []
    for picture in _different(frame.composites()):
        faces = checking.clear(picture, finding.find(picture, preset))
        found += _others(checking.still_visible(faces, allowed=allowed), found)
    return tuple(found)


def under_alpha(data: bytes, form: str, preset: Preset, known: Sequence[Face]) -> Iterator[Leak]:
    """Faces in the colours of transparent pictures as stored, and in faint alpha, unless they are `known`.

    Boxes are in pixels of the picture as stored. Raises what decoders raise.
    """
    if form not in ALPHA_FORMATS:
        return
    for number, _, colours, alpha in layers(data, form):
        yield from _in_picture(colours, UNDER_ALPHA, number, preset, known)
        least, most = int(alpha.min()), int(alpha.max())
        if 0 < most - least < _FAINT:
            yield from _in_picture(_stretched(alpha), "alpha", number, preset, known)


def _in_picture(picture: Pixels, where: str, number: int, preset: Preset, known: Sequence[Face]) -> Iterator[Leak]:
    faces = checking.clear(picture, finding.find(picture, preset))
    for face in _others(faces, known):
        x, y, width, height = face.box.rounded()
        frame = f"frame {number}: " if number else ""
        yield Leak("hidden-picture", where, f"{frame}a face that is hardly seen, at {x},{y},{width},{height}")


def _others(faces: Sequence[Face], known: Sequence[Face]) -> list[Face]:
    return [face for face in faces if all(face.box.iou(other.box) < _SAME for other in known)]


def _different(pictures: Sequence[Pixels]) -> list[Pixels]:
    import numpy as np

    first, *rest = pictures
    return [first, *(other for other in rest if not np.array_equal(first, other))]


def _stretched(alpha: Pixels) -> Pixels:
    """Alpha as a picture in grey, from its least value, black, to its greatest, white."""
    import numpy as np

    least, most = int(alpha.min()), int(alpha.max())
    grey = ((alpha.astype(np.int32) - least) * 255 // (most - least)).astype(np.uint8)
    return np.repeat(grey[:, :, None], 3, axis=2)
