"""Photos taken in the dark: looked at as they are, and once more with the light that they lack."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from scrubber import opencv
from scrubber.detection.transforms import merge

if TYPE_CHECKING:
    from scrubber.detection.detector import Detector, Picture
    from scrubber.values import Region

_DARK: Final = 32
"""Median grey, of 255, below which a photo counts as dark; one crowd photo in twenty is, mostly concerts and nights."""
_LIT: Final = 90
"""Median grey that a dark photo is brought to; 64 finds .008 fewer faces, 110 no more."""
_BLACK: Final = 4  # a median lower than this asks for more light than there is
_STRONGEST: Final = 0.4  # gamma
_SAMPLED: Final = 8  # every so many-th row and column tells how dark a photo is


class Lit:
    """A strategy that looks twice at dark photos.

    Measured with an earlier `fast`, below a median of 48, on 63 crowd photos darkened by a gamma of 2.5: .94 of the
    faces, where one look as they are finds .84 and one with more light .93. On 33 photos dark by nature the two
    together found .887, one look .879, more light alone .850.
    """

    def __init__(self, inner: Detector) -> None:
        self.inner = inner
        self.name = inner.name

    def detect(self, picture: Picture) -> list[Region]:
        faces = self.inner.detect(picture)
        brighter = lit(picture)
        return faces if brighter is None else merge([*faces, *self.inner.detect(brighter)])


def lit(picture: Picture) -> Picture | None:
    """The H×W×3 RGB uint8 picture with its middle grey brought up by a gamma curve; None if it is not dark."""
    import numpy as np

    cv2 = opencv.load()
    sample = np.ascontiguousarray(picture[::_SAMPLED, ::_SAMPLED])
    middle = float(np.median(cv2.cvtColor(sample, cv2.COLOR_RGB2GRAY)))
    if middle >= _DARK:
        return None
    gamma = max(math.log(_LIT / 255) / math.log(max(middle, _BLACK) / 255), _STRONGEST)
    curve = np.round(255 * (np.arange(256) / 255) ** gamma).astype(np.uint8)
    brighter: Picture = cv2.LUT(picture, curve)
    return brighter
