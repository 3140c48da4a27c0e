"""Crowds can be looked at: no slivers between heads, heads that can be told apart, faces that are shown whole."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from scrubber import Box, Landmarks, Region, redaction
from scrubber.policy import Style

SHAPE = (600, 800, 3)


@pytest.fixture(scope="module")
def street() -> np.ndarray:
    """Blots of many colours."""
    coarse = np.random.default_rng(4).integers(40, 216, (20, 27, 3), dtype=np.uint8)
    return cv2.resize(coarse, SHAPE[1::-1], interpolation=cv2.INTER_LINEAR)


def row(gap: float, width: float = 60) -> list[Region]:
    """Three faces, so far apart that `gap` pixels lie between their heads."""
    columns = np.flatnonzero(redaction.mask(SHAPE, [Region(Box(300, 250, width, 1.3 * width))]).any(axis=0))
    step = len(columns) + gap
    return [Region(Box(150 + step * number, 250, width, 1.3 * width)) for number in range(3)]


def between(found: list[Region]) -> np.ndarray:
    """Where a line through the middles of the heads is visible, less what lies left and right of all of them."""
    mask = redaction.mask(SHAPE, found)
    line = mask[round(found[0].box.center[1])]
    hidden = np.flatnonzero(line)
    return np.flatnonzero(~line[hidden[0] : hidden[-1]])


@pytest.mark.parametrize("width", [12.0, 60.0, 110.0])
def test_slivers_between_heads_are_hidden(width: float) -> None:
    found = row(0.12 * width, width)
    apart = np.zeros(SHAPE[:2], bool)
    for face in found:
        apart |= redaction.mask(SHAPE, [face])
    line = apart[round(found[0].box.center[1])]
    hidden = np.flatnonzero(line)
    assert not line[hidden[0] : hidden[-1]].all(), "there is something to be filled"
    assert not len(between(found))


def test_wider_gaps_stay_visible() -> None:
    assert len(between(row(0.6 * 60))) > 2 * 0.5 * 60


def test_areas_that_a_person_drew_are_not_joined() -> None:
    drawn = [Region(Box(100, 100, 60, 60), kind="drawn"), Region(Box(165, 100, 60, 60), kind="drawn")]
    assert not redaction.mask(SHAPE, drawn)[100:160, 162].any()


def throng() -> list[Region]:
    """Heads that cover each other, on a field without a visible pixel between them."""
    return [Region(Box(60 + 74 * x, 60 + 70 * y, 60, 78)) for y in range(6) for x in range(9)]


@pytest.mark.parametrize("style", ["blur", "pixelate"])
def test_each_head_in_a_throng_is_told_by_its_outline(street: np.ndarray, style: Style) -> None:
    """Along most of the visible part of each outline there is a step of tone."""
    found = throng()
    after, mask = redaction.painted(street, found, style)
    assert mask[100:450, 100:650].all()
    grey = cv2.cvtColor(after, cv2.COLOR_RGB2GRAY).astype(int)
    steps = np.maximum(np.abs(grey[7:, 3:-4] - grey[:-7, 3:-4]), np.abs(grey[3:-4, 7:] - grey[3:-4, :-7]))
    told = 0
    for number, face in enumerate(found):
        own = redaction.mask(SHAPE, [face])
        nearer = redaction.mask(SHAPE, found[number + 1 :]) if number + 1 < len(found) else np.zeros_like(own)
        rim = cv2.morphologyEx(own.view(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0
        seen = (rim & ~nearer)[3:-4, 3:-4]
        told += float((steps[seen] >= 4).mean()) > 0.5
    assert told >= 0.9 * len(found)


def test_a_head_has_an_even_tone(street: np.ndarray) -> None:
    """Its colours differ much less than those that are visible around it."""
    face = Region(Box(350, 250, 100, 130))
    after, mask = redaction.painted(street, [face], "blur")
    around = cv2.dilate(mask.view(np.uint8), np.ones((41, 41), np.uint8)).view(np.bool_) & ~mask
    assert after[mask].std(axis=0).max() < 0.5 * street[around].std(axis=0).min()


@pytest.mark.parametrize("factor", [1, 5])
def test_pixelate_differs_from_blur_where_photos_are_looked_at(street: np.ndarray, factor: int) -> None:
    """At 1,080 pixels squares are seen that blur does not have: they differ from their neighbours, and are flat."""
    picture = np.asarray(cv2.resize(street, None, fx=factor, fy=factor), dtype=np.uint8)
    found = [Region(Box(*(factor * side for side in (x, y, 24, 30)))) for x in (200, 300, 400) for y in (200, 300)]
    looked_at = {}
    for style in ("blur", "pixelate"):
        painted = redaction.hide(picture, found, style)
        looked_at[style] = cv2.resize(painted, (1080, 810), interpolation=cv2.INTER_AREA).astype(int)
    mask = redaction.scaled(redaction.mask(picture.shape, found), (810, 1080))
    assert np.abs(looked_at["blur"] - looked_at["pixelate"])[mask].mean() > 5
    inner = cv2.erode(mask.view(np.uint8), np.ones((5, 5), np.uint8)).view(np.bool_)[:, 1:]
    steps = {style: np.abs(np.diff(seen, axis=1)).max(axis=2)[inner] for style, seen in looked_at.items()}
    assert np.percentile(steps["pixelate"], 95) >= 3 * np.percentile(steps["blur"], 95)
    assert np.mean(steps["pixelate"] <= 1) > 0.5


SHOWN = Region(Box(300, 250, 60, 78), landmarks=Landmarks((318, 278), (343, 278), (330, 293), (320, 309), (341, 309)))


def eyes_to_mouth(face: Region) -> tuple[slice, slice]:
    assert face.landmarks
    x, y = zip(*face.landmarks.points, strict=True)
    return slice(int(min(y)) - 3, int(max(y)) + 4), slice(int(min(x)) - 3, int(max(x)) + 4)


@pytest.mark.parametrize("place", [(362, 250), (238, 250), (300, 190), (300, 322), (355, 300)])
@pytest.mark.parametrize("landmarks", [True, False])
def test_a_shown_face_keeps_eyes_to_mouth(place: tuple[int, int], landmarks: bool) -> None:
    hidden = Region(Box(*place, 60, 78))
    shown = SHOWN if landmarks else Region(SHOWN.box)
    alone, beside = redaction.mask(SHAPE, [hidden]), redaction.mask(SHAPE, [hidden], [shown])
    features = eyes_to_mouth(SHOWN)
    assert alone[features].any(), "the head would cover some of it"
    box = np.zeros_like(alone)
    box[place[1] : place[1] + 78, place[0] : place[0] + 60] = True
    assert not (beside & ~box)[features].any() or (beside & ~box)[features].mean() < 0.05
    assert beside[box].all()


def test_gaps_leave_a_shown_face_alone() -> None:
    found = [Region(Box(200, 250, 60, 78)), Region(Box(320, 250, 60, 78))]
    shown = Region(Box(284, 265, 12, 16))
    assert redaction.mask(SHAPE, found)[265:281, 284:296].any()
    after = redaction.mask(SHAPE, found, [shown])
    assert not after[270:276, 287:293].any()


def test_it_is_told_when_a_hidden_box_covers_what_a_shown_face_keeps() -> None:
    beside, across = Region(Box(362, 250, 60, 78)), Region(Box(330, 270, 60, 78))
    assert not redaction.features_covered(SHOWN, redaction.mask(SHAPE, [beside], [SHOWN]))
    assert redaction.features_covered(SHOWN, redaction.mask(SHAPE, [across], [SHOWN]))
