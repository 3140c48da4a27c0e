"""Regions are drawn so that a person can name one: numbers beside the faces, told apart without colour, at any size."""

from __future__ import annotations

import io
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from scrubber.output.numbered_picture import beside_each_other, encode, is_numbered_picture, numbered_picture
from scrubber.output.rulers import margins
from scrubber.values import Action, Box, Decision, Region
from scrubber.verification.audit import audit

BLUE, ORANGE = (86, 180, 233), (230, 159, 0)


def decision(box: Box, number: int = 1, action: Action = "hide") -> Decision:
    return Decision(Region(box, id=number), action, "no-match" if action == "hide" else "allowed-by-box")


def drawn(pixels: np.ndarray, *decisions: Decision) -> np.ndarray:
    """What is drawn on the picture itself, without its rulers, but with the legend below."""
    whole = np.asarray(numbered_picture(pixels, decisions))
    height, width = pixels.shape[:2]
    factor = next(n for n in range(8, 0, -1) if fits(whole, width * n, height * n, n))
    left, top = margins((width * factor, height * factor), factor)
    return whole[top:, left : left + width * factor]


def fits(whole: np.ndarray, width: int, height: int, factor: int) -> bool:
    left, top = margins((width, height), factor)
    return whole.shape[1] >= left + width and whole.shape[0] >= top + height


def inside(picture: np.ndarray, box: Box) -> np.ndarray:
    x, y, width, height = box.rounded()
    return picture[y : y + height, x : x + width]


def grey(width: int, height: int) -> np.ndarray:
    return np.full((height, width, 3), 90, np.uint8)


