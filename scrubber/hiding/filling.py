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

    Layer = NDArray[np.float32]
    """h×w×4: red, green and blue, 0 to 255, times the weight of the pixel; and that weight, 0 to 1."""

# Gaussian widths in face widths, and their shares. The narrow ones meet the surroundings without a seam, the wide
# ones reach the middle of the head, where the narrow ones see nothing.
_NARROW: Final = ((0.03, 1.0), (0.12, 0.3))
_WIDE: Final = ((0.25, 0.05), (0.6, 0.002))
_WIDE_REDUCTION: Final = 4  # wide kernels are computed this much coarser; what they give is smoother still
_REACH: Final = 0.75  # face widths around the head that are looked at
_FINEST: Final = 1.0  # pixels; the narrowest kernel is this wide in the reduced patch
_COARSE: Final = 4  # large heads start from a copy of the picture that is this much smaller, made once
_ROWS: Final = 512  # of the coarse copy, made at once, so that floating point copies of the picture stay small
# Where no visible pixel is near, the fill fades to middle grey; the share is too small to be seen elsewhere.
_GREY: Final = 128.0
_GREY_SHARE: Final = 1e-7


class Visible:
    """The visible part of a picture: weight 1 where visible, 0 where hidden.

    `picture` is H×W×3 uint8 RGB, `hidden` H×W. No style sees the picture but through here.
    """

    def __init__(self, picture: NDArray[np.uint8], hidden: Mask) -> None:
        self._picture = picture
        self._hidden = hidden
        self._coarse: Layer | None = None
        self.height, self.width = hidden.shape

    def reduced(self, rows: slice, columns: slice, reduction: int) -> Layer:
        """Means over `reduction`-sided squares of a part that begins on a multiple of `reduction`.

        Squares that reach beyond the picture count what lies beyond as hidden.
        """
        if reduction % _COARSE:
            return _means(self._layer(rows, columns), reduction)
        if self._coarse is None:
            self._coarse = self._coarse_layer()
        part = self._coarse[rows.start // _COARSE : -(-rows.stop // _COARSE)]
        return _means(part[:, columns.start // _COARSE : -(-columns.stop // _COARSE)], reduction // _COARSE)

    def _layer(self, rows: slice, columns: slice) -> Layer:
        import numpy as np

        weight = ~self._hidden[rows, columns]
        layer = np.empty((*weight.shape, 4), dtype=np.float32)
        np.multiply(self._picture[rows, columns], weight[:, :, None], out=layer[:, :, :3])
        layer[:, :, 3] = weight
        return layer

    def _coarse_layer(self) -> Layer:
        import numpy as np

        step = _ROWS * _COARSE
        strips = (
            _means(self._layer(slice(top, min(top + step, self.height)), slice(0, self.width)), _COARSE)
            for top in range(0, self.height, step)
        )
        return np.concatenate(list(strips))


@dataclass(frozen=True, slots=True)
class Patch:
    """What a style may look at to hide one head. Nothing in it depends on hidden pixels.

    `rows` and `columns` say where in the picture the head lies; `face_width` is in pixels.
    """

    visible: Visible
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
    reduction = max(1, int(_NARROW[0][0] * patch.face_width / _FINEST))
    if reduction > _COARSE:
        reduction -= reduction % _COARSE
    rows = _grown(patch.rows, patch.face_width, reduction, patch.visible.height)
    columns = _grown(patch.columns, patch.face_width, reduction, patch.visible.width)
    layer = patch.visible.reduced(rows, columns, reduction)
    mixed = _blurred(layer, _NARROW, patch.face_width / reduction)
    wide = _blurred(_means(layer, _WIDE_REDUCTION), _WIDE, patch.face_width / reduction / _WIDE_REDUCTION)
    mixed += _enlarged(wide, _WIDE_REDUCTION, cv2.INTER_LINEAR)[: len(mixed), : mixed.shape[1]]
    smooth = (mixed[:, :, :3] + _GREY * _GREY_SHARE) / (mixed[:, :, 3:] + _GREY_SHARE)
    smooth = _enlarged(smooth, reduction, cv2.INTER_CUBIC)
    top, left = patch.rows.start - rows.start, patch.columns.start - columns.start
    inner = smooth[top : top + patch.shape[0], left : left + patch.shape[1]]
    return np.asarray(np.clip(inner, 0, 255), dtype=np.float32)


def _blurred(layer: Layer, kernels: tuple[tuple[float, float], ...], face_width: float) -> Layer:
    """The layer seen through several Gaussians at once, each with its share; `face_width` in the layer's pixels."""
    cv2 = opencv.load()
    total: Layer = sum(
        share * cv2.GaussianBlur(layer, (0, 0), max(width * face_width, 0.5), borderType=cv2.BORDER_CONSTANT)
        for width, share in kernels
    )
    return total


def _enlarged(layer: Layer, factor: int, interpolation: int) -> Layer:
    import numpy as np

    if factor == 1:
        return layer
    size = layer.shape[1] * factor, layer.shape[0] * factor
    return np.asarray(opencv.load().resize(layer, size, interpolation=interpolation), dtype=np.float32)


def _grown(part: slice, face_width: float, reduction: int, length: int) -> slice:
    """The part with its surroundings, from a multiple of `reduction` on, within the picture."""
    reach = int(_REACH * face_width) + reduction
    start = max(part.start - reach, 0)
    return slice(start - start % reduction, min(part.stop + reach, length))


def _means(layer: Layer, reduction: int) -> Layer:
    """Means over `reduction`-sided squares; what is missing at the far edges counts as hidden."""
    import numpy as np

    if reduction == 1:
        return layer
    cv2 = opencv.load()
    height, width = layer.shape[:2]
    size = -(-width // reduction), -(-height // reduction)
    below, right = size[1] * reduction - height, size[0] * reduction - width
    padded = cv2.copyMakeBorder(layer, 0, below, 0, right, cv2.BORDER_CONSTANT, value=0)
    return np.asarray(cv2.resize(padded, size, interpolation=cv2.INTER_AREA), dtype=np.float32)
