"""Group photos in which people are known: is exactly the right face shown, and nobody else?

The photos are in the public domain (NASA; Solvay conference 1927) and lie beside the checkout, not in it. Boxes are
pixels of the upright pictures. A reference with a box is the part of a photo around that box.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from scrubber.consent import Consent, decide
from scrubber.detection import presets
from scrubber.recognition import embedder, likeness
from scrubber.recognition.matching import Gallery
from scrubber.values import Box, SourceId

Picture = NDArray[np.uint8]
_SAME_FACE = 0.5  # intersection over union
_CONSENT = Consent.loads(
    'schema = 1\n[[people]]\nid = "p-017"\ndecision = "allow"\npurposes = ["bench"]\nexpires = 2026-12-31\n'
    'references = ["x.jpg"]\n'
)

_NO_SOURCE = SourceId("0" * 64, "0" * 64)


@dataclass(frozen=True)
class Case:
    """Who is in `photo` at `box`, by the reference photos `references`: names, or a name and a box in it."""

    photo: str
    box: Box
    references: tuple[tuple[str, Box | None], ...]


_SOLVAY = "solvay-conference-1927.jpg"
_CREW, _QUARANTINE = "artemis2_crew.jpg", "artemis2_crew_quarantine.jpg"
_PAIRS = (
    (Box(185, 152, 89, 117), Box(1448, 122, 79, 105)),
    (Box(1033, 283, 91, 111), Box(1243, 234, 79, 107)),
    (Box(758, 207, 84, 107), Box(512, 165, 81, 102)),
    (Box(442, 209, 87, 117), Box(732, 154, 82, 107)),
)  # of each of the four, in the one photo and in the other
CASES = (
    Case(_SOLVAY, Box(1585, 1126, 88, 119), (("Albert_Einstein_Head_cleaned.jpg", None), ("einstein_1921.jpg", None))),
    Case(_SOLVAY, Box(855, 1144, 87, 109), (("marie-curie.jpg", None),)),
    *(Case(_CREW, here, ((_QUARANTINE, there),)) for here, there in _PAIRS),
    *(Case(_QUARANTINE, there, ((_CREW, here),)) for here, there in _PAIRS),
)


def check(folder: Path) -> list[dict[str, Any]]:
    """For each case how many faces were found and shown, and whether it was the right one."""
    with presets.model_session():
        return [_check(folder, case) for case in CASES]


def _check(folder: Path, case: Case) -> dict[str, Any]:
    people = Gallery({"p-017": [_reference(folder, *reference) for reference in case.references]})
    picture = _picture(folder / case.photo)
    found = presets.find(picture, "balanced")
    decisions = decide(found, _NO_SOURCE, _CONSENT.permissions("bench", date(2026, 6, 1)), likeness(picture, people))
    shown = [decision.region.box for decision in decisions.shown]
    return {
        "photo": case.photo,
        "references": [name for name, _ in case.references],
        "faces": len(found),
        "shown": len(shown),
        "right": len(shown) == 1 and shown[0].iou(case.box) > _SAME_FACE,
        "similarity": decisions.shown[0].similarity if shown else None,
    }


def _reference(folder: Path, name: str, box: Box | None) -> NDArray[np.float32]:
    picture = _picture(folder / name)
    if box is not None:
        x, y, reach = *box.center, max(box.width, box.height)
        left, top = max(round(x - reach), 0), max(round(y - reach), 0)
        picture = np.ascontiguousarray(picture[top : round(y + reach), left : round(x + reach)])
    face = max(presets.find(picture, "fast"), key=lambda one: one.box.area)
    embedding = embedder.embed(picture, face)
    assert embedding is not None
    return embedding


def _picture(path: Path) -> Picture:
    return np.array(Image.open(path).convert("RGB"))