def coloured(picture: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    return (picture == colour).all(axis=-1)


def test_hidden_and_shown_differ_without_colour() -> None:
    """The line of a hidden region goes on, that of a shown one is broken; one label has corners, the other has none."""
    hidden, shown = Box(200, 400, 120, 120), Box(800, 400, 120, 120)
    picture = drawn(grey(1400, 1000), decision(hidden, 1), decision(shown, 2, "show"))[:1000]
    for box, colour, unbroken in ((hidden, BLUE, True), (shown, ORANGE, False)):
        x, y, width, _ = box.rounded()
        along = coloured(picture[y - 3, x : x + width], colour)
        assert along.all() == unbroken
        assert along.sum() > width / 3
        rows, columns = np.nonzero(coloured(picture[: y - 8, x - 20 : x + width + 20], colour))
        first = columns[rows == rows.min()]
        label = columns.max() - columns.min()
        assert (len(first) > 0.9 * label) == unbroken


def test_no_face_is_drawn_over_where_there_is_room() -> None:
    rng = np.random.default_rng(3)
    pixels = rng.integers(0, 256, (1000, 1400, 3), dtype=np.uint8)
    boxes = [Box(40 + 130 * x, 60 + 120 * y, 60, 70) for x, y in product(range(10), range(8))]
    picture = drawn(pixels, *(decision(box, n, "show" if n % 3 else "hide") for n, box in enumerate(boxes, 1)))
    for box in boxes:
        assert (inside(picture, box) == inside(pixels, box)).all()


def test_in_a_crowd_without_room_every_number_is_still_there() -> None:
    """Boxes side by side leave no place between them: labels go further off, with a line, or cover what they must."""
    boxes = [Box(300 + 20 * x, 200 + 20 * y, 20, 20) for x, y in product(range(12), range(12))]
    pixels = grey(1400, 1000)
    before = drawn(pixels, *(decision(box, 8) for box in boxes))
    for changed in (0, 70, 143):
        after = drawn(pixels, *(decision(box, 3 if n == changed else 8) for n, box in enumerate(boxes)))
        assert (before != after).any()


@pytest.mark.parametrize(
    "box", [Box(0, 0, 50, 50), Box(1350, 950, 50, 50), Box(-20, 980, 60, 60), Box(0, 0, 1400, 1000)]
)
def test_labels_stay_in_the_picture(box: Box) -> None:
    one, other = (drawn(grey(1400, 1000), decision(box, number))[:1000] for number in (1, 7))
    changed = np.nonzero((one != other).any(axis=-1))
    assert len(changed[0]) > 10  # strokes of the number


def test_small_pictures_are_enlarged_and_large_ones_kept() -> None:
    small = drawn(grey(300, 200), decision(Box(100, 50, 12, 14), 12))
    assert small.shape[1] == 1500
    assert small.shape[0] > 1000
    assert drawn(grey(4000, 3000))[:3000].shape == (3000, 4000, 3)
    assert drawn(grey(1, 1), decision(Box(0, 0, 1, 1))).shape[2] == 3


@pytest.mark.parametrize("size", [(300, 200), (1024, 768), (6000, 4000)])
def test_numbers_can_be_read_at_any_size(size: tuple[int, int]) -> None:
    """Two numbers that differ in one digit differ in strokes at least 13 pixels high."""
    width, height = size
    box = Box(width / 2, height / 2, width / 30, width / 30)
    one, other = (drawn(grey(width, height), decision(box, number)) for number in (21, 25))
    rows = np.nonzero((one != other).any(axis=(1, 2)))[0]
    assert rows.max() - rows.min() >= 8
    labels = np.nonzero(coloured(one[:-60], BLUE).any(axis=1))[0]
    assert labels.min() < height / 2 * (one.shape[1] // width)


@pytest.mark.parametrize("encoding", ["PNG", "JPEG"])
def test_files_hold_the_picture_alone(encoding: str) -> None:
    made = numbered_picture(grey(1400, 1000), [decision(Box(10, 10, 50, 50))])
    data = encode(made, encoding)  # type: ignore[arg-type]
    with Image.open(io.BytesIO(data)) as image:
        assert image.size == made.size
        assert not image.getexif() and not image.info.get("icc_profile")
    comment = b"numbered picture of scrubber"
    assert data.count(comment) == 1
    if encoding == "PNG":
        assert all("Comment" in leak.where or "tEXt" in leak.where for leak in audit(data))


@pytest.mark.parametrize("encoding", ["PNG", "JPEG"])
def test_our_own_picture_is_known_again(encoding: str, tmp_path: Path) -> None:
    made = numbered_picture(grey(1400, 1000), [decision(Box(10, 10, 50, 50))])
    (tmp_path / "ours").write_bytes(encode(made, encoding))  # type: ignore[arg-type]
    assert is_numbered_picture(tmp_path / "ours")
    made.save(tmp_path / "foreign", encoding)
    (tmp_path / "words").write_bytes(b"numbered picture of scrubber")
    assert not any(is_numbered_picture(tmp_path / name) for name in ("foreign", "words", "nowhere"))


@pytest.mark.parametrize(
    ("width", "height", "factor"), [(300, 200, 5), (1000, 750, 2), (4000, 3000, 1), (12000, 900, 1)]
)
def test_rulers_stand_where_the_pixels_of_the_original_are(width: int, height: int, factor: int) -> None:
    """Every tick is a whole number of pixels of the original from the edge of the picture, to its far end."""
    picture = np.asarray(numbered_picture(grey(width, height), []))
    left, top = margins((width * factor, height * factor), factor)
    assert (picture[top : top + height * factor, left : left + width * factor] == 90).mean() > 0.99
    for ruler, start, pixels in ((picture[top - 3], left, width), (picture[:, left - 3], top, height)):
        ruler = ruler[start - 3 : start + pixels * factor + 9]
        black = np.flatnonzero((ruler == 0).all(axis=-1)) + start - 3
        groups = np.split(black, np.flatnonzero(np.diff(black) > 1) + 1)
        centers = np.array([(group[0] + group[-1]) / 2 for group in groups]) - start
        steps = np.diff(centers) / factor
        assert len(groups) >= 10
        assert abs(centers[0]) <= factor / 2 + 1
        assert np.ptp(steps) < 1
        assert centers[-1] / factor > pixels - steps[0] - 1


def test_pictures_beside_each_other() -> None:
    one, other = (Image.new("RGB", size, "red") for size in ((10, 20), (30, 10)))
    assert beside_each_other([one, other]).size == (40, 20)
    assert beside_each_other([one]) is one
