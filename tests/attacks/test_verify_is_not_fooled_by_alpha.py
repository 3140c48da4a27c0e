"""Promise: `verify` calls no file clean that hides a picture in what is transparent.

Every file here was called clean once, for the decoder showed an innocent picture and the container had nothing on it.
"""

from __future__ import annotations

import io

import numpy as np
import pytest
from judging import chunk, judged, kinds, saved
from PIL import Image, ImageOps

from scrubber.photos.photo import Frame, Photo
from scrubber.photos.writing import write
from scrubber.policy import Limits
from scrubber.verification import unseen


@pytest.fixture(scope="module")
def clear_face(face: np.ndarray) -> np.ndarray:
    """The portrait in RGBA, wholly transparent but for one corner."""
    alpha = np.zeros(face.shape[:2], np.uint8)
    alpha[:16, :16] = 255
    return np.dstack([face, alpha])


@pytest.mark.parametrize(
    ("form", "options"),
    [
        ("PNG", {}),
        ("WEBP", {"lossless": True, "exact": True}),
        ("WEBP", {"exact": True, "quality": 90}),
        ("TIFF", {"compression": "tiff_adobe_deflate"}),
        ("AVIF", {}),
    ],
)
def test_a_portrait_under_alpha_0(clear_face: np.ndarray, form: str, options: dict) -> None:
    """Attack: the face lies where nothing is opaque. It was zeroed before anybody looked, and the file called clean."""
    if form == "AVIF":
        pytest.importorskip("PIL._avif")
    data = saved(Image.fromarray(clear_face), form, **options)
    verdict = judged(data)
    assert not verdict.clean
    assert any(leak.kind == "hidden-picture" and "a face" in leak.detail for leak in verdict.leaks)
    assert any(leak.where == "colours under alpha 0" for leak in unseen(data, Limits()))


def test_a_grey_portrait_under_alpha_0(clear_face: np.ndarray) -> None:
    """Attack: grey with alpha, which is another mode with a path of its own."""
    assert "hidden-picture" in kinds(saved(Image.fromarray(clear_face).convert("LA"), "PNG"))


def test_a_portrait_in_transparent_palette_entries(face: np.ndarray) -> None:
    """Attack: 200 palette entries, all transparent: clear to viewers, a portrait in the numbers."""
    image = Image.fromarray(face).quantize(200)
    data = saved(image, "PNG", transparency=bytes(199))
    assert "hidden-picture" in kinds(data)


def test_a_portrait_under_a_frame_that_is_blended(face: np.ndarray, clear_face: np.ndarray) -> None:
    """Attack: the second frame of an animation is clear, so the first shines through; its colours are never drawn."""
    first = Frame(np.full_like(face, 90), np.full(face.shape[:2], 255, np.uint8), 100.0)
    second = Frame(clear_face[:, :, :3], clear_face[:, :, 3], 100.0)
    photo = Photo((first, second), "png", lossless=True, moving=True, loops=0)
    data = write(photo, "png")[0]
    at = data.rindex(b"fcTL")
    control = bytearray(data[at : at + 30])
    control[29] = 1  # drawn over what is there
    blended = data[: at - 4] + chunk(b"fcTL", bytes(control[4:])) + data[at + 34 :]
    assert scrubber_frames(blended) == 2
    assert any("frame 1" in leak.detail for leak in judged(blended).leaks if leak.kind == "hidden-picture")
    moving = write(photo, "webp")[0]
    assert any("frame 1" in leak.detail for leak in judged(moving).leaks if leak.kind == "hidden-picture")


def scrubber_frames(data: bytes) -> int:
    with Image.open(io.BytesIO(data)) as image:
        return getattr(image, "n_frames", 1)


@pytest.mark.parametrize(
    ("form", "options"),
    [("PNG", {}), ("WEBP", {"lossless": True, "exact": True}), ("TIFF", {"compression": "tiff_adobe_deflate"})],
)
@pytest.mark.parametrize("colour", [0, 255])
def test_a_portrait_in_alpha_alone(face: np.ndarray, form: str, options: dict, colour: int) -> None:
    """Attack: one colour everywhere, the portrait in how opaque it is; only colours were looked at."""
    grey = np.array(ImageOps.grayscale(Image.fromarray(face)))
    alpha = grey if colour else 255 - grey
    data = saved(Image.fromarray(np.dstack([np.full_like(face, colour), alpha])), form, **options)
    verdict = judged(data)
    assert verdict.faces_visible == 1
    assert not verdict.clean


def test_a_portrait_that_is_all_but_transparent(face: np.ndarray) -> None:
    """Attack: alpha 2 of 255. No composite shows more than a shade; the colours are whole."""
    data = saved(Image.fromarray(np.dstack([face, np.full(face.shape[:2], 2, np.uint8)])), "PNG")
    verdict = judged(data)
    assert verdict.faces == ()
    assert any("a face" in leak.detail for leak in verdict.leaks)


def test_a_portrait_in_faint_alpha(face: np.ndarray) -> None:
    """Attack: a portrait of 24 shades of alpha on a white square."""
    grey = np.array(ImageOps.grayscale(Image.fromarray(face))) // 11
    data = saved(Image.fromarray(np.dstack([np.full_like(face, 255), 231 + grey])), "PNG")
    assert not judged(data).clean


def test_one_colour_under_alpha_0_is_no_picture(scenery: np.ndarray) -> None:
    """What is cut out honestly stays clean: a guard against crying wolf."""
    alpha = np.full(scenery.shape[:2], 255, np.uint8)
    alpha[:100] = 0
    cut = np.dstack([np.where(alpha[:, :, None] == 0, np.uint8(0), scenery), alpha])
    for form, options in (("PNG", {}), ("WEBP", {"lossless": True, "exact": True}), ("WEBP", {"quality": 95})):
        assert judged(saved(Image.fromarray(cut), form, **options)).clean, form
