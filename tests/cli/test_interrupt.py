"""Ctrl-C in the middle of a run: quiet, soon, nothing half-made, and the next run goes on from there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
PHOTOS = 60


@pytest.mark.skipif(os.name != "posix", reason="interrupts are sent as POSIX signals")
@pytest.mark.parametrize("to_all", [False, True], ids=["to the run", "to all its processes, as a terminal does"])
@pytest.mark.slow
def test_an_interrupt(tmp_path: Path, scenery: np.ndarray, to_all: bool) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    for number in range(PHOTOS):
        Image.fromarray(np.roll(scenery, number, axis=1)).save(folder / f"{number}.png")
    command = [
        sys.executable,
        str(ROOT / "cli.py"),
        "run",
        str(folder),
        "-o",
        str(out),
        "--preset",
        "fast",
        "--jobs",
        "2",
    ]
    environment = os.environ | {"XDG_STATE_HOME": str(tmp_path / "state")}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment, start_new_session=True)
    while len(list(out.glob("*.png"))) < 3:
        time.sleep(0.01)
    if to_all:
        os.killpg(process.pid, signal.SIGINT)
    else:
        process.send_signal(signal.SIGINT)
    _, said = process.communicate()
    assert process.returncode == 130
    assert said.strip() == (
        "scrubber: interrupted; what was published so far is whole and safe; give the same command again: it carries on"
    )
    done = sorted(path.name for path in out.iterdir())
    assert 3 <= len(done) < PHOTOS
    assert all(name.endswith(".png") for name in done)
    again = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert again.returncode == 0
    assert f"{PHOTOS - len(done)} published, {len(done)} unchanged since the last run" in again.stderr
