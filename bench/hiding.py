"""What hiding costs, by number and size of heads and by style, against copying the picture.

    python bench/hiding.py ../shared/eval/faces/images
    python bench/hiding.py ../shared/eval/faces/images --threads 2

FOLDER holds any photos; the first is enlarged. Faces are put where the seed says, for what is hidden does not depend on
them. CPU time, the least of several runs, in milliseconds; `mask` and `compare` (of what was read back with what was
painted) are parts of every photo too.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scrubber import Box, Region, redaction
from scrubber.photos.photo import Frame
from scrubber.policy import Style
from scrubber.verification import checking

LARGE, SMALL = (4000, 3000), (1155, 866)
CASES = {  # size of the picture, number of faces, their widths in pixels
    "5 faces": (LARGE, 5, (100, 400)),
    "crowd of 150": (LARGE, 150, (60, 260)),
    "crowd of 500": (LARGE, 500, (10, 120)),
    "portrait": (LARGE, 1, (1700, 1700)),
    "1 MP, 30 faces": (SMALL, 30, (15, 60)),
}
STYLES: tuple[Style, ...] = ("blur", "pixelate", "solid")
WORKS = ("copy", "mask", *STYLES, "compare")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--runs", type=int, default=7)
    arguments = parser.parse_args()
    cv2.setNumThreads(arguments.threads)
    source = min(path for path in arguments.folder.rglob("*") if path.suffix.lower() in (".jpg", ".jpeg", ".png"))
    print(f"{'':<16}{'hidden':>8}" + "".join(f"{work:>10}" for work in WORKS))
    for name, (size, count, widths) in CASES.items():
        with Image.open(source) as image:
            pixels = np.asarray(image.convert("RGB").resize(size, Image.Resampling.BICUBIC))
        hidden, spent = measured(pixels, crowd(size, count, widths), arguments.runs)
        print(f"{name:<16}{hidden:>8.0%}" + "".join(f"{1000 * seconds:>10.1f}" for seconds in spent))


def measured(pixels: NDArray[np.uint8], found: list[Region], runs: int) -> tuple[float, list[float]]:
    """The share of the picture that is hidden, and seconds for each of `WORKS`."""
    painted, mask = redaction.painted(pixels, found, "blur")
    works: list[Callable[[], object]] = [
        pixels.copy,
        lambda: redaction.mask(pixels.shape, found),
        *(partial(redaction.hide, pixels, found, style) for style in STYLES),
        lambda: checking._differs(Frame(pixels), Frame(painted), mask),
    ]
    return float(mask.mean()), [least(work, runs) for work in works]


def crowd(size: tuple[int, int], count: int, widths: tuple[int, int]) -> list[Region]:
    chance = np.random.default_rng(1)
    if count == 1:
        return [Region(Box(size[0] / 2 - widths[0] / 2, size[1] / 2 - widths[0] * 0.6, widths[0], widths[0] * 1.2))]
    sizes = np.exp(chance.uniform(*np.log(widths), count))
    places = chance.uniform((0, 0), size, (count, 2))
    return [
        Region(Box(x - width / 2, y - width / 2, width, width * 1.2))
        for (x, y), width in zip(places, sizes, strict=True)
    ]


def least(work: Callable[[], object], runs: int) -> float:
    """CPU seconds of the quickest of several runs."""
    seconds = []
    for _ in range(runs):
        started = time.process_time()
        work()
        seconds.append(time.process_time() - started)
    return min(seconds)


if __name__ == "__main__":
    main()
