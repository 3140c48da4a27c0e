"""`solid`: one constant grey, never the colour of anybody's skin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from scrubber.redaction.patches import Patch

_GREY: Final = 96


def paint(patch: Patch) -> NDArray[np.uint8]:
    """height×width×3 uint8, every value the same."""
    import numpy as np

    return np.full((*patch.shape, 3), _GREY, dtype=np.uint8)
