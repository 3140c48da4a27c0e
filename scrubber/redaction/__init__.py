"""Paints over heads. What is painted is a function of visible pixels, of geometry and of constants, nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from scrubber import opencv
from scrubber.redaction.covering import Covering
from scrubber.redaction.filling import Visible
from scrubber.redaction.patches import arranged
from scrubber.redaction.shapes import scaled
from scrubber.redaction.shown import features_covered
from scrubber.redaction.styles import paint

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from scrubber.redaction.polygons import Mask
    from scrubber.values import Region

__all__ = ["covered", "features_covered", "hide", "mask", "painted", "scaled"]

_OPAQUE: Final = 255


def hide(pixels: NDArray[np.uint8], faces: Sequence[Region], style: str) -> NDArray[np.uint8]:
    """A copy of `pixels` (H×W×3 uint8 RGB) in which the head around every one of `faces` is painted over.

    Heads that overlap count as hidden for each other. Pixels outside `mask(pixels.shape, faces)` stay as they are;
    pixels inside it do not depend on what was there.
    """
    return painted(pixels, faces, style)[0]


def painted(
    pixels: NDArray[np.uint8],
    faces: Sequence[Region],
    style: str,
    alpha: NDArray[np.uint8] | None = None,
    shown: Sequence[Region] = (),
) -> tuple[NDArray[np.uint8], Mask]:
    """What `hide` gives, and the mask of what is painted there, `mask(pixels.shape, faces, shown)`.

    With `alpha` (H×W uint8) visible pixels count by their opacity, and what is wholly clear becomes black. The paint is
    meant to be opaque: whoever keeps the alpha must set it to 255 under the mask.
    """
    cv2 = opencv.load()
    covering = Covering.of(pixels.shape, faces, shown)
    hidden = covering.hidden
    alpha = _outside(alpha, hidden)
    result = pixels.copy()
    for patch in arranged(Visible(pixels, hidden, alpha), covering):
        cv2.copyTo(paint(patch, style), patch.mask(), result[patch.rows, patch.columns])
    if alpha is not None:
        result[(alpha == 0) & ~hidden] = 0
    return result, hidden


def mask(shape: tuple[int, ...], regions: Iterable[Region], shown: Iterable[Region] = ()) -> Mask:
    """Boolean H×W mask of every pixel that is hidden with one of the regions. `shape` begins with H, W.

    Beside `shown` faces hidden heads leave eyes to mouth visible, but where a hidden face box lies there.
    """
    return Covering.of(shape, regions, shown).hidden


def _outside(alpha: NDArray[np.uint8] | None, hidden: Mask) -> NDArray[np.uint8] | None:
    """The alpha as if everything hidden were opaque; None if nothing else is clear, for then there is another way."""
    import numpy as np

    if alpha is None:
        return None
    alpha = np.where(hidden, np.uint8(_OPAQUE), alpha)
    return None if alpha.min(initial=_OPAQUE) == _OPAQUE else alpha


def covered(face: Region, hidden: Mask) -> float:
    """The share, 0 to 1, of a face's box that lies under the mask; 1 for a box without a pixel in the picture.

    Nothing of such a box can be seen.
    """
    import numpy as np

    x, y, width, height = face.box.rounded()
    part = hidden[max(y, 0) : y + height, max(x, 0) : x + width]
    return np.count_nonzero(part) / part.size if part.size else 1.0
