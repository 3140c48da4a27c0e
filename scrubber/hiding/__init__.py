"""Paints over heads. What is painted is a function of visible pixels, of geometry and of constants, nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from scrubber import opencv
from scrubber.hiding import blur, pixelate, solid
from scrubber.hiding.filling import Visible
from scrubber.hiding.heads import Head, drawn, mask, scaled
from scrubber.hiding.patches import Patch, arranged

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from scrubber.hiding.heads import Mask
    from scrubber.policy import Style
    from scrubber.types import Face

__all__ = ["covered", "hide", "mask", "painted", "scaled"]

STYLES: dict[Style, Callable[[Patch], NDArray[np.uint8]]] = {
    "blur": blur.paint,
    "pixelate": pixelate.paint,
    "solid": solid.paint,
}


def hide(pixels: NDArray[np.uint8], faces: Sequence[Face], style: Style) -> NDArray[np.uint8]:
    """A copy of `pixels` (H×W×3 uint8 RGB) in which the head around every one of `faces` is painted over.

    Heads that overlap count as hidden for each other. Pixels outside `mask(pixels.shape, faces)` stay as they are;
    pixels inside it do not depend on what was there.
    """
    return painted(pixels, faces, style)[0]


def painted(pixels: NDArray[np.uint8], faces: Sequence[Face], style: Style) -> tuple[NDArray[np.uint8], Mask]:
    """What `hide` gives, and the mask of what is painted there."""
    cv2 = opencv.load()
    heads = [Head.of(face) for face in faces]
    hidden = drawn(pixels.shape, heads)
    result = pixels.copy()
    for patch in arranged(Visible(pixels, hidden), heads):
        cv2.copyTo(STYLES[style](patch), patch.mask(), result[patch.rows, patch.columns])
    return result, hidden


def covered(shown: Face, hidden: Mask) -> float:
    """The share, 0 to 1, of a shown face's box that lies under the masks of others."""
    import numpy as np

    x, y, width, height = shown.box.rounded()
    part = hidden[max(y, 0) : y + height, max(x, 0) : x + width]
    return np.count_nonzero(part) / part.size if part.size else 0.0
