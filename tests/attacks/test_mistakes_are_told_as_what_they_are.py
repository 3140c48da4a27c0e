"""What is refused or passed over is said in true words, with its exit code; values from elsewhere are checked."""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from calling import call
from PIL import Image

import scrubber

CONSENT = "--consent consent.toml --for social --preset fast"


@pytest.fixture
def desk(permitted_portrait: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(permitted_portrait)
    return permitted_portrait


@pytest.mark.parametrize(
    "out", ["consent.toml", "photos/portrait.jpg/x", "photos/portrait.jpg/x.jpg", "photos/portrait.jpg/x/y"]
)
@pytest.mark.usefixtures("desk")
def test_an_output_in_a_file_is_a_mistake_of_usage(out: str) -> None:
    assert call(f"run photos/portrait.jpg -o {out} --preset fast") == 2


@pytest.mark.usefixtures("desk")
def test_a_link_to_a_photo_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    Path("photos/twin.jpg").symlink_to("portrait.jpg")
    assert call("run photos photos/portrait.jpg -o out --preset fast") == 0
    assert "1 link left behind, which leads to a photo that is made once: twin.jpg" in capfd.readouterr().err


@pytest.mark.usefixtures("desk")
def test_what_is_said_of_a_show_box_and_of_nobody_is_so(capfd: pytest.CaptureFixture[str]) -> None:
    assert call(f"run photos -o out {CONSENT}") == 0
    shutil.move("photos/portrait.jpg", "portrait.jpg")
    Image.new("RGB", (90, 90)).save("photos/other.png")
    capfd.readouterr()
    assert call("run photos -o out --nobody --consent consent.toml --preset fast") == 0
    said = capfd.readouterr().err
    assert "wrong-purpose" not in said
    assert "points at somebody who may not be seen in a photo, matched none" in said


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full disk to write to")
@pytest.mark.parametrize("words", [["--help"], ["run", "--help"], ["--version"]])
def test_help_onto_a_full_disk_is_no_traceback(root: Path, words: list[str]) -> None:
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run(
            [sys.executable, "-P", root / "cli.py", *words], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert "Traceback" not in done.stderr
    assert "standard output: " in done.stderr


def changed(analysis: scrubber.Analysis, *path: Any, value: Any) -> dict[str, Any]:
    values = json.loads(json.dumps(analysis.whole_as_json()))
    inner = values
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return values


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("withheld",), "../../x\x1b[31m"),
        (("decisions", 0, "reason"), "because"),
        (("decisions", 0, "decision"), "copy"),
        (("decisions", 0, "region", "kind"), "a kind"),
        (("decisions", 0, "region", "box", 0), math.nan),
        (("found", 0, 0, "box", 2), math.inf),
        (("found", 0, 0, "score"), math.nan),
        (("found", 0, 0, "landmarks", "nose", 0), math.nan),
        (("found", 0, 0, "box", 0), "1"),
    ],
)
@pytest.mark.usefixtures("desk")
def test_an_analysis_from_elsewhere_is_checked(path: tuple[Any, ...], value: object) -> None:
    analysis = scrubber.analyse("photos/portrait.jpg")
    assert scrubber.Analysis.from_json(json.loads(json.dumps(analysis.whole_as_json()))) == analysis
    with pytest.raises(scrubber.UsageError, match="this is no analysis") as caught:
        scrubber.Analysis.from_json(changed(analysis, *path, value=value))
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize("number", [math.nan, -math.inf])
def test_a_box_that_holds_no_number_is_told_as_it_is(number: float) -> None:
    with pytest.raises(scrubber.UsageError, match=str(number)):
        scrubber.hide(Image.new("RGB", (50, 50)), [(number, 1, 2, 3)])


@pytest.mark.parametrize("threads", ["-1", "many", "0"])
def test_a_number_of_threads_that_is_none_fails_no_photo(desk: Path, root: Path, threads: str) -> None:
    done = subprocess.run(
        [sys.executable, "-P", root / "cli.py", "run", "photos", "-o", "out", "--preset", "fast"],
        cwd=desk, env={**os.environ, "OPENCV_FOR_THREADS_NUM": threads}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
