"""`blur`: looks like frosted glass and holds nothing of the face."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubber.hiding.filling import Patch, fill

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def paint(patch: Patch) -> NDArray[np.float32]:
    """The colours of the surroundings, blurred inwards: h×w×3 float32, 0 to 255."""
    return fill(patch)
