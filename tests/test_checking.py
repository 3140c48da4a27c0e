"""What is read back is compared with what was painted, under the masks and nowhere else."""

from __future__ import annotations

import zlib
from dataclasses import replace

import numpy as np
import pytest

from scrubber import Limits, photos
from scrubber.detection import presets
from scrubber.photos.photo import Frame, Photo
from scrubber.redaction import covered
from scrubber.values import Box, Region
from scrubber.verification import checking

SHAPE = (60, 80)
MASK = np.zeros(SHAPE, bool)
MASK[10:30, 20:50] = True


def picture() -> np.ndarray:
    return np.random.default_rng(1).integers(60, 190, (*SHAPE, 3), dtype=np.uint8)


def photo(pixels: np.ndarray, alpha: np.ndarray | None = None) -> Photo:
    return Photo((Frame(pixels, alpha),), "png", lossless=True)


def refused(written: Photo, painted: Photo, mask: np.ndarray = MASK) -> bool:
    seen, wrong = checking.read_back(photos.write(written, "png")[0], painted, [mask], Limits())
    assert (seen is None) == (wrong is not None)
    return seen is None


@pytest.mark.parametrize(("levels", "bad"), [(0, False), (11, False), (13, True), (60, True), (-60, True)])
def test_more_change_under_the_mask_than_lossy_coding_explains_is_refused(levels: int, bad: bool) -> None:
    changed = picture()
    changed[MASK] = (changed[MASK].astype(int) + levels).astype(np.uint8)
    assert refused(photo(changed), photo(picture())) is bad


def test_change_in_one_colour_counts() -> None:
    changed = picture()
    changed[..., 2][MASK] += 60
    assert refused(photo(changed), photo(picture()))


def test_what_lies_outside_the_mask_is_not_compared() -> None:
    changed = picture()
    changed[~MASK] = 255 - changed[~MASK]
    assert not refused(photo(changed), photo(picture()))
    assert not refused(photo(255 - picture()), photo(picture()), np.zeros(SHAPE, bool))


@pytest.mark.parametrize("seen", [0, 1, 128, 254])
def test_paint_must_be_opaque(seen: int) -> None:
    """Alpha is a channel like the others: transparent parts are compared as well."""
    alpha = np.full(SHAPE, 255, np.uint8)
    alpha[40:] = 7
    assert not refused(photo(picture(), alpha), photo(picture(), alpha))
    pierced = alpha.copy()
    pierced[20, 30] = seen
    assert refused(photo(picture(), pierced), photo(picture(), alpha))


def test_wrong_paint_is_not_excused_by_alpha() -> None:
    alpha = np.full(SHAPE, 255, np.uint8)
    alpha[MASK] = 0
    assert refused(photo(255 - picture(), None), photo(picture(), alpha))


def test_a_face_that_only_the_paint_looks_like_does_not_count(portrait: np.ndarray) -> None:
    (real,) = presets.find_again(portrait)
    hidden = np.zeros(portrait.shape[:2], bool)
    below = real.mapped(lambda point: (point[0], point[1] + real.box.height * 1.4))  # on the chest
    assert checking.drop_inpainting_artifacts([real, below], portrait, hidden) == (real, below), "nothing is painted"
    hidden[: round(real.box.bottom + real.box.height * 0.6)] = True  # all of the head, and what the chest begins with
    assert checking.drop_inpainting_artifacts([real, below], portrait, hidden) == (real,), (
        "the photo itself shows that one only"
    )
    apart = replace(real, box=Box(real.box.x, portrait.shape[0] - 60, 50, 60))
    assert checking.drop_inpainting_artifacts([below, apart], portrait, hidden) == (apart,), (
        "where no paint is, paint did nothing"
    )


def test_times_of_its_own_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from scrubber.photos import timing

    moving = Photo((Frame(picture(), None, 333.0), Frame(255 - picture(), None, 333.0)), "png", True, moving=True)
    assert checking.read_back(photos.write(moving, "png")[0], moving, [MASK, MASK], Limits())[1] is None
    monkeypatch.setattr(timing, "quantised", lambda photo: photo)
    monkeypatch.setattr(checking, "audit", lambda _: ())  # which would say so as well
    wrong = checking.read_back(photos.write(moving, "png")[0], moving, [MASK, MASK], Limits())[1]
    assert wrong is not None
    assert "times" in wrong


@pytest.mark.parametrize("kind", ["png", "webp", "gif"])
@pytest.mark.parametrize(("kept", "asked"), [(513, 513), (0, 1), (1, 0)])
def test_a_number_of_loops_of_its_own_is_refused(
    monkeypatch: pytest.MonkeyPatch, kind: str, kept: int, asked: int
) -> None:
    def looped(loops: int) -> Photo:
        frames = (Frame(picture(), None, 300.0), Frame(255 - picture(), None, 300.0))
        return Photo(frames, kind, lossless=True, moving=True, loops=loops)

    none = [np.zeros(SHAPE, bool)] * 2
    written = photos.write(looped(kept), kind)[0]
    if kept == asked:
        assert checking.read_back(written, looped(asked), none, Limits())[1] is None
        written = with_loops(kind, written, kept)
        monkeypatch.setattr(checking, "audit", lambda _: ())  # which would say so as well
    assert "times" in (checking.read_back(written, looped(asked), none, Limits())[1] or "")


def with_loops(kind: str, data: bytes, loops: int) -> bytes:
    """An animation that is shown for ever, with another number in that place."""
    if kind == "png":
        at = data.index(b"acTL")
        body = data[at : at + 8] + loops.to_bytes(4, "big")
        return data[:at] + body + zlib.crc32(body).to_bytes(4, "big") + data[at + 16 :]
    mark, skipped = {"webp": (b"ANIM", 12), "gif": (b"NETSCAPE2.0", 13)}[kind]
    at = data.index(mark) + skipped
    return data[:at] + loops.to_bytes(2, "little") + data[at + 2 :]


def test_a_box_outside_the_picture_shows_nothing() -> None:
    outside = Region(Box(SHAPE[1] + 5, 10, 20, 20))
    assert covered(outside, np.zeros(SHAPE, bool)) == 1
    assert checking.still_visible([outside], MASK) == ()
