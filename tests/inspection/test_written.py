"""What scrubber writes is on the list, in every format, with alpha and without, still, moving and in pages."""

from __future__ import annotations

import time

import dirty_blocks as blocks
import numpy as np
import pytest

from scrubber.inspection import inventory
from scrubber.photos.photo import Frame, Photo
from scrubber.photos.writing import write
from scrubber.verification.audit import audit

STILL = ("jpeg", "png", "webp", "gif", "tiff", "bmp")
TRANSPARENT = ("png", "webp", "gif", "tiff")
SEVERAL = ("png", "webp", "gif", "tiff")
SIZES = ((48, 32), (37, 21), (1, 1), (300, 200))


def frame(size: tuple[int, int], alpha: bool, patch: int = 0) -> Frame:
    """A picture with a square in it that depends on `patch`, transparent in one corner if it has alpha."""
    pixels = np.array(blocks.picture(size))
    pixels[patch : patch + 5, patch : patch + 7] = patch
    if not alpha:
        return Frame(pixels, None, 80.0)
    mask = np.full(pixels.shape[:2], 255, dtype=np.uint8)
    mask[: size[1] // 2 + 1, : size[0] // 3 + 1] = 0
    pixels[mask == 0] = 0
    return Frame(pixels, mask, 80.0)


@pytest.mark.parametrize("lossless", [True, False])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("form", "alpha"), [(f, False) for f in STILL] + [(f, True) for f in TRANSPARENT])
def test_still_pictures(form, alpha, size, lossless):
    data = write(Photo((frame(size, alpha),), form, lossless), form)[0]
    assert audit(data) == ()
    assert inventory(data) == ()


@pytest.mark.parametrize("loops", [None, 0, 3])
@pytest.mark.parametrize("alpha", [True, False])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("form", SEVERAL)
def test_animations_and_pages(form, size, alpha, loops):
    frames = tuple(frame(size, alpha, patch) for patch in (0, 3, 3, 9))
    for lossless in (True, False):
        data = write(Photo(frames, form, lossless, moving=form != "tiff", loops=loops), form)[0]
        assert audit(data) == ()
        assert {leak.kind for leak in inventory(data)} <= {"structure"}


def test_pages_of_different_sizes():
    pages = tuple(frame(size, alpha) for size in SIZES for alpha in (True, False))
    assert audit(write(Photo(pages, "tiff", lossless=True), "tiff")[0]) == ()


@pytest.mark.parametrize("form", ["png", "gif", "tiff", "bmp"])
def test_large_photos_are_judged_quickly(form):
    tile = np.array(blocks.picture((250, 200)))
    photo = Photo((Frame(np.tile(tile, (15, 16, 1))),), form, lossless=True)  # 12 megapixels
    data = write(photo, form)[0]
    start = time.perf_counter()
    assert audit(data) == ()
    assert time.perf_counter() - start < 3  # some tenths of a second on an idle machine
