"""The page to look at before posting shows copies only, says in words what was decided, and needs nothing else."""

from __future__ import annotations

import base64
import io
import os
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import scrubber
from scrubber.output import contact_sheet
from scrubber.results import Result
from scrubber.values import Decision

FACE = scrubber.Region(scrubber.Box(10, 20, 30, 40), 0.9, ("yunet",))


@pytest.fixture
def results(tmp_path: Path) -> list[Result]:
    """A copy with somebody hidden and somebody shown, one with nobody in it, one withheld and one damaged."""
    (tmp_path / "out").mkdir()
    for name in ("crowd #1.png", "empty.png"):
        Image.new("RGB", (200, 100), "green").save(tmp_path / "out" / name)
    decisions = (Decision(FACE, "hide", "no-match"), Decision(FACE, "show", "allowed-by-box", "p-017"))
    return [
        Result(
            "crowd.png", str(tmp_path / "out" / "crowd #1.png"), "published", None, decisions, width=200, height=100
        ),
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


def test_boxes_are_shares_of_the_original_in_a_smaller_copy(tmp_path: Path) -> None:
    """`--max-size` made the copy smaller than the picture that boxes are pixels of: one was drawn at `left: 185%`."""
    Image.new("RGB", (100, 50), "green").save(tmp_path / "small.png")
    far = Decision(scrubber.Region(scrubber.Box(900, 400, 90, 90)), "hide", "no-match")
    outside = Decision(scrubber.Region(scrubber.Box(-100, 450, 200, 90)), "hide", "pointed-hide")
    made = Result("a.png", str(tmp_path / "small.png"), "published", None, (far, outside), width=1000, height=500)
    page = drawn([made], tmp_path / "sheet.html")
    assert 'style="left:90.00%;top:80.00%;width:9.00%;height:18.00%"' in page
    assert 'style="left:0.00%;top:90.00%;width:10.00%;height:10.00%"' in page


def shown_pictures(page: str) -> list[np.ndarray]:
    found = re.findall(r'src="data:image/jpeg;base64,(.*?)"', page)
    return [np.asarray(Image.open(io.BytesIO(base64.b64decode(data)))) for data in found]


def test_what_is_transparent_is_shown_on_white_and_on_black(tmp_path: Path) -> None:
    """White lines that are seen on black only, and black ones that are seen on white only."""
    pixels = np.zeros((40, 40, 4), np.uint8)
    pixels[5:15] = 255
    pixels[25:35] = (0, 0, 0, 255)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    page = drawn([Result("a.png", str(tmp_path / "a.png"), "published")], tmp_path / "sheet.html")
    on_white, on_black = shown_pictures(page)
    assert on_white[30].max() < 40 and on_white[10].min() > 215
    assert on_black[10].min() > 215 and on_black[20].max() < 40
    assert "transparent in part: shown on white and on black" in page


def test_an_animation_says_how_many_pictures_it_has(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "green", "blue")]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:], duration=100)
    page = drawn([Result("a.gif", str(tmp_path / "a.gif"), "unchanged")], tmp_path / "sheet.html")
    assert "this is the first of 3 pictures in it" in page


def test_what_was_taken_away_or_only_rehearsed_has_no_picture(tmp_path: Path) -> None:
    Image.new("RGB", (20, 20)).save(tmp_path / "a.png")
    hidden = (Decision(FACE, "hide", "no-match"),)
    page = drawn(
        [
            Result("a.jpg", str(tmp_path / "a.png"), "retracted", "withdrawn"),
            Result("b.jpg", str(tmp_path / "a.png"), "rehearsed", faces=hidden),
            Result("c.jpg", str(tmp_path / "gone.png"), "published"),
        ],
        tmp_path / "sheet.html",
    )
    retracted, rehearsed, gone = figures(page)
    assert "was taken away" in retracted and "consent was withdrawn" in retracted
    assert "nothing was written" in rehearsed and "1 hidden: nobody the manifest knows" in rehearsed
    assert "cannot be shown" in gone
    assert not shown_pictures(page)


def test_names_and_warnings_are_text_whatever_they_hold(tmp_path: Path) -> None:
    """Markup, quotes, controls and changes of direction, in each place that repeats what somebody else wrote."""
    name = '"><script>alert(1)<\u002fscript>\x1b\u202e|\udcff.png'.replace("/", "\u2215")
    (tmp_path / "x").mkdir()
    Image.new("RGB", (20, 20)).save(tmp_path / "x" / "a.png")
    path = (tmp_path / "x" / "a.png").rename(tmp_path / "x" / name)
    who = Decision(FACE, "show", "allowed-by-box", '"><img onerror=x>')
    page = drawn(
        [
            Result(name, str(path), "published", None, (who,), warnings=(name,), width=200, height=100),
            Result(name, None, "failed", name),
        ],
        tmp_path / "sheet.html",
    )
    body = "".join(figures(page))
    assert not re.findall(r"<(?!/?(?:figure|div|b|br|a|img|figcaption|ul|li)\b)", body)
    assert body.count("<img") == 1
    assert not set("\x1b\u202e\udcff") & set(page)
    assert 'href="x/%22%3E%3Cscript%3E' in body


def test_an_earlier_sheet_is_replaced_and_nothing_else(results: list[Result], tmp_path: Path) -> None:
    target = tmp_path / "sheet.html"
    assert "empty.png" not in drawn(results[:1], target)
    assert "empty.png" in drawn(results, target)
    target.write_text("<!doctype html>\n<title>my own page</title>")
    with pytest.raises(scrubber.UsageError, match="--overwrite"):
        drawn(results, target)
    assert "my own page" in target.read_text()
    with contact_sheet.written_to(target, overwrite=True) as draw:
        draw(results[1])
    assert "empty.png" in target.read_text("utf-8")


def test_not_even_somebody_who_says_so_writes_over_an_original(tmp_path: Path) -> None:
    photo = tmp_path / "a.png"
    Image.new("RGB", (20, 20)).save(photo)
    before = photo.read_bytes()
    with pytest.raises(scrubber.NotWritable, match="original"), contact_sheet.written_to(photo, overwrite=True) as draw:
        draw(Result(str(photo), None, "failed", "damaged"))
    assert photo.read_bytes() == before


@pytest.mark.skipif(os.name != "posix", reason="links need permission elsewhere")
def test_planted_links_lead_nowhere(results: list[Result], tmp_path: Path) -> None:
    """A link under the name of the page, and under the name that its unfinished copy once had."""
    victim = tmp_path / "victim"
    victim.write_bytes(b"mine")
    (tmp_path / "sheet.html").symlink_to(victim)
    (tmp_path / ".other.html.part").symlink_to(victim)
    with pytest.raises(scrubber.UsageError, match="a link"):
        drawn(results, tmp_path / "sheet.html")
    drawn(results, tmp_path / "other.html")
    assert victim.read_bytes() == b"mine"
