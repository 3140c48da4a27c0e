"""Grain and halftone: dots that a viewer's eye blends, and that detectors stumble over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scrubber import opencv
from scrubber.detection.transforms import merge

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from scrubber.detection.detector import Detector, Picture
    from scrubber.values import Region

_NORMAL: Final = 0.6745  # median of the absolute value of a standard normal variable
_DOTTED: Final = 45.0
"""Levels of 255: mean of the finest details in the roughest part of a picture, from which it is made of dots. Portraits
dithered to black and white have 90 to 125; of 469 photos none has more than 36."""
_PART: Final = 64  # pixels, the sides of such parts
_SMOOTHING: Final = 1.3
"""Pixels, the standard deviation of the Gaussian that blends the dots. Of a dithered portrait `fast` is sure (1.0) with
it, and sees nothing (under .2) without; 1 to 2 measured alike."""


class Smoothed:
    """A strategy that looks twice at pictures made of dots, halftones and dithered ones: the second time smoothed."""

    def __init__(self, inner: Detector) -> None:
        self.inner = inner
        self.name = inner.name

    def detect(self, picture: Picture) -> list[Region]:
        import numpy as np

        faces = self.inner.detect(picture)
        if not _has_dots(picture):
            return faces
        blended = opencv.load().GaussianBlur(picture, (0, 0), _SMOOTHING)
        return merge([*faces, *self.inner.detect(np.asarray(blended, dtype=np.uint8))])


def _has_dots(picture: Picture) -> bool:
    """Whether some part of the picture is made of dots."""
    import numpy as np

    cv2 = opencv.load()
    details = _details(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY))
    if not details.size:
        return False
    rows, columns = (max(1, 2 * side // _PART) for side in details.shape)
    return float(np.max(cv2.resize(details, (columns, rows), interpolation=cv2.INTER_AREA))) >= _DOTTED


def noise(grey: NDArray[np.uint8] | NDArray[np.float32]) -> float:
    """Standard deviation of the noise of an H×W picture, from its diagonal details (Donoho and Johnstone 1994)."""
    import numpy as np

    details = _details(grey)
    return float(np.median(details)) / _NORMAL if details.size else 0.0


def _details(grey: NDArray[np.uint8] | NDArray[np.float32]) -> NDArray[np.float32]:
    """The size of the finest diagonal details, for each two by two pixels."""
    import numpy as np

    even = grey[: grey.shape[0] // 2 * 2, : grey.shape[1] // 2 * 2].astype(np.float32)
    details = even[::2, ::2] - even[::2, 1::2] - even[1::2, ::2] + even[1::2, 1::2]
    return np.asarray(np.abs(details) / 2, dtype=np.float32)
