"""`solid`: one constant grey, never the colour of anybody's skin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scrubber.hiding.filling import Patch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_GREY: Final = 96.0


def paint(patch: Patch) -> NDArray[np.float32]:
    """h×w×3 float32, every value the same."""
    import numpy as np

    return np.full((*patch.shape, 3), _GREY, dtype=np.float32)
