"""Promise: in the coded data of a file that `verify` calls clean there is no second picture that no viewer shows.

Each file here is one innocent picture to every decoder, and was called clean once, though whoever reads the coded
numbers sees a portrait.
"""

from __future__ import annotations

import io

import cv2
import jpeg_coder
import numpy as np
import pytest
from judging import judged, saved, wheres
from PIL import Image, ImageOps

from scrubber.policy import Limits
from scrubber.verification import unseen


@pytest.fixture(scope="module")
def grey(portrait: np.ndarray) -> np.ndarray:
    """A portrait of 96×96 pixels, from 0 to 255."""
    return np.array(ImageOps.grayscale(Image.fromarray(portrait[:, 64:448])).resize((96, 96))).astype(float)


def decoded(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as image:
        return np.array(image)


# ---- JPEG ----------------------------------------------------------------------------------------------------------


def dithered(grey: np.ndarray) -> np.ndarray:
    return np.array(Image.fromarray(grey.astype(np.uint8)).convert("1")).astype(int)


def grey_jpeg(dc: np.ndarray, quality: int) -> bytes:
    """A picture of blocks of one colour each, by their coded DC."""
    height, width = 8 * dc.shape[0], 8 * dc.shape[1]
    numbers = np.zeros((*dc.shape, 64), int)
    numbers[:, :, 0] = dc
    header = saved(Image.new("L", (width, height)), "JPEG", quality=quality)
    return jpeg_coder.coded_behind(header[: header.index(b"\xff\xda") + 10], [numbers])


@pytest.mark.parametrize("quality", [1, 10, 50, 75, 90, 100])
def test_one_bit_a_block_beyond_white_and_black(grey: np.ndarray, quality: int) -> None:
    """Attack: at any quality white may be coded one step lighter than white. A whole step was taken for rounding, and
    at fine steps two levels beyond white for nothing: so each block held a free bit, and all together a portrait.
    """
    step = jpeg_coder.tables(grey_jpeg(np.zeros((1, 1), int), quality))[0][0][0]
    bits = dithered(grey)
    for level, side in ((127, 1), (-128, -1)):
        flat = side * int(abs(level) * 8 / step + 0.5)
        honest, crafted = (grey_jpeg(np.full_like(bits, flat) + side * extra, quality) for extra in (0, bits))
        assert np.abs(decoded(crafted).astype(int) - decoded(honest)).max() <= 1, "nobody sees it"
        assert "JPEG coefficients" not in wheres(honest)
        assert "JPEG coefficients" in wheres(crafted)


@pytest.mark.parametrize("quality", range(1, 101, 9))
def test_flat_colours_are_no_second_picture(quality: int) -> None:
    """Guard: what coders make of the lightest and the darkest colours there are."""
    picture = np.zeros((16, 48, 3), np.uint8)
    for at, colour in enumerate([(255, 255, 255), (0, 0, 0), (255, 0, 0), (0, 0, 255), (0, 255, 255), (255, 255, 0)]):
        picture[:, 8 * at : 8 * at + 8] = colour
    for sampling in ("4:4:4", "4:2:0"):
        assert not wheres(saved(Image.fromarray(picture), "JPEG", quality=quality, subsampling=sampling))
    by_opencv = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
    assert "JPEG coefficients" not in wheres(by_opencv)


def beyond_white(grey: np.ndarray, quality: int) -> list[np.ndarray]:
    """Coefficients of a white picture that hold a portrait from 265 up."""
    steps = jpeg_coder.tables(jpeg_coder.head(grey.shape, quality))[0]
    luma = jpeg_coder.coefficients(265 + grey * 120 / 255, steps[0])
    return [luma, np.zeros_like(luma), np.zeros_like(luma)]


@pytest.mark.parametrize("last", [0, 3])
def test_a_portrait_beyond_white_in_scans_that_refine(grey: np.ndarray, last: int) -> None:
    """Attack: the first scans send hardly anything, and those that refine send the portrait. They were not followed;
    and if the lowest bits of DC never came, it was taken for whatever would fit.
    """
    channels = beyond_white(grey, 95)
    data = jpeg_coder.refined((96, 96), channels, low=6, last=last)
    assert decoded(data).min() >= 250, "viewers see white"
    assert "JPEG coefficients" in wheres(data)
    assert any(leak.where == "JPEG coefficients" for leak in unseen(data, Limits()))
    never_sent = any(leak.kind == "structure" and "never sent" in leak.detail for leak in judged(data).leaks)
    assert never_sent == (last > 0)


def test_scans_that_refine_are_followed(scenery: np.ndarray) -> None:
    """Guard: an honest progressive picture is clean, whichever way its bits are split and however it restarts."""
    steps = jpeg_coder.tables(jpeg_coder.head((96, 96)))[0]
    picture = np.array(Image.fromarray(scenery[:96, :96]).convert("YCbCr")).astype(float)
    channels = [jpeg_coder.coefficients(picture[:, :, at], steps[min(at, 1)]) for at in range(3)]
    for low in (1, 4):
        data = jpeg_coder.refined((96, 96), channels, low)
        assert (decoded(data) == decoded(jpeg_coder.coded((96, 96), channels))).all()
        assert judged(data).clean
    for options in ({}, {"restart_marker_rows": 1}, {"subsampling": "4:4:4"}):
        data = saved(Image.fromarray(scenery), "JPEG", quality=90, progressive=True, **options)
        assert not wheres(data) - {"JPEG DRI"}


def test_scans_that_are_too_long_to_be_followed(scenery: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    """Attack: more data than can be followed in reasonable time. What was not followed is not called clean."""
    monkeypatch.setattr("scrubber.verification.refining.MOST_BYTES", 100)
    data = saved(Image.fromarray(scenery), "JPEG", quality=90, progressive=True)
    assert any(leak.kind == "structure" and "too long" in leak.detail for leak in judged(data).leaks)


@pytest.mark.parametrize("refining", [False, True])
def test_runs_of_empty_blocks_in_several_codes(grey: np.ndarray, refining: bool) -> None:
    """Attack: two empty blocks are one code or two, which is a free bit for each pair: a dithered portrait in white."""
    bits = dithered(grey)[:72, 0]
    runs = [run for bit in bits for run in ((2,) if bit else (1, 1))]
    honest, crafted = (jpeg_coder.empty_blocks((96, 96), each, refining) for each in ([144], runs))
    assert (decoded(honest) == decoded(crafted)).all(), "nobody sees it"
    assert "JPEG scan" not in wheres(honest)
    assert "JPEG scan" in wheres(crafted)
