"""Promise 2: a hidden region carries nothing of what it hides, in no channel: colour, alpha, frames, timing.

And promise 3, where compressed data are a channel: no byte of an input reaches an output.
"""

from __future__ import annotations

import hashlib
import io
import itertools
import struct
from collections.abc import Callable, Iterator

import cv2
import numpy as np
import pillow_heif
import pytest
from crafted_jpeg import encoded
from PIL import Image

import scrubber
from scrubber import Box, Consent, Limits, Policy, Region, photos, redaction
from scrubber.detection import presets
from scrubber.photos.photo import Frame, Photo
from scrubber.pipeline import make_safe
from scrubber.policy import Style
from scrubber.scrubbed import Scrubbed
from scrubber.terms import Terms

STYLES = ("blur", "pixelate", "solid")
SAVED: dict[str, dict[str, object]] = {
    "PNG": {},
    "WEBP": {"lossless": True, "exact": True},
    "TIFF": {},
    "GIF": {},
    "AVIF": {"quality": 95, "subsampling": "4:4:4"},
    "HEIF": {"quality": 95},
}
SEEN, GONE = 0.5, 0.2  # of `likeness`
REACH = 32  # pixels that the wider blur of `detail` looks around
KNOWN = [Region(Box(80, 60, 40, 50)), Region(Box(120, 75, 30, 36)), Region(Box(150, 120, 8, 9))]


def cleaned(data: bytes, terms: Terms | None = None) -> Scrubbed:
    copy = make_safe(data, "photo", terms or Terms(Policy(preset="fast")))
    assert copy.data is not None, copy.withheld
    return copy


def saved(pictures: list[np.ndarray], kind: str, **options: object) -> bytes:
    if kind == "HEIF":
        pillow_heif.register_heif_opener()
    first, *rest = (Image.fromarray(picture) for picture in pictures)
    if rest:
        options |= {"save_all": True, "append_images": rest}
    target = io.BytesIO()
    first.save(target, kind, **SAVED[kind], **options)
    return target.getvalue()


def views(data: bytes, part: tuple[slice, slice]) -> Iterator[np.ndarray]:
    """All that a viewer can make of a part of a file, by other code than the product's."""
    image = Image.open(io.BytesIO(data))
    for number in range(getattr(image, "n_frames", 1)):
        image.seek(number)
        whole = np.asarray(image.convert("RGBA"))[part].astype(float)
        colours, alpha = whole[:, :, :3], whole[:, :, 3:]
        for ground in (0, 64, 128, 192, 255):
            yield np.rint(colours * alpha / 255 + ground * (1 - alpha / 255)).astype(np.uint8)
        yield colours.astype(np.uint8)
        yield alpha.astype(np.uint8).repeat(3, axis=2)


def likeness(data: bytes, portrait: np.ndarray, place: Box) -> float:
    """How much of the face at this place any view of the file shows: a correlation of its fine detail, 0 to 1."""
    x, y, width, height = place.rounded()
    left, top = max(x - REACH, 0), max(y - REACH, 0)
    around = slice(top, y + height + REACH), slice(left, x + width + REACH)
    inside = slice(y - top, y - top + height), slice(x - left, x - left + width)
    meant = detail(grey_of(portrait)[around], inside)
    return max(abs(float((detail(grey_of(view), inside) * meant).mean())) for view in views(data, around))


def detail(grey: np.ndarray, inside: tuple[slice, slice]) -> np.ndarray:
    """What is finer than a nose is wide, of mean 0 and deviation 1; all 0 if there is nothing."""
    whole = grey.astype(np.float32)
    part = (cv2.GaussianBlur(whole, (0, 0), 2) - cv2.GaussianBlur(whole, (0, 0), 8))[inside]
    part = part - part.mean()
    return part / part.std() if part.std() > 0.1 else np.zeros_like(part)


def grey_of(portrait: np.ndarray) -> np.ndarray:
    return np.asarray(Image.fromarray(portrait).convert("L"))


