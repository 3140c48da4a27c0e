"""SFace: turns a face into 128 numbers, so that pictures of the same person come out alike.

Method: Zhong et al., SFace, IEEE TIP 2021. The numbers stay in memory; nothing here writes them anywhere.
"""

from __future__ import annotations

from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from scrubber import opencv, weights
from scrubber.faces.yunet import YuNet
from scrubber.types import Face

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from scrubber.faces.detector import Picture

    Embedding = NDArray[np.float32]
    """128 numbers of length 1; the dot product of two is their cosine similarity."""

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
_LOOKED_AT: Final = 160  # pixels; the size at which YuNet places landmarks best
_LANDMARK_SCORE: Final = 0.5
_SAME_FACE_IOU: Final = 0.3


def embed(picture: Picture, face: Face) -> Embedding | None:
    """The embedding of one face of an H×W×3 RGB uint8 picture, or None when its landmarks cannot be placed.

    Landmarks are placed afresh on an enlarged crop, because the similarity of embeddings hangs on alignment.
    """
    import numpy as np

    cv2 = opencv.load()
    placed = _placed(picture, face)
    if placed is None or placed.landmarks is None:
        return None
    transform = _similarity(np.array(placed.landmarks.points), np.array(_TEMPLATE))
    aligned = cv2.warpAffine(picture, transform, (SIDE, SIDE), flags=cv2.INTER_LINEAR)
    vector = describe(aligned)
    length = float(np.linalg.norm(vector))
    return vector / np.float32(length) if length > 0 else None


def describe(aligned: Picture) -> NDArray[np.float32]:
    """SFace's 128 numbers, of any length, for a face that fills a `SIDE`×`SIDE`×3 RGB uint8 picture."""
    cv2 = opencv.load()
    with _LOCK:
        net = _net()
        # OpenCV takes the weights of this model for inputs too, so the picture has to be named.
        net.setInput(cv2.dnn.blobFromImage(aligned), "data")
        vector: NDArray[np.float32] = net.forward().ravel()
    return vector


@cache
def _net() -> Any:
    return opencv.load().dnn.readNetFromONNX(weights.as_array("sface_2021dec_int8bq"))


def _placed(picture: Picture, face: Face) -> Face | None:
    """The same face as YuNet sees it on a crop of fixed size, in pixels of the picture."""
    cv2 = opencv.load()
    height, width = picture.shape[:2]
    size = max(face.box.width, face.box.height)
    x, y = face.box.center
    reach = size * (0.5 + _SURROUNDINGS)
    left, top = max(int(x - reach), 0), max(int(y - reach), 0)
    right, bottom = min(int(x + reach) + 1, width), min(int(y + reach) + 1, height)
    if right - left < 2 or bottom - top < 2:
        return None
    scale = _LOOKED_AT / size
    target = max(1, round((right - left) * scale)), max(1, round((bottom - top) * scale))
    smooth = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    crop = cv2.resize(picture[top:bottom, left:right], target, interpolation=smooth)
    found = [
        seen.mapped(
            lambda p: (p[0] * (right - left) / target[0] + left, p[1] * (bottom - top) / target[1] + top)
        )
        for seen in YuNet(_LANDMARK_SCORE).detect(crop)
    ]
    best = max(found, key=lambda seen: seen.box.iou(face.box), default=None)
    return best if best is not None and best.box.iou(face.box) > _SAME_FACE_IOU else None


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
