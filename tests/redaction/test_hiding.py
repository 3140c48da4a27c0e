"""What is painted over a head holds nothing of it, covers all of it, and touches nothing else."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import scrubber
from scrubber import Box, Landmarks, Region, redaction
from scrubber.policy import Style

STYLES = ("blur", "pixelate", "solid")
SHAPE = (90, 120, 3)


def landmarks(box: Box, tilt: float, turn: float) -> Landmarks:
    """Five points where a face in `box` has them, tilted (radians) and turned (-1 to 1)."""
    x, y = box.center
    size = math.sqrt(box.area)

    def place(right: float, down: float) -> tuple[float, float]:
        across, along = right * size, down * size
        return x + across * math.cos(tilt) - along * math.sin(tilt), y + across * math.sin(tilt) + along * math.cos(
            tilt
        )

    return Landmarks(
        place(-0.2 + turn * 0.1, -0.15),
        place(0.2 + turn * 0.1, -0.15),
        place(turn * 0.3, 0.05),
        place(-0.15, 0.25),
        place(0.15, 0.25),
    )


@st.composite
def faces(draw: st.DrawFn) -> Region:
    box = Box(*(draw(st.floats(*limits)) for limits in ((-20, 110), (-20, 80), (3, 60), (3, 60))))
    points = draw(
        st.none()
        | st.builds(landmarks, st.just(box), st.floats(-3.1, 3.1), st.floats(-1, 1))
        | st.builds(lambda p: Landmarks(*[p] * 5), st.tuples(st.floats(-50, 150), st.floats(-50, 150)))
    )
    return Region(box, landmarks=points)


def picture(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, SHAPE, dtype=np.uint8)


@settings(max_examples=60, deadline=None)
@given(st.lists(faces(), min_size=1, max_size=5), st.sampled_from(STYLES), st.integers(0, 3))
def test_hidden_pixels_never_count(found: list[Region], style: Style, kind: int) -> None:
    before = picture(1)
    mask = redaction.mask(SHAPE, found)
    changed = before.copy()
    other = [picture(2), np.zeros_like(before), np.full_like(before, 255), before[::-1, ::-1]][kind]
    changed[mask] = other[mask]
    assert redaction.hide(changed, found, style).tobytes() == redaction.hide(before, found, style).tobytes()


@settings(max_examples=60, deadline=None)
@given(st.lists(faces(), max_size=5), st.sampled_from(STYLES))
def test_visible_pixels_stay(found: list[Region], style: Style) -> None:
    before = picture(1)
    mask = redaction.mask(SHAPE, found)
    assert (redaction.hide(before, found, style)[~mask] == before[~mask]).all()


@settings(max_examples=100, deadline=None)
@given(faces())
def test_the_whole_face_box_is_hidden(face: Region) -> None:
    mask = redaction.mask(SHAPE, [face])
    box = face.box
    rows = slice(max(math.ceil(box.y), 0), max(math.floor(box.bottom), 0))
    columns = slice(max(math.ceil(box.x), 0), max(math.floor(box.right), 0))
    assert mask[rows, columns].all()


@pytest.mark.parametrize("style", STYLES)
def test_another_face_under_the_mask_gives_the_same_picture(portrait: np.ndarray, style: Style) -> None:
    found = scrubber.find_faces(portrait)
    mask = redaction.mask(portrait.shape, found)
    other = portrait.copy()
    other[mask] = portrait[::-1][mask]
    assert scrubber.hide(other, found, style).tobytes() == scrubber.hide(portrait, found, style).tobytes()


def test_heads_that_overlap_are_hidden_for_each_other(scenery: np.ndarray) -> None:
    """A red face must not colour the paint of its neighbour."""
    pair = [Region(Box(100, 80, 40, 50)), Region(Box(130, 90, 40, 50))]
    red = scenery.copy()
    red[redaction.mask(red.shape, pair[:1])] = (255, 0, 0)
    assert (scrubber.hide(red, pair) == scrubber.hide(scenery, pair)).all()


def test_hair_ears_and_chin_are_covered(scenery: np.ndarray) -> None:
    x, y, width, height = 140, 100, 40, 50
    mask = redaction.mask(scenery.shape, [Region(Box(x, y, width, height))])
    middle, right, bottom = x + width // 2, x + width, y + height
    for name, row, column in [
        ("hair", y - height // 4, middle),
        ("left ear", y + height // 2, x - width // 5),
        ("right ear", y + height // 2, right + width // 5),
        ("chin", bottom + 2, middle),
    ]:
        assert mask[row, column], name


@pytest.mark.parametrize("degrees", [-90, -45, 30, 45, 90, 180])
def test_the_mask_tilts_with_the_head(degrees: int) -> None:
    """Hair lies against the chin's direction, wherever that points; upside down the box alone holds both ends."""
    box = Box(80, 80, 44, 44)
    tilt = math.radians(degrees)
    mask = redaction.mask((200, 200), [Region(box, landmarks=landmarks(box, tilt, 0))])
    x, y = box.center
    hair = y - 37 * math.cos(tilt), x + 37 * math.sin(tilt)
    below = y + 37 * math.cos(tilt), x - 37 * math.sin(tilt)
    assert mask[round(hair[0]), round(hair[1])]
    assert mask[round(below[0]), round(below[1])] == (degrees == 180)


