"""An animation keeps its frames, about their times and what is clear in them, even where two frames show the same."""

from __future__ import annotations

import dataclasses
import io

import numpy as np
import pytest
from PIL import GifImagePlugin, Image

import scrubber
from scrubber import Limits, Policy, photos
from scrubber.pipeline import make_safe
from scrubber.terms import Terms
from scrubber.verification.audit import audit

KINDS = {"PNG": {}, "WEBP": {"lossless": True}, "lossy WEBP": {}, "GIF": {}}
CLOSE = {"lossy WEBP": 25.0}  # mean levels


def opened(data: bytes) -> photos.Photo:
    return photos.open_photo(data, "photo", Limits())


def again(photo: photos.Photo) -> photos.Photo:
    written, _ = photos.write(*photos.prepared(photo, "keep", "photo"))
    assert audit(written) == ()
    return opened(written)


def frame(pixels: np.ndarray, alpha: np.ndarray | None = None, milliseconds: float = 70) -> photos.Frame:
    if alpha is not None:
        pixels = np.where(alpha[:, :, None] == 0, np.uint8(0), pixels)
    return photos.Frame(pixels, alpha, milliseconds)


def moving(kind: str, *frames: photos.Frame) -> photos.Photo:
    return photos.Photo(frames, kind.split()[-1].lower(), "lossy" not in kind, moving=True, loops=3)


@pytest.fixture(scope="module")
def pictures() -> list[np.ndarray]:
    """Three of 30×41 pixels with few colours; the second differs from the first in a corner only."""
    first = np.zeros((30, 41, 3), dtype=np.uint8)
    first[:, ::3], first[5:9] = (200, 90, 40), (10, 160, 220)
    second = first.copy()
    second[21:26, 33:36] = (255, 255, 0)
    return [first, second, first[::-1].copy()]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("order", [(0, 0, 1, 1, 1, 2), (0, 0), (1, 2, 1)], ids=["some", "all", "none"])
def test_frames_that_show_the_same_stay(pictures: list[np.ndarray], kind: str, order: tuple[int, ...]) -> None:
    photo = moving(kind, *(frame(pictures[at], milliseconds=50 * (at + 1)) for at in order))
    copy = again(photo)
    assert [round(each.milliseconds) for each in copy.frames] == [50 * (at + 1) for at in order]
    assert copy.loops == 0
    for seen, meant in zip(copy.frames, photo.frames, strict=True):
        assert seen.alpha is None
        assert np.abs(seen.pixels.astype(int) - meant.pixels).mean() <= CLOSE.get(kind, 0)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_clear_in_one_frame_only(pictures: list[np.ndarray], kind: str) -> None:
    hole = np.full((30, 41), 255, dtype=np.uint8)
    hole[10:20, 7:31] = 0
    copy = again(moving(kind, frame(pictures[0], hole), frame(pictures[1]), frame(pictures[2], hole)))
    shown = [np.full((30, 41), 255) if each.alpha is None else each.alpha for each in copy.frames]
    assert [(alpha == 0).sum() for alpha in shown] == [240, 0, 240]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("given", "kept"),
    [(0, 100), (10, 100), (20, 20), (33, 30), (40, 40), (60, 70), (80, 70), (123, 150), (900, 1000), (90_000, 5000)],
)
def test_durations_are_brought_to_a_few(pictures: list[np.ndarray], kind: str, given: int, kept: int) -> None:
    copy = again(moving(kind, frame(pictures[0], milliseconds=given), frame(pictures[1], milliseconds=given)))
    assert [round(each.milliseconds) for each in copy.frames] == [kept, kept]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("given", "forever"), [(None, False), (0, True), (1, False), (2, True), (777, True)])
def test_an_animation_plays_once_or_for_ever(
    pictures: list[np.ndarray], kind: str, given: int | None, forever: bool
) -> None:
    copy = again(dataclasses.replace(moving(kind, frame(pictures[0]), frame(pictures[1])), loops=given))
    assert (copy.loops == 0) is forever
    assert copy.loops in (0, 1, None)
    assert again(copy).loops == copy.loops


def test_a_long_animation_lasts_about_as_long(pictures: list[np.ndarray]) -> None:
    given = np.random.default_rng(3).integers(20, 4000, 60)
    copy = again(moving("GIF", *(frame(pictures[at % 3], milliseconds=float(ms)) for at, ms in enumerate(given))))
    assert sum(each.milliseconds for each in copy.frames) == pytest.approx(given.sum(), rel=0.1)


def growing_gif(width: int, height: int) -> bytes:
    """A GIF whose second frame is larger than its screen, which has 4×4 pixels."""
    small, large = Image.new("P", (4, 4), 1), Image.new("P", (width, height), 2)
    for image in (small, large):
        image.putpalette([0, 0, 0, 250, 20, 30, 40, 50, 240])
    head, _ = GifImagePlugin.getheader(small, [0, 0, 0, 250, 20, 30, 40, 50, 240])
    return b"".join([*head, *GifImagePlugin.getdata(small), *GifImagePlugin.getdata(large), b";"])


def test_a_frame_that_outgrows_the_first_is_shown_whole() -> None:
    photo = opened(growing_gif(9, 6))
    assert [each.size for each in photo.frames] == [(6, 9), (6, 9)]
    first = photo.frames[0]
    assert first.alpha is not None
    assert (first.alpha[:4, :4] == 255).all()
    assert first.alpha.astype(int).sum() == 16 * 255
    copy = again(photo)
    assert [(seen.pixels == meant.pixels).all() for seen, meant in zip(copy.frames, photo.frames, strict=True)]


def test_frames_that_grow_too_large_together_are_refused() -> None:
    with pytest.raises(scrubber.PhotoTooLarge):
        photos.open_photo(growing_gif(900, 600), "photo", Limits(pixels=600_000))


def test_a_growing_gif_can_be_made_safe() -> None:
    copy = make_safe(growing_gif(9, 6), "photo", Terms(Policy(preset="fast")))
    assert copy.data is not None
    assert Image.open(io.BytesIO(copy.data)).n_frames == 2  # type: ignore[attr-defined]
