"""Pictures turned and mirrored in the eight ways of EXIF orientation, and what is the same in all of them.

A rotation flag is changed by a keystroke in any photo manager, and changes every pixel of the upright picture. What
somebody said about the photo must be found again all the same.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from scrubber.values import UNTURNED, Box

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from scrubber.photos.photo import Frame, Photo

TURNS: Final = range(2, 9)
"""The orientations of Exif 2.32, tag 0x0112, that are not upright."""

_LINES: Final = 64  # rows and columns looked at from either edge; 16,384 pixels tell all but blank pictures apart


def fingerprint(photo: Photo) -> str:
    """64 hex digits that name the decoded frames: their order, sizes, colours and alpha.

    The first `UNTURNED` digits name the picture whichever way it is turned or mirrored, so that few pictures have to be
    turned in order to compare them. The other 48 are of the SHA-256 of the pixels as they lie.
    """
    return unturned(photo) + _of_pixels(photo)


def unturned(photo: Photo) -> str:
    """The part of the fingerprint that is the same for all eight orientations, as 16 hex digits."""
    import numpy as np

    digest = hashlib.sha256(b"scrubber unturned 1\n")
    for frame in photo.frames:
        digest.update(b"%dx%d %d\n" % (*sorted(frame.size), frame.alpha is not None))
        seen = frame.pixels[np.ix_(*map(_lines, frame.size))]
        for channel in range(3):
            digest.update(np.bincount(seen[..., channel].ravel(), minlength=256).astype("<u4").tobytes())
    return digest.hexdigest()[:UNTURNED]


def turn_that_gives(photo: Photo, wanted: str) -> int | None:
    """The orientation, 2 to 8, after whose undoing `photo` has the fingerprint `wanted`; None if there is none."""
    if unturned(photo) != wanted[:UNTURNED]:
        return None
    return next((turn for turn in TURNS if _of_pixels(turned(photo, turn)) == wanted[UNTURNED:]), None)


def turned(photo: Photo, orientation: int) -> Photo:
    """The same photo after undoing this EXIF orientation in every frame."""
    return replace(photo, frames=tuple(_turned_frame(frame, orientation) for frame in photo.frames))


def upright(pixels: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Undo EXIF orientation (Exif 2.32, tag 0x0112: which side of the picture row 0 and column 0 are)."""
    import numpy as np

    if orientation >= 5:  # rows and columns are exchanged
        pixels = pixels.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return np.ascontiguousarray(pixels)


def turned_back(box: Box, orientation: int, size: tuple[int, int]) -> Box:
    """Where a box of the picture after `upright` lies in the picture before it, which is `size`: height by width."""
    height, width = size
    if orientation >= 5:
        height, width = width, height  # of the picture that the box is in
    x = width - box.right if orientation in (2, 3, 6, 7) else box.x
    y = height - box.bottom if orientation in (3, 4, 7, 8) else box.y
    return Box(y, x, box.height, box.width) if orientation >= 5 else Box(x, y, box.width, box.height)


def _turned_frame(frame: Frame, orientation: int) -> Frame:
    alpha = None if frame.alpha is None else upright(frame.alpha, orientation)
    return replace(frame, pixels=upright(frame.pixels, orientation), alpha=alpha)


def _of_pixels(photo: Photo) -> str:
    import numpy as np

    digest = hashlib.sha256(b"scrubber pixels 1\n")
    for frame in photo.frames:
        digest.update(b"%dx%d %d\n" % (*frame.size, frame.alpha is not None))
        digest.update(np.ascontiguousarray(frame.pixels).data)
        if frame.alpha is not None:
            digest.update(np.ascontiguousarray(frame.alpha).data)
    return digest.hexdigest()[UNTURNED:]


def _lines(length: int) -> NDArray[np.intp]:
    """Rows or columns that lie alike from both ends, so that turning a picture looks at the same pixels."""
    import numpy as np

    near = np.arange(_LINES) * length // (2 * _LINES)
    return np.unique(np.concatenate([near, length - 1 - near]))