def black_ink(portrait: np.ndarray) -> np.ndarray:
    """What "colour to alpha" makes of a portrait on white: it is all in the alpha."""
    return np.dstack([np.zeros_like(portrait), 255 - grey_of(portrait)])


def white_ink(portrait: np.ndarray) -> np.ndarray:
    return np.dstack([np.full_like(portrait, 255), grey_of(portrait)])


def grey_ink(portrait: np.ndarray) -> np.ndarray:
    return np.dstack([np.full_like(portrait, 128), grey_of(portrait)])


def hardly_there(portrait: np.ndarray) -> np.ndarray:
    """On any paper it is nothing; a program that drops the alpha shows all of it."""
    return np.dstack([portrait, np.ones_like(grey_of(portrait))])


def half_there(portrait: np.ndarray) -> np.ndarray:
    return np.dstack([portrait, np.full_like(grey_of(portrait), 120)])


def only_on_grey(portrait: np.ndarray) -> np.ndarray:
    """Noise that is added on white and taken away on black."""
    face = grey_of(portrait) / 255 * 0.12 + 0.44
    coarse = np.random.default_rng(4).choice([0, 0.44], (22, 22))
    noise = np.kron(coarse, np.ones((24, 24)))[: face.shape[0], : face.shape[1]]
    alpha = 1 - 2 * noise
    ink = np.rint((face - noise) / alpha * 255)
    return np.dstack([ink, ink, ink, np.rint(alpha * 255)]).clip(0, 255).astype(np.uint8)


def halftone(portrait: np.ndarray) -> np.ndarray:
    """Black dots, and nothing between them: all that a GIF can do with alpha."""
    dots = np.asarray(Image.fromarray(255 - grey_of(portrait)).convert("1"))
    return np.dstack([np.zeros_like(portrait), np.where(dots, 255, 0)]).astype(np.uint8)


INKS = (halftone, black_ink, white_ink, grey_ink, hardly_there, half_there, only_on_grey)


@pytest.fixture(scope="module")
def place(portrait: np.ndarray) -> Box:
    """Where the face is."""
    (face,) = presets.find_again(portrait)
    return face.box


