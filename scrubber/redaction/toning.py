"""Gives each head an even tone, lighter in its middle and shaded by nearer heads, so that heads can be told apart.

Tones are means of visible pixels, light and shade follow from outlines alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scrubber import opencv

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from scrubber.redaction.patches import Patch

_EVENNESS: Final = 0.65  # how much of a colour is the mean of its head; the rest follows the surroundings
LIGHT: Final = 20  # levels of 255 from the shade that a nearer head throws to the middle of a head
_RIM: Final = 0.25  # face widths from an outline to where a head is lightest
_SAMPLED: Final = 4  # every fourth cell of every fourth row is enough for a mean
_BESIDE: Final = 15  # cells; gaps and what lies outside take the tone of a head so near


def toned(patch: Patch) -> NDArray[np.uint8]:
    """One colour per cell of `patch.cells`: h×w×3."""
    import numpy as np

    cv2 = opencv.load()
    colours, numbers = patch.colours(), patch.numbered()
    near = cv2.dilate(numbers, np.ones((_BESIDE, _BESIDE), np.uint8))
    lights = cv2.min(cv2.convertScaleAbs(_depth(numbers), alpha=LIGHT / _RIM * (1 << patch.level) / patch.width), LIGHT)
    # Where no nearer head throws its shade, a head is as dark as its mean at its rim, and not darker.
    unshaded = cv2.compare(near, numbers, cv2.CMP_EQ)
    lights = cv2.max(lights, cv2.min(unshaded, LIGHT // 2))
    cv2.copyTo(numbers, numbers, near)
    tones = cv2.LUT(cv2.merge([near] * 3), _means(colours, numbers))
    mixed = cv2.addWeighted(colours, 1 - _EVENNESS, tones, _EVENNESS, -(LIGHT // 2))
    return cv2.add(mixed, cv2.merge([lights] * 3))  # type: ignore[no-any-return]


def _depth(numbers: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Cells to where another head begins, or none is."""
    import numpy as np

    cv2 = opencv.load()
    square = np.ones((3, 3), np.uint8)
    within = cv2.compare(cv2.erode(numbers, square), cv2.dilate(numbers, square), cv2.CMP_EQ)
    within = cv2.bitwise_and(within, numbers)
    depth: NDArray[np.float32] = cv2.distanceTransform(within, cv2.DIST_L2, cv2.DIST_MASK_3)
    return depth


def _means(colours: NDArray[np.uint8], numbers: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The mean colour of each number, 1×256×3; of all together where a head shows too little to be sampled."""
    import numpy as np

    sampled = numbers[::_SAMPLED, ::_SAMPLED].ravel()
    channels = colours[::_SAMPLED, ::_SAMPLED].reshape(-1, 3).T
    counts = np.bincount(sampled, minlength=256)
    sums = np.stack([np.bincount(sampled, weights=channel, minlength=256) for channel in channels], axis=1)
    means = np.where(counts[:, None] > 0, sums / np.maximum(counts, 1)[:, None], sums.sum(axis=0) / len(sampled))
    return np.rint(means).astype(np.uint8)[None]
