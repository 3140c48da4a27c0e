"""Many looks become one judgement."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubber import weights
from scrubber.detection import fusion, presets, thresholds
from scrubber.detection.detector import Detector
from scrubber.detection.fusion import Candidate, Fused, Model
from scrubber.detection.transforms import Detail
from scrubber.errors import MissingPart
from scrubber.values import Box, Landmarks, Region

MODELS = sorted(json.loads(weights.load("fusion")))
LOOKS = len(presets.looks("balanced"))
BOX = Box(100, 50, 40, 48)


class Says:
    """A look that always says the same."""

    def __init__(self, name: str, *faces: Region) -> None:
        self.name, self.faces = name, faces

    def detect(self, _: object) -> list[Region]:
        return list(self.faces)


def saw(name: str, score: float, box: Box = BOX, single_mouth: bool = False) -> Region:
    x, y = box.center
    mouth = [(x, y + 10), (x if single_mouth else x + 8, y + 10)]
    return Region(box, score, (name,), Landmarks((x - 8, y - 8), (x + 8, y - 8), (x, y), *mouth))


def test_every_preset_has_a_model_with_and_without_mediapipe() -> None:
    for preset in thresholds.THRESHOLDS:
        without = list(presets.looks(preset))
        for name, looks in (
            (preset, [*without, *presets.portraits(preset)]),
            (f"{preset}-without-mediapipe", without),
        ):
            assert set(looks) == set(json.loads(weights.load("fusion"))[name]) - {fusion.CONSTANT}
            assert Model.load(name, looks).weights.shape == (len(fusion.SIZES), 1 + 2 * len(looks))


def test_weights_go_by_name_and_a_look_without_any_weighs_nothing() -> None:
    looks = list(presets.looks("balanced"))
    scores = (0.5, 0.4, 0.3, 0.2)
    known = Model.load("balanced", looks).probabilities([Candidate(Region(BOX), 40, scores)])
    other_order = Model.load("balanced", looks[::-1]).probabilities([Candidate(Region(BOX), 40, scores[::-1])])
    with_stranger = Model.load("balanced", [*looks, "stranger"]).probabilities(
        [Candidate(Region(BOX), 40, (*scores, 0.8))]
    )
    assert known == pytest.approx(other_order)
    assert known == pytest.approx(with_stranger)


def test_an_unknown_model_is_an_error_that_says_so() -> None:
    with pytest.raises(MissingPart, match="nothing-like-it"):
        Model.load("nothing-like-it", [])


@given(st.sampled_from(MODELS), st.floats(1, 5000), st.data())
def test_a_higher_score_never_makes_a_face_less_likely(name: str, size: float, data: st.DataObject) -> None:
    names = [look for look in json.loads(weights.load("fusion"))[name] if look != fusion.CONSTANT]
    model, looks = Model.load(name, names), len(names)
    scores = data.draw(st.tuples(*[st.floats(0, 1)] * looks))
    higher = list(scores)
    index = data.draw(st.integers(0, looks - 1))
    higher[index] = data.draw(st.floats(scores[index], 1))
    face = Region(BOX)
    less, more = model.probabilities([Candidate(face, size, scores), Candidate(face, size, tuple(higher))])
    assert 0 <= less <= more + 1e-12 <= 1 + 1e-12


def test_looks_that_agree_are_believed_sooner_than_one_alone() -> None:
    model = Model.load("balanced-without-mediapipe", list(presets.looks("balanced")))
    silent, agreeing = [0.0] * LOOKS, (0.4,) * LOOKS
    one, together = model.probabilities(
        [Candidate(Region(BOX), 40, (0.4, *silent[1:])), Candidate(Region(BOX), 40, agreeing)]
    )
    assert one < together


def fused(*looks: Says, least: float = 0.18) -> list[Region]:
    silent = [Says("yunet")] * (LOOKS - len(looks))
    named: dict[str, Detector] = dict(zip(presets.looks("balanced"), (*silent, *looks), strict=True))
    strategy = Fused("balanced-without-mediapipe", least, Detail(), named)
    return strategy.detect(np.zeros((300, 400, 3), dtype=np.uint8))


def test_one_sure_detector_is_enough() -> None:
    (face,) = fused(Says("centerface", saw("centerface", 0.93)))
    assert face.detectors == ("centerface",)
    assert face.score >= 0.9


def test_a_faint_trace_is_no_face() -> None:
    assert fused(Says("yunet", saw("yunet", 0.1)), Says("yunet"), Says("centerface")) == []


def test_a_face_names_all_who_agree_and_keeps_points_of_both_mouth_corners() -> None:
    blaze = saw("blazeface-short", 0.95, replace(BOX, x=BOX.x + 3, y=BOX.y + 6), single_mouth=True)
    (face,) = fused(Says("yunet", saw("yunet", 0.8)), Says("yunet"), Says("blazeface-short", blaze))
    assert face.detectors == ("blazeface-short", "yunet")
    assert face.landmarks == saw("yunet", 0.8).landmarks
    assert face.box == BOX


def test_nothing_seen_is_nothing_found() -> None:
    assert fused() == []
