"""How many faces are found, at what price: the presets of scrubber, deface, and each detector alone.

    python bench/find_faces.py ../shared/eval/unseen/crowds --json faces.json --plot faces.png
    python bench/find_faces.py ../shared/eval/unseen/crowds --photos 60 --contestants balanced --variants
    python bench/find_faces.py ../shared/eval/metadata --without-people bench/photos_without_people.txt

FOLDER holds `gt.json` {image: [[left, top, width, height], …]} and, if some faces are not to be counted, the like
in `gt_ignore.json`. A face is found when at least 70 % of its annotated box lies under the region that is really
hidden: `scrubber.redaction.mask`, for deface the ellipses that it paints. A detection is false when it shares less than
30 % of the smaller of the two boxes with each annotated or ignored face; false ones of 16 pixels and more are blobs.
Hidden area is needless outside annotated faces ("beside", hair and ears with it) or outside annotated heads ("area").
The list of photos without people was chosen by eye; there everything found is a blob. Time is that of finding alone, in
a process for each contestant, all warm, photo by photo in turns.
Needs the development dependencies, and matplotlib for the plot.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import venv
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parent.parent)]

import scoring
import variants

from scrubber import Limits, photos, redaction
from scrubber.values import Box, Landmarks, Region

CONTESTANTS = ("fast", "balanced", "thorough", "deface", "mediapipe", "yunet", "centerface")
DEFACE = "deface==1.5.0"
DEFACE_MASK_SCALE = 1.3  # deface's default
SEED = 1


class Contestant:
    """A process that finds faces; see contestant.py."""

    def __init__(self, name: str, cache: Path) -> None:
        self.name = name
        python = deface_python(cache) if name == "deface" else Path(sys.executable)
        script = Path(__file__).with_name("contestant.py")
        self.process = subprocess.Popen(
            [python, script, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> Contestant:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.communicate()

    def find(self, picture: Path) -> dict[str, Any]:
        assert self.process.stdin and self.process.stdout
        print(json.dumps(str(picture)), file=self.process.stdin, flush=True)
        for line in self.process.stdout:
            if line.startswith("{"):  # deface greets first where onnxruntime is installed
                answer: dict[str, Any] = json.loads(line)
                return answer
        raise SystemExit(f"{self.name} ended early; its message is above")


def deface_python(cache: Path) -> Path:
    """deface in an environment of its own: it brings another opencv wheel, which would overwrite ours."""
    folder = cache / DEFACE.replace("==", "-")
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not (folder / "ready").exists():
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", DEFACE], check=True)
        (folder / "ready").touch()
    return python


def annotated(args: argparse.Namespace) -> tuple[dict[str, Any], dict[str, Any]]:
    """For each photo the annotated faces, and those that are not to be counted."""
    if args.without_people:
        names = args.without_people.read_text(encoding="utf-8").split("\n")
        return {name: [] for name in names if name and not name.startswith("#")}, {}
    ignore = args.folder / "gt_ignore.json"
    truth = json.loads((args.folder / "gt.json").read_text(encoding="utf-8"))
    return truth, json.loads(ignore.read_text(encoding="utf-8")) if ignore.is_file() else {}


def measure(args: argparse.Namespace) -> dict[str, dict[str, scoring.Score]]:
    """One score for each variant and contestant."""
    truth, ignored = annotated(args)
    names = sorted(truth)
    if args.photos and args.photos < len(names):
        names = sorted(random.Random(SEED).sample(names, args.photos))
    chosen = variants.VARIANTS if args.variants else {"as it is": variants.as_it_is}
    scores = {variant: {name: scoring.Score() for name in args.contestants} for variant in chosen}
    with ExitStack() as stack:
        crew = [stack.enter_context(Contestant(name, args.cache)) for name in args.contestants]
        place = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "picture.npy"
        for number, name in enumerate(names):
            picture = photos.open_photo((args.folder / name).read_bytes(), name, Limits()).pixels
            for variant, change in chosen.items():
                changed, boxes = change(picture, as_boxes(truth[name]))
                _, left_out = change(picture, as_boxes(ignored.get(name, [])))
                np.save(place, changed)
                every = np.vstack([boxes, left_out]).tolist()
                needed = redaction.mask(changed.shape, [Region(Box(*box)) for box in every])
                # Each goes first equally often, so that none profits from what the one before left in memory.
                for contestant in crew[number % len(crew) :] + crew[: number % len(crew)]:
                    answer = contestant.find(place)
                    add(scores[variant][contestant.name], contestant.name, answer, needed, boxes, left_out)
            progress(number + 1, len(names))
    return scores


def add(
    score: scoring.Score,
    name: str,
    answer: dict[str, Any],
    needed: np.ndarray[Any, Any],
    truth: scoring.Boxes,
    ignored: scoring.Boxes,
) -> None:
    found = as_boxes([row[:4] for row in answer["faces"]])
    if name == "deface":
        hidden = scoring.ellipses(needed.shape, found, DEFACE_MASK_SCALE)
    else:
        hidden = redaction.mask(needed.shape, [as_face(row) for row in answer["faces"]])
    score.add(hidden, needed, found, truth, ignored)
    score.seconds += answer["seconds"]
    score.cpu_seconds += answer["cpu_seconds"]
    score.peak_mib = max(score.peak_mib, answer["peak_mib"])


def as_boxes(rows: Sequence[Sequence[float]]) -> scoring.Boxes:
    return np.array(rows, dtype=np.float64).reshape(-1, 4)


def as_face(row: Sequence[float]) -> Region:
    points = list(zip(row[4::2], row[5::2], strict=True))
    return Region(Box(*row[:4]), landmarks=Landmarks(*points) if points else None)


def progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done}/{total} photos", end="" if done < total else "\n", file=sys.stderr, flush=True)


def table(scores: dict[str, scoring.Score]) -> str:
    """One line for each contestant: recall, by least height and by class, false per photo, area, time and memory."""
    heights = [f"{low}–{high}" if high < 1 << 30 else f"≥{low}" for low, high in scoring.CLASSES]
    head = ["", "≥10 px", "≥32 px", *heights, "false", "blobs", "median", "90 %", "beside %", "area %"]
    head += ["ms", "ms/MP", "CPU ms", "MiB", "/deface"]
    rows = [head]
    deface = scores["deface"].seconds if "deface" in scores else None
    for name, score in scores.items():
        share = [
            found / faces if faces else float("nan") for found, faces in zip(score.found, score.faces, strict=True)
        ]
        row = [name, *(f"{value:.3f}" for value in (score.recall(10), score.recall(32), *share))]
        row += [f"{score.false / score.photos:.2f}", f"{np.mean(score.blobs):.2f}"]
        row += [f"{np.median(score.blobs):.0f}", f"{np.percentile(score.blobs, 90):.0f}"]
        row += [f"{100 * share / score.photos:.2f}" for share in (score.beside_faces, score.wrongly_hidden)]
        row += [f"{1000 * score.seconds / score.photos:.0f}", f"{1000 * score.seconds / score.megapixels:.0f}"]
        row += [f"{1000 * score.cpu_seconds / score.photos:.0f}", f"{score.peak_mib:.0f}"]
        rows.append([*row, f"{score.seconds / deface:.2f}" if deface else "–"])
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    return "\n".join("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def plot(scores: dict[str, scoring.Score], path: Path) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4.5), layout="constrained")
    axes = figure.add_subplot()
    for name, score in scores.items():
        point = 1000 * score.seconds / score.photos, 100 * (1 - score.recall(10))
        ours = name in CONTESTANTS[:3]
        colour = "tab:blue" if ours else "tab:grey"
        axes.scatter(*point, s=50, color=colour)
        # Ours lie below the others, so their labels do too.
        place, side = ((-8, -14), "right") if ours else ((8, 6), "left")
        label = f"{name}, {np.mean(score.blobs):.1f} blobs"
        axes.annotate(label, point, place, textcoords="offset points", ha=side, color=colour)
    axes.set(xscale="log", yscale="log", xlabel="milliseconds for a photo")
    axes.set(ylabel="faces missed, % of those at least 10 px high")
    axes.margins(0.15)
    axes.yaxis.set_major_formatter("{x:g}")
    axes.grid(alpha=0.3)
    figure.savefig(path, dpi=150)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--photos", type=int, metavar="N", help="only N photos, always the same ones")
    parser.add_argument("--contestants", type=lambda text: text.split(","), default=list(CONTESTANTS))
    parser.add_argument("--without-people", type=Path, metavar="LIST", help="names of photos in FOLDER with nobody")
    parser.add_argument("--variants", action="store_true", help="also turned, tilted, dark, squeezed and so on")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--plot", type=Path, metavar="PNG", help="recall against time")
    parser.add_argument(
        "--cache", type=Path, default=Path.home() / ".cache" / "scrubber-bench", help="where deface is installed"
    )
    args = parser.parse_args()
    if not args.without_people and not (args.folder / "gt.json").is_file():
        parser.error(f"{args.folder} has no gt.json")
    if unknown := set(args.contestants) - set(CONTESTANTS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; choose from {', '.join(CONTESTANTS)}")
    return args


def main() -> None:
    args = options()
    scores = measure(args)
    for variant, by_name in scores.items():
        print(f"{variant}\n{table(by_name)}\n")
    if args.json:
        report = {variant: {name: s.as_json() for name, s in by_name.items()} for variant, by_name in scores.items()}
        args.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    if args.plot:
        plot(scores["as it is"], args.plot)


if __name__ == "__main__":
    main()
