"""The Python interface, as INTERFACE names it: one call each for what the command line does."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, overload

from scrubber import checking, file_names, hiding, metadata, photos
from scrubber.errors import UsageError
from scrubber.faces import finding
from scrubber.guarded import read_file
from scrubber.policy import Limits, Policy, Preset, Style
from scrubber.session import SafeCopy, Session, scrub, scrub_bytes, scrub_folder

if TYPE_CHECKING:
    from typing import TypeAlias

    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image
    from typing_extensions import TypeIs

    from scrubber.types import Face, Leak, Verdict

    Path_: TypeAlias = str | os.PathLike[str]
    Pixels: TypeAlias = NDArray[np.uint8]


__all__ = [
    "SafeCopy",
    "Session",
    "find_faces",
    "hide",
    "inspect",
    "scrub",
    "scrub_bytes",
    "scrub_folder",
    "verify",
]


def find_faces(picture: Path_ | Pixels | Image.Image, preset: Preset = "balanced") -> list[Face]:
    """The faces in a photo file, a `PIL.Image` or an H×W×3 uint8 RGB array, surest first.

    Boxes are pixels of the upright picture. A file is turned as its EXIF orientation says; images and arrays are
    taken as they are. Raises `PhotoError` for a file that cannot be opened, `UsageError` for another kind of value.
    """
    policy = Policy(preset=preset)
    if isinstance(picture, str | os.PathLike):
        path = Path(picture)
        pixels = photos.open_photo(read_file(path, policy.limits), str(path), policy.limits).pixels
    else:
        pixels = _pixels(picture)
    return list(finding.find(pixels, policy.preset))


@overload
def hide(picture: Pixels, faces: Sequence[Face], style: Style = "blur") -> Pixels: ...
@overload
def hide(picture: Image.Image, faces: Sequence[Face], style: Style = "blur") -> Image.Image: ...
def hide(picture: Pixels | Image.Image, faces: Sequence[Face], style: Style = "blur") -> Pixels | Image.Image:
    """A copy of the picture, of the same kind as given, with the heads around `faces` painted over.

    Takes an H×W×3 uint8 RGB array or a `PIL.Image`; an image keeps its mode and its alpha. What is painted depends
    on the pixels that stay visible and on nothing else. Raises `UsageError` for another kind of value.
    """
    painted = hiding.hide(_pixels(picture), faces, Policy(style=style).style)
    return _as_image(painted, picture) if _is_image(picture) else painted


def inspect(path: Path_) -> list[Leak]:
    """What a file gives away besides its picture, its name included; the most dangerous first.

    Raises `UnreadableFile`.
    """
    named = file_names.leak(Path(path))
    return [*metadata.inventory(read_file(Path(path), Limits())), *([named] if named else [])]


def verify(path: Path_, *, preset: Preset = "balanced") -> Verdict:
    """Is this file fit to publish? Judges any file, made here or not. Raises `UnreadableFile`."""
    limits = Limits()
    return checking.verify(read_file(Path(path), limits), str(path), limits, Policy(preset=preset).preset)


def _is_image(picture: object) -> TypeIs[Image.Image]:
    """Pillow is only looked for if whoever calls has loaded it."""
    pillow = sys.modules.get("PIL.Image")
    return pillow is not None and isinstance(picture, pillow.Image)


def _pixels(picture: Pixels | Image.Image) -> Pixels:
    import numpy as np

    if _is_image(picture):
        return np.array(picture.convert("RGB"), dtype=np.uint8)
    if not isinstance(picture, np.ndarray) or picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3:
        raise UsageError("a picture must be a path, a PIL.Image or an H×W×3 uint8 RGB array")
    return np.ascontiguousarray(picture)


def _as_image(pixels: Pixels, like: Image.Image) -> Image.Image:
    from PIL import Image

    painted = Image.fromarray(pixels)
    if like.mode in ("L", "RGBA", "LA", "CMYK", "YCbCr", "HSV", "LAB"):
        painted = painted.convert(like.mode)
    if "A" in like.getbands():
        painted.putalpha(like.getchannel("A"))
    return painted
