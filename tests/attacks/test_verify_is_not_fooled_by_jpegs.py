"""Promise: `verify` calls no JPEG clean whose coded data hide something, and says what it cannot judge.

Every file here was called clean once, for the decoder showed an innocent picture and the container had nothing on it.
"""

from __future__ import annotations

import io

import jpeg_coder
import numpy as np
import pytest
from judging import decoded, judged, saved, wheres
from PIL import Image, ImageOps

from scrubber.policy import Limits
from scrubber.verification import unseen

TEXT = b"meet at the old bridge, 9 pm, ask for Leila"


@pytest.fixture(scope="module")
def view(scenery: np.ndarray) -> list[np.ndarray]:
    """Coefficients of 96×96 pixels of scenery: Y Cb Cr."""
    steps = jpeg_coder.tables(jpeg_coder.head((96, 96)))[0]
    picture = np.array(Image.fromarray(scenery[:96, :96]).convert("YCbCr")).astype(float)
    return [jpeg_coder.coefficients(picture[:, :, at], steps[min(at, 1)]) for at in range(3)]


def test_an_honest_jpeg_is_clean_and_wholly_judged(view: list[np.ndarray]) -> None:
    """Guard: the coder of these tests writes what an honest coder writes unless it is told to cheat."""
    verdict = judged(jpeg_coder.coded((96, 96), view))
    assert (verdict.clean, verdict.not_judged) == (True, ())
    assert judged(jpeg_coder.progressive((96, 96), view)).clean


def test_codes_for_nothing(view: list[np.ndarray]) -> None:
    """Attack: sixteen zeros too many before the end of a block are one bit. 356 bytes went through like that."""
    bits = "".join(f"{byte:08b}" for byte in TEXT)
    data = jpeg_coder.coded((96, 96), view, zeros=bits)
    assert (decoded(data) == decoded(jpeg_coder.coded((96, 96), view))).all(), "nobody sees it"
    assert "JPEG scan" in wheres(data)


def test_bits_that_fill_up_the_last_byte(view: list[np.ndarray]) -> None:
    """Attack: zeros instead of ones behind the last block."""
    plain, other = (jpeg_coder.coded((96, 96), view, filling=filling) for filling in (1, 0))
    assert plain != other
    assert "JPEG scan" in wheres(other)


@pytest.mark.parametrize("options", [{}, {"subsampling": "4:2:0"}, {"progressive": True}, {"restart_marker_rows": 2}])
def test_text_behind_the_last_scan(scenery: np.ndarray, options: dict) -> None:
    """Attack: text between the last block and the end marker, which every decoder passes over."""
    data = saved(Image.fromarray(scenery), "JPEG", quality=95, **options)
    assert judged(data).clean
    stuffed = data[:-2] + TEXT + data[-2:]
    assert (decoded(stuffed) == decoded(data)).all()
    assert not judged(stuffed).clean
    assert "trailing-data" in {leak.kind for leak in unseen(stuffed, Limits())}


def test_text_between_scans(scenery: np.ndarray) -> None:
    """Attack: the same behind one of the scans before the last."""
    data = saved(Image.fromarray(scenery), "JPEG", quality=95, progressive=True)
    first = data.index(b"\xff\xda")
    between = data.index(b"\xff\xc4", first)
    assert not judged(data[:between] + TEXT + data[between:]).clean


def test_text_in_a_restart_interval(scenery: np.ndarray) -> None:
    """Attack: the same in front of a restart marker."""
    data = saved(Image.fromarray(scenery), "JPEG", quality=95, restart_marker_rows=2)
    at = data.index(b"\xff\xd1")
    assert not judged(data[:at] + TEXT + data[at:]).clean


