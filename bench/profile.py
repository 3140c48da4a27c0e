"""Where the time of a photo goes, stage by stage, against Pillow's decoding and encoding of the same photo.

    python bench/profile.py ../shared/eval/faces/images --json profile.json

FOLDER holds any photos with people; they are enlarged or put together to photos of 12 megapixels, as in
throughput.py. One process with as many threads as there are processors, models loaded beforehand, each photo
`--rounds` times, of which the quickest counts.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import get_args

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "bench"), str(ROOT)]

import throughput

from scrubber.detection import presets
from scrubber.pipeline import make_safe
from scrubber.policy import Policy, Preset
from scrubber.terms import Terms


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--photos", type=int, default=6, help="12-megapixel photos (default 6)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--presets", default=",".join(get_args(Preset)))
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as work, presets.model_session():
        throughput.make_large(throughput.sources(arguments.folder), Path(work) / "photos", arguments.photos)
        photos = {path.name: path.read_bytes() for path in sorted((Path(work) / "photos").iterdir())}
        floors = {name: min(floor(data) for _ in range(arguments.rounds + 1)) for name, data in photos.items()}
        rows = []
        for preset in arguments.presets.split(","):
            make_safe(next(iter(photos.values())), "warming up", Terms(Policy(preset=preset)))
            for name, data in photos.items():
                rows.append(measured(name, data, preset, arguments.rounds) | {"floor": floors[name]})
    show(rows)
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def floor(data: bytes) -> float:
    started = time.perf_counter()
    with Image.open(io.BytesIO(data)) as image:
        image.save(io.BytesIO(), "JPEG", quality=95, subsampling="4:4:4")
    return time.perf_counter() - started


def measured(name: str, data: bytes, preset: Preset, rounds: int) -> dict[str, object]:
    runs = []
    for _ in range(rounds):
        started = time.perf_counter()
        copy = make_safe(data, name, Terms(Policy(preset=preset)))
        runs.append((time.perf_counter() - started, copy))
    seconds, copy = min(runs, key=lambda run: run[0])
    return {"preset": preset, "photo": name, "faces": len(copy.faces), "seconds": seconds, "stages": copy.seconds}


def show(rows: list[dict[str, object]]) -> None:
    stages = list(dict.fromkeys(stage for row in rows for stage in row["stages"]))  # type: ignore[attr-defined]
    print("".join(f"{head:>12}" for head in ("preset", "photo", "faces", "seconds", "× floor", *stages)))
    for row in rows:
        spent: dict[str, float] = row["stages"]  # type: ignore[assignment]
        figures = [row["seconds"], row["seconds"] / row["floor"], *(spent.get(stage, 0.0) for stage in stages)]  # type: ignore[operator]
        words = (str(row["preset"]), str(row["photo"])[:10], str(row["faces"]))
        print("".join(f"{word:>12}" for word in words) + "".join(f"{figure:>12.2f}" for figure in figures))


if __name__ == "__main__":
    main()
