"""The nets say the same through ONNX Runtime, at any size, as they do through OpenCV with their files as they are."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from scrubber import weights
from scrubber.detection import net
from scrubber.detection.yunet import YuNet
from scrubber.errors import MissingPart

PORTRAIT = Path(__file__).resolve().parents[2] / "sample_media" / "astronaut.jpg"  # in colour: its order counts
SIZES = ((640, 480), (517, 333), (90, 61))


def portrait_of(width: int, height: int) -> np.ndarray:
    with Image.open(PORTRAIT) as image:
        return np.array(image.convert("RGB").resize((width, height)))


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_yunet_finds_what_opencvs_own_detector_finds(width: int, height: int) -> None:
    picture = portrait_of(width, height)
    model = weights.as_array("yunet_2023mar")
    theirs = cv2.FaceDetectorYN.create("onnx", model, model[:0], (width, height), 0.5, 0.3)
    _, rows = theirs.detect(picture[:, :, ::-1].copy())
    expected = sorted(rows.tolist() if rows is not None else [])
    found = sorted(
        [
            [face.box.x, face.box.y, face.box.width, face.box.height]
            + [value for point in face.landmarks.points for value in point]
            + [face.score]
            for face in YuNet(0.5).detect(picture)
            if face.landmarks
        ]
    )
    assert np.allclose(found, expected, atol=0.02)
    assert found or width < 100


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_centerface_says_what_it_says_in_opencv(width: int, height: int) -> None:
    picture = portrait_of(width, height)
    padded = cv2.copyMakeBorder(picture, 0, -height % 32, 0, -width % 32, cv2.BORDER_CONSTANT)
    theirs = cv2.dnn.readNetFromONNX(weights.as_array("centerface"))
    theirs.setInput(cv2.dnn.blobFromImage(padded))
    names = ("537", "538", "539", "540")
    for ours, expected in zip(net.run("centerface", picture, names), theirs.forward(names), strict=True):
        assert np.allclose(ours, expected, atol=0.01)


def test_a_net_that_is_not_there_is_an_error_that_says_so() -> None:
    with pytest.raises(MissingPart, match=r"nosuch\.toml"):
        net.run("nosuch", portrait_of(64, 64), ("x",))