def test_a_portrait_beyond_white(face: np.ndarray) -> None:
    """Attack: a white picture whose coefficients hold a portrait from 255 up, where every decoder cuts it off."""
    grey = np.array(ImageOps.grayscale(Image.fromarray(face)).resize((96, 96))).astype(float)
    steps = jpeg_coder.tables(jpeg_coder.head((96, 96)))[0]
    for shades in (24, 120):
        channels = [jpeg_coder.coefficients(259 + grey * shades / 255, steps[0])]
        channels += [np.zeros_like(channels[0])] * 2
        data = jpeg_coder.coded((96, 96), channels)
        with Image.open(io.BytesIO(data)) as image:
            assert np.array(image).min() >= 254, "viewers see white"
        assert "JPEG coefficients" in wheres(data), shades
        slow = jpeg_coder.progressive((96, 96), channels)
        assert (decoded(slow) == decoded(data)).all()
        assert "JPEG coefficients" in wheres(slow), shades


def test_a_portrait_beyond_one_channel(face: np.ndarray) -> None:
    """Attack: yellow and red that hold more than full red and no blue: Y, Cb and Cr each lie within their range."""
    grey = np.array(ImageOps.grayscale(Image.fromarray(face)).resize((96, 96))).astype(float)
    steps = jpeg_coder.tables(jpeg_coder.head((96, 96)))[0]
    more = grey / 255 * 60
    luma, red = 150 + 0.714 * more, 128 + 80 + more  # green stays the same, red is cut off
    blue = np.full_like(grey, 20.0)
    channels = [jpeg_coder.coefficients(each, steps[min(at, 1)]) for at, each in enumerate((luma, blue, red))]
    data = jpeg_coder.coded((96, 96), channels)
    with Image.open(io.BytesIO(data)) as image:
        assert np.ptp(np.array(image)[8:-8, 8:-8], axis=(0, 1)).max() < 40, "viewers see hardly anything"
    assert "JPEG coefficients" in wheres(data)


def test_a_portrait_beyond_the_edge(face: np.ndarray) -> None:
    """Attack: 97 pixels are stated and 104 are coded, and the seven that nobody sees are not those of the edge."""
    wide = np.full((96, 104), 90.0)
    wide[:, 97:] = np.array(ImageOps.grayscale(Image.fromarray(face)).resize((7, 96)))
    steps = jpeg_coder.tables(jpeg_coder.head((97, 96)))[0]
    luma = jpeg_coder.coefficients(wide, steps[0])
    data = jpeg_coder.coded((97, 96), [luma, np.zeros_like(luma), np.zeros_like(luma)])
    assert "JPEG edge" in wheres(data)


def test_tables_of_a_camera(scenery: np.ndarray) -> None:
    """Attack: quantisation tables that one maker uses name the camera in a file with no metadata at all."""
    tables = [[2 + (at * 7) % 11 for at in range(64)], [3 + (at * 5) % 13 for at in range(64)]]
    data = saved(Image.fromarray(scenery), "JPEG", qtables=tables)
    assert any((leak.kind, leak.where) == ("device", "JPEG DQT") for leak in judged(data).leaks)
    for quality in (50, 75, 95, 100):
        assert judged(saved(Image.fromarray(scenery), "JPEG", quality=quality)).clean


def test_huffman_tables_in_an_order_of_their_own(scenery: np.ndarray) -> None:
    """Attack: which of 162 symbols has which code of 16 bits is some hundred bytes of text."""
    data = saved(Image.fromarray(scenery), "JPEG", quality=95, subsampling="4:4:4")
    for at in (data.index(b"\xff\xc4\x00\xb5\x10"), data.index(b"\xff\xc4\x00\xb5\x11")):
        symbols = at + 5 + 16 + 162 - 125
        mixed = bytes(np.random.default_rng(1).permutation(list(data[symbols : symbols + 125])).astype(np.uint8))
        data = data[:symbols] + mixed + data[symbols + 125 :]
    assert "JPEG DHT" in wheres(data)


def test_tables_for_one_picture_are_said_to_be_unjudged(scenery: np.ndarray) -> None:
    """What a coder chooses by the picture may be honest; then the verdict says that it was not judged."""
    verdict = judged(saved(Image.fromarray(scenery), "JPEG", quality=90, optimize=True))
    assert verdict.clean
    assert any("Huffman" in sentence for sentence in verdict.not_judged)
    verdict = judged(saved(Image.fromarray(scenery), "JPEG", quality=90, progressive=True))
    assert any("progressive" in sentence for sentence in verdict.not_judged)
