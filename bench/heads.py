"""A sheet of heads with the outline of what would be hidden, to look at: does it hold hair, ears and chin?

python bench/heads.py ../shared/eval/faces --out heads.png
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

sys.path[:0] = [str(Path(__file__).resolve().parent.parent)]

from scrubber import find_faces, redaction

COLUMNS, ROWS, SIDE = 10, 6, 128
SMALLEST = 32  # pixels; smaller heads show nothing on a sheet
SURROUNDINGS = 1.2  # of the face's size, on each side


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, required=True, help="a PNG")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    names = sorted(json.loads((arguments.folder / "gt.json").read_text(encoding="utf-8")))
    chance = random.Random(arguments.seed)
    chance.shuffle(names)
    heads: list[np.ndarray] = []
    for name in names:
        with Image.open(arguments.folder / name) as image:
            pixels = np.array(image.convert("RGB"))
        found = [face for face in find_faces(pixels) if face.box.height >= SMALLEST and face.score > 0.5]
        heads += [outlined(pixels, face) for face in chance.sample(found, min(3, len(found)))]
        if len(heads) >= COLUMNS * ROWS:
            break
    sheet = np.vstack([np.hstack(heads[row * COLUMNS : (row + 1) * COLUMNS]) for row in range(ROWS)])
    Image.fromarray(sheet).save(arguments.out)


def outlined(pixels: np.ndarray, face: object) -> np.ndarray:
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
