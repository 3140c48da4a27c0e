"""Pictures with all their bits, for those that would lose something that is seen if they were cut to 8 at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubber import opencv

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def deep_pixels(data: bytes, bits: int) -> tuple[NDArray[np.uint16], int] | None:
    """H×W×3 (or H×W) RGB as OpenCV decodes it, not turned, and the number that stands for full.

    None where that has no more than 8 bits, or where OpenCV was built without a decoder for it.
    """
    import numpy as np

    if bits <= 8:
        return None
    cv2 = opencv.load()
    try:
        pixels = cv2.imdecode(np.frombuffer(data, dtype=np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return None
    if pixels is None or pixels.dtype != np.uint16:
        return None
    if pixels.ndim == 3:
        pixels = pixels[:, :, 2::-1]  # blue comes first there, and alpha last
    return pixels, (1 << bits) - 1
