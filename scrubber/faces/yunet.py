"""YuNet through OpenCV: small, fast, sees upright faces from about ten pixels on."""

from __future__ import annotations

from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from scrubber import opencv, weights
from scrubber.types import Box, Face, Landmarks

if TYPE_CHECKING:
    from scrubber.faces.detector import Picture

_LOCK = Lock()
_MOST_BOXES: Final = 5000
# YuNet's own overlap rule; loose, because boxes of one face are merged again by whoever composes detectors.
_SAME_FACE_IOU: Final = 0.3


class YuNet:
    """Detector after Wu, Peng and Yu (2023). `threshold` is the lowest score, 0 to 1, that counts."""

    name = "yunet"

    def __init__(self, threshold: float = 0.4) -> None:
        self.threshold = threshold

    def detect(self, picture: Picture) -> list[Face]:
        cv2 = opencv.load()

        height, width = picture.shape[:2]
        with _LOCK:  # the net keeps its input size between calls
            net = _net()
            net.setInputSize((width, height))
            net.setScoreThreshold(self.threshold)
            _, rows = net.detect(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
        return [] if rows is None else [_face(row) for row in rows.tolist()]


@cache
def _net() -> Any:
    cv2 = opencv.load()

    model = weights.as_array("yunet_2023mar")
    return cv2.FaceDetectorYN.create("onnx", model, model[:0], (320, 320), 0.4, _SAME_FACE_IOU, _MOST_BOXES)


def _face(row: list[float]) -> Face:
    x, y, width, height, *points, score = row
    pairs = list(zip(points[0::2], points[1::2], strict=True))
    return Face(Box(x, y, width, height), min(score, 1.0), (YuNet.name,), Landmarks(*pairs))
