"""SFace: turns a face into 128 numbers, so that pictures of the same person come out alike.

Method: Zhong et al., SFace, IEEE TIP 2021. The numbers stay in memory; nothing here writes them anywhere.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from scrubber import opencv, weights
from scrubber.detection.yunet import YuNet
from scrubber.values import Box, Region

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from scrubber.detection.detector import Picture

    Embedding = NDArray[np.float32]
    """128 numbers of length 1; the dot product of two is their cosine similarity."""

Flaw: TypeAlias = Literal["unplaced", "blurred", "dark", "turned"]
"""Why a face cannot be compared: its landmarks cannot be found, or it is too blurred, too dark, too far in profile."""

_MODEL: Final = "sface_2021dec_int8bq"
_METHOD: Final = 2  # counts up whenever the same face would get other numbers
_LOCK = Lock()
SIDE: Final = 112
"""Pixels along each side of an aligned face, as SFace was trained on."""
# Where SFace wants right eye, left eye, nose, right and left corner of the mouth (Deng et al., ArcFace, 2019).
_TEMPLATE: Final = (
    (38.2946, 51.6963),
    (73.5318, 51.5014),
    (56.0252, 71.7366),
    (41.5493, 92.3655),
    (70.7299, 92.2041),
)
_SURROUNDINGS: Final = 0.6  # of the face's size, kept on each side when its landmarks are looked for again
# Pixels of face size on the crops on which landmarks are placed; the mean of both is used. LFW, 40 people × 3
# references, 16 draws: of the people's own faces .9838 score .05 more than the likeliest stranger with one crop and one
# look at the aligned face, .9863 with two crops, .9880 with two crops and a mirrored look, .9883 with four and that.
_LOOKED_AT: Final = (160, 112)
_LANDMARK_SCORE: Final = 0.5
FURTHEST_TURNED: Final = 0.9
"""Distances between the eyes that the nose may be off their middle. Of 1,510 LFW faces five are turned further than .7;
their similarity to photos of themselves is .59 to .67, where .76 is usual. Beyond .9 there was one."""
LEAST_CONTRAST: Final = 3.0
"""Levels of 255, standard deviation over the face. At a fifth of the light LFW faces have 4 to 11, and .92 of the right
people are still recognised; below 3 there is more noise than face."""
LEAST_DETAIL: Final = 0.07
"""Share of the contrast that is finer than 4 pixels of the aligned face. LFW as it is: .29 in the middle, .14 at least;
24 pixels wide: .19; blurred by .03 face widths: .11, of whom .91 are recognised; by .05: .07, of whom .19 are."""
_SAME_FACE_IOU: Final = 0.3


def version() -> str:
    """Names the weights and the method: embeddings can be compared only if this was the same for both."""
    return f"{weights.card(_MODEL).sha256[:16]}-{_METHOD}"


def embed(picture: Picture, face: Region) -> Embedding | None:
    """The embedding of one face of an H×W×3 RGB uint8 picture, or None if it cannot be compared."""
    found = examine(picture, face)
    return None if isinstance(found, str) else found


def examine(picture: Picture, face: Region) -> Embedding | Flaw:
    """The embedding of one face of an H×W×3 RGB uint8 picture, or why there is none.

    It is the mean of two looks at the aligned face, one of them mirrored.
    """
    import numpy as np

    view = aligned(picture, face)
    if isinstance(view, str):
        return view
    looks = _described(view, np.ascontiguousarray(view[:, ::-1]))
    lengths = np.linalg.norm(looks, axis=1, keepdims=True)
    total: Embedding = (looks / np.maximum(lengths, np.float32(1e-6))).sum(axis=0)
    length = float(np.linalg.norm(total))
    return total / np.float32(length) if length > 0 else "unplaced"


def aligned(picture: Picture, face: Region) -> Picture | Flaw:
    """The face on `SIDE`×`SIDE`×3 pixels with eyes, nose and mouth where SFace wants them, or why it cannot be had.

    Landmarks are placed afresh on crops of fixed sizes, because the similarity of embeddings hangs on alignment. The
    larger crop is what gets aligned: large faces are made smaller on the way, without fine patterns turning coarse.
    """
    import numpy as np

    crops = [crop for size in _LOOKED_AT if (crop := _Crop.around(picture, face.box, size)) is not None]
    found = [points for crop in crops if (points := crop.landmarks(face.box)) is not None]
    if not found:
        return "unplaced"
    points = np.mean(found, axis=0)
    if _sideways(points) > FURTHEST_TURNED:
        return "turned"
    transform = _similarity(crops[0].seen(points), np.array(_TEMPLATE))
    view: Picture = opencv.load().warpAffine(crops[0].pixels, transform, (SIDE, SIDE), flags=opencv.load().INTER_LINEAR)
    return _flaw(view) or view


def describe(view: Picture) -> NDArray[np.float32]:
    """SFace's 128 numbers, of any length, for a face that fills a `SIDE`×`SIDE`×3 RGB uint8 picture."""
    numbers: NDArray[np.float32] = _described(view)[0]
    return numbers


