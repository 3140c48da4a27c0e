"""`pixelate`: a mosaic of the surroundings. No cell averages the face, so its size gives nothing away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scrubber import opencv
from scrubber.hiding.filling import Patch, fill

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_CELLS: Final = 6  # across the width of a face


def paint(patch: Patch) -> NDArray[np.float32]:
    """Square cells of the mean colour that `blur` would have there: h×w×3 float32, 0 to 255."""
    import numpy as np

    cv2 = opencv.load()
    height, width = patch.shape
    side = max(2, round(patch.face_width / _CELLS))
    smooth = cv2.copyMakeBorder(fill(patch), 0, -height % side, 0, -width % side, cv2.BORDER_REPLICATE)
    cells = cv2.resize(smooth, (smooth.shape[1] // side, smooth.shape[0] // side), interpolation=cv2.INTER_AREA)
    mosaic = np.repeat(np.repeat(cells, side, axis=0), side, axis=1)
    return np.asarray(mosaic[:height, :width], dtype=np.float32)
