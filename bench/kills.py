"""Kills a run again and again at random moments, then lets one run to its end: is everything there, whole, made once?

    python bench/kills.py --photos 200 --kills 12 --json kills.json

Photos are small and made up. A kill comes a random part of a second after a random number of further copies is there,
from a fixed seed. After each every file under a final name must be fit to publish. After the last run every photo must
have its copy, nothing else may lie there, and no copy that was there at any kill may have been made again. Exits with
1 otherwise.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

import scrubber


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=200)
    parser.add_argument("--kills", type=int, default=12)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        os.environ["XDG_STATE_HOME"] = str(Path(work) / "state")
        row = killed(Path(work), arguments)
    for name, value in row.items():
        print(f"{name:<28}{value}")
    if arguments.json:
        arguments.json.write_text(json.dumps(row, indent=1) + "\n")
    if any(row[name] for name in ("partial", "missing", "besides", "made again")) or row["exit code"]:
        raise SystemExit(1)


def killed(work: Path, arguments: argparse.Namespace) -> dict[str, object]:
    folder, out = work / "in", work / "out"
    make(folder, arguments.photos)
    chance = random.Random(arguments.seed)
    there: dict[str, int] = {}
    again: set[str] = set()
    partial: set[str] = set()
    done, leftovers = [], 0
    for _ in range(arguments.kills):
        process = started(folder, out, arguments.jobs)
        enough = len(there) + chance.randrange(arguments.photos // arguments.kills)
        while len(stamps(out)) < enough and process.poll() is None:
            time.sleep(0.01)
        time.sleep(chance.random())
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        now = stamps(out)
        again |= {name for name in there if now.get(name) != there[name]}
        partial |= {name for name in now.keys() - there.keys() if scrubber.verify(out / name, preset="fast").leaks}
        there = now
        done.append(len(now))
        leftovers = max(leftovers, len(list(out.glob(".*"))))
    code = started(folder, out, arguments.jobs).wait()
    now = stamps(out)
    return {
        "photos": arguments.photos,
        "kills": arguments.kills,
        "there after each kill": done,
        "temporary files, at most": leftovers,
        "exit code": code,
        "partial": sorted(partial),
        "missing": sorted({path.name for path in folder.iterdir()} - now.keys()),
        "besides": sorted({path.name for path in out.iterdir()} - {path.name for path in folder.iterdir()}),
        "made again": sorted(again | {name for name in there if now.get(name) != there[name]}),
    }


def make(folder: Path, count: int) -> None:
    folder.mkdir()
    rows, columns = np.mgrid[0:240, 0:320]
    noise = np.random.default_rng(1).integers(0, 24, (240, 320))
    picture = np.dstack([columns * 0.6 + noise, rows * 0.8 + noise, 200 - columns * 0.3]).astype(np.uint8)
    for number in range(count):
        Image.fromarray(np.roll(picture, number, axis=1)).save(folder / f"photo {number:03d}.png")


def started(folder: Path, out: Path, jobs: int) -> subprocess.Popen[bytes]:
    words = ["run", folder, "-o", out, "--preset", "fast", "--names", "keep", "--jobs", str(jobs), "--quiet"]
    return subprocess.Popen([sys.executable, ROOT / "cli.py", *words], start_new_session=True)


def stamps(out: Path) -> dict[str, int]:
    """What tells a file that was made again: its number on the disk."""
    return {path.name: path.stat().st_ino for path in out.glob("*.png")}


if __name__ == "__main__":
    main()
