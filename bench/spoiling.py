"""Ways in which a picture with a face gets worse: smaller, blurred, compressed, dark."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from scrubber import opencv
from scrubber.values import Region

Picture = NDArray[np.uint8]
Seen = tuple[Picture, Region]


def scaled_to(width: float) -> Callable[[Picture, Region], Seen]:
    """The whole picture, scaled so that its face is `width` pixels wide."""

    def scale(picture: Picture, face: Region) -> Seen:
        cv2 = opencv.load()
        factor = width / face.box.width
        height, across = picture.shape[:2]
        target = round(across * factor), round(height * factor)
        smooth = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
        x, y = target[0] / across, target[1] / height
        return cv2.resize(picture, target, interpolation=smooth), face.mapped(lambda p: (p[0] * x, p[1] * y))

    return scale


def blurred(sigma: float) -> Callable[[Picture, Region], Seen]:
    """Gaussian blur; `sigma` in parts of the face's width."""
    return lambda picture, face: (opencv.load().GaussianBlur(picture, (0, 0), sigma * face.box.width), face)


def compressed(picture: Picture, face: Region) -> Seen:
    """JPEG at quality 30."""
    cv2 = opencv.load()
    return cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 30])[1], cv2.IMREAD_UNCHANGED), face


def darkened(picture: Picture, face: Region) -> Seen:
    """A fifth of the light, and the noise (4 levels) of a sensor that has little of it."""
    noise = np.random.default_rng(1).normal(0, 4, picture.shape)
    return np.clip(picture * 0.2 + noise, 0, 255).astype(np.uint8), face


CONDITIONS: dict[str, Callable[[Picture, Region], Seen]] = {
    "as they are": lambda picture, face: (picture, face),
    "112 px": scaled_to(112),
    "64 px": scaled_to(64),
    "48 px": scaled_to(48),
    "32 px": scaled_to(32.5),
    "24 px": scaled_to(24),
    "blur .03": blurred(0.03),
    "blur .06": blurred(0.06),
    "jpeg q30": compressed,
    "dark": darkened,
}
