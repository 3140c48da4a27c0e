"""Learns `models/fusion.json` from annotated photos and says how good it is on photos it did not learn from.

    python bench/train_fusion.py ../shared/eval/faces --cache /var/tmp/looks --write

Every photo is looked at as it is and in two variants (dark, squeezed, grey, blurred, tilted, half and double size),
with each preset's own looks, at their low thresholds; that takes most of the time and is kept in `--cache`. The
scores are then made as unsure as on unseen photos (unseen.py). The printed table serves to compare ways of learning,
and is no promise: bench/find_faces.py measures on photos that nothing was learnt from, with the real mask. It is
cross-validated by photo, five parts, on the photos as they are: recall of faces at least 10 and 32 pixels high at so
many false per photo, and the probability that gives them. A face counts as found when a box enlarged by 1.35 holds 70 %
of it. Needs scipy beside the development dependencies. Same photos, same numbers.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import pickle
import sys
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path
from typing import Any, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.optimize import minimize

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "bench"), str(ROOT)]

import scoring
import unseen
import variants

from scrubber import opencv
from scrubber.detection import fusion, presets, thresholds
from scrubber.policy import Preset
from scrubber.values import Box, Region

Floats: TypeAlias = NDArray[np.float64]
Looks: TypeAlias = dict[Preset, list[list[Region]]]

PRESETS: tuple[Preset, ...] = get_args(Preset)
CHANGED = ("dark", "JPEG quality 20", "greyscale", "blurred", "tilted 30", "tilted -30", "half size", "double size")
PARTS = 5  # of the cross-validation
DRAWS = 2  # of doubt, for each picture that is learnt from
STRENGTH = 1.0  # of the penalty on squared weights; .1 to 10 measured alike
HELD = 1.35  # by how much a box is enlarged where it stands for the hidden region
NEAR = 0.25  # intersection over union from which a box is of a face
VARIED = 0.3  # weight in training of a picture that was changed: enough to hold the model, too little to bend it
PARTIAL = 0.3  # weight in training of boxes that touch a face without holding it: neither found nor false
FALSE_RATES = (1.5, 2.0, 2.3, 2.6, 3.0, 3.5, 4.5, 5.5, 6.5)


@dataclass(frozen=True)
class Look:
    """One picture after the looks of every preset. `variant` is how it was changed."""

    photo: str
    variant: str
    shape: tuple[int, int]
    truth: list[Box]
    ignored: list[Box]
    seen: Looks


@dataclass(frozen=True)
class Labelled:
    """The candidates of one picture: terms of the model, what each holds, and which are false."""

    photo: str
    variant: str
    heights: Floats  # of the annotated faces
    terms: Floats
    is_face: NDArray[np.bool_]
    is_false: NDArray[np.bool_]
    held: list[NDArray[np.intp]]  # for each candidate the annotated faces under its region
    asked: Floats  # by how much the threshold is raised for it


def look_at(job: tuple[Path, str, str, list[Any], list[Any]]) -> Look:
    folder, photo, variant, truth, ignored = job
    opencv.load().setNumThreads(1)
    with Image.open(folder / photo) as image:
        original = np.array(image.convert("RGB"))
    change = variants.VARIANTS[variant]
    picture, boxes = change(original, np.array(truth, dtype=float).reshape(-1, 4))
    _, left_out = change(original, np.array(ignored, dtype=float).reshape(-1, 4))
    with presets.model_session():
        seen: Looks = {
            preset: [look.detect(picture) for look in (presets.looks(preset) | presets.portraits(preset)).values()]
            for preset in PRESETS
        }
    height, width = picture.shape[:2]
    as_boxes = ([Box(*row) for row in rows.tolist()] for rows in (boxes, left_out))
    return Look(photo, variant, (height, width), *as_boxes, seen)


def looks(folder: Path, cache: Path) -> list[Look]:
    """Every photo as it is and twice changed; from the cache where it is there."""
    kept = cache / "looks.pickle"
    if kept.is_file():
        return list(pickle.loads(kept.read_bytes()))
    truth = json.loads((folder / "gt.json").read_text(encoding="utf-8"))
    ignored = json.loads((folder / "gt_ignore.json").read_text(encoding="utf-8"))
    jobs = [
        (folder, photo, variant, truth[photo], ignored.get(photo, []))
        for number, photo in enumerate(sorted(truth))
        for variant in ("as it is", CHANGED[number % len(CHANGED)], CHANGED[(number // 2 + 3) % len(CHANGED)])
    ]
    with Pool(2) as pool:
        found = pool.map(look_at, jobs, chunksize=4)
    cache.mkdir(parents=True, exist_ok=True)
    kept.write_bytes(pickle.dumps(found))
    return found


def labelled(look: Look, preset: Preset, count: int, draw: int) -> Labelled:
    """The candidates that the first `count` looks of a preset give, with their labels; `draw` numbers the doubt."""
    chance = np.random.default_rng([zlib.crc32(look.photo.encode()), draw])
    seen = unseen.as_if_unseen(look.seen[preset][:count], look.truth, chance)
    found = fusion.candidates(seen, presets.DETAILS[preset].scale(*look.shape))
    truth, boxes = _rows(look.truth), _rows([candidate.region.box for candidate in found])
    regions = [_enlarged(candidate.region.box) for candidate in found]
    held = [
        np.array(
            [i for i, face in enumerate(look.truth) if region.intersection(face) >= scoring.FOUND * face.area], int
        )
        for region in regions
    ]
    is_face = [
        any(candidate.region.box.iou(look.truth[i]) > NEAR for i in faces)
        for candidate, faces in zip(found, held, strict=True)
    ]
    annotated = np.vstack([truth, _rows(look.ignored)])
    return Labelled(
        look.photo,
        look.variant,
        truth[:, 3],
        _terms(found, count),
        np.array(is_face, dtype=bool),
        scoring.false_alarms(boxes, annotated),
        held,
        np.array([thresholds.factor(candidate.region) for candidate in found]),
    )


def fit(pictures: Sequence[Labelled]) -> Floats:
    """Weights (knots × terms) of the likeliest logistic model whose scores never speak against a face."""
    terms = np.vstack([picture.terms for picture in pictures])
    is_face = np.concatenate([picture.is_face for picture in pictures])
    counts = np.where(is_face | np.concatenate([picture.is_false for picture in pictures]), 1.0, PARTIAL)
    counts *= np.concatenate(
        [np.full(len(picture.terms), 1.0 if picture.variant == "as it is" else VARIED) for picture in pictures]
    )
    knots = len(fusion.SIZES)
    free = np.zeros(terms.shape[1], dtype=bool)
    free[:: terms.shape[1] // knots] = True  # the constants

    def loss(weights: Floats) -> tuple[float, Floats]:
        logits = terms @ weights
        errors = counts * (1 / (1 + np.exp(-logits)) - is_face)
        penalty = np.where(free, 0, weights) * STRENGTH
        value = (counts * (np.logaddexp(0, logits) - is_face * logits)).sum() + (penalty * weights).sum() / 2
        return float(value), terms.T @ errors + penalty

    bounds = [(None, None) if constant else (0, None) for constant in free]
    best = minimize(loss, np.zeros(len(free)), jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 1000})
    return np.asarray(best.x).reshape(knots, -1)


def cross_validated(pictures: Sequence[Labelled], judged: Sequence[Labelled]) -> list[tuple[Labelled, Floats]]:
    """Probabilities for the pictures of `judged`, each from a model that learnt from none of its photo.

    They are divided by `asked`, so that one threshold is for all.
    """
    photos = sorted({picture.photo for picture in judged})
    part = dict(zip(photos, np.random.default_rng(0).permutation(len(photos)) % PARTS, strict=True))
    results = []
    for number in range(PARTS):
        weights = fit([picture for picture in pictures if part[picture.photo] != number])
        results += [
            (picture, 1 / (1 + np.exp(-picture.terms @ weights.ravel())) / picture.asked)
            for picture in judged
            if part[picture.photo] == number
        ]
    return results


def frontier(results: Sequence[tuple[Labelled, Floats]]) -> Iterator[dict[str, float]]:
    """Recall where so many are false per photo."""
    false = np.sort(np.concatenate([chances[picture.is_false] for picture, chances in results]))[::-1]
    for rate in FALSE_RATES:
        threshold = float(false[min(int(rate * len(results)), len(false) - 1)])
        heights, found = [], []
        for picture, chances in results:
            hit = np.zeros(len(picture.heights), dtype=bool)
            for number in np.flatnonzero(chances > threshold):
                hit[picture.held[number]] = True
            heights.append(picture.heights)
            found.append(hit)
        high, got = np.concatenate(heights), np.concatenate(found)
        yield {
            "false": rate,
            "threshold": round(threshold, 3),
            "recall_10": round(float(got[high >= 10].mean()), 3),
            "recall_32": round(float(got[high >= 32].mean()), 3),
        }


def _terms(found: Sequence[fusion.Candidate], count: int) -> Floats:
    """The numbers that the model's weights multiply, one row for each candidate."""
    if not found:
        return np.zeros((0, len(fusion.SIZES) * (1 + 2 * count)))
    return fusion.terms(found).reshape(len(found), -1)


