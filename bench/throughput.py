"""How fast a folder goes through, against other tools and against a floor; and whether time and memory stay in step.

    python bench/throughput.py ../shared/eval/faces/images --json throughput.json
    python bench/throughput.py ../shared/eval/faces/images --scaling 100,1000,5000

FOLDER holds any photos with people; they are enlarged or put together to photos of 12 megapixels. The floor is Pillow
decoding each and encoding it again as scrubber does. Contestants take turns, so that a machine that slows down slows
all of them; quote ratios to the floor. exiftool and mat2 take part if installed, deface if named with --deface.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

from scrubber.policy import Preset

SIZE = (4000, 3000)
PIECES = (1, 4, 12)  # photos that one 12-megapixel photo is made of, in turns: portraits to crowds

# Whoever installs a tool has its modules compiled. Some machines that develop it forbid that, at .2 s for each start.
INSTALLED = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

Work = Callable[[Path, Path], None]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--photos", type=int, default=6, help="12-megapixel photos (default 6)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--presets", default=",".join(get_args(Preset)))
    parser.add_argument("--deface", help="the deface command")
    parser.add_argument("--scaling", help="instead: sizes of folders of small photos, such as 100,1000,5000")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        if arguments.scaling:
            rows = scaling(arguments.folder, Path(work), [int(size) for size in arguments.scaling.split(",")])
        else:
            rows = large_photos(arguments, Path(work))
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1) + "\n")


def large_photos(arguments: argparse.Namespace, work: Path) -> list[dict[str, object]]:
    photos = work / "photos"
    make_large(sources(arguments.folder), photos, arguments.photos)
    compileall.compile_dir(ROOT / "scrubber", quiet=1)
    contestants = contest(arguments.presets.split(","), arguments.deface)
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(arguments.rounds):
        for name, run in contestants.items():
            out = Path(tempfile.mkdtemp(dir=work))
            started = time.perf_counter()
            run(photos, out)
            seconds[name].append((time.perf_counter() - started) / arguments.photos)
            shutil.rmtree(out)
    floor = statistics.median(seconds["floor"])
    rows: list[dict[str, object]] = []
    print(f"{'':<24}{'s per photo':>12}{'photos/min':>12}{'× floor':>10}")
    for name, spent in seconds.items():
        each = statistics.median(spent)
        rows.append({"contestant": name, "seconds": each, "per_minute": 60 / each, "times_floor": each / floor})
        print(f"{name:<24}{each:>12.2f}{60 / each:>12.0f}{each / floor:>10.1f}")
    return rows


def contest(presets: list[str], deface: str | None) -> dict[str, Work]:
    """What takes part; whole processes, so start-up counts, spread over the photos."""
    both = os.cpu_count() or 1
    runs: dict[str, Work] = {"floor": floor}
    for preset in presets:
        for jobs in (1, both):
            runs[f"scrubber {preset}, {jobs} job{'s' if jobs > 1 else ''}"] = scrubber(preset, jobs)
    if shutil.which("exiftool"):
        runs["exiftool -all="] = lambda photos, out: tool("exiftool", "-q", "-all=", "-o", f"{out}/", photos)
    if shutil.which("mat2"):
        runs["mat2"] = in_copies("mat2")
    if deface:
        runs["deface"] = in_copies(deface)
    return runs


def floor(photos: Path, out: Path) -> None:
    for path in sorted(photos.iterdir()):
        with Image.open(path) as image:
            image.save(out / path.name, quality=95, subsampling="4:4:4")


def scrubber(preset: str, jobs: int) -> Work:
    command = (sys.executable, ROOT / "cli.py", "run", "--quiet", "--preset", preset, "--jobs", str(jobs), "--restart")
    return lambda photos, out: tool(*command, photos, "-o", out)


def in_copies(command: str) -> Work:
    """For tools that write beside the original."""

    def work(photos: Path, out: Path) -> None:
        copies = [shutil.copy(path, out) for path in sorted(photos.iterdir())]
        tool(command, *copies)

    return work


def tool(*words: object) -> None:
    done = subprocess.run([str(word) for word in words], capture_output=True, check=False, env=INSTALLED)
    if done.returncode not in (0, 3):
        raise SystemExit(f"{words[0]} failed: {done.stderr.decode()[-500:]}")


def sources(folder: Path) -> list[Path]:
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in (".jpg", ".jpeg", ".png"))
    if not found:
        raise SystemExit(f"{folder}: no photos there")
    return found


def make_large(paths: list[Path], folder: Path, count: int) -> None:
    """Photos of 12 megapixels, each one or several of `paths` enlarged side by side."""
    folder.mkdir()
    rest = iter(paths * (1 + count * max(PIECES) // len(paths)))
    for number in range(count):
        pieces = PIECES[number % len(PIECES)]
        across = {1: 1, 4: 2, 12: 4}[pieces]
        size = SIZE[0] // across, SIZE[1] // (pieces // across)
        whole = Image.new("RGB", SIZE)
        for piece in range(pieces):
            with Image.open(next(rest)) as image:
                part = image.convert("RGB").resize(size, Image.Resampling.BICUBIC)
            whole.paste(part, (piece % across * size[0], piece // across * size[1]))
        whole.save(folder / f"photo {number}.jpg", quality=92)


MEASURED = """
import resource, sys
sys.path.insert(0, sys.argv[1])
from scrubber import Policy, scrub_folder
if __name__ == "__main__":
    count = sum(result.status == "published" for result in scrub_folder(*sys.argv[2:4], policy=Policy(preset="fast")))
    print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def scaling(folder: Path, work: Path, sizes: list[int]) -> list[dict[str, object]]:
    """Seconds per photo and peak memory of the parent for folders of more and more small photos."""
    small = []
    for path in sources(folder)[:20]:
        with Image.open(path) as image:
            small.append(np.asarray(image.convert("RGB").resize((320, 240))))
    script = work / "measured.py"
    script.write_text(MEASURED)
    rows: list[dict[str, object]] = []
    print(f"{'files':>8}{'s per photo':>14}{'parent, MiB':>14}")
    for size in sizes:
        photos = work / str(size)
        photos.mkdir()
        for number in range(size):
            Image.fromarray(np.roll(small[number % len(small)], number, axis=1)).save(photos / f"{number:06d} x.jpg")
        started = time.perf_counter()
        done = subprocess.run(
            [sys.executable, script, ROOT, photos, work / f"out {size}"], capture_output=True, text=True, check=True
        )
        each = (time.perf_counter() - started) / size
        published, peak = done.stdout.split()
        rows.append({"files": size, "published": int(published), "seconds": each, "parent_mib": float(peak)})
        print(f"{size:>8}{each:>14.3f}{float(peak):>14.0f}")
        shutil.rmtree(photos)
    return rows


if __name__ == "__main__":
    main()
