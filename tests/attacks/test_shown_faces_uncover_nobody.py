"""A face that is shown uncovers no part of a hidden face box, wherever it is said to be, and paint stays blind."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from calling import call
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import scrubber
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


def test_a_dismissed_place_beside_a_head_uncovers_nothing(
    portrait: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Attack: what is dismissed is no face; it was called a shown one, and kept its middle of the head beside it."""
    monkeypatch.chdir(tmp_path)
    (alone,) = scrubber.find_faces(portrait, preset="fast")
    x, y, width, height = alone.box.rounded()
    head = portrait[max(y - height // 4, 0) : y + height + 20, x - 4 : x + width + 4]
    both = np.full((head.shape[0] + 120, 2 * head.shape[1] + 120, 3), 200, np.uint8)
    both[60:-60, 60:-60] = np.hstack([head, head])
    Image.fromarray(both).save("two.png")
    policy = scrubber.Policy(preset="fast", style="solid")
    first, second = scrubber.find_faces(both, preset="fast")
    assert call("consent dismiss two.png --face 2 --manifest said.toml") == 0
    copy = scrubber.scrub_bytes(Path("two.png").read_bytes(), policy=policy, consent=scrubber.Consent.load("said.toml"))
    assert sorted(face.reason for face in copy.result.faces) == ["dismissed", "no-match"]
    assert not [said for said in copy.result.warnings if "shown face" in said]
    hidden = redaction.mask(both.shape, [min(first, second, key=lambda face: face.box.x)])
    painted = np.asarray(Image.open(BytesIO(copy.data or b"")).convert("RGB"))
    assert len(np.unique(painted[hidden], axis=0)) == 1, "the head is grey as a whole"
