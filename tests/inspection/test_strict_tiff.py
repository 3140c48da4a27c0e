"""`audit` accounts for every byte of a TIFF and of a BMP."""

from __future__ import annotations

import io
import struct
import zlib

import dirty_bmp
import pytest
from dirty_tiff import LONG, SHORT, Apart, clean, longs, page, shorts, tiff
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from scrubber.inspection import inventory
from scrubber.verification.audit import audit

TAGS = (254, 255, 266, 269, 270, 271, 305, 315, 317, 320, 330, 347, 700, 33723, 34377, 34675, 34853, 50706, 65000)


def test_pages_one_behind_the_other_pass():
    assert audit(tiff(page(), page(), page(colour=9))) == ()


@given(tag=st.sampled_from(TAGS), value=st.binary(min_size=1, max_size=40))
def test_any_added_tag_is_refused(tag, value):
    assert audit(tiff(page({tag: (1, value)})))


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        (256, shorts(25)), (256, shorts(24, 24)), (257, shorts(15)), (257, (1, b"\x10")), (258, shorts(8, 8, 16)),
        (258, shorts(8, 8)), (259, shorts(1)), (259, shorts(5)), (262, shorts(6)), (277, shorts(4)), (278, shorts(8)),
        (278, shorts(17)), (279, longs(10)), (284, shorts(2)), (338, shorts(2)), (279, longs(1 << 30)),
    ],
)  # fmt: skip
def test_values_that_do_not_fit_the_picture_are_refused(tag, value):
    assert audit(tiff(page({tag: value})))


@pytest.mark.parametrize("tag", [256, 257, 258, 259, 262, 273, 277, 278, 279, 284])
def test_no_tag_may_be_missing(tag):
    tags = page()
    del tags[tag]
    assert audit(tiff(tags))


@given(extra=st.binary(min_size=1, max_size=60).filter(any))
def test_bytes_that_belong_to_nothing_are_refused(extra):
    assert audit(tiff(page(), lead=extra))


def _with_strip(strip: bytes) -> bytes:
    return tiff(page({273: (LONG, Apart(strip)), 279: longs(len(strip))}))


def test_a_strip_holds_its_rows_and_nothing_else():
    pixels = bytes(24 * 16 * 3)
    assert audit(_with_strip(zlib.compress(pixels))) == ()
    for strip in (
        zlib.compress(pixels) + b"CANARY",
        zlib.compress(pixels + b"CANARY"),
        zlib.compress(pixels[:-1]),
        b"",
    ):
        assert audit(_with_strip(strip))


def test_strips_that_share_their_bytes_are_refused():
    strip = zlib.compress(bytes(24 * 8 * 3))
    data = tiff(page({273: (LONG, Apart(strip)), 278: shorts(8), 279: longs(len(strip), len(strip))}))
    at = data.index(struct.pack("<HHI", 273, LONG, 1))
    places = len(data)
    data = data[: at + 4] + struct.pack("<II", 2, places) + data[at + 12 :] + struct.pack("<II", 8, 8)
    assert any("overlap" in leak.detail for leak in audit(data))


def test_bytes_behind_a_short_value_are_refused():
    data = bytearray(clean())
    at = data.index(struct.pack("<HHI", 256, SHORT, 1))
    data[at + 10 : at + 12] = b"xy"
    assert audit(bytes(data))


def test_a_chain_that_bites_its_tail_has_an_end():
    data = bytearray(clean())
    start = struct.unpack_from("<I", data, 4)[0]
    end = start + 2 + 12 * struct.unpack_from("<H", data, start)[0]
    data[end : end + 4] = struct.pack("<I", start)
    assert audit(bytes(data))
    assert inventory(bytes(data)) == ()


def test_a_tiff_that_unpacks_to_more_than_it_says_is_not_unpacked_far():
    assert audit(_with_strip(zlib.compress(bytes(200 * 1024 * 1024))))


@pytest.mark.parametrize("at", [*range(6, 10), *range(10, 54)])
def test_every_byte_of_the_bmp_headers_counts(at):
    data = bytearray(dirty_bmp.clean())
    data[at] ^= 0x55
    assert audit(bytes(data))


def test_padding_of_bmp_rows_is_zero():
    data = bytearray(dirty_bmp.clean())
    for row in range(10):  # rows of 45 bytes and 3 of padding
        for column in (45, 46, 47):
            dirty = bytearray(data)
            dirty[54 + 48 * row + column] = 1
            assert any("padding" in leak.detail for leak in audit(bytes(dirty)))


def test_what_pillow_leaves_between_pages_is_refused():
    """It writes each page as a file of its own, header and all, and hangs it into the chain."""
    pages = [Image.new("RGB", (24, 16), (at, 9, 9)) for at in range(3)]
    buffer = io.BytesIO()
    pages[0].save(buffer, "TIFF", save_all=True, append_images=pages[1:], compression="tiff_adobe_deflate")
    assert "trailing-data" in {leak.kind for leak in audit(buffer.getvalue())}
