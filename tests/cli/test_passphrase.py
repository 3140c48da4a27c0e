"""The passphrase of a locked manifest stays with the command: no process that opens photos has it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WORDS = "four quite random words"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def children(process: int) -> list[int]:
    """Of all generations."""
    listed = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [each for child in map(int, listed) for each in (child, *children(child))]


@pytest.mark.parametrize("way", ["the variable", "a descriptor"])
def test_no_child_is_given_it(way: str, tmp_path: Path) -> None:
    """Before, workers inherited the whole environment, and a photo that took one over could have read it there."""
    photos = tmp_path / "photos"
    photos.mkdir()
    for name in ("astronaut", "astronaut_sideways", "solvay_conference_1927"):
        shutil.copy(ROOT / "sample_media" / f"{name}.jpg", photos)
    reading, writing = os.pipe()
    os.write(writing, f"{WORDS}\n".encode())
    told = {"SCRUBBER_PASSPHRASE": WORDS} if way == "the variable" else {"SCRUBBER_PASSPHRASE_FD": str(reading)}
    words = ["run", str(photos), "-o", str(tmp_path / "out"), "--jobs", "2", "--preset", "fast", "--quiet"]
    begun = subprocess.Popen(
        [sys.executable, ROOT / "cli.py", *words], env=os.environ | told, pass_fds=[reading], stdin=subprocess.DEVNULL
    )
    while not list((tmp_path / "out").glob("*.jpg")) and begun.poll() is None:
        time.sleep(0.005)
    begun.send_signal(signal.SIGSTOP)
    try:
        pipe = os.fstat(reading).st_ino
        found = children(begun.pid)
        assert len(found) >= 3  # two workers, and what they are forked from
        for child in found:
            assert b"SCRUBBER_PASSPHRASE" not in Path(f"/proc/{child}/environ").read_bytes()
            open_files = [file.stat().st_ino for file in Path(f"/proc/{child}/fd").iterdir() if file.exists()]
            assert pipe not in open_files
    finally:
        begun.send_signal(signal.SIGCONT)
        assert begun.wait(60) == 0
        os.close(reading)
        os.close(writing)
