"""What thousands of broken and malicious files do to a run: what gets through, how long it waits, what memory it takes.

    python bench/hostile.py --files 3000 --json hostile.json
    python bench/hostile.py --files 3000 --more ../shared/eval/hostile

Files are made from small photos of every format by flipping bits, overwriting, cutting, splicing and repeating parts,
with a fixed seed; bombs, and good photos that must all come through, are among them. Exits with 1 if a good photo did
not, if a traceback was printed, if a mistake in scrubber came to light, or if a process took more than 2 GiB. The
longest wait is that between two results, which come in the order of the files: what one file holds everybody up for.
"""

from __future__ import annotations

import argparse
import json
import random
import struct
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, features

ROOT = Path(__file__).resolve().parent.parent
MOST_MIB = 2048
EVERY = 0.2  # seconds between looks at the memory of the processes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=3000, help="mutated files (default 3000)")
    parser.add_argument("--good", type=int, default=50, help="good photos among them (default 50)")
    parser.add_argument("--more", type=Path, help="a folder with other files to mutate, too")
    parser.add_argument("--preset", default="fast")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a folder to make the files in, and leave them there")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        folder = arguments.keep or Path(work) / "in"
        folder.mkdir(parents=True)
        good = make(folder, arguments)
        row = measured(folder, Path(work) / "out", good, arguments)
    for name, value in row.items():
        print(f"{name:<28}{value}")
    if arguments.json:
        arguments.json.write_text(json.dumps(row, indent=1) + "\n")
    if (
        row["good, published"] != len(good)
        or row["tracebacks"]
        or max(row["worker, MiB"], row["parent, MiB"]) > MOST_MIB
    ):
        raise SystemExit(1)


def make(folder: Path, arguments: argparse.Namespace) -> set[str]:
    """Fill the folder; the names of the good photos in it."""
    chance = random.Random(arguments.seed)
    whole = list(photos())
    if arguments.more:
        whole += [
            (path.suffix, path.read_bytes())
            for path in sorted(arguments.more.iterdir())
            if path.stat().st_size < 1 << 20
        ]
    for number in range(arguments.files):
        suffix, data = whole[number % len(whole)]
        for _ in range(chance.choice((1, 1, 1, 2, 4))):
            data = chance.choice(MUTATIONS)(data, chance, chance.choice(whole)[1])
        (folder / f"{number:06d} h{suffix}").write_bytes(data)
    for name, data in bombs():
        (folder / f"{chance.randrange(arguments.files):06d} bomb {name}").write_bytes(data)
    good = set()
    portrait = Image.open(ROOT / "sample_media" / "astronaut.jpg").convert("RGB")
    for number in range(arguments.good):
        name = f"{chance.randrange(arguments.files):06d} good{number}.jpg"
        portrait.rotate(number % 7 - 3).crop((number, 0, 400 + number, 400)).save(folder / name)
        good.add(name)
    return good


def photos() -> Iterator[tuple[str, bytes]]:
    """Small whole photos of every format that can be made here, still and moving."""
    rows, columns = np.mgrid[0:96, 0:128]
    frames = [
        Image.fromarray(np.dstack([columns * 2 + step, rows * 2, (rows ^ columns) + step]).astype(np.uint8))
        for step in range(0, 60, 10)
    ]
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Maker", 6
    stills = [
        (".jpg", "JPEG", {"exif": exif}), (".jpg", "JPEG", {"progressive": True}), (".png", "PNG", {"exif": exif}),
        (".webp", "WEBP", {}), (".webp", "WEBP", {"lossless": True}), (".gif", "GIF", {}), (".bmp", "BMP", {}),
        (".tif", "TIFF", {}), (".tif", "TIFF", {"compression": "tiff_lzw"}), (".tif", "TIFF", {"compression": "jpeg"}),
        (".jp2", "JPEG2000", {}),
    ]  # fmt: skip
    if features.check("avif"):
        stills.append((".avif", "AVIF", {}))
    for suffix, encoder, options in stills:
        yield suffix, saved(frames[0], encoder, **options)
    for suffix, encoder in ((".gif", "GIF"), (".png", "PNG"), (".webp", "WEBP"), (".tif", "TIFF")):
        yield suffix, saved(frames[0], encoder, save_all=True, append_images=frames[1:])
    import pillow_heif

    pillow_heif.register_heif_opener()
    yield ".heic", saved(frames[0], "HEIF")


def saved(image: Image.Image, encoder: str, **options: object) -> bytes:
    target = BytesIO()
    image.save(target, encoder, **options)
    return target.getvalue()


def flipped(data: bytes, chance: random.Random, _other: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((1, 4, 16, 64))):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def overwritten(data: bytes, chance: random.Random, _other: bytes) -> bytes:
    place, length = chance.randrange(len(data)), chance.choice((1, 2, 4, 8, 64))
    part = chance.choice((b"\0" * length, b"\xff" * length, b"\x7f" * length, chance.randbytes(length)))
    return data[:place] + part + data[place + length :]


def cut(data: bytes, chance: random.Random, _other: bytes) -> bytes:
    return data[: max(1, chance.randrange(len(data)))]


def spliced(data: bytes, chance: random.Random, other: bytes) -> bytes:
    return data[: max(1, chance.randrange(len(data)))] + other[chance.randrange(len(other)) :]


