"""Wrappers around detectors bring every face back to where it is in the picture."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from painted import Painted, paint

from scrubber.detection.transforms import Detail, Halved, Rotated, Scaled, Tiled, Turned, groups, merge
from scrubber.values import Box, Region

HEIGHT, WIDTH = 180, 240


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    width, height = draw(st.integers(4, 40)), draw(st.integers(4, 40))
    return Box(draw(st.integers(0, WIDTH - width)), draw(st.integers(0, HEIGHT - height)), width, height)


@given(boxes(), st.integers(-5, 5))
def test_turning_there_and_back_changes_nothing(box: Box, quarters: int) -> None:
    (face,) = Turned(Painted(), quarters).detect(paint(HEIGHT, WIDTH, box))
    assert face.box == box
    assert face.landmarks is not None
    assert face.landmarks.nose == box.center


@pytest.mark.parametrize("degrees", [-40, 25])
def test_what_is_seen_in_a_rotated_picture_is_found_where_it_was(degrees: float) -> None:
    box = Box(150, 40, 21, 21)
    (face,) = Rotated(Painted(), degrees).detect(paint(HEIGHT, WIDTH, box))
    assert face.box.center == pytest.approx(box.center, abs=1.5)
    assert face.landmarks is not None
    assert face.landmarks.nose == pytest.approx(box.center, abs=1.5)


@settings(deadline=None)
@given(boxes(), st.integers(42, 60), st.integers(20, 250))
def test_a_face_smaller_than_the_overlap_is_whole_in_some_tile_and_cut_in_none(
    box: Box, overlap: int, step: int
) -> None:
    found = Tiled(Painted(), overlap + step, overlap).detect(paint(HEIGHT, WIDTH, box))
    assert found
    assert {face.box for face in found} == {box}


@settings(deadline=None)
@given(st.integers(20, 250), st.integers(0, 60))
def test_no_tile_is_larger_than_its_side(step: int, overlap: int) -> None:
    detector, side = Painted(), step + overlap
    Tiled(detector, side, overlap).detect(paint(HEIGHT, WIDTH))
    assert all(max(shape[:2]) <= side for shape in detector.asked)


@settings(deadline=None)
@given(boxes(), st.integers(42, 60))
def test_a_picture_cut_in_two_loses_no_face_smaller_than_the_overlap(box: Box, overlap: int) -> None:
    found = Halved(Painted(), overlap, 1000).detect(paint(HEIGHT, WIDTH, box))
    assert found
    assert {face.box for face in found} == {box}


@pytest.mark.parametrize("shape", [(HEIGHT, WIDTH), (WIDTH, HEIGHT)])
def test_a_picture_is_cut_in_two_across_its_longer_side_if_that_is_worth_it(shape: tuple[int, int]) -> None:
    halved, too_much_twice, large = Painted(), Painted(), Painted()
    Halved(halved, 40, 1000).detect(paint(*shape))
    Halved(too_much_twice, 100, 1000).detect(paint(*shape))
    Halved(large, 20, WIDTH - 1).detect(paint(*shape))
    half = [(WIDTH + 40) // 2 if side == WIDTH else side for side in shape]
    assert halved.asked == [(*half, 3)] * 2
    assert too_much_twice.asked == large.asked == [(*shape, 3)]


@settings(deadline=None)
@given(boxes(), st.floats(0.5, 3))
def test_scaling_finds_the_place_to_a_pixel_of_the_look(box: Box, factor: float) -> None:
    (face,) = Scaled(Painted(), factor).detect(paint(HEIGHT, WIDTH, box))
    off = 2 / min(factor, 1)
    for side in ("x", "y", "right", "bottom"):
        assert getattr(face.box, side) == pytest.approx(getattr(box, side), abs=off)


def test_detail_shrinks_large_photos_only_and_no_further_than_its_share() -> None:
    detail = Detail(1_000_000, share=0.25)
    assert detail.scale(800, 1000) == 1
    assert detail.scale(1000, 2000) == pytest.approx(0.5**0.5)
    assert detail.scale(10_000, 10_000) == 0.5
    assert Detail().scale(10_000, 10_000) == 1


def test_a_look_of_bounded_detail_stays_bounded() -> None:
    detector = Painted()
    Scaled(detector, 1, Detail(10_000)).detect(paint(1000, 2000))
    assert detector.asked == [(71, 141, 3)]


@given(st.lists(st.tuples(boxes(), st.floats(0, 1)), max_size=12))
def test_every_face_is_in_one_group_whatever_the_order(drawn: list[tuple[Box, float]]) -> None:
    faces = [Region(box, score) for box, score in drawn]
    found = list(groups(faces))
    assert sorted(index for group in found for index in group) == list(range(len(faces)))
    assert [face.score for face in merge(faces)] == sorted((face.score for face in merge(faces)), reverse=True)
    assert {face.box for face in merge(faces[::-1])} == {face.box for face in merge(faces)}


def test_overlapping_boxes_become_the_best_of_them_and_name_all() -> None:
    box = Box(10, 10, 20, 20)
    one = Region(box, 0.9, ("yunet",))
    other = Region(replace(box, x=box.x + 2), 0.5, ("centerface",))
    apart = Region(replace(box, x=box.x + 90), 0.7, ("yunet",))
    first, second = merge([other, apart, one])
    assert (first.box, first.score, first.detectors) == (box, 0.9, ("centerface", "yunet"))
    assert second == apart