class TestAlpha:
    """Attack: the portrait is put where nobody looked, and the copy is opened on other paper."""

    @pytest.mark.parametrize("kind", SAVED)
    @pytest.mark.parametrize("ink", INKS)
    def test_a_portrait_that_lives_in_alpha_is_hidden(
        self, portrait: np.ndarray, place: Box, kind: str, ink: Callable[[np.ndarray], np.ndarray]
    ) -> None:
        """Before: alpha was neither looked at nor painted, and the portrait was published recognisably."""
        data = saved([ink(portrait)], kind)
        if likeness(data, portrait, place) < SEEN or (kind == "GIF" and ink is only_on_grey):
            # A GIF is clear or not: of the portrait on grey only every other square is left, which is no face.
            pytest.skip(f"{kind} does not keep this portrait")
        assert likeness(cleaned(data).data or b"", portrait, place) < GONE

    @pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF"])
    def test_nor_in_a_frame_of_an_animation(self, portrait: np.ndarray, place: Box, kind: str) -> None:
        """Before: as above, in every frame."""
        blank, shown = np.zeros((*portrait.shape[:2], 4), np.uint8), halftone(portrait)
        data = saved([shown, blank, shown[:, ::-1].copy()], kind, duration=[100, 100, 100], disposal=2)
        assert likeness(data, portrait, place) > SEEN
        copy = cleaned(data).data or b""
        mirrored = Box(portrait.shape[1] - place.right, place.y, place.width, place.height)
        assert likeness(copy, portrait, place) < GONE
        assert likeness(copy, portrait[:, ::-1], mirrored) < GONE

    def test_nor_in_one_page_of_several(self, portrait: np.ndarray, place: Box) -> None:
        pages = [np.dstack([portrait, np.full_like(grey_of(portrait), 255)])[:, ::-1].copy(), white_ink(portrait)]
        data = saved(pages, "TIFF")
        assert likeness(data, portrait, place) > SEEN
        assert likeness(cleaned(data).data or b"", portrait, place) < GONE

    @pytest.mark.parametrize("mode", ["LA", "P"])
    def test_nor_in_grey_or_a_palette(self, portrait: np.ndarray, place: Box, mode: str) -> None:
        """Attack: grey with alpha; a palette of one colour and many opacities (tRNS)."""
        grey = Image.fromarray(255 - grey_of(portrait))
        target = io.BytesIO()
        if mode == "LA":
            image = Image.new("LA", grey.size)
            image.putalpha(grey)
            image.save(target, "PNG")
        else:
            image = Image.fromarray(np.asarray(grey), "P")
            image.putpalette([0, 0, 0] * 256)
            image.save(target, "PNG", transparency=bytes(range(256)))
        assert likeness(target.getvalue(), portrait, place) > SEEN
        assert likeness(cleaned(target.getvalue()).data or b"", portrait, place) < GONE

    def test_nor_where_colours_are_multiplied_by_alpha(self, portrait: np.ndarray, place: Box) -> None:
        """Attack: a TIFF with associated alpha (ExtraSamples 1)."""
        alpha = 255 - grey_of(portrait)
        target = io.BytesIO()
        Image.fromarray(np.dstack([np.zeros_like(portrait), alpha])).save(target, "TIFF")
        data = target.getvalue().replace(struct.pack("<HHIH", 338, 3, 1, 2), struct.pack("<HHIH", 338, 3, 1, 1))
        assert Image.open(io.BytesIO(data)).tag_v2[338] == (1,)  # type: ignore[attr-defined]
        assert likeness(data, portrait, place) > SEEN
        assert likeness(cleaned(data).data or b"", portrait, place) < GONE

    @pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
    @pytest.mark.parametrize("longest", [None, 200])
    def test_colour_under_alpha_0_is_gone(self, portrait: np.ndarray, kind: str, longest: int | None) -> None:
        """Attack: the portrait in full colour, and wholly clear. Zero it must stay after painting and shrinking."""
        alpha = np.zeros_like(grey_of(portrait))
        alpha[300:, 100:] = 255
        data = saved([np.dstack([portrait, alpha])], kind)
        copy = cleaned(data, Terms(Policy(preset="fast", max_size=longest)))
        whole = np.asarray(Image.open(io.BytesIO(copy.data or b"")))
        assert (whole[whole[:, :, 3] == 0] == 0).all()
        assert (whole[:, :, 3] == 0).any()

    @pytest.mark.parametrize("mode", ["RGBA", "LA", "RGBa", "La", "PA", "P"])
    @pytest.mark.parametrize("style", STYLES)
    def test_images_of_library_users_are_opaque_under_paint(
        self, portrait: np.ndarray, place: Box, mode: str, style: Style
    ) -> None:
        """Before: `hide` gave an image its own alpha back, with the face in it."""
        grey = 255 - grey_of(portrait)
        if mode == "P":
            image = Image.fromarray(grey, "P")
            image.putpalette([0, 0, 0] * 256)
            image.info["transparency"] = bytes(range(256))
        elif mode in ("LA", "PA", "La"):
            image = Image.new("LA", grey.shape[::-1])
            image.putalpha(Image.fromarray(grey))
            image = image if mode == "LA" else image.convert(mode)
        else:
            image = Image.fromarray(black_ink(portrait)).convert(mode)
        hidden = scrubber.hide(image, [Region(place)], style=style)
        mask = redaction.mask(portrait.shape, [Region(place)])
        assert (np.asarray(hidden.convert("RGBA"))[mask][:, 3] == 255).all()
        target = io.BytesIO()
        hidden.convert("RGBA").save(target, "PNG")
        assert likeness(target.getvalue(), portrait, place) < GONE


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
