"""Do masks hold whole heads? A sheet to look at, with the outline of what would be hidden, and a measure.

    python bench/heads.py ../shared/eval/unseen/crowds --out heads.png
    python bench/heads.py ../shared/eval/unseen/masks --out profiles.png --turned

The measure: of heads that stand apart GrabCut (Rother et al., SIGGRAPH 2004), seeded by the face box alone, says what
above the chin belongs to the head; printed is the share of that which the mask leaves visible. GrabCut takes some of
the background for hair, so the figure is for comparing masks, and no share of hair that would be seen.
"""

from __future__ import annotations

import argparse
import random
import sys
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

sys.path[:0] = [str(Path(__file__).resolve().parent.parent)]

from scrubber import Box, Region, find_faces, redaction

COLUMNS, ROWS, SIDE = 10, 8, 128
SMALLEST = 32  # pixels; smaller heads show nothing on a sheet
SURROUNDINGS = 1.6  # of the face's size, on each side
TURNED = 0.3  # nose aside, of the distance from eyes to mouth: half profiles and more
APART = 1.5  # face heights around a face without another one, for a head that stands apart
CUT_SIDE = 192  # pixels of the crop that GrabCut sees


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="photos, in any depth")
    parser.add_argument("--out", type=Path, required=True, help="a PNG")
    parser.add_argument("--turned", action="store_true", help="only heads whose nose points aside")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    names = sorted(path for path in arguments.folder.rglob("*") if path.suffix.lower() in (".jpg", ".jpeg", ".png"))
    chance = random.Random(arguments.seed)
    chance.shuffle(names)
    heads: list[np.ndarray] = []
    left: list[float] = []
    for name in names:
        with Image.open(name) as image:
            pixels = np.array(image.convert("RGB"))
        every = find_faces(pixels)
        found = [face for face in every if face.box.height >= SMALLEST and face.score > 0.5]
        found = [face for face in found if not arguments.turned or abs(aside(face)) > TURNED]
        for face in chance.sample(found, min(3, len(found))):
            heads.append(outlined(pixels, face))
            if stands_apart(face, every):
                left.append(left_over(pixels, face))
        if len(heads) >= COLUMNS * ROWS:
            break
    heads += [np.zeros((SIDE, SIDE, 3), np.uint8)] * (COLUMNS * ROWS - len(heads))
    sheet = np.vstack([np.hstack(heads[row * COLUMNS : (row + 1) * COLUMNS]) for row in range(ROWS)])
    Image.fromarray(sheet).save(arguments.out)
    print(f"{len(left)} heads that stand apart: {np.mean(left):.3f} of a head left visible, mean")
    print(f"with more than a tenth left visible: {np.mean(np.array(left) > 0.1):.2f}")


def aside(face: Region) -> float:
    """How far the nose lies to the right of the line from eyes to mouth, in lengths of that line."""
    if face.landmarks is None:
        return 0.0
    right, left, nose, *mouth = np.array(face.landmarks.points)
    eyes = (right + left) / 2
    down = np.mean(mouth, axis=0) - eyes
    return float(np.linalg.det(np.stack([nose - eyes, down])) / max(down @ down, 1e-9))


def stands_apart(face: Region, every: list[Region]) -> bool:
    reach = APART * face.box.height
    x, y = face.box.center
    near = Box(x - reach, y - reach, 2 * reach, 2 * reach)
    return not any(other is not face and near.intersection(other.box) for other in every)


def left_over(pixels: np.ndarray, face: Region) -> float:
    """The share of a head, as GrabCut sees it above the chin, that its mask leaves visible."""
    box, reach = face.box, 1.5 * max(face.box.height, face.box.width)
    x, y = box.center
    corners = np.array([[x - reach, y - reach], [x + reach, y - reach], [x - reach, y + reach]], np.float32)
    transform = cv2.getAffineTransform(corners, np.array([[0, 0], [CUT_SIDE, 0], [0, CUT_SIDE]], np.float32))
    crop = cv2.warpAffine(pixels, transform, (CUT_SIDE, CUT_SIDE), flags=cv2.INTER_AREA)
    mask = redaction.mask(pixels.shape, [face]).view(np.uint8)
    hidden = cv2.warpAffine(mask, transform, (CUT_SIDE, CUT_SIDE), flags=cv2.INTER_NEAREST).view(np.bool_)
    scale, middle = CUT_SIDE / (2 * reach), CUT_SIDE / 2
    rows, columns = np.ogrid[:CUT_SIDE, :CUT_SIDE]
    across, down = (columns - middle) / (box.width / 2 * scale), (rows - middle) / (box.height / 2 * scale)
    labels = np.full(crop.shape[:2], cv2.GC_PR_BGD, np.uint8)
    labels[(across / 2) ** 2 + ((down + 0.3) / 1.9) ** 2 < 1] = cv2.GC_PR_FGD
    labels[across**2 + down**2 < 0.8] = cv2.GC_FGD
    labels[np.hypot(columns - middle, rows - middle) > middle] = cv2.GC_BGD
    cv2.setRNGSeed(1)
    cv2.grabCut(crop, labels, None, np.zeros((1, 65)), np.zeros((1, 65)), 4, cv2.GC_INIT_WITH_MASK)
    head = np.isin(labels, (cv2.GC_FGD, cv2.GC_PR_FGD)) & np.broadcast_to(down < 1, labels.shape)
    head = cv2.morphologyEx(head.view(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    _, parts = cv2.connectedComponents(head)
    own = parts == parts[int(middle), int(middle)]
    return float((own & ~hidden).sum() / own.sum())


def outlined(pixels: np.ndarray, face: Region) -> np.ndarray:
    """The head's surroundings, SIDE×SIDE, with the rim of its mask drawn in."""
    mask = redaction.mask(pixels.shape, [face]).view(np.uint8)
    x, y = face.box.center
    reach = max(face.box.width, face.box.height) * (0.5 + SURROUNDINGS / 2)
    corners = np.array([[x - reach, y - reach], [x + reach, y - reach], [x - reach, y + reach]], np.float32)
    transform = cv2.getAffineTransform(corners, np.array([[0, 0], [SIDE, 0], [0, SIDE]], np.float32))
    crop = cv2.warpAffine(pixels, transform, (SIDE, SIDE))
    rims, _ = cv2.findContours(cv2.warpAffine(mask, transform, (SIDE, SIDE)), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return cv2.drawContours(crop, rims, -1, (255, 230, 0), 1)


if __name__ == "__main__":
    main()
