"""What counts as found, as missed and as false; and how much of a picture is hidden without need."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Boxes: TypeAlias = NDArray[np.float64]

FOUND = 0.7
"""Share of an annotated box that must lie under the hidden region for the face to count as found."""
SAME = 0.3
"""A detection is false if it shares less than this part, of its own box or of the other whichever is smaller, with
every annotated and every ignored face."""
BLOB = 16
"""Pixels: a false detection as high as this is a blob that a viewer sees."""
CLASSES = ((0, 10), (10, 16), (16, 32), (32, 64), (64, 1 << 30))
"""Heights of annotated faces in pixels, from and below."""


@dataclass
class Score:
    """Running sums over photos for one contestant."""

    photos: int = 0
    found: list[int] = field(default_factory=lambda: [0] * len(CLASSES))
    faces: list[int] = field(default_factory=lambda: [0] * len(CLASSES))
    false: int = 0
    wrongly_hidden: float = 0.0  # sum of shares of pictures: outside annotated heads
    beside_faces: float = 0.0  # the same outside annotated faces: hair, ears and mistakes together
    blobs: list[int] = field(default_factory=list)  # false detections of `BLOB` pixels and more, for each photo
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    megapixels: float = 0.0
    peak_mib: float = 0.0

    def add(
        self, hidden: NDArray[np.bool_], needed: NDArray[np.bool_], boxes: Boxes, truth: Boxes, ignored: Boxes
    ) -> None:
        """Count one photo: the hidden region and the heads it should hide (H×W), detections and annotations (N×4)."""
        self.photos += 1
        self.megapixels += hidden.size / 1e6
        annotated = np.vstack([truth, ignored])
        self.wrongly_hidden += float((hidden & ~needed).mean())
        self.beside_faces += float((hidden & ~inside(hidden.shape, annotated)).mean())
        false = false_alarms(boxes, annotated)
        self.false += int(false.sum())
        self.blobs.append(int((false & (boxes[:, 3] >= BLOB)).sum()))
        for box in truth:
            number = next(i for i, (low, high) in enumerate(CLASSES) if low <= box[3] < high)
            self.faces[number] += 1
            self.found[number] += hidden_share(hidden, box) >= FOUND

    def recall(self, least: int) -> float:
        """Share of the faces at least that many pixels high that were found."""
        chosen = [i for i, (low, _) in enumerate(CLASSES) if low >= least]
        return sum(self.found[i] for i in chosen) / max(sum(self.faces[i] for i in chosen), 1)

    def as_json(self) -> dict[str, object]:
        return {
            "photos": self.photos,
            "faces": sum(self.faces),
            "recall_10": round(self.recall(10), 4),
            "recall_32": round(self.recall(32), 4),
            "recall_by_height": {
                f"{low}-{high}" if high < CLASSES[-1][1] else f"{low}+": round(found / faces, 4)
                for (low, high), found, faces in zip(CLASSES, self.found, self.faces, strict=True)
                if faces
            },
            "false_per_photo": round(self.false / self.photos, 3),
            "blobs_mean": round(float(np.mean(self.blobs)), 3),
            "blobs_median": float(np.median(self.blobs)),
            "blobs_90": float(np.percentile(self.blobs, 90)),
            "wrongly_hidden_share": round(self.wrongly_hidden / self.photos, 5),
            "hidden_beside_faces_share": round(self.beside_faces / self.photos, 5),
            "ms_per_photo": round(1000 * self.seconds / self.photos, 1),
            "ms_per_megapixel": round(1000 * self.seconds / self.megapixels, 1),
            "cpu_ms_per_photo": round(1000 * self.cpu_seconds / self.photos, 1),
            "peak_mib": round(self.peak_mib),
        }


def inside(shape: tuple[int, ...], boxes: Boxes) -> NDArray[np.bool_]:
    """Boolean H×W mask of what lies in the boxes, rims included."""
    mask = np.zeros(shape[:2], dtype=np.bool_)
    for x, y, width, height in boxes:
        mask[max(int(y), 0) : max(int(y + height) + 1, 0), max(int(x), 0) : max(int(x + width) + 1, 0)] = True
    return mask


def hidden_share(hidden: NDArray[np.bool_], box: NDArray[np.float64]) -> float:
    """How much of a box lies under the hidden region, 0 to 1; what lies outside the picture does not count."""
    x, y, width, height = box.tolist()
    left, top = max(round(x), 0), max(round(y), 0)
    part = hidden[top : max(round(y + height), top + 1), left : max(round(x + width), left + 1)]
    return float(part.mean()) if part.size else 1.0


def false_alarms(boxes: Boxes, annotated: Boxes) -> NDArray[np.bool_]:
    """Which of N×4 detections are false: they share too little with each of M×4 annotated or ignored faces."""
    if not len(boxes) or not len(annotated):
        return np.ones(len(boxes), dtype=np.bool_)
    near = np.maximum(boxes[:, None, :2], annotated[None, :, :2])
    far = np.minimum((boxes[:, :2] + boxes[:, 2:])[:, None], (annotated[:, :2] + annotated[:, 2:])[None])
    shared = np.prod(np.clip(far - near, 0, None), axis=2)
    smaller = np.minimum(np.prod(boxes[:, 2:], axis=1)[:, None], np.prod(annotated[:, 2:], axis=1)[None])
    return np.asarray(~(shared >= SAME * smaller).any(axis=1))


def ellipses(shape: tuple[int, ...], boxes: Boxes, scale: float) -> NDArray[np.bool_]:
    """Boolean H×W mask of upright ellipses inscribed in the boxes enlarged by `scale`, which is what deface paints."""
    hidden = np.zeros(shape[:2], dtype=np.bool_)
    for x, y, width, height in boxes:
        half_width, half_height = width / 2 * scale, height / 2 * scale
        middle_x, middle_y = x + width / 2, y + height / 2
        top, left = max(int(middle_y - half_height), 0), max(int(middle_x - half_width), 0)
        area = hidden[top : int(middle_y + half_height) + 1, left : int(middle_x + half_width) + 1]
        rows, columns = np.ogrid[: area.shape[0], : area.shape[1]]
        away = ((columns + left - middle_x) / half_width) ** 2 + ((rows + top - middle_y) / half_height) ** 2
        area |= away <= 1
    return hidden
