"""What 8 bits and three colours cannot take over is said."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pillow_heif
import pytest
from PIL import Image

from scrubber import Limits, photos
from scrubber.formats import missing

GREY = "grey became RGB colours"
FLOATS = "of floating point numbers 0 was taken as black, and 1 and more as white"


def deep(bits: int) -> str:
    return f"{bits} bits per channel became 8"


def notes(data: bytes) -> tuple[str, ...]:
    return photos.open_photo(data, "photo", Limits()).notes


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


@pytest.fixture(scope="module")
def wide() -> np.ndarray:
    return np.random.default_rng(5).integers(0, 65536, (96, 120, 3), dtype=np.uint16)


@pytest.fixture(scope="module")
def grey(wide: np.ndarray) -> Image.Image:
    return Image.fromarray((wide[:, :, 0] >> 8).astype(np.uint8))


@pytest.mark.parametrize("kind", [".png", ".tiff", ".jp2"])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_sixteen_bits(wide: np.ndarray, kind: str, channels: int) -> None:
    whole = np.dstack([wide, wide[:, :, 0]])[:, :, :channels]
    said = notes(cv2.imencode(kind, np.ascontiguousarray(whole))[1].tobytes())
    assert said == ((deep(16), GREY) if channels == 1 else (deep(16),))


@pytest.mark.parametrize("kind", [".png", ".tiff", ".jp2", ".bmp", ".webp"])
def test_eight_bits_of_colour_need_no_word(wide: np.ndarray, kind: str) -> None:
    assert notes(cv2.imencode(kind, (wide >> 8).astype(np.uint8))[1].tobytes()) == ()


@pytest.mark.parametrize("bits", [10, 12])
def test_ten_and_twelve_bits_of_avif(wide: np.ndarray, bits: int) -> None:
    data = cv2.imencode(".avif", wide >> 16 - bits, [cv2.IMWRITE_AVIF_DEPTH, bits])[1].tobytes()
    assert notes(data) == (deep(bits),)


def test_ten_bits_of_heic(wide: np.ndarray) -> None:
    target = io.BytesIO()
    pillow_heif.from_bytes("RGB;16", (120, 96), wide.tobytes()).save(target)
    assert notes(target.getvalue()) == (deep(10),)


@pytest.mark.parametrize(("mode", "bits"), [("I;16", 16), ("I", 32), ("F", 32)])
def test_the_wide_modes_of_a_tiff(grey: Image.Image, mode: str, bits: int) -> None:
    floats = (FLOATS,) if mode == "F" else ()
    assert notes(saved(grey.convert(mode), "TIFF")) == (deep(bits), *floats, GREY)


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("JPEG", "L"), ("PNG", "L"), ("PNG", "LA"), ("PNG", "1"), ("TIFF", "L"), ("TIFF", "LA"), ("TIFF", "1"),
     ("BMP", "L"), ("JPEG2000", "L"), ("JPEG2000", "LA"), ("HEIF", "L")],
)  # fmt: skip
def test_grey(grey: Image.Image, kind: str, mode: str) -> None:
    if kind == "HEIF":
        pillow_heif.register_heif_opener()
    image = grey.convert(mode)
    if mode == "LA":
        image.putalpha(grey)
    assert notes(saved(image, kind)) == (GREY,)


def test_every_page_counts(wide: np.ndarray) -> None:
    pages = [(wide >> 8).astype(np.uint8), wide]
    assert notes(cv2.imencodemulti(".tiff", pages)[1].tobytes()) == (deep(16),)


def test_jpeg_xl(grey: Image.Image) -> None:
    if missing("jxl"):
        pytest.skip("the extra jxl is not installed")
    import pillow_jxl  # noqa: F401

    assert notes(saved(grey, "JXL", lossless=True)) == (GREY,)
    assert notes(saved(grey.convert("I;16"), "JXL", lossless=True)) == (deep(16), GREY)
    assert notes(saved(grey.convert("RGB"), "JXL", lossless=True)) == ()
