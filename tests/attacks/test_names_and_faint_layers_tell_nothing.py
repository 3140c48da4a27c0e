"""Promise 2: what is hidden is not in a copy's name, nor in a layer that hardly shows.

A number on a card was found by trying all numbers against the name of the copy; a document in alpha of 1 of 255
came through whole, and was called clean.
"""

from __future__ import annotations

import io
import shutil
import struct
from pathlib import Path

import numpy as np
import pytest
from calling import call
from PIL import Image, ImageDraw

import scrubber
from scrubber.policy import Limits
from scrubber.verification import verify

FAST = "--preset fast --quiet"


def card(number: str, scenery: np.ndarray) -> Image.Image:
    picture = Image.fromarray(scenery)
    ImageDraw.Draw(picture).text((60, 60), number, fill="white")
    return picture


def test_a_name_hangs_on_what_can_be_seen(tmp_path: Path, scenery: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names = set()
    for number in ("4711", "1234"):
        folder = tmp_path / number
        folder.mkdir()
        card(number, scenery).save(folder / "card.png")
        call(f"consent hide {number}/card.png --box 50,50,80,40 --manifest {number}.toml")
        assert call(f"run {number}/card.png -o out-{number} --consent {number}.toml {FAST}") == 0
        names |= {path.name for path in (tmp_path / f"out-{number}").iterdir()}
    assert len(names) == 1


@pytest.mark.parametrize("change", ["--style solid", "--max-size 100", "--format jpeg", "consent"])
def test_a_name_stays_whatever_else_changes(
    tmp_path: Path, samples: Path, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(samples / "astronaut.jpg", "a.jpg")
    assert call(f"run a.jpg -o out {FAST}") == 0
    [before] = (tmp_path / "out").iterdir()
    if change == "consent":
        assert call("consent hide a.jpg --box 400,20,60,60 --manifest m.toml") == 0
        change = "--consent m.toml"
    assert call(f"run a.jpg -o out {FAST} {change}") == 0
    [after] = (tmp_path / "out").iterdir()
    assert after.stem == before.stem


@pytest.mark.parametrize("form", ["PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("alpha", [1, 7])
def test_a_layer_that_hardly_shows_is_taken_out(form: str, alpha: int, scenery: np.ndarray) -> None:
    picture = Image.fromarray(scenery).convert("RGBA")
    page = Image.new("RGBA", picture.size, (255, 255, 255, alpha))
    ImageDraw.Draw(page).text((20, 20), "Maria, Kabul Shar-e-Naw", fill=(0, 0, 0, alpha))
    page.paste(picture.crop((0, 100, 320, 240)), (0, 100))
    data = io.BytesIO()
    page.save(data, form, **({"lossless": True, "exact": True} if form == "WEBP" else {}))
    verdict = verify(data.getvalue(), "page", Limits(), "fast")
    assert "hidden-picture" in [leak.kind for leak in verdict.leaks]
    copy = scrubber.scrub_bytes(data.getvalue(), policy=scrubber.Policy(preset="fast"))
    with Image.open(io.BytesIO(copy.data or b"")) as image:
        seen = np.asarray(image.convert("RGBA"))[:90]
    assert seen.max() == 0, "neither colours nor alpha"
    assert verify(copy.data or b"", "copy", Limits(), "fast").clean


def test_restarts_of_a_jpeg_hold_no_message(scenery: np.ndarray) -> None:
    """Three scans, each with an interval of its own, spelt six letters, and were called clean and wholly judged."""
    data = io.BytesIO()
    Image.fromarray(scenery).save(data, "JPEG", quality=90, restart_marker_blocks=7)
    verdict = verify(data.getvalue(), "a.jpg", Limits(), "fast")
    assert any("where it restarts" in sentence for sentence in verdict.not_judged)
    own = scrubber.scrub_bytes(data.getvalue(), policy=scrubber.Policy(preset="fast")).data or b""
    assert not any("restarts" in sentence for sentence in verify(own, "own", Limits(), "fast").not_judged)
    assert struct.pack(">HH", 0xFFDD, 4) not in own
