"""Promise 2: a hidden region carries nothing of what it hides, in no channel: colour, alpha, frames, timing.

And promise 3, where compressed data are a channel: no byte of an input reaches an output.
"""

from __future__ import annotations

import hashlib
import io
import itertools

import cv2
import numpy as np
import pytest
from channels import STYLES, cleaned, grey_of, saved
from crafted_jpeg import encoded
from PIL import Image

from scrubber import Box, Consent, Limits, Policy, Region, photos, redaction
from scrubber.photos.photo import Frame, Photo
from scrubber.policy import Style
from scrubber.terms import Terms

KNOWN = [Region(Box(80, 60, 40, 50)), Region(Box(120, 75, 30, 36)), Region(Box(150, 120, 8, 9))]


class TestByteEquality:
    """Attack: another face under the mask, in any channel, must give the same output, byte for byte."""

    def variants(self, mask: np.ndarray, frames: int = 1) -> list[list[np.ndarray]]:
        """The same frames with other things under the mask: noise, clear, opaque, and half of each."""
        noise = np.random.default_rng(9)
        rows, columns = np.mgrid[0 : mask.shape[0], 0 : mask.shape[1]]
        base = []
        for number in range(frames):
            colours = np.dstack([columns % 200, rows % 190, np.full(mask.shape, 60 + 40 * number)])
            alpha = np.clip(columns * 2 - 150 + 10 * number, 0, 255)
            base.append(np.dstack([np.where(alpha[:, :, None] == 0, 0, colours), alpha]).astype(np.uint8))
        fills = (
            lambda: noise.integers(0, 256, (*mask.shape, 4), dtype=np.uint8),
            lambda: np.zeros((*mask.shape, 4), np.uint8),
            lambda: np.full((*mask.shape, 4), 255, np.uint8),
            lambda: np.dstack([np.full((*mask.shape, 3), 9), columns % 256]).astype(np.uint8),
        )
        return [base, *([np.where(mask[:, :, None], fill(), frame) for frame in base] for fill in fills)]

    def opened(self, frames: list[np.ndarray], kind: str) -> Photo:
        """As opening a file gives it, without what the format itself loses."""
        return photos.open_photo(saved(frames, kind, **({"duration": 100} if len(frames) > 1 else {})), "p", Limits())

    @pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
    @pytest.mark.parametrize("style", STYLES)
    @pytest.mark.parametrize("longest", [None, 97])
    def test_what_is_under_a_mask_changes_nothing(self, kind: str, style: Style, longest: int | None) -> None:
        mask = redaction.mask((180, 220), KNOWN)
        outputs = {self.output(self.opened(frames, kind), style, longest) for frames in self.variants(mask)}
        assert len(outputs) == 1

    @pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF"])
    @pytest.mark.parametrize("style", STYLES)
    def test_nor_in_frames_that_are_drawn_in_part(self, kind: str, style: Style) -> None:
        """Attack: writers store only what changes between frames, and how much that is, is a channel too."""
        mask = redaction.mask((180, 220), KNOWN)
        target = kind.lower()
        outputs = set()
        for frames in self.variants(mask, frames=3):
            # Straight from arrays: a GIF's own palette would differ outside of the mask before anything is hidden.
            photo = Photo(tuple(self.frame(each, kind) for each in frames), target, lossless=True, moving=True, loops=0)
            outputs.add(self.output(photo, style, None))
        assert len(outputs) == 1

    @pytest.mark.parametrize("style", STYLES)
    def test_nor_whether_anything_is_clear(self, style: Style) -> None:
        """Attack: alpha is nowhere but under the mask, so that the kind of the output would tell."""
        mask = redaction.mask((180, 220), KNOWN)
        colours = np.full((180, 220, 3), 90, np.uint8)
        opaque = np.full((180, 220), 255, np.uint8)
        outputs = set()
        for alpha in (opaque, np.where(mask, 0, 255).astype(np.uint8), np.where(mask, 77, 255).astype(np.uint8)):
            frame = Frame(np.where(alpha[:, :, None] == 0, np.uint8(0), colours), None if alpha.min() == 255 else alpha)
            for known in ("png", "avif", "bmp"):
                photo = Photo((frame,), known, lossless=True)
                outputs.add((known, self.output(photo, style, None)))
        assert len(outputs) == 3

    @pytest.mark.parametrize("style", STYLES)
    def test_the_whole_recipe(self, style: Style) -> None:
        """The same on files, with a hide box, from opening to the bytes of the copy."""
        box = KNOWN[0].box.rounded()
        mask = redaction.mask((180, 220), [Region(KNOWN[0].box, kind="drawn")])
        outputs = set()
        for frames, longest in itertools.product(self.variants(mask), (None, 97)):
            data = saved(frames, "PNG")
            digest = hashlib.sha256(data).hexdigest()
            text = f'schema = 1\n[[photos]]\nsha256 = "{digest}"\nhide = [{{ box = {list(box)} }}]\n'
            policy = Policy(preset="fast", style=style, max_size=longest)
            copy = cleaned(data, Terms.of(policy, Consent.loads(text), "social", None))
            outputs.add((longest, copy.data))
        assert len(outputs) == 2

    def frame(self, whole: np.ndarray, kind: str) -> Frame:
        alpha = np.ascontiguousarray(whole[:, :, 3])
        if kind == "GIF":
            alpha = np.where(alpha < 128, 0, 255).astype(np.uint8)
        pixels = np.where(alpha[:, :, None] == 0, np.uint8(0), whole[:, :, :3])
        return Frame(pixels, None if alpha.min() == 255 else alpha, 100.0)

    def output(self, photo: Photo, style: Style, longest: int | None) -> bytes:
        """The steps of the recipe from hiding on, for heads that are known."""
        pairs = [redaction.painted(frame.pixels, KNOWN, style, frame.alpha) for frame in photo.frames]
        masks = [mask for _, mask in pairs]
        fitted, _ = photos.fitted(photo.painted([pixels for pixels, _ in pairs]).opaque(masks), longest)
        smaller = [redaction.scaled(mask, frame.size) for mask, frame in zip(masks, fitted.frames, strict=True)]
        return photos.write(*photos.prepared(fitted.opaque(smaller), "keep", "p"))[0]


