"""A face that is shown uncovers no part of a hidden face box, wherever it is said to be, and paint stays blind."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrubber import Box, Landmarks, Region, redaction
from scrubber.policy import Style

SHAPE = (120, 160, 3)
STYLES: tuple[Style, ...] = ("blur", "pixelate", "solid")

boxes = st.builds(Box, st.floats(-40, 160), st.floats(-40, 120), st.floats(1, 90), st.floats(1, 90))
huge = st.builds(Box, st.floats(-1e9, 0), st.floats(-1e9, 0), st.floats(1e9, 1e10), st.floats(1e9, 1e10))
points = st.tuples(st.floats(-200, 300), st.floats(-200, 300))
hidden_regions = st.builds(
    Region, boxes, landmarks=st.none() | st.builds(Landmarks, *[points] * 5), kind=st.sampled_from(["face", "drawn"])
)
shown_faces = st.builds(Region, boxes | huge, landmarks=st.none() | st.builds(Landmarks, *[points] * 5))


def noise(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, SHAPE, dtype=np.uint8)


@settings(max_examples=150, deadline=None)
@given(st.lists(hidden_regions, min_size=1, max_size=4), st.lists(shown_faces, min_size=1, max_size=3))
def test_no_shown_face_uncovers_a_hidden_box(hidden: list[Region], shown: list[Region]) -> None:
    mask = redaction.mask(SHAPE, hidden, shown)
    for region in hidden:
        box = region.box
        rows = slice(max(int(np.floor(box.y)), 0), max(int(np.ceil(box.bottom)), 0))
        columns = slice(max(int(np.floor(box.x)), 0), max(int(np.ceil(box.right)), 0))
        assert mask[rows, columns].all()
    assert not (mask & ~redaction.mask(SHAPE, hidden)).any(), "and nobody is hidden more for it"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(hidden_regions, min_size=1, max_size=4),
    st.lists(shown_faces, min_size=1, max_size=2),
    st.sampled_from(STYLES),
)
def test_paint_beside_a_shown_face_holds_nothing_of_what_it_hides(
    hidden: list[Region], shown: list[Region], style: Style
) -> None:
    before = noise(1)
    painted, mask = redaction.painted(before, hidden, style, None, shown)
    assert (mask == redaction.mask(SHAPE, hidden, shown)).all()
    assert (painted[~mask] == before[~mask]).all()
    changed = np.where(mask[:, :, None], noise(2), before)
    assert redaction.painted(changed, hidden, style, None, shown)[0].tobytes() == painted.tobytes()


@pytest.mark.parametrize("style", STYLES)
def test_nothing_of_a_sliver_is_in_its_paint(style: Style) -> None:
    """What fills the gaps between heads is as blind as what lies over them."""
    heads = [Region(Box(12 + 24 * x, 14 + 33 * y, 14, 18)) for x in range(6) for y in range(3)]
    apart = np.zeros(SHAPE[:2], bool)
    for head in heads:
        apart |= redaction.mask(SHAPE, [head])
    mask = redaction.mask(SHAPE, heads)
    sliver = mask & ~apart
    assert sliver.any()
    changed = noise(1)
    changed[sliver] = (255, 0, 0)
    before, after = redaction.hide(noise(1), heads, style), redaction.hide(changed, heads, style)
    assert before.tobytes() == after.tobytes()
    assert (after[sliver] != changed[sliver]).any(axis=1).all(), "every sliver is painted"
