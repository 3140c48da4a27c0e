"""What is written is a fresh container, the same for everybody, with the picture as it was."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from scrubber import Limits, inspection, photos
from scrubber.verification.audit import audit

LARGEST_DIFFERENCE = 2.0  # mean levels of 255, for formats that lose a little


def still(pixels: np.ndarray, kind: str, alpha: np.ndarray | None = None, lossless: bool = False) -> photos.Photo:
    return photos.Photo((photos.Frame(pixels, alpha),), kind, lossless)


def written(pixels: np.ndarray, kind: str, alpha: np.ndarray | None = None, lossless: bool = False) -> bytes:
    return photos.write(still(pixels, kind, alpha, lossless), kind)[0]


def saved_by_a_phone(image: Image.Image, kind: str) -> bytes:
    target = io.BytesIO()
    image.save(target, kind, quality=90)
    return target.getvalue()


def half_transparent(pixels: np.ndarray) -> np.ndarray:
    alpha = np.zeros(pixels.shape[:2], np.uint8)
    alpha[:, pixels.shape[1] // 2 :] = np.linspace(8, 255, pixels.shape[0])[:, None]
    return alpha


def tables(data: bytes) -> list[bytes]:
    """Every JPEG segment before the scan but the frame's size."""
    found, position = [], 2
    while data[position + 1] != 0xDA:
        length = int.from_bytes(data[position + 2 : position + 4], "big") + 2
        segment = data[position : position + length]
        found.append(segment[:5] + segment[9:] if segment[1] == 0xC0 else segment)
        position += length
    return found


def test_every_jpeg_has_the_same_tables(portrait: np.ndarray, scenery: np.ndarray) -> None:
    grey = np.dstack([scenery[:, :, 0]] * 3)
    assert tables(written(portrait, "jpeg")) == tables(written(scenery, "jpeg")) == tables(written(grey, "jpeg"))


@pytest.mark.parametrize(("kind", "lossless"), [("png", True), ("webp", True)])
def test_lossless_formats_keep_every_pixel(portrait: np.ndarray, kind: str, lossless: bool) -> None:
    alpha = half_transparent(portrait)
    pixels = np.where(alpha[:, :, None] == 0, 0, portrait).astype(np.uint8)
    photo = photos.open_photo(written(pixels, kind, alpha, lossless), "copy", Limits())
    assert (photo.pixels == pixels).all()
    assert photo.frames[0].alpha is not None
    assert np.array_equal(photo.frames[0].alpha, alpha)
    assert photo.lossless


@pytest.mark.parametrize("kind", ["jpeg", "webp"])
def test_lossy_formats_stay_close(shared: Path, kind: str) -> None:
    for name in ("artemis2_crew.jpg", "apollo11_crew.jpg", "nasa_astronaut_group15_1994_640x280.jpg"):
        with Image.open(shared / "photos" / name) as image:
            before = photos.open_photo(saved_by_a_phone(image, kind), name, Limits()).pixels
        after = photos.open_photo(written(before, kind), name, Limits()).pixels
        assert np.abs(before.astype(int) - after).mean() <= LARGEST_DIFFERENCE, name


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
@pytest.mark.parametrize("transparent", [False, True])
def test_nothing_but_the_picture_is_written(portrait: np.ndarray, kind: str, transparent: bool) -> None:
    alpha = half_transparent(portrait) if transparent and kind != "jpeg" else None
    for lossless in (False, True):
        data = written(portrait, kind, alpha, lossless)
        assert audit(data) == ()
        assert inspection.inventory(data) == ()


def test_a_photo_that_was_transparent_lies_on_white_in_jpeg(scenery: np.ndarray) -> None:
    alpha = np.full(scenery.shape[:2], 255, np.uint8)
    alpha[:120] = 0
    photo, target = photos.prepared(still(scenery, "png", alpha, True), "jpeg", "photo")
    assert not photo.transparent
    assert (photo.pixels[:120] == 255).all()
    assert (photo.pixels[120:] == scenery[120:]).all()
    data, extension = photos.write(photo, target)
    assert data[:3] == b"\xff\xd8\xff"
    assert extension == ".jpg"


def test_outputs_can_be_opened_elsewhere(portrait: np.ndarray) -> None:
    for kind in ("jpeg", "png", "webp"):
        with Image.open(io.BytesIO(written(portrait, kind))) as image:
            assert image.format == kind.upper()
            assert image.size == (512, 512)
