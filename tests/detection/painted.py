"""A detector that needs no model: it finds rectangles painted in one colour, so that geometry shows."""

from __future__ import annotations

import cv2
import numpy as np

from scrubber.values import Box, Landmarks, Region

INK = (255, 0, 0)


class Painted:
    """Finds red rectangles, whole or cut, to the pixel. Counts how often it was asked and how large the picture was."""

    name = "painted"

    def __init__(self, score: float = 1.0) -> None:
        self.score = score
        self.asked: list[tuple[int, ...]] = []

    def detect(self, picture: np.ndarray) -> list[Region]:
        self.asked.append(picture.shape)
        red = (picture[..., 0] > 127) & (picture[..., 1] < 128)
        _, _, boxes, _ = cv2.connectedComponentsWithStats(red.astype(np.uint8))
        return [self._face(Box(*map(float, row[:4]))) for row in boxes[1:]]

    def _face(self, box: Box) -> Region:
        corner = (box.x, box.y)
        return Region(box, self.score, (self.name,), Landmarks(corner, corner, box.center, corner, corner))


def paint(height: int, width: int, *boxes: Box) -> np.ndarray:
    picture = np.zeros((height, width, 3), dtype=np.uint8)
    for box in boxes:
        x, y, w, h = box.rounded()
        picture[y : y + h, x : x + w] = INK
    return picture
