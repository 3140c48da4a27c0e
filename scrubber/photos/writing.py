"""Writes pictures into fresh containers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from scrubber.photos.opening import FAMILIES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from scrubber.photos.family import Family
    from scrubber.photos.photo import Photo
    from scrubber.policy import Format

_PAPER: Final = 255.0  # what shows through transparent parts where the output has none: white, as in browsers
_ROWS: Final = 256  # handled at once, so that floating point copies stay small


def extension(opened: str | None, wanted: Format) -> str | None:
    """The file name extension, with its dot, of what `write` makes of a file that `identify` calls `opened`.

    None if such a file cannot be opened.
    """
    return _target(opened, wanted).EXTENSION if opened in FAMILIES else None


def flattened(photo: Photo, wanted: Format) -> Photo:
    """The photo as the output will show it: on white where it is transparent and the output cannot be."""
    import numpy as np

    if photo.alpha is None or _target(photo.format, wanted).ALPHA:
        return photo
    pixels = photo.pixels.copy()
    for top in range(0, len(pixels), _ROWS):
        rows = slice(top, top + _ROWS)
        share = photo.alpha[rows, :, None].astype(np.float32) / 255
        pixels[rows] = np.rint(pixels[rows] * share + _PAPER * (1 - share)).astype(np.uint8)
    return replace(photo, pixels=pixels, alpha=None)


def write(photo: Photo, pixels: NDArray[np.uint8], wanted: Format) -> bytes:
    """The bytes of a new file with these H×W×3 `pixels` and the photo's alpha, and with nothing else in it."""
    return _target(photo.format, wanted).write(pixels, photo.alpha, photo.lossless)


def _target(opened: str | None, wanted: Format) -> Family:
    return FAMILIES[str(opened) if wanted == "keep" else wanted]
