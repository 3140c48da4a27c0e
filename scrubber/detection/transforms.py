"""Wrappers that make another detector of a detector: at another scale, in tiles, turned.

Each is a detector itself, so they nest, for example `Scaled(Turned(YuNet(.1), 1), .5)`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from scrubber import opencv
from scrubber.detection.net import map_in_threads
from scrubber.values import Box, Landmarks, Point, Region

if TYPE_CHECKING:
    from scrubber.detection.detector import Detector, Picture

SAME_FACE_IOU: Final = 0.35
"""Boxes of finished strategies that overlap more than this are taken for the same face."""

_COMPARED: Final = 256  # boxes that are compared with all others at once
_MIN_SPLIT_LENGTH: Final = 4  # of the longer side, in overlaps; in a shorter one too much would be done twice


@dataclass(frozen=True, slots=True)
class Detail:
    """How far a large photo is shrunk before it is looked at: never below `pixels`, nor below `share` of its own.

    A photo of up to `pixels` is left as it is. `share` 0 bounds the work whatever the photo; more than 0 makes it
    grow with the photo, and with it what can be seen.
    """

    pixels: float = math.inf
    share: float = 0.0

    def scale(self, height: int, width: int) -> float:
        """The factor, up to 1, by which height and width are shrunk."""
        return math.sqrt(min(1.0, max(self.pixels / (height * width), self.share)))


class Scaled:
    """Looks at the picture in the given detail, stretched by `factor`: more than 1 finds smaller faces."""

    def __init__(self, inner: Detector, factor: float = 1.0, detail: Detail | None = None) -> None:
        self.inner, self.factor, self.detail = inner, factor, detail or Detail()
        self.name = inner.name

    def detect(self, picture: Picture) -> list[Region]:
        cv2 = opencv.load()
        import numpy as np

        height, width = picture.shape[:2]
        factor = self.factor * self.detail.scale(height, width)
        size = max(1, round(width * factor)), max(1, round(height * factor))
        if size == (width, height):
            return self.inner.detect(picture)
        # Sampled at half its size a picture is averaged over two by two pixels, as often as that goes; what is left to
        # shrink by is less than that. Averaging over areas in one step takes six times as long and finds no more.
        while picture.shape[1] >= 2 * size[0] and picture.shape[0] >= 2 * size[1]:
            half = -(-picture.shape[1] // 2), -(-picture.shape[0] // 2)
            picture = np.asarray(cv2.resize(picture, half, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
        stretched = cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR)
        back = width / size[0], height / size[1]
        return [face.mapped(lambda p: (p[0] * back[0], p[1] * back[1])) for face in self.inner.detect(stretched)]


class Tiled:
    """Looks at the picture in overlapping square tiles, so that memory does not grow with the picture.

    Each tile is stretched by `factor` in the given detail, as `Scaled` does it with a whole picture; `side` and
    `overlap` are pixels of stretched tiles. A face up to `overlap` high is whole in at least one tile; boxes cut off
    by an inner edge of a tile are left to the neighbour. A face that lies in two tiles comes twice.
    """

    def __init__(
        self, inner: Detector, side: int, overlap: int, factor: float = 1.0, detail: Detail | None = None
    ) -> None:
        if not 0 <= overlap < side:
            raise ValueError("overlap must be at least 0 and less than side")
        self.inner, self.side, self.overlap = inner, side, overlap
        self.factor, self.detail = factor, detail or Detail()
        self.name = inner.name

    def detect(self, picture: Picture) -> list[Region]:
        height, width = picture.shape[:2]
        factor = self.factor * self.detail.scale(height, width)
        side, overlap = int(self.side / factor), math.ceil(self.overlap / factor)
        rows, columns = (_spans(length, side, overlap) for length in (height, width))
        return _in_tiles(Scaled(self.inner, factor), picture, rows, columns, 1 / factor)


class Halved:
    """Looks at two overlapping halves of the picture, cut across its longer side, so that two processors have work.

    `overlap` is as for `Tiled`. A picture that is longer than `longest` pixels is left to `inner` as a whole, and so is
    one so short that the halves would have much in common.
    """

    def __init__(self, inner: Detector, overlap: int, longest: int) -> None:
        self.inner, self.overlap, self.longest = inner, overlap, longest
        self.name = inner.name

    def detect(self, picture: Picture) -> list[Region]:
        height, width = picture.shape[:2]
        longer = max(height, width)
        if not _MIN_SPLIT_LENGTH * self.overlap <= longer <= self.longest:
            return self.inner.detect(picture)
        halves = _spans(longer, (longer + self.overlap + 1) // 2, self.overlap)
        rows, columns = (halves, [range(width)]) if height == longer else ([range(height)], halves)
        return _in_tiles(self.inner, picture, rows, columns)


def _in_tiles(
    inner: Detector, picture: Picture, rows: Sequence[range], columns: Sequence[range], margin: float = 1.0
) -> list[Region]:
    """What `inner` sees in each tile and away from its inner edges by `margin` pixels or more."""
    height, width = picture.shape[:2]

    def found(tile: tuple[range, range]) -> list[Region]:
        across, along = tile
        area = Box(along.start, across.start, len(along), len(across))
        whole = _interior(area, width, height, margin)
        inside = inner.detect(picture[across.start : across.stop, along.start : along.stop])
        shifted = (_shifted(face, area.x, area.y) for face in inside)
        return [face for face in shifted if whole.intersection(face.box) >= face.box.area * 0.999]

    tiles = [(across, along) for across in rows for along in columns]
    return [face for faces in map_in_threads(found, tiles, "tiles") for face in faces]


def _spans(length: int, most: int, overlap: int) -> list[range]:
    """Where tiles lie along one side of the picture: as few as will do, all of one size, evenly spread."""
    if length <= most:
        return [range(length)]
    count = math.ceil((length - overlap) / (most - overlap))
    side = math.ceil((length + (count - 1) * overlap) / count)
    starts = (round(i * (length - side) / (count - 1)) for i in range(count))
    return [range(start, start + side) for start in starts]


def _interior(tile: Box, width: int, height: int, margin: float) -> Box:
    """The tile without its margin, and opened towards the outside where it touches an edge of the picture."""
    far = float(max(width, height))
    left = -far if tile.x == 0 else tile.x + margin
    top = -far if tile.y == 0 else tile.y + margin
    right = 2 * far if tile.right >= width else tile.right - margin
    bottom = 2 * far if tile.bottom >= height else tile.bottom - margin
    return Box(left, top, right - left, bottom - top)


class Turned:
    """Looks at the picture turned by `quarters` × 90° against the clock; for photos that lie on their side."""

    def __init__(self, inner: Detector, quarters: int) -> None:
        self.inner, self.quarters = inner, quarters % 4
        self.name = inner.name

    def detect(self, picture: Picture) -> list[Region]:
        import numpy as np

        height, width = picture.shape[:2]
        turned = np.ascontiguousarray(np.rot90(picture, self.quarters))

        def back(point: Point) -> Point:
            x, y = point
            return ((x, y), (width - y, x), (width - x, height - y), (y, height - x))[self.quarters]

        return [face.mapped(back) for face in self.inner.detect(turned)]


class Rotated:
    """Looks at the picture rotated by `degrees` against the clock, its corners black; for faces that lean clockwise.

    A box keeps its size and moves with its middle; landmarks are rotated back.
    """

    def __init__(self, inner: Detector, degrees: float) -> None:
        self.inner, self.degrees = inner, degrees
        self.name = inner.name

    def detect(self, picture: Picture) -> list[Region]:
        cv2 = opencv.load()
        import numpy as np

        height, width = picture.shape[:2]
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), self.degrees, 1)
        cos, sin = abs(matrix[0, 0]), abs(matrix[0, 1])
        size = math.ceil(height * sin + width * cos), math.ceil(height * cos + width * sin)
        matrix[:, 2] += (size[0] - width) / 2, (size[1] - height) / 2
        back = cv2.invertAffineTransform(matrix).tolist()

        def upright(point: Point) -> Point:
            (a, b, c), (d, e, f) = back
            return a * point[0] + b * point[1] + c, d * point[0] + e * point[1] + f

        rotated = np.asarray(cv2.warpAffine(picture, matrix, size), dtype=np.uint8)
        return [_rotated_back(face, upright) for face in self.inner.detect(rotated)]


def _rotated_back(face: Region, upright: Callable[[Point], Point]) -> Region:
    (x, y), width, height = upright(face.box.center), face.box.width, face.box.height
    points = Landmarks(*map(upright, face.landmarks.points)) if face.landmarks else None
    return replace(face, box=Box(x - width / 2, y - height / 2, width, height), landmarks=points)


def merge(faces: Sequence[Region], iou: float = SAME_FACE_IOU) -> list[Region]:
    """One face for each group of boxes that overlap its best-scored box by more than `iou`.

    The best box and its landmarks stay; the names of all that agree are listed. Sorted by score, best first.
    """
    merged = []
    for group in groups(faces, iou):
        names = {name for index in group for name in faces[index].detectors}
        merged.append(replace(faces[group[0]], detectors=tuple(sorted(names))))
    return merged


def groups(faces: Sequence[Region], iou: float = SAME_FACE_IOU) -> Iterator[list[int]]:
    """Boxes of the same face together, as indices into `faces`, in each group and among them the best-scored first.

    Greedy, as non-maximum suppression is: a group is whatever overlaps its best box by more than `iou`.
    """
    import numpy as np

    # Box coordinates break ties, so that the order does not hang on the order of detectors.
    order = sorted(range(len(faces)), key=lambda i: (-faces[i].score, *faces[i].box.rounded(), i))
    boxes = np.array([_edges(faces[i].box) for i in order]).reshape(-1, 4)
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    free = np.ones(len(order), dtype=bool)
    for start in range(0, len(order), _COMPARED):
        some = boxes[start : start + _COMPARED, None]
        sides = np.minimum(some[..., 2:], boxes[:, 2:]) - np.maximum(some[..., :2], boxes[:, :2])
        shared = np.prod(np.clip(sides, 0, None, out=sides), axis=2)
        same = shared > iou * (areas[start : start + _COMPARED, None] + areas - shared)
        for first, near in enumerate(same, start):
            if free[first]:
                near[first] = True
                group = np.flatnonzero(near & free)
                free[group] = False
                yield [order[index] for index in group.tolist()]


def _edges(box: Box) -> tuple[float, float, float, float]:
    return box.x, box.y, box.right, box.bottom


def _shifted(face: Region, dx: float, dy: float) -> Region:
    return face.mapped(lambda point: (point[0] + dx, point[1] + dy)) if dx or dy else face