class TestTiming:
    """Attack: a message in the durations of frames, and in how often they are shown."""

    MESSAGE = b"The meeting is at 52.5163 N 13.3777 E, ask for Maria"

    @pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
    def test_durations_and_loops_hold_no_message(self, scenery: np.ndarray, kind: str) -> None:
        """Before: durations and loop counts passed through bit for bit."""
        pictures = [np.roll(scenery[:40, :60], number, axis=1) for number in range(len(self.MESSAGE))]
        unit = 10 if kind == "GIF" else 1
        data = saved(pictures, kind, duration=[100 + unit * letter for letter in self.MESSAGE], loop=513)
        copy = photos.open_photo(cleaned(data).data or b"", "copy", Limits())
        durations = [round(frame.milliseconds) for frame in copy.frames]
        assert len(durations) == len(self.MESSAGE)
        assert copy.loops == 0
        assert len(set(durations)) <= 6
        told = bytes((shown - 100) // unit & 255 for shown in durations)
        assert sum(one == other for one, other in zip(told, self.MESSAGE, strict=True)) <= 2

    @pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
    def test_a_little_more_or_less_is_not_to_be_seen(self, scenery: np.ndarray, kind: str) -> None:
        """Attack: the lowest bits."""
        pictures = [np.roll(scenery[:40, :60], number, axis=1) for number in range(8)]
        one = saved(pictures, kind, duration=[100] * 8, loop=0)
        other = saved(pictures, kind, duration=[100, 110, 90, 110, 100, 90, 90, 110], loop=9)
        assert one != other
        assert cleaned(one).data == cleaned(other).data


class TestCompressedData:
    """Attack on promise 3: a JPEG with our own tables and order, and something in its scan that no decoder shows."""

    def test_redundant_zero_runs_do_not_stay(self, portrait: np.ndarray) -> None:
        """Each block may say "sixteen zeros" up to three times before it ends; each is a bit that nobody sees.

        Before: the file was passed on as it was, and 356 bytes went through in a photo.
        """
        grey = cv2.GaussianBlur(grey_of(portrait)[300:396, 200:328], (0, 0), 3)
        secret = np.random.default_rng(2).integers(0, 4, 16 * 12)
        plain, crafted = encoded(grey), encoded(grey, iter(secret.tolist()))
        shown = [np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)) for data in (plain, crafted)]
        assert len(crafted) > len(plain) + 100
        assert np.array_equal(shown[0], shown[1])
        assert np.abs(shown[0][:, :, 0].astype(int) - grey).mean() < 2
        assert cleaned(crafted).data == cleaned(plain).data

    def test_coefficients_beyond_white_do_not_stay(self, portrait: np.ndarray) -> None:
        """What is brighter than white is shown as white, and is a portrait all the same for who reads the numbers.

        Before: the file was passed on as it was.
        """
        grey = grey_of(portrait)[40:168, 160:288].astype(np.float32) * 0.8
        crafted, white = encoded(grey + 400), encoded(np.full_like(grey, 255))
        shown = cv2.imdecode(np.frombuffer(crafted, np.uint8), cv2.IMREAD_COLOR)
        assert np.all(np.asarray(shown) == 255)
        assert len(crafted) > 2 * len(white)
        assert cleaned(crafted).data == cleaned(white).data

    def test_a_copy_is_coded_anew(self, scenery: np.ndarray) -> None:
        """The same for any JPEG: what comes out is what our encoder makes of the pixels, and of nothing else."""
        first = cleaned(encoded(scenery[:96, :128, 0]))
        pixels = photos.open_photo(first.data or b"", "copy", Limits()).pixels
        target = io.BytesIO()
        Image.fromarray(pixels).save(target, "JPEG", quality=95, subsampling="4:4:4")
        assert cleaned(first.data or b"").data == target.getvalue()
