"""What is painted and what is decided hangs on the kind of a region: heads are larger than faces, boxes are boxes."""

from __future__ import annotations

from datetime import date

import cv2
import numpy as np
import pytest

import scrubber
from scrubber import redaction
from scrubber.consent import decide
from scrubber.policy import Style
from scrubber.values import Box, Decision, Kind, Reason, Region, SourceId

SHAPE = (200, 300)
BOX = Box(100, 80, 40, 20)
SOURCE = SourceId("0" * 64, "1" * 64)


def rows_and_columns(mask: np.ndarray) -> tuple[int, int, int, int]:
    ys, xs = np.nonzero(mask)
    return int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1


def test_a_drawn_box_is_painted_to_its_last_pixel_and_is_no_head() -> None:
    mask = redaction.mask(SHAPE, [Region(BOX, kind="drawn")])
    assert rows_and_columns(mask) == (99, 79, 141, 101)
    assert mask[79:101, 99:141].all()
    head = redaction.mask(SHAPE, [Region(BOX)])
    assert head.sum() > 1.5 * mask.sum()


@pytest.mark.parametrize("kind", ["text", "badge", "plate", "sign"])
def test_a_polygon_is_painted_with_a_rim_and_no_more(kind: Kind) -> None:
    points = ((110.0, 60.0), (190.0, 90.0), (180.0, 120.0), (100.0, 90.0))
    box = Box(100, 60, 90, 60)
    mask = redaction.mask(SHAPE, [Region(box, kind=kind, polygon=points)])
    inside = np.zeros(SHAPE, np.uint8)
    cv2.fillPoly(inside, [np.array(points, np.int32)], 1)
    assert mask[inside > 0].all()
    wide = cv2.dilate(inside, np.ones((7, 7), np.uint8))
    assert not mask[wide == 0].any()
    assert redaction.mask(SHAPE, [Region(box, kind=kind)])[60:120, 100:190].all(), "without a polygon the box counts"


@pytest.mark.parametrize("style", ["blur", "pixelate", "solid"])
def test_every_style_paints_every_kind(style: Style) -> None:
    rng = np.random.default_rng(3)
    picture = rng.integers(0, 256, (*SHAPE, 3), dtype=np.uint8)
    regions = [
        Region(Box(20, 20, 40, 50)),
        Region(Box(100, 20, 60, 30), kind="drawn"),
        Region(Box(200, 100, 60, 40), kind="plate", polygon=((200, 100), (260, 110), (255, 140), (205, 130))),
    ]
    other = picture.copy()
    mask = redaction.mask(SHAPE, regions)
    other[mask] = rng.integers(0, 256, other[mask].shape, dtype=np.uint8)
    painted = scrubber.hide(picture, regions, style=style)
    assert np.array_equal(painted, scrubber.hide(other, regions, style=style)), "paint does not know what was there"
    assert np.array_equal(painted[~mask], picture[~mask])
    assert not np.array_equal(painted[mask], picture[mask])


@pytest.mark.parametrize(
    ("kind", "reason"), [("text", "text"), ("badge", "badge"), ("plate", "plate"), ("sign", "no-photo-sign")]
)
def test_what_is_no_face_is_hidden_by_its_kind(kind: Kind, reason: Reason) -> None:
    consent = scrubber.Consent.loads(
        'schema = 1\n[[people]]\nid = "p-1"\ndecision = "allow"\npurposes = ["social"]\nexpires = 2045-01-01\n'
        f'[[photos]]\nsha256 = "{SOURCE.sha256}"\nshow = [{{ person = "p-1", box = [20, 20, 40, 50] }}]\n'
    )
    face, other = Region(Box(20, 20, 40, 50)), Region(Box(22, 22, 38, 48), kind=kind)
    for permissions, first in ((None, "hide"), (consent.permissions("social", date(2030, 1, 1)), "show")):
        decided = decide([other, face], SOURCE, permissions)
        assert decided.faces[0] == Decision(other, "hide", reason)
        assert (decided.faces[1].region, decided.faces[1].action) == (face, first)
