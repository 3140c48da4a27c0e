"""`blur`: looks like frosted glass and holds nothing of the face."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubber import opencv
from scrubber.redaction.toning import toned

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from scrubber.redaction.patches import Patch


def paint(patch: Patch) -> NDArray[np.uint8]:
    """The colours of the surroundings, blurred inwards, an even tone for each head: height×width×3."""
    return patch.enlarged(toned(patch), 1, opencv.load().INTER_LINEAR)
