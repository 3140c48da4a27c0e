"""Fills hidden pixels from the visible ones around them, by normalised convolution.

Every value is a weighted mean of visible pixels: hidden pixels have weight zero *before* anything is computed, so
nothing of them can be in the result. Methods: Knutsson and Westin, Normalized and Differential Convolution, CVPR 1993;
the Gaussians are those of a pyramid (Burt and Adelson, The Laplacian Pyramid as a Compact Image Code, 1983).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scrubber import opencv

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from scrubber.redaction.polygons import Mask

    Part = tuple[slice, slice]
    """Rows and columns."""

    Layer = NDArray[np.float32]
    """h×w×4: red, green and blue, 0 to 255, times the weight of the cell; and that weight times 255."""

# Shares of the Gaussians; the first is 1.4 cells wide, each of the others twice as wide as the one before. The narrow
# ones meet the surroundings without a seam, the wide ones reach the middle of the head, where those see nothing.
_SHARES: Final = (1.0, 0.5, 0.2, 0.04, 0.004)
_WIDER: Final = 1 / 16  # the share of each still wider one against the one before; they fill where many heads meet
# Where nothing is visible at all the fill is middle grey; the share is too small to be seen elsewhere.
_GREY: Final = 128.0
_GREY_SHARE: Final = 1e-30
_STRIP: Final = 1 << 17  # pixels that are looked at together: few enough to stay in the processor's cache


class Visible:
    """The visible part of a picture: weight 1 where visible, 0 where hidden.

    `picture` is H×W×3 uint8 RGB, `hidden` H×W. Nothing that paints sees the picture but through here.
    Where there is `alpha` (H×W uint8), the weight of a visible pixel is its opacity.
    """

    def __init__(self, picture: NDArray[np.uint8], hidden: Mask, alpha: NDArray[np.uint8] | None = None) -> None:
        import numpy as np

        self._picture, self._alpha = picture, alpha
        unseen = hidden if alpha is None else hidden | (alpha == 0)
        self._hidden = unseen.view(np.uint8)
        self.height, self.width = hidden.shape

    def nothing(self, rows: slice, columns: slice) -> bool:
        """Whether every pixel of a part is hidden, or so clear that nothing is to be seen."""
        return bool(self._hidden[rows, columns].all())

    def cells(self, part: Part, level: int) -> Layer:
        """Means over squares of 2^`level` pixels, of a part of the picture that is counted in squares.

        Squares that reach beyond the picture count what lies beyond as hidden.
        """
        import numpy as np

        rows, columns = part
        width = columns.stop - columns.start
        layer = np.empty((rows.stop - rows.start, width, 4), dtype=np.float32)
        step = max(1, _STRIP // (width << 2 * level))
        for top in range(rows.start, rows.stop, step):
            strip = slice(top, min(top + step, rows.stop))
            layer[strip.start - rows.start : strip.stop - rows.start] = self._means((strip, columns), level)
        return layer

    def _means(self, part: Part, level: int) -> NDArray[np.uint8] | Layer:
        import numpy as np

        cv2 = opencv.load()
        rows, columns = (slice(span.start << level, span.stop << level) for span in part)
        seen = self._weighted(rows, columns)
        cv2.copyTo(np.zeros_like(seen), self._hidden[rows, columns], seen)
        below, right = max(rows.stop - self.height, 0), max(columns.stop - self.width, 0)
        if below or right:
            seen = cv2.copyMakeBorder(seen, 0, below, 0, right, cv2.BORDER_CONSTANT, value=0)
        # Eight bits hold means of four pixels well enough, but not those of many pixels of which few are visible.
        means = seen if level == 0 else _reduced(seen, 1)
        return means if level <= 1 else _reduced(means.astype(np.float32), level - 1)

    def _weighted(self, rows: slice, columns: slice) -> NDArray[np.uint8] | Layer:
        """Colours times weight, and the weight times 255, of hidden pixels too."""
        import numpy as np

        cv2 = opencv.load()
        colours = self._picture[rows, columns]
        if self._alpha is None:
            return cv2.cvtColor(colours, cv2.COLOR_RGB2RGBA)  # type: ignore[no-any-return]  # the fourth is full
        weight = self._alpha[rows, columns].astype(np.float32)  # not in 8 bits, where faint colours would be lost
        return np.dstack([colours * (weight / np.float32(255))[:, :, None], weight])


def fill(layer: Layer, part: Part) -> list[NDArray[np.float32]]:
    """Smooth red, green and blue for a part of the layer, from its visible cells only: three h×w float32, 0 to 255."""
    import numpy as np

    cv2 = opencv.load()
    levels = [cv2.pyrDown(layer)]
    while max(levels[-1].shape[:2]) > 1:
        levels.append(cv2.pyrDown(levels[-1]))
    shares = [*_SHARES, *(_SHARES[-1] * _WIDER**more for more in range(1, len(levels)))][: len(levels)]
    mixed = levels.pop() * np.float32(shares.pop())
    while levels:
        blurred = levels.pop()
        mixed = cv2.pyrUp(mixed, dstsize=blurred.shape[1::-1])
        mixed = cv2.scaleAdd(blurred, shares.pop(), mixed, mixed)
    *colours, weight = cv2.split(_enlarged(mixed, part))
    factor = np.float32(255) / (weight + np.float32(_GREY_SHARE))
    return [(colour + np.float32(_GREY * _GREY_SHARE / 255)) * factor for colour in colours]


def _enlarged(layer: Layer, part: Part) -> Layer:
    """A part of the layer that is twice as large; `part` counts the pixels of that one."""
    near = tuple(slice(max(span.start // 2 - 2, 0), span.stop // 2 + 2) for span in part)
    enlarged: Layer = opencv.load().pyrUp(layer[near])
    rows, columns = (
        slice(span.start - 2 * there.start, span.stop - 2 * there.start) for span, there in zip(part, near, strict=True)
    )
    return enlarged[rows, columns]


def _reduced(layer: NDArray[np.uint8] | Layer, levels: int) -> NDArray[np.uint8] | Layer:
    cv2 = opencv.load()
    size = layer.shape[1] >> levels, layer.shape[0] >> levels
    smaller: NDArray[np.uint8] | Layer = cv2.resize(layer, size, interpolation=cv2.INTER_AREA)
    return smaller
