"""Rulers along the top and left edge of a picture, so that a place can be read off in pixels of the original."""

from __future__ import annotations

from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL import Image, ImageFont

_TEXT: Final = 1 / 100  # of the longer side, so that numbers can be read where the whole picture fills a screen
_LEAST_TEXT: Final = 13  # pixels
_APART: Final = 1.5  # heights of a number between the numbers of the upper ruler, at least
_BELOW: Final = 2.5  # heights of a number from one number of the left ruler to the next, at least
_FEW: Final = 3  # numbers on the left ruler; a flat picture has them closer together
_FINEST: Final = 0.4  # heights of a number between two ticks, at least
_INK: Final = (0, 0, 0)
_PAPER: Final = (255, 255, 255)


def margins(size: tuple[int, int], factor: int) -> tuple[int, int]:
    """Pixels that the rulers take at the left and at the top of a picture.

    `size` is width and height in pixels of the enlarged picture, `factor` how many times it was enlarged.
    """
    text = _text_size(size)
    return round(_length(str(size[1] // factor), text) + 1.4 * text), round(2.2 * text)


def with_rulers(image: Image.Image, factor: int) -> Image.Image:
    """The picture with rulers at its top and left, whose numbers are pixels before it was enlarged by `factor`."""
    from PIL import Image, ImageDraw

    text, (left, top) = _text_size(image.size), margins(image.size, factor)
    width, height = image.width // factor, image.height // factor
    half = round(_length(str(width), text) / 2) + text // 2  # the last number may reach over the edge
    whole = Image.new("RGB", (left + image.width + half, top + image.height + text), _PAPER)
    whole.paste(image, (left, top))
    draw = ImageDraw.Draw(whole)
    step = _step((_length(str(max(width, height)), text) + _APART * text) / factor)
    line = max(1, text // 12)
    for at, length in _ticks(width, step, factor, text):
        x = left + at * factor
        draw.line((x, top - round(length * text), x, top - 1), fill=_INK, width=line)
        if at % step == 0:
            draw.text((x, top - round(0.9 * text)), str(at), font=font(text), fill=_INK, anchor="mb")
    if height < _FEW * step:
        step = min(step, _step(_BELOW * text / factor))
    for at, length in _ticks(height, step, factor, text):
        y = top + at * factor
        draw.line((left - round(length * text), y, left - 1, y), fill=_INK, width=line)
        if at % step == 0:
            draw.text((left - round(0.9 * text), y), str(at), font=font(text), fill=_INK, anchor="rm")
    draw.rectangle((left - 1, top - 1, left + image.width, top + image.height), outline=_INK)
    return whole


def _ticks(pixels: int, step: int, factor: int, text: int) -> Iterator[tuple[int, float]]:
    """Where ticks are, in pixels of the original, and how long they are in heights of a number."""
    finest = next((step // n for n in (10, 5, 4, 2) if step % n == 0 and step // n * factor >= _FINEST * text), step)
    for at in range(0, pixels + 1, finest):
        yield at, 0.7 if at % step == 0 else 0.5 if 2 * at % step == 0 else 0.3


def _step(least: float) -> int:
    """The first of 1, 2, 5, 10, 20, 50 … that is not below `least`."""
    steps: Iterator[int] = (number * 10**power for power in count() for number in (1, 2, 5))
    return next(step for step in steps if step >= least)


def _text_size(size: tuple[int, int]) -> int:
    return max(_LEAST_TEXT, round(max(size) * _TEXT))


def _length(words: str, text: int) -> float:
    return font(text).getlength(words)


@cache
def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Aileron, which Pillow brings along, so many pixels high."""
    from PIL import ImageFont

    return ImageFont.load_default(size)
