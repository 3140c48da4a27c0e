"""Fills hidden pixels from the visible ones around them, by normalised convolution.

Every value is a weighted mean of visible pixels: hidden pixels have weight zero *before* anything is computed, so
nothing of them can be in the result. Method: Knutsson and Westin, Normalized and Differential Convolution, CVPR 1993.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from scrubber import opencv

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from scrubber.hiding.heads import Mask

# Gaussian widths in face widths, and their shares. The narrow ones meet the surroundings without a seam, the wide
# ones reach the middle of the head, where the narrow ones see nothing.
_KERNELS: Final = ((0.03, 1.0), (0.12, 0.3), (0.25, 0.05), (0.6, 0.002))
_REACH: Final = 0.75  # face widths around the head that are looked at
_FINEST: Final = 1.0  # pixels; the narrowest kernel is this wide in the reduced patch
# Where no visible pixel is near, the fill fades to middle grey; the share is too small to be seen elsewhere.
_GREY: Final = 128.0
_GREY_SHARE: Final = 1e-7


@dataclass(frozen=True, slots=True)
class Patch:
    """What a style may look at to hide one head. Nothing in it depends on hidden pixels.

    `rows` and `columns` say where in the picture the head lies; `face_width` is in pixels; `picture` (H×W×3
    uint8 RGB) must be read through `fill` only, which gives the pixels under `hidden` (H×W) no weight.
    """

    picture: NDArray[np.uint8]
    hidden: Mask
    rows: slice
    columns: slice
    face_width: float

    @property
    def shape(self) -> tuple[int, int]:
        return self.rows.stop - self.rows.start, self.columns.stop - self.columns.start


def fill(patch: Patch) -> NDArray[np.float32]:
    """Smooth colours for every pixel of the patch, from visible pixels only: h×w×3 float32, 0 to 255."""
    import numpy as np

    cv2 = opencv.load()
    reduction = max(1, int(_KERNELS[0][0] * patch.face_width / _FINEST))
    rows, columns = _grown(patch, reduction)
    weight = (~patch.hidden[rows, columns]).astype(np.float32)
    colour = patch.picture[rows, columns].astype(np.float32) * weight[:, :, None]
    size = -(-weight.shape[1] // reduction), -(-weight.shape[0] // reduction)
    colour, weight = (_reduced(layer, size, reduction) for layer in (colour, weight))
    total = np.full(weight.shape, _GREY_SHARE, dtype=np.float32)
    mixed = np.full(colour.shape, _GREY * _GREY_SHARE, dtype=np.float32)
    for width, share in _KERNELS:
        sigma = max(width * patch.face_width / reduction, 0.5)
        mixed += share * cv2.GaussianBlur(colour, (0, 0), sigma, borderType=cv2.BORDER_CONSTANT)
        total += share * cv2.GaussianBlur(weight, (0, 0), sigma, borderType=cv2.BORDER_CONSTANT)
    smooth = mixed / total[:, :, None]
    if reduction > 1:
        smooth = cv2.resize(smooth, (size[0] * reduction, size[1] * reduction), interpolation=cv2.INTER_CUBIC)
    top, left = patch.rows.start - rows.start, patch.columns.start - columns.start
    height, width_ = patch.shape
    inner = smooth[top : top + height, left : left + width_]
    return np.asarray(np.clip(inner, 0, 255), dtype=np.float32)


def _grown(patch: Patch, reduction: int) -> tuple[slice, slice]:
    """The patch with its surroundings, within the picture."""
    reach = int(_REACH * patch.face_width) + reduction
    height, width = patch.hidden.shape
    return (
        slice(max(patch.rows.start - reach, 0), min(patch.rows.stop + reach, height)),
        slice(max(patch.columns.start - reach, 0), min(patch.columns.stop + reach, width)),
    )


def _reduced(layer: NDArray[np.float32], size: tuple[int, int], reduction: int) -> NDArray[np.float32]:
    """Means over `reduction`-sided squares; what is missing at the far edges counts as weight zero."""
    import numpy as np

    if reduction == 1:
        return layer
    cv2 = opencv.load()
    height, width = layer.shape[:2]
    padded = cv2.copyMakeBorder(
        layer, 0, size[1] * reduction - height, 0, size[0] * reduction - width, cv2.BORDER_CONSTANT, value=0
    )
    return np.asarray(cv2.resize(padded, size, interpolation=cv2.INTER_AREA), dtype=np.float32)