def _described(*views: Picture) -> NDArray[np.float32]:
    cv2 = opencv.load()
    with _LOCK:
        net = _net()
        # OpenCV takes the weights of this model for inputs too, so the picture has to be named.
        net.setInput(cv2.dnn.blobFromImages(views), "data")
        vectors: NDArray[np.float32] = net.forward()
    return vectors


@cache
def _net() -> Any:
    return opencv.load().dnn.readNetFromONNX(weights.as_array(_MODEL))


def _free_the_net() -> None:
    """In a fork of this process: a thread that was at work with the net is not there to give it back."""
    global _LOCK
    _LOCK = Lock()
    _net.cache_clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_free_the_net)


def _flaw(view: Picture) -> Flaw | None:
    """What speaks against comparing an aligned face, going by the part between forehead, ears and chin."""
    import numpy as np

    cv2 = opencv.load()
    inner = cv2.cvtColor(view[24:104, 24:88], cv2.COLOR_RGB2GRAY).astype(np.float32)
    contrast = float(inner.std())
    if contrast < LEAST_CONTRAST:
        return "dark"
    detail = float((inner - cv2.GaussianBlur(inner, (0, 0), 2)).std())
    return "blurred" if detail / contrast < LEAST_DETAIL else None


def _sideways(points: NDArray[np.float64]) -> float:
    """How far the nose is from the middle of the eyes, along the line through them, in distances between the eyes."""
    import numpy as np

    across = points[1] - points[0]
    width = float(across @ across)
    nose = float((points[2] - (points[0] + points[1]) / 2) @ across)
    return abs(nose) / width if width > 0 else np.inf


@dataclass(frozen=True, slots=True, eq=False)
class _Crop:
    """A face and its surroundings, scaled to a fixed size. `corner` and `scale` lead from the picture to it."""

    pixels: Picture
    corner: NDArray[np.float64]
    scale: NDArray[np.float64]

    @classmethod
    def around(cls, picture: Picture, box: Box, size: int) -> _Crop | None:
        """Scales so that the longer side of `box` becomes `size` pixels; None where there is nothing to see."""
        import numpy as np

        cv2 = opencv.load()
        height, width = picture.shape[:2]
        side = max(box.width, box.height)
        x, y = box.center
        reach = side * (0.5 + _SURROUNDINGS)
        left, top = max(int(x - reach), 0), max(int(y - reach), 0)
        right, bottom = min(int(x + reach) + 1, width), min(int(y + reach) + 1, height)
        if right - left < 2 or bottom - top < 2:
            return None
        factor = size / side
        target = max(1, round((right - left) * factor)), max(1, round((bottom - top) * factor))
        smooth = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
        pixels = cv2.resize(picture[top:bottom, left:right], target, interpolation=smooth)
        scale = np.array([target[0] / (right - left), target[1] / (bottom - top)])
        return cls(pixels, np.array([left, top], dtype=float), scale)

    def seen(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Points (n×2) of the picture, as they lie on the crop."""
        moved: NDArray[np.float64] = (points - self.corner) * self.scale
        return moved

    def landmarks(self, box: Box) -> NDArray[np.float64] | None:
        """The five landmarks (5×2, pixels of the picture) of the face that YuNet sees where `box` is."""
        import numpy as np

        x0, y0, x1, y1 = self.seen(np.array([[box.x, box.y], [box.right, box.bottom]])).ravel().tolist()
        here = Box(x0, y0, x1 - x0, y1 - y0)
        best = max(YuNet(_LANDMARK_SCORE).detect(self.pixels), key=lambda seen: seen.box.iou(here), default=None)
        if best is None or best.landmarks is None or best.box.iou(here) <= _SAME_FACE_IOU:
            return None
        placed: NDArray[np.float64] = np.array(best.landmarks.points) / self.scale + self.corner
        return placed


def _similarity(source: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """The 2×3 matrix that turns, scales and shifts `source` (n×2) onto `target` (n×2) with least squares.

    Umeyama, Least-Squares Estimation of Transformation Parameters Between Two Point Patterns, PAMI 1991.
    """
    import numpy as np

    source_mean, target_mean = source.mean(axis=0), target.mean(axis=0)
    a, b = source - source_mean, target - target_mean
    u, spread, vt = np.linalg.svd(b.T @ a / len(source))
    sign = np.array([1.0, np.sign(np.linalg.det(u) * np.linalg.det(vt))])
    rotation = u @ np.diag(sign) @ vt
    scale = (spread * sign).sum() / a.var(axis=0).sum()
    shift = target_mean - scale * rotation @ source_mean
    return np.hstack([scale * rotation, shift[:, None]])
