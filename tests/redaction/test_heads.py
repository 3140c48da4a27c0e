"""Masks hold whole heads: they reach back behind profiles, and no landmarks make them smaller."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrubber import Box, Landmarks, Region, redaction

SHAPE = (400, 400)
BOX = Box(180, 170, 42, 60)


def profile(box: Box, towards: int, degrees: float = 0) -> Region:
    """A face in full profile whose nose points to the right (1) or to the left (-1) of its own upright."""
    tilt = math.radians(degrees)
    x, y = box.center

    def place(front: float, down: float) -> tuple[float, float]:
        across, along = towards * front * box.width / 2, down * box.height / 2
        return x + across * math.cos(tilt) - along * math.sin(tilt), y + across * math.sin(tilt) + along * math.cos(
            tilt
        )

    points = (place(0.5, -0.25), place(0.6, -0.25), place(1.0, 0.15), place(0.5, 0.55), place(0.55, 0.55))
    return Region(box, landmarks=Landmarks(*points))


@pytest.mark.parametrize("towards", [1, -1])
@pytest.mark.parametrize("degrees", [0, 30, -90])
def test_the_mask_of_a_profile_reaches_back(towards: int, degrees: float) -> None:
    """Ear, back of the head and nape, in halves of the height of the face box behind and below its middle."""
    box = BOX if degrees != -90 else Box(170, 180, 60, 42)
    mask = redaction.mask(SHAPE, [profile(BOX if degrees != -90 else box, towards, degrees)])
    tilt, half = math.radians(degrees), 30
    x, y = box.center
    for name, back, down in [("ear", 0.8, 0), ("back", 1.75, -0.3), ("crown", 0.8, -1.4), ("nape", 1.3, 0.5)]:
        across, along = -towards * back * half, down * half
        column = x + across * math.cos(tilt) - along * math.sin(tilt)
        row = y + across * math.sin(tilt) + along * math.cos(tilt)
        assert mask[round(row), round(column)], name


def test_the_mask_of_a_profile_reaches_further_back_than_to_the_front() -> None:
    columns = np.flatnonzero(redaction.mask(SHAPE, [profile(BOX, 1)]).any(axis=0))
    x, _ = BOX.center
    assert x - columns[0] > 1.6 * (columns[-1] - x)


@pytest.mark.parametrize("turn", [0.0, 0.15, 0.3])
def test_faces_that_look_into_the_camera_get_no_more(turn: float) -> None:
    x, y = BOX.center
    points = Landmarks((x - 10, y - 8), (x + 10, y - 8), (x + 24 * turn, y + 3), (x - 8, y + 16), (x + 8, y + 16))
    alone = redaction.mask(SHAPE, [Region(BOX)])
    assert (redaction.mask(SHAPE, [Region(BOX, landmarks=points)]) == alone).all()


near = st.tuples(st.floats(100, 300), st.floats(100, 300))
far = st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))


@settings(max_examples=150, deadline=None)
@given(
    st.builds(Box, st.floats(-20, 380), st.floats(-20, 380), st.floats(1, 200), st.floats(1, 200)),
    st.builds(Landmarks, *[near] * 5)
    | st.builds(Landmarks, *[far] * 5)
    | st.builds(lambda eyes, mouth: Landmarks(eyes, eyes, mouth, mouth, mouth), near, near)
    | st.builds(lambda point: Landmarks(*[point] * 5), near),
)
def test_no_landmarks_make_a_mask_smaller(box: Box, points: Landmarks) -> None:
    alone = redaction.mask(SHAPE, [Region(box)])
    assert not (alone & ~redaction.mask(SHAPE, [Region(box, landmarks=points)])).any()


def test_one_mouth_point_is_enough_for_a_profile() -> None:
    """BlazeFace has no corners of the mouth."""
    points = profile(BOX, 1).landmarks
    assert points
    single = Landmarks(points.right_eye, points.left_eye, points.nose, points.mouth_left, points.mouth_left)
    mask = redaction.mask(SHAPE, [Region(BOX, landmarks=single)])
    assert mask[190, 150]
    assert not redaction.mask(SHAPE, [Region(BOX)])[190, 150]