def test_the_back_of_a_turned_head_is_covered() -> None:
    box = Box(80, 80, 36, 50)
    looking_right = redaction.mask((220, 200), [Region(box, landmarks=landmarks(box, 0, 1))])
    columns = np.nonzero(looking_right.any(axis=0))[0]
    x, _ = box.center
    assert x - columns.min() > columns.max() - x


def test_blur_has_no_hard_inner_edge(scenery: np.ndarray) -> None:
    smooth = scenery.copy()
    smooth[:] = np.linspace(40, 200, smooth.shape[1])[None, :, None].astype(np.uint8)
    mask = redaction.mask(smooth.shape, [Region(Box(120, 90, 50, 60))])
    steps = np.abs(np.diff(scrubber.hide(smooth, [Region(Box(120, 90, 50, 60))]).astype(int), axis=1))
    assert steps.max(axis=2)[mask[:, 1:] & mask[:, :-1]].max() <= 6


def test_blur_looks_like_its_surroundings(scenery: np.ndarray) -> None:
    found = [Region(Box(140, 100, 40, 50))]
    mask = redaction.mask(scenery.shape, found)
    painted = scrubber.hide(scenery, found)
    assert np.abs(painted[mask].mean(axis=0) - scenery[mask].mean(axis=0)).max() < 20


def test_solid_is_one_colour_for_everybody(portrait: np.ndarray, scenery: np.ndarray) -> None:
    face = Region(Box(100, 60, 40, 50))
    colours = {
        tuple(colour)
        for before in (portrait, scenery)
        for colour in scrubber.hide(before, [face], "solid")[redaction.mask(before.shape, [face])]
    }
    assert len(colours) == 1


@pytest.mark.parametrize("box", [Box(-500, -500, 1400, 1400), Box(0, 0, 320, 240), Box(310, 230, 50, 50)])
@pytest.mark.parametrize("style", STYLES)
def test_faces_larger_than_the_picture_or_at_its_edge(scenery: np.ndarray, box: Box, style: Style) -> None:
    mask = redaction.mask(scenery.shape, [Region(box)])
    noise = scenery.copy()
    noise[mask] = 255 - noise[mask]
    assert (scrubber.hide(noise, [Region(box)], style) == scrubber.hide(scenery, [Region(box)], style)).all()


@pytest.mark.parametrize("mode", ["RGB", "L", "RGBA", "P", "CMYK"])
def test_images_come_back_as_images(portrait: np.ndarray, mode: str) -> None:
    image = Image.fromarray(portrait).convert(mode)
    painted = scrubber.hide(image, [Region(Box(180, 66, 90, 111))], "solid")
    assert painted.size == image.size
    assert painted.mode == ("RGB" if mode == "P" else mode)
    assert len(set(np.asarray(painted.convert("RGB"))[100:130, 200:240].reshape(-1, 3).mean(axis=1))) == 1


def test_without_faces_nothing_changes(scenery: np.ndarray) -> None:
    assert (scrubber.hide(scenery, []) == scenery).all()


@pytest.mark.parametrize("wrong", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3), np.float32), "photo.jpg"])
def test_other_values_are_refused(wrong: object) -> None:
    with pytest.raises(scrubber.UsageError, match="RGB array"):
        scrubber.hide(wrong, [])  # type: ignore[call-overload]
