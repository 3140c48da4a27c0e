"""Many looks become one judgement."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubber import weights
from scrubber.detection import fusion, presets
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
    for preset in presets.THRESHOLDS:
        with_it = len(presets.looks(preset)) + len(presets.portraits(preset))
        for name, looks in ((preset, with_it), (f"{preset}-without-mediapipe", len(presets.looks(preset)))):
            assert Model.load(name).weights.shape == (len(fusion.SIZES), 1 + 2 * looks)


def test_an_unknown_model_is_an_error_that_says_so() -> None:
    with pytest.raises(MissingPart, match="nothing-like-it"):
        Model.load("nothing-like-it")


@given(st.sampled_from(MODELS), st.floats(1, 5000), st.data())
def test_a_higher_score_never_makes_a_face_less_likely(name: str, size: float, data: st.DataObject) -> None:
    model = Model.load(name)
    looks = model.weights.shape[1] // 2
    scores = data.draw(st.tuples(*[st.floats(0, 1)] * looks))
    higher = list(scores)
    index = data.draw(st.integers(0, looks - 1))
    higher[index] = data.draw(st.floats(scores[index], 1))
    face = Region(BOX)
    less, more = model.probabilities([Candidate(face, size, scores), Candidate(face, size, tuple(higher))])
    assert 0 <= less <= more + 1e-12 <= 1 + 1e-12


def test_looks_that_agree_are_believed_sooner_than_one_alone() -> None:
    model = Model.load("balanced-without-mediapipe")
    silent, agreeing = [0.0] * LOOKS, (0.4,) * LOOKS
    one, together = model.probabilities(
        [Candidate(Region(BOX), 40, (0.4, *silent[1:])), Candidate(Region(BOX), 40, agreeing)]
    )
    assert one < together


def fused(*looks: Says, threshold: float = 0.18) -> list[Region]:
    import numpy as np

    silent = [Says("yunet")] * (LOOKS - len(looks))
    strategy = Fused("balanced-without-mediapipe", threshold, Detail(), (*silent, *looks))
    return strategy.detect(np.zeros((300, 400, 3), dtype=np.uint8))


def test_one_sure_detector_is_enough() -> None:
    (face,) = fused(Says("centerface", saw("centerface", 0.93)))
    assert face.detectors == ("centerface",)
    assert face.score >= 0.9


def test_a_speck_must_be_twice_as_likely() -> None:
    for side, factor in ((9.5, 2.0), (10.0, 1.0)):
        look = Says("centerface", saw("centerface", 0.4, Box(100, 50, side, side)))
        (face,) = fused(look, threshold=0.001)
        assert fused(look, threshold=face.score / factor * 0.99)
        assert not fused(look, threshold=face.score / factor * 1.01)


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
