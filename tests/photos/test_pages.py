"""Every page of a TIFF goes through, or the file is refused and the reason names the page."""

from __future__ import annotations

import io
import re
import struct

import numpy as np
import pytest
from PIL import Image

import scrubber
from scrubber import Limits, Policy, photos
from scrubber.pipeline import make_safe
from scrubber.terms import Terms

WIDTH, STRIPS, SUBFILE = 256, 273, 254


def three_pages(scenery: np.ndarray, **options: object) -> bytearray:
    pages = [Image.fromarray(np.roll(scenery[:40, :60], shift, axis=0)) for shift in (0, 9, 18)]
    target = io.BytesIO()
    pages[0].save(target, "TIFF", save_all=True, append_images=pages[1:], **options)
    return bytearray(target.getvalue())


def directories(data: bytes | bytearray) -> list[int]:
    """Where each directory of a little-endian TIFF begins; the pointer to the one behind it ends it."""
    found, at = [], struct.unpack_from("<I", data, 4)[0]
    while at:
        found.append(at)
        at = struct.unpack_from("<I", data, pointer(data, at))[0]
    return found


def pointer(data: bytes | bytearray, directory: int) -> int:
    return int(directory + 2 + 12 * struct.unpack_from("<H", data, directory)[0])


def renamed(data: bytearray, page: int, tag: int, to: int) -> bytes:
    """The same file, in which one page has another tag in the place of `tag`."""
    at = directories(data)[page] + 2
    while struct.unpack_from("<H", data, at)[0] != tag:
        at += 12
    struct.pack_into("<H", data, at, to)
    return bytes(data)


def with_words(data: bytearray, page: int) -> bytes:
    """The same file with a directory before `page` that holds a description and nothing else."""
    starts = directories(data)
    before = 4 if page == 0 else pointer(data, starts[page - 1])
    following = starts[page] if page < len(starts) else 0
    data += bytes(len(data) % 2)
    struct.pack_into("<I", data, before, len(data))
    return bytes(data) + struct.pack("<HHHI4sI", 1, 270, 2, 4, b"hey\0", following)


def opened(data: bytes, limits: Limits | None = None) -> photos.Photo:
    return photos.open_photo(data, "scan.tif", limits or Limits())


def test_a_page_that_does_not_say_its_size(scenery: np.ndarray) -> None:
    data = renamed(three_pages(scenery), 1, WIDTH, 65000)
    with pytest.raises(scrubber.DamagedPhoto, match=r"scan\.tif: .*page 2 of 3 .*how large.*copy it again"):
        opened(data)


@pytest.mark.parametrize("page", [0, 1, 2])
def test_a_page_that_cannot_be_decoded(scenery: np.ndarray, page: int) -> None:
    data = three_pages(scenery, compression="tiff_adobe_deflate")
    at = directories(data)[page] + 2
    while struct.unpack_from("<H", data, at)[0] != STRIPS:
        at += 12
    strip = struct.unpack_from("<I", data, at + 8)[0]
    data[strip : strip + 40] = b"\xee" * 40
    with pytest.raises(scrubber.DamagedPhoto, match=rf"scan\.tif: .*page {page + 1}: .*without that one"):
        opened(bytes(data))


def test_a_page_that_breaks_off(scenery: np.ndarray) -> None:
    data = three_pages(scenery)
    with pytest.raises(scrubber.DamagedPhoto, match="page 3 lies behind the end"):
        opened(bytes(data[: directories(data)[2] + 6]))


@pytest.mark.parametrize("place", [0, 1, 3])
def test_a_directory_without_a_picture_is_left_out_and_said(scenery: np.ndarray, place: int) -> None:
    data = with_words(three_pages(scenery), place)
    copy = make_safe(data, "scan.tif", Terms.of(Policy(preset="fast"), None, None, None))
    assert any("1 of 4 pages hold no picture" in warning for warning in copy.warnings)
    assert copy.data is not None
    for frame, expected in zip(opened(copy.data).frames, opened(bytes(three_pages(scenery))).frames, strict=True):
        assert (frame.pixels == expected.pixels).all()


def test_a_broken_page_behind_one_without_a_picture_keeps_its_number(scenery: np.ndarray) -> None:
    data = bytearray(with_words(three_pages(scenery, compression="tiff_adobe_deflate"), 0))
    at = directories(data)[2] + 2
    while struct.unpack_from("<H", data, at)[0] != STRIPS:
        at += 12
    struct.pack_into("<I", data, at + 8, len(data) - 4)
    with pytest.raises(scrubber.DamagedPhoto, match="page 3: "):
        opened(bytes(data))


def test_a_smaller_copy_is_no_page(scenery: np.ndarray) -> None:
    pages = [Image.fromarray(scenery), Image.fromarray(scenery).resize((80, 60))]
    target = io.BytesIO()
    pages[1].encoderinfo = {"tiffinfo": {SUBFILE: 1}}
    pages[0].save(target, "TIFF", save_all=True, append_images=pages[1:])
    assert [frame.size for frame in opened(target.getvalue()).frames] == [scenery.shape[:2]]


def test_a_smaller_copy_that_does_not_say_its_size_harms_nobody(scenery: np.ndarray) -> None:
    """Such is the small JPEG that cameras put behind the page, and the first directory of some files."""
    for page in (0, 1, 2):
        data = bytearray(renamed(three_pages(scenery), page, WIDTH, SUBFILE))
        at = directories(data)[page] + 2
        while struct.unpack_from("<H", data, at)[0] != SUBFILE:
            at += 12
        struct.pack_into("<I", data, at + 8, 1)
        assert len(opened(bytes(data)).frames) == 2


def test_pages_that_go_round_in_a_circle_end(scenery: np.ndarray) -> None:
    data = three_pages(scenery)
    starts = directories(data)
    struct.pack_into("<I", data, pointer(data, starts[2]), starts[0])
    assert len(opened(bytes(data)).frames) == 3


def test_a_list_without_end_is_refused(scenery: np.ndarray) -> None:
    """Directories that overlap: a small file can list more tags than anybody wants to wait for."""
    data = three_pages(scenery)
    start = len(data) + len(data) % 2
    count = 2000
    size = 2 + 12 * count + 4
    struct.pack_into("<I", data, pointer(data, directories(data)[2]), start)
    data = data.ljust(start, b"\0")
    for number in range(60):
        at = start + number * size
        data += struct.pack("<H", count) + bytes(12 * count) + struct.pack("<I", at + size)
    data += bytes(6)
    with pytest.raises(scrubber.DamagedPhoto, match="more pages than a photo has"):
        opened(bytes(data))


def test_limits_hold_for_all_pages_together_and_for_each(scenery: np.ndarray) -> None:
    """The first page may be the smallest."""
    pages = [Image.new("RGB", (1, 1)), Image.fromarray(scenery), Image.fromarray(scenery)]
    target = io.BytesIO()
    pages[0].save(target, "TIFF", save_all=True, append_images=pages[1:])
    size = scenery.shape[0] * scenery.shape[1]
    assert len(opened(target.getvalue(), Limits(pixels=2 * size + 1)).frames) == 3
    for most in (2 * size, size - 1):
        with pytest.raises(scrubber.PhotoTooLarge, match=r"scan\.tif: .*make it smaller"):
            opened(target.getvalue(), Limits(pixels=most))


def test_a_side_that_is_too_long_for_the_detectors_is_refused() -> None:
    target = io.BytesIO()
    Image.new("RGB", (32_767, 2)).save(target, "PNG")
    with pytest.raises(scrubber.PhotoTooLarge, match=re.escape("cut it in two")):
        opened(target.getvalue())
