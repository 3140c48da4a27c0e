"""Photos as they should not be, but are: sideways, tilted, dark, squeezed. The annotation keeps in step."""

from __future__ import annotations

import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

from scrubber import Limits, photos

Picture: TypeAlias = NDArray[np.uint8]
Boxes: TypeAlias = NDArray[np.float64]
"""N×4: left, top, width, height in pixels."""
Variant: TypeAlias = Callable[[Picture, Boxes], tuple[Picture, Boxes]]


_LARGE = 24  # pixels; of smaller faces half tells nothing
_LEFT = 0.4  # share of a face that must be left for it to count


def as_it_is(picture: Picture, boxes: Boxes) -> tuple[Picture, Boxes]:
    return picture, boxes


def turned(quarters: int) -> Variant:
    """Turned by quarters × 90° against the clock, with no tag that says so."""

    def apply(picture: Picture, boxes: Boxes) -> tuple[Picture, Boxes]:
        for _ in range(quarters):
            x, y, width, height = boxes.T
            boxes = np.stack([y, picture.shape[1] - x - width, height, width], axis=1)
            picture = np.ascontiguousarray(np.rot90(picture))
        return picture, boxes

    return apply


def tilted(degrees: float) -> Variant:
    """Tilted about its middle on a larger black canvas; boxes keep their size and move with their middle."""

    def apply(picture: Picture, boxes: Boxes) -> tuple[Picture, Boxes]:
        height, width = picture.shape[:2]
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
        cos, sin = abs(matrix[0, 0]), abs(matrix[0, 1])
        size = int(height * sin + width * cos), int(height * cos + width * sin)
        matrix[:, 2] += size[0] / 2 - width / 2, size[1] / 2 - height / 2
        middles = np.hstack([boxes[:, :2] + boxes[:, 2:] / 2, np.ones((len(boxes), 1))]) @ matrix.T
        return _uint8(cv2.warpAffine(picture, matrix, size)), np.hstack([middles - boxes[:, 2:] / 2, boxes[:, 2:]])

    return apply


def resized(factor: float) -> Variant:
    def apply(picture: Picture, boxes: Boxes) -> tuple[Picture, Boxes]:
        smooth = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
        size = round(picture.shape[1] * factor), round(picture.shape[0] * factor)
        return _uint8(cv2.resize(picture, size, interpolation=smooth)), boxes * factor

    return apply


def recoloured(change: Callable[[Picture], Any]) -> Variant:
    """A variant that changes pixels where they are."""

    def apply(picture: Picture, boxes: Boxes) -> tuple[Picture, Boxes]:
        return _uint8(change(picture)), boxes

    return apply


def _tagged_upside_down(picture: Picture) -> Any:
    """As cameras store what was taken upside down; opened as scrubber opens it, so upright again if the tag counts."""
    exif, stored = Image.Exif(), BytesIO()
    exif[ExifTags.Base.Orientation] = 3
    Image.fromarray(picture[::-1, ::-1]).save(stored, "JPEG", quality=95, subsampling="4:4:4", exif=exif)
    return photos.open_photo(stored.getvalue(), "upside down", Limits()).pixels


def _dark(picture: Picture) -> Any:
    """As under a street lamp: gamma 2.5 and three fifths of the light."""
    return cv2.LUT(picture, _uint8(255 * 0.6 * (np.arange(256) / 255) ** 2.5))


def _dark_with_grain(picture: Picture) -> Any:
    """As a phone at night: a quarter of the light, gamma 1.8, grain of 4 levels, and JPEG over it."""
    faint = 255 * 0.25 * (picture / 255) ** 1.8
    return _stored(_uint8(np.clip(faint + np.random.default_rng(1).normal(0, 4, picture.shape), 0, 255)), 85)


def _hardly_lit(picture: Picture) -> Any:
    """The same with the light taken away before the gamma curve: a tenth of it is left."""
    faint = 255 * (0.25 * picture / 255) ** 1.8
    return _stored(_uint8(np.clip(faint + np.random.default_rng(1).normal(0, 4, picture.shape), 0, 255)), 85)


def edge_cut(picture: Picture, boxes: Boxes) -> tuple[Picture, Boxes]:
    """Cut through the large face that is nearest to a side, so that half of it is left; others with it, as it comes."""
    large = [box for box in boxes if box[3] >= _LARGE]
    if not large:
        return picture, boxes
    width = picture.shape[1]
    x, _, across, _ = min(large, key=lambda box: min(box[0], width - box[0] - box[2]))
    middle = int(x + across / 2)
    start, stop = (middle, width) if middle < width / 2 else (0, middle)
    left = np.clip(boxes[:, 0], start, stop)
    right = np.clip(boxes[:, 0] + boxes[:, 2], start, stop)
    kept = right - left >= _LEFT * boxes[:, 2]
    cut = np.stack([left - start, boxes[:, 1], right - left, boxes[:, 3]], axis=1)
    return np.ascontiguousarray(picture[:, start:stop]), cut[kept]


def some_lie(picture: Picture, boxes: Boxes) -> tuple[Picture, Boxes]:
    """The photo beside itself turned by 90°: half of the people stand, half of them lie."""
    lying, turned_boxes = turned(1)(picture, boxes)
    height = max(picture.shape[0], lying.shape[0])
    both = np.zeros((height, picture.shape[1] + lying.shape[1], 3), dtype=np.uint8)
    both[: picture.shape[0], : picture.shape[1]] = picture
    both[: lying.shape[0], picture.shape[1] :] = lying
    return both, np.vstack([boxes, turned_boxes + np.array([picture.shape[1], 0, 0, 0])])


def _squeezed(picture: Picture) -> Any:
    return _stored(picture, 20)


def _stored(picture: Picture, quality: int) -> Any:
    return cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)


def _grey(picture: Picture) -> Any:
    return cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)


def _blurred(picture: Picture) -> Any:
    return cv2.GaussianBlur(picture, (0, 0), 1.5)


def _uint8(picture: Any) -> Picture:
    return np.asarray(picture, dtype=np.uint8)


VARIANTS: dict[str, Variant] = {
    "as it is": as_it_is,
    "turned 90": turned(1),
    "turned 180": turned(2),
    "turned 270": turned(3),
    "upside down with a tag": recoloured(_tagged_upside_down),
    "tilted 30": tilted(30),
    "tilted -30": tilted(-30),
    "tilted 45": tilted(45),
    "tilted -45": tilted(-45),
    "some lie": some_lie,
    "edge cut": edge_cut,
    "dark": recoloured(_dark),
    "dark with grain": recoloured(_dark_with_grain),
    "hardly lit": recoloured(_hardly_lit),
    "JPEG quality 20": recoloured(_squeezed),
    "greyscale": recoloured(_grey),
    "blurred": recoloured(_blurred),
    "half size": resized(0.5),
    "double size": resized(2),
}
