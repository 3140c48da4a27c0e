"""Promise: in the coded data of a file that `verify` calls clean there is no second picture that no viewer shows.

Each file here is one innocent picture to every decoder, and was called clean once, though whoever reads the coded
numbers sees a portrait.
"""

from __future__ import annotations

import re

import cv2
import jpeg_coder
import numpy as np
import pytest
from judging import decoded, judged, saved, wheres
from PIL import Image

from scrubber.policy import Limits
from scrubber.verification import unseen
from scrubber.verification.jpeg_parts import parts
from scrubber.verification.jpeg_scans import coefficients


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
        assert not wheres(data)


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


@pytest.mark.parametrize("kind", ["DC", "AC"])
def test_values_whose_bits_all_fall_out(grey: np.ndarray, kind: str) -> None:
    """Attack: multiples of eight, sent as if 13 bits more followed. Decoders keep 16 bits of them, which are zeros."""
    luma = jpeg_coder.coefficients(grey, np.full(64, 20.0)).clip(-100, 100)
    if kind == "AC":
        luma[:, :, 0] = 0
    else:
        luma[:, :, 1:] = 0
    flat = np.zeros_like(luma)
    scan = b"\x03\x11\x00\x00" if kind == "DC" else b"\xff\xda\x00\x08\x01\x01\x00\x01\x3f"
    honest, crafted = (
        jpeg_coder.progressive((96, 96), [values, flat, flat]).replace(scan + b"\0", scan + b"\x0d")
        for values in (flat, 8 * luma)
    )
    assert (decoded(honest) == decoded(crafted)).all(), "nobody sees it"
    assert "JPEG scan" not in wheres(honest)
    assert "JPEG scan" in wheres(crafted)


def test_values_that_corrections_make_too_large() -> None:
    """Attack: each scan sends a value that fits, and their sum does not."""
    blocks = np.zeros((12, 12, 64), int)
    for most, fits in ((1023, True), (1024, False)):
        blocks[:, :, 5] = most
        data = jpeg_coder.refined((96, 96), [blocks, 0 * blocks, 0 * blocks], low=9)
        assert ("JPEG scan" not in wheres(data)) == fits


def with_bits_behind_the_edge(data: bytes, bits: np.ndarray) -> bytes:
    """One bit more in each MCU of the DC scan that refines, in a block that no viewer shows; 6 blocks make an MCU."""
    header = b"\x03\x01\x00\x02\x00\x03\x00\x00\x00\x10"
    start = data.index(header) + len(header)
    end = start + len(re.split(rb"\xff[^\0]", data[start:])[0])
    scan = np.unpackbits(np.frombuffer(data[start:end].replace(b"\xff\0", b"\xff"), np.uint8))
    scan[1 : 6 * len(bits) : 6] ^= bits.astype(np.uint8)
    return data[:start] + np.packbits(scan).tobytes().replace(b"\xff", b"\xff\0") + data[end:]


def test_bits_behind_the_edge_in_a_scan_that_refines(grey: np.ndarray, scenery: np.ndarray) -> None:
    """Attack: where an MCU goes beyond the picture, its blocks have bits that nobody sees."""
    bits = dithered(grey)[:4].ravel()
    strip = Image.fromarray(scenery).resize((8, 16 * len(bits)))
    honest = saved(strip, "JPEG", quality=75, progressive=True, subsampling="4:2:0")
    crafted = with_bits_behind_the_edge(honest, bits)
    assert (decoded(honest) == decoded(crafted)).all(), "nobody sees it"
    assert not wheres(honest)
    assert "JPEG scan" in wheres(crafted)


@pytest.mark.parametrize("size", [(33, 41), (40, 49), (8, 24), (47, 8)])
def test_what_coders_put_behind_the_edge(scenery: np.ndarray, size: tuple[int, int]) -> None:
    """Guard: libjpeg repeats the DC of the block before, with all its bits."""
    for sampling in ("4:2:0", "4:2:2"):
        picture = Image.fromarray(scenery).resize(size)
        assert not wheres(saved(picture, "JPEG", quality=75, progressive=True, subsampling=sampling))


@pytest.mark.parametrize("sampling", ["4:4:4", "4:2:2", "4:2:0"])
def test_restarts_in_rows(scenery: np.ndarray, sampling: str) -> None:
    """Guard: restarts after each row are other numbers of MCUs in each kind of scan, and not a message."""
    picture = Image.fromarray(scenery).resize((72, 56))
    for rows in (1, 2):
        data = saved(picture, "JPEG", quality=75, progressive=True, restart_marker_rows=rows, subsampling=sampling)
        assert not wheres(data)


def test_restarts_that_differ_between_scans(scenery: np.ndarray) -> None:
    """Attack: a scan that restarts more often than the others, by a whole number of rows; each such choice is a bit."""
    picture = Image.fromarray(scenery).resize((72, 56))
    data = saved(picture, "JPEG", quality=75, progressive=True, restart_marker_rows=2, subsampling="4:4:4")
    assert data.count(b"\xff\xdd\x00\x04\x00\x12") == 1, "18 blocks, two rows, in all scans"
    start = data.rindex(b"\xff\xda")
    assert "JPEG DRI" in wheres(data[:start] + b"\xff\xdd\x00\x04\x00\x09" + data[start:])


def scans_with_tables_of_their_own(scans: int, unused: int) -> bytes:
    """A grey picture whose AC coefficients, all zero, come in so many scans, each with so many codes for nothing."""
    sizes = (96, 96)
    flat = np.zeros((12, 12, 64), int)
    data = jpeg_coder.progressive(sizes, [flat] * 3)
    data = data[: data.index(b"\xff\xda\x00\x08")]
    symbols = bytes(symbol for symbol in range(256) if symbol != 0x70)[:unused]
    table = bytes([0x10, 1, *[0] * 10, len(symbols), *[0] * 4]) + b"\x70" + symbols
    bits = f"0{144 - 128:07b}"  # the end of 144 blocks
    dht = b"\xff\xc4" + (len(table) + 2).to_bytes(2, "big") + table
    parts = []
    for number in range(scans):
        channel, place = divmod(number, 63)
        header = b"\xff\xda\x00\x08\x01" + bytes([channel + 1, 0, place + 1, place + 1, 0])
        parts += [dht, header, int(bits, 2).to_bytes(1, "big")]
    return b"".join([data, *parts, b"\xff\xd9"])


def test_codes_that_nothing_uses() -> None:
    """Attack: each scan may bring a table, and the lengths of codes that nothing uses are free: 60 bytes in each."""
    honest, crafted = (scans_with_tables_of_their_own(9, unused) for unused in (20, 200))
    assert (decoded(honest) == decoded(crafted)).all(), "nobody sees it"
    unused = [
        any("codes that nothing uses" in leak.detail for leak in judged(data).leaks) for data in (honest, crafted)
    ]
    assert unused == [False, True]


def test_more_scans_than_a_picture_needs() -> None:
    """Attack: the same in hundreds of scans, which also take long to follow."""
    few, many = (scans_with_tables_of_their_own(scans, 1) for scans in (60, 180))
    assert "JPEG scan" not in wheres(few)
    assert "JPEG scan" in wheres(many)


def test_optimised_tables_hold_what_is_used(scenery: np.ndarray) -> None:
    """Guard: of a table that was made for a picture each code is used, in scans that refine as well."""
    for options in ({"optimize": True}, {"progressive": True}):
        data = saved(Image.fromarray(scenery), "JPEG", quality=90, **options)
        found = parts(data)
        coefficients(data, found)
        assert all(found.used[table] == set(table.symbols) for _, table in found.all_huffman)
