"""Large and small heads are painted on grids of different coarseness; the promises hold on each and across them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrubber import Box, Region, redaction
from scrubber.policy import Style

STYLES = ("blur", "pixelate", "solid")
SHAPE = (601, 803, 3)  # no multiple of any cell


@st.composite
def faces(draw: st.DrawFn) -> Region:
    """From a few pixels wide to wider than the picture, in and around it."""
    width = 2 ** draw(st.floats(1, 10.5))
    middle = draw(st.floats(-100, 900)), draw(st.floats(-100, 700))
    return Region(Box(middle[0] - width / 2, middle[1] - width * 0.6, width, width * 1.2))


CROWDS = st.lists(faces(), min_size=1, max_size=8)


def noise(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, SHAPE, dtype=np.uint8)


@settings(max_examples=40, deadline=None)
@given(CROWDS, st.sampled_from(STYLES), st.integers(0, 3))
def test_hidden_pixels_never_count(found: list[Region], style: Style, kind: int) -> None:
    before = noise(1)
    mask = redaction.mask(SHAPE, found)
    changed = before.copy()
    other = [noise(2), np.zeros_like(before), np.full_like(before, 255), before[::-1, ::-1]][kind]
    changed[mask] = other[mask]
    assert redaction.hide(changed, found, style).tobytes() == redaction.hide(before, found, style).tobytes()


@pytest.mark.parametrize("style", STYLES)
def test_hidden_pixels_never_count_in_a_large_photo(style: Style) -> None:
    """With cells of every size from 1 to 32 pixels."""
    found = [Region(Box(150 * i, 60 * i, 2**i, 1.2 * 2**i)) for i in range(3, 12)]
    before = np.random.default_rng(1).integers(0, 256, (2203, 2601, 3), dtype=np.uint8)
    changed = np.where(redaction.mask(before.shape, found)[:, :, None], 255 - before, before)
    assert redaction.hide(changed, found, style).tobytes() == redaction.hide(before, found, style).tobytes()


@settings(max_examples=30, deadline=None)
@given(CROWDS, st.sampled_from(STYLES), st.data())
def test_the_face_of_one_does_not_show_in_the_paint_of_another(
    found: list[Region], style: Style, data: st.DataObject
) -> None:
    before = noise(1)
    changed = before.copy()
    changed[redaction.mask(SHAPE, [data.draw(st.sampled_from(found))])] = (255, 0, 0)
    assert redaction.hide(changed, found, style).tobytes() == redaction.hide(before, found, style).tobytes()


@pytest.mark.parametrize(("style", "shades"), [("blur", 14), ("pixelate", 28)])
@settings(max_examples=30, deadline=None)
@given(found=CROWDS)
def test_before_a_plain_wall_everything_becomes_wall(found: list[Region], style: Style, shades: int) -> None:
    """So every hidden pixel is painted, wherever it lies, and by visible pixels only, but for shades of the heads."""
    wall = (201, 100, 7)
    picture = noise(1)
    mask = redaction.mask(SHAPE, found)
    picture[~mask] = wall
    if not mask.all():
        assert np.abs(redaction.hide(picture, found, style).astype(int) - wall).max() <= shades


@settings(max_examples=30, deadline=None)
@given(CROWDS, st.sampled_from(STYLES))
def test_visible_pixels_stay(found: list[Region], style: Style) -> None:
    before = noise(1)
    after, mask = redaction.painted(before, found, style)
    assert (mask == redaction.mask(SHAPE, found)).all()
    assert (after[~mask] == before[~mask]).all()


@pytest.mark.parametrize("style", STYLES)
def test_the_number_of_threads_does_not_matter(style: Style) -> None:
    crowd = [Region(Box(40.5 + 61 * (i % 12), 20 + 9.3 * i, 12 + 3 * i, 15 + 3 * i)) for i in range(40)]
    before = noise(1)
    usual = cv2.getNumThreads()
    outputs = set()
    try:
        for threads in (1, 2, 3, 8):
            cv2.setNumThreads(threads)
            outputs.add(redaction.hide(before, crowd, style).tobytes())
    finally:
        cv2.setNumThreads(usual)
    assert len(outputs) == 1


@pytest.mark.parametrize("style", STYLES)
def test_the_order_of_faces_does_not_matter_where_heads_lie_apart(style: Style) -> None:
    found = [Region(Box(50, 50, 30, 40)), Region(Box(400, 300, 120, 150)), Region(Box(650, 80, 40, 50))]
    assert (redaction.hide(noise(1), found, style) == redaction.hide(noise(1), found[::-1], style)).all()


def test_heads_of_several_sizes_are_smooth_but_for_their_outlines() -> None:
    """Before quarters of different colours; what follows the surroundings has no seams of its own."""
    picture = np.zeros(SHAPE, np.uint8)
    picture[:300] = 220
    picture[:, 400:] = 255 - picture[:, 400:]
    places = ((250, 150, 200, 240), (430, 200, 60, 70), (380, 330, 25, 30), (220, 300, 80, 90))
    found = [Region(Box(*place)) for place in places]
    after, mask = redaction.painted(picture, found, "blur")
    near = np.ones((25, 25), np.uint8)
    inside = mask.view(np.uint8).copy()
    for face in found:
        alone = redaction.mask(SHAPE, [face]).view(np.uint8)
        inside[cv2.morphologyEx(alone, cv2.MORPH_GRADIENT, near) > 0] = 0
    inner = inside.view(np.bool_)
    assert inner.sum() > 0.4 * mask.sum()
    across = np.abs(np.diff(after.astype(int), axis=1)).max(axis=2)[inner[:, 1:]]
    down = np.abs(np.diff(after.astype(int), axis=0)).max(axis=2)[inner[1:]]
    assert max(across.max(), down.max()) <= 5


def test_a_tiny_head_in_the_midst_of_a_large_one_does_not_show() -> None:
    picture = noise(1)
    found = [Region(Box(300, 200, 200, 240)), Region(Box(400, 320, 5, 6))]
    assert (redaction.hide(picture, found, "blur") == redaction.hide(picture, found[:1], "blur")).all()
