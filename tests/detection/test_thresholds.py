"""Which of the possible faces count."""

from __future__ import annotations

from scrubber.detection.thresholds import THRESHOLDS, Thresholds, likely
from scrubber.values import Box, Region

AREA = 1000 * 1000
LIMITS = Thresholds(among_people=0.1, alone=0.3)


def face(score: float, side: float = 40) -> Region:
    return Region(Box(0, 0, side, side), score)


def counted(*scores: float) -> list[float]:
    return [each.score for each in likely([face(score) for score in scores], AREA, LIMITS)]


def test_doubtful_faces_count_where_somebody_is_certain() -> None:
    assert counted(0.96, 0.11) == [0.96, 0.11]
    assert counted(0.8, 0.7, 0.6, 0.11) == [0.8, 0.7, 0.6, 0.11]


def test_where_nobody_is_certain_more_is_asked() -> None:
    assert counted(0.9, 0.11) == [0.9]
    assert counted(0.29) == []
    assert counted(0.31) == [0.31]


def test_many_doubtful_faces_are_no_company() -> None:
    assert counted(*[0.29] * 20) == []


def test_nothing_counts_below_the_threshold_among_people() -> None:
    assert counted(0.99, 0.09) == [0.99]


def test_a_large_face_must_be_as_likely_as_alone() -> None:
    people = [face(0.99), face(0.99)]
    assert face(0.2, 110) not in likely([*people, face(0.2, 110)], AREA, LIMITS)
    assert face(0.31, 110) in likely([*people, face(0.31, 110)], AREA, LIMITS)
    assert face(0.2, 90) in likely([*people, face(0.2, 90)], AREA, LIMITS)


def test_a_speck_must_be_twice_as_likely() -> None:
    for side, score, counts in ((9.5, 0.19, False), (9.5, 0.21, True), (10.0, 0.11, True)):
        assert (face(score, side) in likely([face(0.99), face(score, side)], AREA, LIMITS)) == counts


def test_a_slower_preset_asks_for_less() -> None:
    fast, balanced, thorough = THRESHOLDS["fast"], THRESHOLDS["balanced"], THRESHOLDS["thorough"]
    assert fast.among_people > balanced.among_people > thorough.among_people
    assert all(each.among_people < each.alone for each in THRESHOLDS.values())
