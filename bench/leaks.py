"""Which tool lets which leak through: one file per channel and format, each with a canary, through every tool.

    python bench/leaks.py --json leaks.json

A channel survives if its canary can still be found in what the tool left: plain, as UTF-16, hexadecimal, base64 or in
zlib streams. The files come from `tests/inspection/dirty.py`; exiftool, mat2 and deface take part if they are installed
(Debian: libimage-exiftool-perl, mat2; pip: deface in an environment of its own, named with --deface). deface drops
metadata unless it is told `-m` (--keep-metadata); both are measured.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import piexif
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "inspection")]

import dirty

import scrubber

CANARY = b"CANARY-4711-KEEP-OUT"
REFUSED = "refused"
SUFFIXES = {"jpeg": ".jpg", "tiff": ".tif"}

Tool = Callable[[Path, Path], None]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, help="write the outcome of every channel and tool here")
    parser.add_argument("--deface", help="the deface command, if it is not on the path")
    arguments = parser.parse_args()
    tools = present(arguments.deface)
    outcomes: dict[str, dict[str, str]] = {}
    for name, channel in dirty.CHANNELS.items():
        data = channel.build(CANARY)
        assert dirty.traces(CANARY, data), name
        outcomes[name] = {tool: outcome(work, data, channel.format) for tool, work in tools.items()}
    table(outcomes, list(tools))
    if arguments.json:
        arguments.json.write_text(json.dumps(outcomes, indent=1) + "\n")


def present(deface: str | None) -> dict[str, Tool]:
    """The tools that are installed here."""
    tools: dict[str, Tool] = {"scrubber": with_scrubber}
    if shutil.which("exiftool"):
        tools["exiftool -all="] = command("exiftool", "-q", "-q", "-all=", "-o", "{out}", "{file}")
    if shutil.which("mat2"):
        tools["mat2"] = with_mat2
    tools["piexif.remove"] = with_piexif
    tools["Pillow re-save"] = with_pillow
    found = deface or shutil.which("deface")
    if found:
        tools["deface"] = command(found, "{file}", "-o", "{out}")
        tools["deface -m"] = command(found, "--keep-metadata", "{file}", "-o", "{out}")
    return tools


def outcome(work: Tool, data: bytes, form: str) -> str:
    """`gone`, `refused` (no output), or how the canary survived."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"photo{SUFFIXES.get(form, '.' + form)}"
        out = file.with_name("out" + file.suffix)
        file.write_bytes(data)
        work(file, out)
        if not out.is_file() or out.stat().st_size == 0:  # some create their output before they give up
            return REFUSED
        return ", ".join(dirty.traces(CANARY, out.read_bytes())) or "gone"


def with_scrubber(file: Path, out: Path) -> None:
    try:
        scrubber.scrub(file, out, policy=scrubber.Policy(preset="fast"))
    except scrubber.PhotoError as error:
        print(f"scrubber refused: {error}", file=sys.stderr)


def with_mat2(file: Path, out: Path) -> None:
    subprocess.run(["mat2", file], capture_output=True, check=False)
    cleaned = file.with_name(f"{file.stem}.cleaned{file.suffix}")
    if cleaned.is_file():
        cleaned.rename(out)


def with_piexif(file: Path, out: Path) -> None:
    try:
        piexif.remove(str(file), str(out))
    except (ValueError, OSError, IndexError, UnboundLocalError) as error:  # the last is what it says of PNG
        print(f"piexif refused {file.suffix}: {error}", file=sys.stderr)


def with_pillow(file: Path, out: Path) -> None:
    try:
        with Image.open(file) as image:
            image.save(out)
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        out.unlink(missing_ok=True)
        print(f"Pillow refused {file.suffix}: {error}", file=sys.stderr)


def command(*words: str) -> Tool:
    """A tool that is a command line; {file} and {out} stand for the two paths."""

    def work(file: Path, out: Path) -> None:
        filled = [word.format(file=file, out=out) for word in words]
        subprocess.run(filled, capture_output=True, check=False)

    return work


def table(outcomes: dict[str, dict[str, str]], tools: list[str]) -> None:
    """A row per channel that survived somewhere, then the sums."""
    width = max(map(len, outcomes))
    print(f"{'channel':<{width}}  " + "  ".join(f"{tool:>14}" for tool in tools))
    for channel, row in outcomes.items():
        words = ["gone" if row[tool] == "gone" else REFUSED if row[tool] == REFUSED else "SURVIVES" for tool in tools]
        print(f"{channel:<{width}}  " + "  ".join(f"{word:>14}" for word in words))
    for label in ("SURVIVES", REFUSED):
        counts = [sum((row[tool] not in ("gone", REFUSED)) if label == "SURVIVES" else row[tool] == REFUSED
                      for row in outcomes.values()) for tool in tools]  # fmt: skip
        print(f"{label.lower() + f' of {len(outcomes)}':<{width}}  " + "  ".join(f"{count:>14}" for count in counts))


if __name__ == "__main__":
    main()