def repeated(data: bytes, chance: random.Random, _other: bytes) -> bytes:
    start = chance.randrange(len(data))
    part = data[start : start + chance.choice((16, 256, 4096))]
    return data[:start] + part * chance.choice((2, 16, 64)) + data[start:]


def early(data: bytes, chance: random.Random, _other: bytes) -> bytes:
    """Something large in the first bytes, where sizes and counts are."""
    place = chance.randrange(min(len(data), 256))
    return (
        data[:place] + chance.choice((b"\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\0\1", b"\xff" * 8)) + data[place + 2 :]
    )


MUTATIONS = (flipped, overwritten, cut, spliced, repeated, early)


def bombs() -> Iterator[tuple[str, bytes]]:
    """Small files that ask for much."""
    small = Image.new("RGB", (64, 64))
    jpeg = saved(small, "JPEG")
    size = jpeg.index(b"\xff\xc0") + 5
    yield "header.jpg", jpeg[:size] + b"\xff\xff\xff\xff" + jpeg[size + 4 :]
    scans = saved(Image.new("L", (3_000, 3_000)), "JPEG", progressive=True)
    yield "scans.jpg", scans[:-2] + scans[scans.rindex(b"\xff\xda") : -2] * 20_000 + scans[-2:]
    rows = zlib.compress(b"\0" * (3 * 10_900 + 1) * 10_900, 9)
    yield "zeros.png", png(10_900, 10_900, rows)
    yield "too large.png", png(60_000, 60_000, rows)
    yield "counts.png", png(8, 8, zlib.compress(b"\0" * 25 * 8), chunk(b"acTL", struct.pack(">II", 2**31 - 1, 0)))
    dots = [Image.new("RGB", (2, 2), (n % 256, n // 256, 0)) for n in range(3_000)]
    still = Image.new("L", (10_000, 10_000))
    yield "frames.gif", saved(dots[0].resize((200, 200)), "GIF", save_all=True, append_images=dots[1:])
    yield "screen.gif", b"GIF89a" + struct.pack("<HHBBB", 65_535, 65_535, 0x80, 0, 0) + saved(small, "GIF")[13:]
    yield "frames.webp", saved(dots[0], "WEBP", save_all=True, append_images=dots[1:])
    yield "pages.tif", saved(dots[0], "TIFF", save_all=True, append_images=dots[1:])
    yield "zeros.tif", saved(still, "TIFF", compression="tiff_adobe_deflate")
    yield "zeros.jp2", saved(still.crop((0, 0, 4_000, 4_000)), "JPEG2000")
    yield "wide.webp", saved(Image.new("RGB", (16_383, 7_000)), "WEBP", quality=1, method=0)


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, rows: bytes, *before: bytes) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(before) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def measured(folder: Path, out: Path, good: set[str], arguments: argparse.Namespace) -> dict[str, Any]:
    """One run over the folder, watched from outside."""
    words = ("run", folder, "-o", out, "--preset", arguments.preset, "--jobs", arguments.jobs, "--restart", "--json")
    command = [sys.executable, ROOT / "cli.py", *words]
    statuses: Counter[str] = Counter()
    published, longest, slowest = 0, 0.0, ""
    mistakes: list[str] = []
    with tempfile.TemporaryFile("w+") as errors:
        started = last = time.perf_counter()
        process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, stderr=errors, text=True)
        peaks: dict[int, int] = {}
        watcher = threading.Thread(target=watch, args=(process, peaks))
        watcher.start()
        assert process.stdout
        for line in process.stdout:
            result = json.loads(line)
            now = time.perf_counter()
            if statuses and now - last > longest:
                longest, slowest = now - last, Path(result["input"]).name
            last = now
            statuses[result["status"] + (f", {result['reason']}" if result["reason"] else "")] += 1
            mistakes += result["warnings"] if result["reason"] == "unforeseen" else []
            published += result["status"] == "published" and Path(result["input"]).name in good
        process.wait()
        watcher.join()
        errors.seek(0)
        tracebacks = errors.read().count("Traceback")
    total = sum(statuses.values())
    return {
        "files": total,
        "exit code": process.returncode,
        "good, published": published,
        **dict(sorted(statuses.items())),
        "tracebacks": tracebacks,
        "seconds per file": round((time.perf_counter() - started) / max(total, 1), 3),
        "longest wait, s": round(longest, 1),
        "waited for": slowest,
        "mistakes": mistakes,
        "parent, MiB": peaks.pop(process.pid, 0),
        "worker, MiB": max(peaks.values(), default=0),
        "processes started": len(peaks),
    }


def watch(process: subprocess.Popen[str], peaks: dict[int, int]) -> None:
    """The most memory that the process and all it started ever used, in MiB, by process id; Linux counts it."""
    while process.poll() is None:
        for pid in family(process.pid):
            lines = [line for line in said(Path(f"/proc/{pid}/status")).splitlines() if line.startswith("VmHWM")]
            if lines:
                peaks[pid] = max(peaks.get(pid, 0), int(lines[0].split()[1]) // 1024)
        time.sleep(EVERY)


def family(pid: int) -> Iterator[int]:
    """A process and all that descend from it."""
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*"):
        for child in said(task / "children").split():
            yield from family(int(child))


def said(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""  # it has ended


if __name__ == "__main__":
    main()
