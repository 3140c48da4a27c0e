"""Promise 1: one odd file, link or word costs itself, and is one line; the others are made safe, and what must go goes.

Each of these ended the whole command with a traceback, before anything was published or taken away.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import command_line
import numpy as np
import pytest
from calling import call
from PIL import Image

import scrubber

ROOT = Path(__file__).resolve().parents[2]
LONG = "a" * 300


@pytest.fixture
def desk(tmp_path: Path, scenery: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "photos").mkdir()
    Image.fromarray(scenery).save(tmp_path / "photos" / "a.png")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("leads", ["z.jpg", "/proc/1/cwd", "/proc/1/exe", LONG, "nowhere"])
def test_a_link_that_leads_nowhere_costs_itself(desk: Path, leads: str) -> None:
    (desk / "photos" / "z.jpg").symlink_to(leads)
    (desk / "photos" / "album").symlink_to(leads)
    assert call("run photos -o out --preset fast --quiet") in (0, 3)
    assert len(list((desk / "out").iterdir())) == 1
    assert call("inspect photos") in (0, 3)
    assert call("faces photos --preset fast") in (0, 3)
    results = list(scrubber.scrub_folder("photos", "other", policy=scrubber.Policy(preset="fast"), isolate=False))
    assert "published" in [result.status for result in results]


def test_and_keeps_no_copy_out_that_must_go(desk: Path) -> None:
    assert call("run photos -o out --preset fast --quiet") == 0
    assert call("consent no-photo photos/a.png --manifest m.toml") == 0
    (desk / "photos" / "z.jpg").symlink_to("z.jpg")
    assert call("run photos -o out --preset fast --quiet --consent m.toml") == 3
    assert list((desk / "out").iterdir()) == []


@pytest.mark.parametrize(
    "words",
    [
        f"run photos -o {LONG}",
        f"run photos/a.png -o {LONG}.png",
        f"run {LONG}.jpg -o out",
        f"run photos -o out --report {LONG}",
        f"run photos -o out --contact-sheet {LONG}",
        f"inspect {LONG}",
        f"verify {LONG}",
        f"faces photos --picture {LONG}.png",
        f"published {LONG}",
        f"consent hide photos/a.png --box 1,1,9,9 --manifest {LONG}",
        f"consent init {LONG}",
        "run photos -o all.jpg",
        "run photos -o out --report x --contact-sheet x",
    ],
)
def test_a_word_that_can_be_no_file_is_one_line(desk: Path, words: str) -> None:
    done = command_line.scrubber(*words.split(), folder=desk)
    assert done.code == 2, done.err
    assert "Traceback" not in done.err
    assert sorted(path.name for path in desk.iterdir()) == ["photos"]


@pytest.mark.skipif(os.name == "nt", reason="a POSIX shell")
@pytest.mark.parametrize("words", ["inspect photos/a.png >&-", "run - -o o.jpg <&-", "run photos -o out 2>&-"])
def test_streams_that_are_closed_end_nothing(desk: Path, words: str) -> None:
    command = f"{sys.executable} {ROOT / 'cli.py'} {words}"
    done = subprocess.run(["sh", "-c", command], cwd=desk, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    assert ("run photos" not in words) or len(list((desk / "out").iterdir())) == 1


class Broken(io.BytesIO):
    def __init__(self, gives: object) -> None:
        super().__init__()
        self.gives = gives

    def read(self, _: object = None) -> bytes:
        if isinstance(self.gives, Exception):
            raise self.gives
        return self.gives  # type: ignore[return-value]


@pytest.mark.parametrize("gives", [OSError("gone"), ValueError("closed"), "text"])
def test_a_file_object_that_fails_is_the_callers_mistake(gives: object) -> None:
    with pytest.raises(scrubber.UsageError, match="reading it failed"):
        scrubber.scrub_bytes(Broken(gives))


def test_a_path_with_a_zero_byte_is_none() -> None:
    with pytest.raises(scrubber.UsageError, match="zero byte"):
        scrubber.scrub("a\0b", "out.jpg")
