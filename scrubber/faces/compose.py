"""Wrappers that turn detectors into strategies: at another scale, in tiles, turned, several at once.

Each is a detector itself, so a strategy reads as one expression, for example
`Union(YuNet(.5), Scaled(YuNet(.5), 2), Tiled(CenterFace(.2), side=1600))`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from scrubber import opencv
from scrubber.types import Box, Face, Point

if TYPE_CHECKING:
    from scrubber.faces.detector import Detector, Picture

SAME_FACE_IOU: Final = 0.35
"""Boxes that overlap more than this are taken for the same face (FINDINGS: learned fusion used the same)."""


class Scaled:
    """Looks at the picture stretched by `factor`; more than 1 finds smaller faces, less than 1 larger ones.

    The stretched picture never has more than `most_pixels`, so that time and memory stay bounded.
    """

    def __init__(self, inner: Detector, factor: float, most_pixels: int | None = None) -> None:
        self.inner, self.factor, self.most_pixels = inner, factor, most_pixels
        self.name = inner.name

    def detect(self, picture: Picture) -> list[Face]:
        cv2 = opencv.load()

        height, width = picture.shape[:2]
        factor = self.factor
        if self.most_pixels is not None:
            factor = min(factor, math.sqrt(self.most_pixels / (height * width)))
        size = max(1, round(width * factor)), max(1, round(height * factor))
        if size == (width, height):
            return self.inner.detect(picture)
        # Averaging keeps small faces when shrinking; it does nothing of use when enlarging.
        smooth = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
        stretched = cv2.resize(picture, size, interpolation=smooth)
        back = width / size[0], height / size[1]
        return [
            face.mapped(lambda p: (p[0] * back[0], p[1] * back[1])) for face in self.inner.detect(stretched)
        ]


class Tiled:
    """Looks at the picture in overlapping square tiles, so that memory does not grow with the picture.

    `side` and `overlap` are pixels. A face up to `overlap` high is whole in at least one tile; boxes cut off
    by an inner edge of a tile are left to the neighbour.
    """

    def __init__(self, inner: Detector, side: int, overlap: int) -> None:
        if not 0 <= overlap < side:
            raise ValueError("overlap must be at least 0 and less than side")
        self.inner, self.side, self.overlap = inner, side, overlap
        self.name = inner.name

    def detect(self, picture: Picture) -> list[Face]:
        height, width = picture.shape[:2]
        found: list[Face] = []
        for top in self._starts(height):
            for left in self._starts(width):
                tile = picture[top : top + self.side, left : left + self.side]
                whole = self._whole(Box(left, top, tile.shape[1], tile.shape[0]), width, height)
                shifted = (_shifted(face, left, top) for face in self.inner.detect(tile))
                found += [face for face in shifted if whole.intersection(face.box) >= face.box.area * 0.999]
        return merge(found)

    def _starts(self, length: int) -> list[int]:
        """Where tiles begin along one side: evenly spread, the last one flush with the end."""
        if length <= self.side:
            return [0]
        count = math.ceil((length - self.overlap) / (self.side - self.overlap))
        return [round(i * (length - self.side) / (count - 1)) for i in range(count)]

    def _whole(self, tile: Box, width: int, height: int) -> Box:
        """The tile, opened towards the outside where it touches an edge of the picture."""
        far = float(max(width, height))
        left = -far if tile.x == 0 else tile.x + 1
        top = -far if tile.y == 0 else tile.y + 1
        right = 2 * far if tile.right >= width else tile.right - 1
        bottom = 2 * far if tile.bottom >= height else tile.bottom - 1
        return Box(left, top, right - left, bottom - top)


class Turned:
    """Looks at the picture turned by `quarters` × 90° against the clock; for photos that lie on their side."""

    def __init__(self, inner: Detector, quarters: int) -> None:
        self.inner, self.quarters = inner, quarters % 4
        self.name = inner.name

    def detect(self, picture: Picture) -> list[Face]:
        import numpy as np

        height, width = picture.shape[:2]
        turned = np.ascontiguousarray(np.rot90(picture, self.quarters))

        def back(point: Point) -> Point:
            x, y = point
            return ((x, y), (width - y, x), (width - x, height - y), (y, height - x))[self.quarters]

        return [face.mapped(back) for face in self.inner.detect(turned)]


class Union:
    """Everything that any of the detectors found, boxes of the same face merged into one."""

    def __init__(self, *inner: Detector) -> None:
        self.inner: Sequence[Detector] = inner
        self.name = "+".join(sorted({detector.name for detector in inner}))

    def detect(self, picture: Picture) -> list[Face]:
        return merge(face for detector in self.inner for face in detector.detect(picture))


def merge(faces: Iterable[Face], iou: float = SAME_FACE_IOU) -> list[Face]:
    """One face for each group of boxes that overlap its best-scored box by more than `iou`.

    The best box and its landmarks stay; the names of all that agree are listed. Sorted by score, best first.
    """
    return [
        replace(group[0], detectors=tuple(sorted({name for face in group for name in face.detectors})))
        for group in groups(faces, iou)
    ]


def groups(faces: Iterable[Face], iou: float = SAME_FACE_IOU) -> Iterator[list[Face]]:
    """Boxes of the same face together, the best-scored first; greedy, as non-maximum suppression is."""
    # Box coordinates break ties, so that the order does not hang on the order of detectors.
    rest = sorted(faces, key=lambda face: (-face.score, face.box.x, face.box.y, face.box.width))
    while rest:
        best, others = rest[0].box, rest[1:]
        same = [face for face in others if best.iou(face.box) > iou]
        yield [rest[0], *same]
        rest = [face for face in others if best.iou(face.box) <= iou]


def _shifted(face: Face, dx: float, dy: float) -> Face:
    return face.mapped(lambda point: (point[0] + dx, point[1] + dy))
