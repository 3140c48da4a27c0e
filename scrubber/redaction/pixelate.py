"""`pixelate`: a mosaic of the surroundings. No cell averages the face, so its size gives nothing away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubber import opencv
from scrubber.redaction.patches import ALIGNED

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from scrubber.redaction.patches import Patch


def paint(patch: Patch) -> NDArray[np.uint8]:
    """Squares of the mean colour that `blur` would have there, four to eight to a face: height×width×3."""
    cv2 = opencv.load()
    colours = patch.colours()
    height, width = colours.shape[:2]
    colours = cv2.copyMakeBorder(colours, 0, -height % ALIGNED, 0, -width % ALIGNED, cv2.BORDER_REPLICATE)
    height, width = colours.shape[:2]
    squares = cv2.resize(colours, (width // ALIGNED, height // ALIGNED), interpolation=cv2.INTER_AREA)
    return patch.enlarged(squares, ALIGNED, cv2.INTER_NEAREST)
