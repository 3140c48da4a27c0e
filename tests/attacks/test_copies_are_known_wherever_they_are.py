"""One yardstick: a copy is judged by what its run decided, also where it was renamed, copied or handed on.

Before, `verify` called copies in a copied folder unfit, and its advice led to hide boxes for copies.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from calling import call
from PIL import Image

import scrubber
from scrubber.detection import presets
from scrubber.photos import Frame
from scrubber.values import Box, Decision, Region
from scrubber.verification import faces


@pytest.fixture
def copy(tmp_path: Path, samples: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "photos").mkdir()
    shutil.copy(samples / "solvay_conference_1927.jpg", tmp_path / "photos" / "group.jpg")
    assert call("run photos -o out --preset fast --quiet --report report.jsonl") == 0
    [copy] = (tmp_path / "out").iterdir()
    return copy


@pytest.mark.parametrize("went", ["stays", "renamed", "handed on"])
@pytest.mark.parametrize("told", ["by the ledger", "by the report"])
def test_verify_knows_a_copy_by_its_bytes(
    copy: Path, went: str, told: str, state: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    if went == "renamed":
        copy = copy.rename(copy.with_name("to post.jpg"))
    elif went == "handed on":
        copy = Path(shutil.copy(copy, "from-a-friend.jpg"))
    report = ""
    if told == "by the report":
        shutil.rmtree(state)
        report = "--report report.jsonl"
    capfd.readouterr()
    assert (
        call(
            f"verify {str(copy).replace(' ', '?')} --json {report}"
            if " " not in str(copy)
            else f"verify {copy.parent} --json {report}"
        )
        == 0
    )
    verdict = json.loads(capfd.readouterr().out.splitlines()[0])
    assert verdict["clean"] and verdict["faces"] == []


def test_the_library_does_as_well(copy: Path) -> None:
    data = copy.read_bytes()
    assert scrubber.verify(data).clean
    assert scrubber.verify(Path(shutil.copy(copy, "elsewhere.jpg"))).clean


@pytest.mark.parametrize("said", ["hide --box 10,10,20,20", "no-photo", "dismiss --face 1"])
def test_nothing_can_be_said_of_a_copy_by_whichever_name(copy: Path, said: str) -> None:
    shutil.copy(copy, "mine.jpg")
    what, _, option = said.partition(" ")
    assert call(f"consent {what} mine.jpg {option} --manifest m.toml") == 2
    assert not Path("m.toml").exists()


@pytest.mark.usefixtures("copy")
def test_who_says_no_photo_learns_what_is_out(capfd: pytest.CaptureFixture[str]) -> None:
    capfd.readouterr()
    assert call("consent no-photo photos/group.jpg --manifest m.toml") == 0
    assert "is out as it was; give the run again" in capfd.readouterr().err


def test_a_face_that_only_a_run_finds_can_be_dismissed(copy: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert copy.exists()
    assert call("consent dismiss photos/group.jpg --box 10,10,90,90 --manifest m.toml") == 0
    assert call("consent dismiss photos/group.jpg --manifest m.toml") == 2
    assert "dismiss = [" in Path("m.toml").read_text()
    capfd.readouterr()
    assert call("faces photos --consent m.toml --preset fast") == 0
    assert "it counts if a run finds one there later" in capfd.readouterr().err


def test_a_sheet_that_shows_what_was_taken_away_is_named(
    tmp_path: Path, samples: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(samples / "astronaut.jpg", "a.jpg")
    assert call("run a.jpg -o out --preset fast --contact-sheet out/sheet.html") == 0
    assert call("consent no-photo a.jpg --manifest m.toml") == 0
    monkeypatch.setattr("scrubber.batch.ledger.ledger.now", lambda: "2099-01-01T00:00:00+00:00")
    capfd.readouterr()
    assert call("run a.jpg -o out --preset fast --consent m.toml") == 3
    assert "sheet.html: is a contact sheet that still shows copies taken away" in capfd.readouterr().err


@pytest.mark.parametrize("kind", ["faint", "soft", "frames"])
def test_verify_passes_transparent_copies_of_the_same_run(
    samples: Path, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It called an arm beside a painted head a face that is hardly seen, in colours that had been looked at."""
    monkeypatch.chdir(tmp_path)
    with Image.open(samples / "astronaut.jpg") as opened:
        photo = opened.convert("RGBA")
    photo.putalpha(9 if kind == "faint" else 80)
    if kind == "frames":
        frames = [photo.copy() for _ in range(3)]
        for number, frame in enumerate(frames):
            frame.putalpha(255)
            frame.paste((0, 0, 0, 0), (0, 0, 512, 40 + 20 * number))
        frames[0].save("a.gif", save_all=True, append_images=frames[1:], duration=100, disposal=2)
    else:
        photo.save("a.png")
    assert call("run . -o out --preset fast") == 0
    assert call("verify out --preset fast") == 0


@pytest.mark.parametrize("place", ["at the rim of paint", "seen by a closer look alone", "seen by the run's look"])
def test_verify_objects_to_nothing_that_the_run_passed(
    scenery: np.ndarray, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It called copies unfit for places that the run had looked at, in the original and in the copy."""
    face = Region(Box(60, 60, 80, 80), 0.9)
    head = Region(Box(100 if "rim" in place else 250, 60, 30, 30))
    monkeypatch.setattr(presets, "find_upright", lambda *_: (face,))
    monkeypatch.setattr(presets, "find_again", lambda *_: (face,) if "run's" in place else ())
    found, unsure = faces.visible(Frame(scenery), "fast", (), [Decision(head, "hide", "no-manifest")])
    assert found == ([face] if "run's" in place else [])
    assert [said.endswith("60,60,80,80") for said in unsure] == [True] * (not found)
