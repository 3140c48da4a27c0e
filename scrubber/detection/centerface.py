"""CenterFace: sees turned, tilted and half-covered faces that others miss."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scrubber import opencv
from scrubber.detection import net
from scrubber.values import Box, Landmarks, Region

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from scrubber.detection.detector import Picture

_STRIDE: Final = 4  # pixels of the picture per cell of the heat map
_OUTPUTS: Final = ("537", "538", "539", "540")  # heat map, size, offset, landmarks
_SAME_FACE_IOU: Final = 0.3


class CenterFace:
    """Detector after Xu et al. (2020). `threshold` is the lowest score, 0 to 1, that counts."""

    name = "centerface"

    def __init__(self, threshold: float = 0.2) -> None:
        self.threshold = threshold

    def detect(self, picture: Picture) -> list[Region]:
        heat, size, offset, points = (output[0] for output in net.run("centerface", picture, _OUTPUTS))
        return _decode(heat[0], size, offset, points, self.threshold)


def _decode(
    heat: NDArray[np.float32],
    size: NDArray[np.float32],
    offset: NDArray[np.float32],
    points: NDArray[np.float32],
    threshold: float,
) -> list[Region]:
    """Turn the net's maps (h×w, 2×h×w, 2×h×w, 10×h×w, one cell per 4×4 pixels) into faces."""
    cv2 = opencv.load()
    import numpy as np

    rows, columns = np.nonzero(heat > threshold)
    if not len(rows):
        return []
    scores = heat[rows, columns]
    heights, widths = np.exp(size[:, rows, columns]) * _STRIDE
    tops = (rows + offset[0, rows, columns] + 0.5) * _STRIDE - heights / 2
    lefts = (columns + offset[1, rows, columns] + 0.5) * _STRIDE - widths / 2
    boxes = np.stack([lefts, tops, widths, heights], axis=1)
    kept = cv2.dnn.NMSBoxes(boxes.tolist(), scores.tolist(), threshold, _SAME_FACE_IOU)
    faces = []
    for index in np.asarray(kept, dtype=int).ravel().tolist():
        left, top, width, height = boxes[index].tolist()
        pairs = points[:, rows[index], columns[index]].reshape(5, 2).tolist()
        landmarks = Landmarks(*((left + x * width, top + y * height) for y, x in pairs))
        faces.append(Region(Box(left, top, width, height), float(scores[index]), (CenterFace.name,), landmarks))
    return faces
