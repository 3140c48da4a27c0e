"""Promise 2: a hidden region carries nothing of what it hides, in alpha either."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterator

import cv2
import numpy as np
import pytest
from channels import SAVED, STYLES, cleaned, grey_of, saved
from PIL import Image

import scrubber
from scrubber import Box, Policy, Region, redaction
from scrubber.detection import presets
from scrubber.policy import Style
from scrubber.terms import Terms

SEEN, GONE = 0.5, 0.2  # of `likeness`
REACH = 32  # pixels that the wider blur of `detail` looks around


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

    @pytest.mark.parametrize(
        ("ink", "side"),
        [(halftone, 256), (halftone, 208), (lambda seen: np.dstack([255 - halftone(seen)[:, :, 3]] * 3), 256)],
    )
    def test_a_small_portrait_made_of_dots_is_hidden(
        self, portrait: np.ndarray, ink: Callable[[np.ndarray], np.ndarray], side: int
    ) -> None:
        """Before: `fast` saw no face in dots smaller than those of 512 pixels, in alpha or in plain black and white."""
        small = np.asarray(Image.fromarray(portrait).resize((side, side)))
        (face,) = presets.find_again(small)
        data = saved([ink(small)], "PNG")
        assert likeness(data, small, face.box) > SEEN
        assert likeness(cleaned(data).data or b"", small, face.box) < GONE

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
