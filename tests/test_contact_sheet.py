"""The page to look at before posting shows copies only, says in words what was decided, and needs nothing else."""

from __future__ import annotations

import base64
import io
import os
import re
from pathlib import Path

import pytest
from PIL import Image

import scrubber
from scrubber import contact_sheet
from scrubber.types import Decision, Result

FACE = scrubber.Face(scrubber.Box(10, 20, 30, 40), 0.9, ("yunet",))


@pytest.fixture
def results(tmp_path: Path) -> list[Result]:
    """A copy with somebody hidden and somebody shown, one with nobody in it, one withheld and one damaged."""
    (tmp_path / "out").mkdir()
    for name in ("crowd #1.png", "empty.png"):
        Image.new("RGB", (200, 100), "green").save(tmp_path / "out" / name)
    decisions = (Decision(FACE, "hide", "no-match"), Decision(FACE, "show", "allowed-by-box", "p-017"))
    return [
        Result("crowd.png", str(tmp_path / "out" / "crowd #1.png"), "published", faces=decisions),
        Result("empty.png", str(tmp_path / "out" / "empty.png"), "published", warnings=("a <b>note</b>",)),
        Result("held.png", None, "withheld", "face-still-visible"),
        Result("broken.png", None, "failed", "damaged", warnings=("broken.png: the file is damaged",)),
    ]


def drawn(results: list[Result], target: Path) -> str:
    with contact_sheet.written_to(target) as draw:
        for result in results:
            draw(result)
    return target.read_text("utf-8")


def figures(page: str) -> list[str]:
    return re.findall(r"<figure.*?</figure>", page, re.DOTALL)


def test_every_photo_has_its_place_in_words(results: list[Result], tmp_path: Path) -> None:
    crowd, empty, held, broken = figures(drawn(results, tmp_path / "sheet.html"))
    assert "1 hidden: nobody the manifest knows" in crowd
    assert "1 shown: consent, pointed at" in crowd
    assert "no face found: is there really none?" in empty
    assert "face still visible" in held
    assert "add a hide box" in held
    assert "damaged or cut off" in broken
    assert "copy it again" in broken


def test_photos_can_be_filtered_by_what_was_decided(results: list[Result], tmp_path: Path) -> None:
    about = [re.search(r'data-about="(.*?)"', each) for each in figures(drawn(results, tmp_path / "sheet.html"))]
    assert [found and found[1] for found in about] == [
        "hidden: nobody the manifest knows|shown: consent, pointed at",
        "no face found",
        "withheld",
        "failed",
    ]


def test_boxes_lie_where_the_faces_are(results: list[Result], tmp_path: Path) -> None:
    crowd = figures(drawn(results, tmp_path / "sheet.html"))[0]
    assert crowd.count('style="left:5.00%;top:20.00%;width:15.00%;height:40.00%"') == 2
    assert crowd.count('class="face hide"') == crowd.count('class="face show"') == 1


def test_pictures_are_small_copies_and_lead_to_the_whole_one(results: list[Result], tmp_path: Path) -> None:
    crowd = figures(drawn(results, tmp_path / "sheet.html"))[0]
    [data] = re.findall(r'src="data:image/jpeg;base64,(.*?)"', crowd)
    with Image.open(io.BytesIO(base64.b64decode(data))) as image:
        assert image.size == (200, 100)
    assert 'href="out/crowd%20%231.png"' in crowd


def test_the_page_loads_nothing_and_runs_nothing_of_the_photos(results: list[Result], tmp_path: Path) -> None:
    page = drawn(results, tmp_path / "sheet.html")
    assert "default-src 'none'" in page
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)
    assert "<b>note</b>" not in page
    assert "a &lt;b&gt;note&lt;/b&gt;" in page


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
def test_the_page_is_private(results: list[Result], tmp_path: Path) -> None:
    drawn(results, tmp_path / "sheet.html")
    assert (tmp_path / "sheet.html").stat().st_mode & 0o077 == 0


def test_a_page_that_cannot_be_written(results: list[Result], tmp_path: Path) -> None:
    with pytest.raises(scrubber.NotWritable, match="choose another place"):
        drawn(results, tmp_path / "nowhere" / "sheet.html")


def test_there_is_no_page_after_an_interrupt(results: list[Result], tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), contact_sheet.written_to(tmp_path / "sheet.html") as draw:
        draw(results[0])
        raise KeyboardInterrupt
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