def _rows(boxes: Sequence[Box]) -> Floats:
    return np.array([(box.x, box.y, box.width, box.height) for box in boxes], dtype=float).reshape(-1, 4)


def _enlarged(box: Box) -> Box:
    wider, higher = box.width * HELD, box.height * HELD
    return Box(box.x - (wider - box.width) / 2, box.y - (higher - box.height) / 2, wider, higher)


def by_look(preset: Preset, weights: Floats) -> dict[str, list[Any]]:
    """The weights under the names of their looks, as `models/fusion.json` holds them: two for each knot."""
    count = weights.shape[1] // 2
    names = list(presets.looks(preset) | presets.portraits(preset))[:count]
    pairs = np.stack([weights[:, 1 : 1 + count], weights[:, 1 + count :]], axis=2).round(3)
    looks = {name: pairs[:, number].tolist() for number, name in enumerate(names)}
    return {fusion.CONSTANT: weights[:, 0].round(3).tolist(), **looks}


def write(models: dict[str, dict[str, list[Any]]], photos: int) -> None:
    blocks = []
    for name, table in models.items():
        lines = ",\n".join(f'    "{look}": {json.dumps(rows)}' for look, rows in table.items())
        blocks.append(f'  "{name}": {{\n{lines}\n  }}')
    data = ("{\n" + ",\n".join(blocks) + "\n}\n").encode()
    (ROOT / "models" / "fusion.json").write_bytes(data)
    card = f'''# What several detectors saw of a place, weighed into how likely it is a face
task = "face fusion"
file = "fusion.json"
bytes = {len(data)}
sha256 = "{hashlib.sha256(data).hexdigest()}"
licence = "Apache-2.0"
licence_file = "licences/Apache-2.0.txt"
version = "1"
script = "bench/train_fusion.py"

[data]
source = "WIDER FACE, training part (Yang et al., CVPR 2016)"
terms = "for research use; no photo is kept, only the numbers learnt from them"
photos = {photos}
variants = {json.dumps(list(CHANGED))}
caution = "YuNet and CenterFace learnt from these photos; scores are made as unsure as on unseen ones (bench/unseen.py)"
judged_on = "photos that nothing was learnt from: docs/detection.md has the figures"
'''
    (ROOT / "models" / "fusion.toml").write_text(card, encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--cache", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--write", action="store_true", help="write models/fusion.json and its card")
    args = parser.parse_args()
    pictures = looks(args.folder, args.cache)
    models = {}
    for preset in PRESETS:
        without = len(presets.looks(preset))
        for name, count in (
            (preset, without + len(presets.portraits(preset))),
            (f"{preset}-without-mediapipe", without),
        ):
            learnt = [labelled(look, preset, count, draw) for look in pictures for draw in range(1, DRAWS + 1)]
            judged = [labelled(look, preset, count, 0) for look in pictures if look.variant == "as it is"]
            models[name] = by_look(preset, fit(learnt))
            for point in frontier(cross_validated(learnt, judged)):
                print(f"{name:30}" + "".join(f"{key} {value:<8}" for key, value in point.items()), flush=True)
    if args.write:
        write(models, len({look.photo for look in pictures}))


if __name__ == "__main__":
    main()
