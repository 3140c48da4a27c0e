"""What the presets find, in real photos and under bad conditions."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from scrubber import redaction
from scrubber.detection import blazeface, presets
from scrubber.policy import Preset
from scrubber.values import Box, Region

PRESETS: tuple[Preset, ...] = ("fast", "balanced", "thorough")
CROWDS = 8  # photos


@pytest.fixture(scope="module")
def crowds(shared: Path) -> list[tuple[np.ndarray, list[Box]]]:
    """Photos with annotated faces at least ten pixels high, evenly chosen."""
    truth = json.loads((shared / "faces" / "gt.json").read_text())
    chosen = sorted(truth)[:: len(truth) // CROWDS][:CROWDS]
    photos = []
    for name in chosen:
        with Image.open(shared / "faces" / name) as image:
            picture = np.array(image.convert("RGB"))
        photos.append((picture, [Box(*box) for box in truth[name] if box[3] >= 10]))
    return photos


def recall(photos: list[tuple[np.ndarray, list[Box]]], preset: Preset) -> float:
    found = faces = 0
    for picture, boxes in photos:
        hidden = redaction.mask(picture.shape, presets.find(picture, preset))
        for x, y, width, height in (box.rounded() for box in boxes):
            found += hidden[max(y, 0) : y + height, max(x, 0) : x + width].mean() >= 0.7
        faces += len(boxes)
    return found / faces


@pytest.mark.parametrize(("preset", "least"), [("fast", 0.88), ("balanced", 0.93)])
def test_recall_on_crowds_does_not_slip(
    crowds: list[tuple[np.ndarray, list[Box]]], preset: Preset, least: float
) -> None:
    assert recall(crowds, preset) >= least


def test_a_dark_photo_loses_few_faces(crowds: list[tuple[np.ndarray, list[Box]]]) -> None:
    light = np.arange(256) / 255
    dark = [(cv2.LUT(picture, (255 * 0.6 * light**2.5).astype(np.uint8)), boxes) for picture, boxes in crowds]
    assert recall(dark, "fast") >= 0.9 * recall(crowds, "fast")


def test_grain_in_the_dark_loses_few_faces(crowds: list[tuple[np.ndarray, list[Box]]]) -> None:
    """A phone at night: hardly any light, noise, and JPEG over both."""
    noise = np.random.default_rng(7)
    dark = []
    for picture, boxes in crowds:
        faint = 255 * 0.1 * (picture / 255.0) ** 1.8 + noise.normal(0, 4, picture.shape)
        _, stored = cv2.imencode(".jpg", np.clip(faint, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, 85])
        dark.append((np.asarray(cv2.imdecode(stored, cv2.IMREAD_COLOR), dtype=np.uint8), boxes))
    assert recall(dark, "balanced") >= 0.86 * recall(crowds, "balanced")


@pytest.mark.parametrize("degrees", [30, -45])
def test_photos_that_lean_lose_few_faces(crowds: list[tuple[np.ndarray, list[Box]]], degrees: int) -> None:
    leaning = []
    for picture, boxes in crowds:
        height, width = picture.shape[:2]
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
        side = int(np.hypot(height, width))
        matrix[:, 2] += (side - width) / 2, (side - height) / 2
        middles = [matrix @ (*box.center, 1) for box in boxes]
        moved = [
            Box(x - box.width / 2, y - box.height / 2, box.width, box.height)
            for (x, y), box in zip(middles, boxes, strict=True)
        ]
        leaning.append((np.asarray(cv2.warpAffine(picture, matrix, (side, side)), dtype=np.uint8), moved))
    assert recall(leaning, "balanced") >= 0.95 * recall(crowds, "balanced")


def test_photos_on_their_side_are_found_out(crowds: list[tuple[np.ndarray, list[Box]]]) -> None:
    """No tag says so, and still as many faces are found, to a few in a hundred."""
    upright = sum(len(presets.find(picture, "balanced")) for picture, _ in crowds[:3])
    for quarters in (1, 2, 3):
        turned = (np.ascontiguousarray(np.rot90(picture, quarters)) for picture, _ in crowds[:3])
        assert sum(len(presets.find(picture, "balanced")) for picture in turned) >= 0.95 * upright


@pytest.mark.parametrize("preset", PRESETS)
def test_a_portrait_has_one_face_seen_by_several(portrait: np.ndarray, preset: Preset) -> None:
    face, *others = presets.find(portrait, preset)
    assert not [other for other in others if other.score > 0.5]
    assert face.score > 0.9
    assert "yunet" in face.detectors
    assert face.landmarks is not None
    assert set(face.detectors) <= {"yunet", "centerface", "blazeface-short", "blazeface-full"}


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_turned_portrait_is_found_where_it_is(portrait: np.ndarray, quarters: int) -> None:
    upright = presets.find(portrait, "balanced")[0].box
    turned = np.ascontiguousarray(np.rot90(portrait, quarters))
    (match,) = [face for face in presets.find(turned, "balanced") if face.score > 0.5]
    x, y = upright.center
    side = portrait.shape[0]
    place = {1: (y, side - x), 2: (side - x, side - y), 3: (side - y, x)}[quarters]
    assert match.box.center == pytest.approx(place, abs=12)


@pytest.mark.parametrize("preset", PRESETS)
def test_scenery_has_no_faces(scenery: np.ndarray, preset: Preset) -> None:
    assert presets.find(scenery, preset) == ()


@pytest.mark.parametrize("shape", [(1, 1), (3, 700), (700, 3), (17, 33)])
@pytest.mark.parametrize("preset", PRESETS)
def test_pictures_of_any_shape_are_looked_at(preset: Preset, shape: tuple[int, int]) -> None:
    assert presets.find(np.full((*shape, 3), 127, dtype=np.uint8), preset) == ()


@pytest.mark.parametrize("preset", PRESETS)
def test_the_presets_go_on_without_mediapipe(
    portrait: np.ndarray, preset: Preset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blazeface, "available", lambda: False)
    faces = presets.find(portrait, preset)
    assert [face for face in faces if face.score > 0.9]
    assert not {name for face in faces for name in face.detectors if name.startswith("blazeface")}


def test_same_picture_same_faces_and_boxes_inside_it(portrait: np.ndarray) -> None:
    half = np.ascontiguousarray(portrait[:, 220:])  # cuts the face
    first, second = presets.find(half, "balanced"), presets.find(half, "balanced")
    assert first == second
    assert list(first) == sorted(first, key=lambda face: -face.score)
    for face in first:
        assert face.box.x >= 0
        assert face.box.right <= half.shape[1]


def test_a_dark_portrait_is_found(portrait: np.ndarray) -> None:
    dark = (255 * 0.6 * (portrait / 255) ** 2.5).astype(np.uint8)
    assert _best(dark).box.iou(_best(portrait).box) > 0.5


def test_a_portrait_after_hard_compression_is_found(portrait: np.ndarray) -> None:
    squeezed = cv2.imdecode(cv2.imencode(".jpg", portrait, [cv2.IMWRITE_JPEG_QUALITY, 20])[1], cv2.IMREAD_COLOR)
    assert _best(np.asarray(squeezed, dtype=np.uint8)).box.iou(_best(portrait).box) > 0.5


def _best(picture: np.ndarray) -> Region:
    return presets.find(picture, "balanced")[0]


LARGE = """
import sys
import numpy as np
from scrubber.detection import presets
portrait = np.load(sys.argv[1])
picture = np.zeros((4000, 6000, 3), dtype=np.uint8)
picture[3000:3512, 5000:5512] = portrait      # one larger face, one of 26 pixels
small = portrait[::6, ::6]
picture[200 : 200 + small.shape[0], 300 : 300 + small.shape[1]] = small
for face in presets.find(picture, "balanced"):
    print(*face.box.rounded())
# Not ru_maxrss: Linux counts the parent's memory in, from before exec.
[peak] = [line for line in open("/proc/self/status") if line.startswith("VmHWM")]
print(int(peak.split()[1]) // 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the peak of a process that has begun anew")
@pytest.mark.slow
def test_24_megapixels_in_less_than_one_and_a_half_gibibytes(portrait: np.ndarray, tmp_path: Path, root: Path) -> None:
    np.save(tmp_path / "portrait.npy", portrait)
    run = subprocess.run(
        [sys.executable, "-c", LARGE, str(tmp_path / "portrait.npy")],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    *faces, peak = run.stdout.splitlines()
    places = [tuple(map(int, line.split()))[:2] for line in faces]
    assert any(x > 5000 and y > 3000 for x, y in places)
    assert any(300 < x < 386 and 200 < y < 286 for x, y in places)
    assert int(peak) < 1536
