"""Regions are numbered as one reads, and a number once given stays."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubber.detection.numbering import numbered
from scrubber.values import Box, Region


def face(x: float, y: float, side: float = 40, number: int = 0, drawn: bool = False) -> Region:
    return Region(Box(x, y, side, side), id=number, kind="drawn" if drawn else "face")


def ids(*frames: list[Region]) -> list[list[int]]:
    return [[one.id for one in faces] for faces in numbered(frames)]


@pytest.mark.parametrize(
    ("faces", "expected"),
    [
        ([], []),
        ([face(300, 10), face(10, 12), face(150, 0)], [3, 1, 2]),
        ([face(10, 100), face(300, 0), face(10, 0)], [3, 2, 1]),
        # Somebody half a head taller stands in the same row.
        ([face(200, 0), face(10, 19), face(100, 100)], [2, 1, 3]),
    ],
)
def test_rows_from_the_top_and_each_from_the_left(faces: list[Region], expected: list[int]) -> None:
    assert ids(faces) == [expected]


def test_frame_after_frame() -> None:
    assert ids([face(0, 0)], [], [face(50, 0), face(0, 0)]) == [[1], [], [3, 2]]


def test_drawn_ones_follow_and_those_found_later_come_last() -> None:
    first = numbered([[face(100, 0), face(0, 0)]])
    later = [*first[0], face(0, 50), face(200, 0, drawn=True)]
    assert ids(later) == [[2, 1, 4, 3]]
    assert ids([face(0, 0, drawn=True), face(100, 0)]) == [[2, 1]]


boxes = st.builds(face, st.integers(0, 500), st.integers(0, 500), st.integers(5, 90))


@given(st.lists(st.lists(boxes, max_size=6, unique=True), min_size=1, max_size=3))
def test_each_number_once_and_whatever_the_order(frames: list[list[Region]]) -> None:
    told = numbered(frames)
    assert sorted(one.id for faces in told for one in faces) == list(range(1, sum(map(len, frames)) + 1))
    assert [[replace(one, id=0) for one in faces] for faces in told] == frames
    turned = numbered([faces[::-1] for faces in frames])
    assert [set(faces) for faces in turned] == [set(faces) for faces in told]
    assert numbered(told) == told
