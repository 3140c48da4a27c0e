"""Draws regions with their numbers on a picture, so that a person can say which one they mean.

It shows the picture as it is, nobody hidden: whatever is made of it is as private as the original.
"""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Final, Literal

from scrubber.errors import UnreadableFile
from scrubber.guarded import read_start
from scrubber.output.label_places import FAR, Places, Rectangle
from scrubber.output.rulers import font, with_rulers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image, ImageDraw

    from scrubber.values import Action, Box, Decision

    Pixels = NDArray[np.uint8]
    Colour = tuple[int, int, int]

Encoding = Literal["PNG", "JPEG"]
ENCODINGS: Final[dict[str, Encoding]] = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG"}
"""What a file name has to end in, and how the picture is written then."""
_MARK: Final = "numbered picture of scrubber"
"""A comment in the file, by which an earlier numbered picture is known."""
_MARK_WITHIN: Final = 128  # bytes; the comment is the first thing after what every file of the kind begins with
_PNG_MARK: Final = b"tEXtComment\0" + _MARK.encode()
_JPEG_MARK: Final = b"\xff\xfe" + (len(_MARK) + 2).to_bytes(2, "big") + _MARK.encode()

_LEAST_SIDE: Final = (
    1280  # pixels along the longer side; a smaller picture is enlarged, or numbers would hide its faces
)
_LEAST_FACE: Final = 40  # pixels that three faces in four should have, so that a number beside them is not the larger …
_MOST_SIDE: Final = 5000  # … but not for a picture that gets longer than this by it
_MOST_ENLARGED: Final = 8  # times
# Pixels of a number's height for the smallest faces: what can still be read where the whole picture fills a screen, but
# not out of proportion to faces that are only seen where it does not.
_SMALL_TEXT: Final = 1 / 130  # of the longer side
_SMALL_TEXT_WITHIN: Final = (18, 26)
_LEAST_TEXT: Final = 13  # the same in a crowd: still legible where the picture is looked at pixel by pixel
_TEXT_SHARE: Final = 0.45  # of the side of a face
_MOST_TEXT: Final = 1 / 40  # of the longer side of the picture: that of a headline
_LINE_SHARE: Final = 1 / 28  # of the side of a face
_THIN_LINE: Final = 1 / 1400  # of the longer side
_THIN_LINE_WITHIN: Final = (2, 3)  # pixels
_MOST_LINE: Final = 1 / 400  # of the longer side of the picture
_LEGEND_TEXT: Final = 1 / 60  # of the longer side
_SHRINK: Final = (1.0, 0.75, 0.5)  # how much smaller a number may become to find a place at its frame

# Two of the colours that Okabe and Ito chose so that colour-blind people tell them apart (Color Universal Design,
# 2008); line style and the shape of the label say the same once more. Black around both shows on any ground.
_COLOURS: Final[dict[Action, Colour]] = {"hide": (86, 180, 233), "show": (230, 159, 0)}
_BLACK: Final = (0, 0, 0)
_LEGEND: Final[tuple[tuple[Action, str], ...]] = (
    ("hide", "solid line, square label: hidden"),
    ("show", "dashed line, round label: shown"),
)


@dataclass(frozen=True, slots=True)
class _Mark:
    """One region on the enlarged picture: where its frame runs, how thick, and how large its number may be."""

    decision: Decision
    frame: Rectangle
    line: int
    text: int

    @property
    def colour(self) -> Colour:
        return _COLOURS[self.decision.action]


def numbered_picture(pixels: Pixels, decisions: Sequence[Decision]) -> Image.Image:
    """The picture with a frame and a number, `Region.id`, for each region, rulers, and a line below that explains them.

    Takes H×W×3 uint8 RGB, and decisions whose boxes are pixels of it. Gives an RGB image; a small picture is enlarged
    by a whole number in it, rulers at its top and left tell pixels of the one given, and the explanation stands below.
    Hidden regions are blue, solid and have a square label; shown ones are orange, dashed and have a round one. Numbers
    stand where they cover no region, if there is such a place.
    """
    import numpy as np
    from PIL import Image, ImageDraw

    height, width = pixels.shape[:2]
    factor = _factor(max(height, width), decisions)
    image = Image.fromarray(np.ascontiguousarray(pixels))
    if factor > 1:
        image = image.resize((width * factor, height * factor), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(image)
    marks = sorted(_marks(decisions, factor, max(image.size)), key=lambda mark: mark.text)
    for mark in marks:
        _draw_frame(draw, mark)
    places = Places(image.size, [mark.frame for mark in marks])
    for mark in marks:  # small ones first: they have the fewest places
        _draw_label(draw, mark, places)
    return _with_legend(with_rulers(image, factor), f"rulers: pixels of the original, {width} by {height}")


def _factor(side: int, decisions: Sequence[Decision]) -> int:
    """How many times a picture of so many pixels along the longer side is enlarged."""
    wanted = -(-_LEAST_SIDE // side)
    sides = sorted(min(decision.region.box.width, decision.region.box.height) for decision in decisions)
    if sides and sides[len(sides) // 4] > 0:
        wanted = max(wanted, min(math.ceil(_LEAST_FACE / sides[len(sides) // 4]), _MOST_SIDE // side))
    return max(1, min(wanted, _MOST_ENLARGED))


def beside_each_other(pictures: Sequence[Image.Image]) -> Image.Image:
    """Several pictures in one row, from left to right."""
    from PIL import Image

    if len(pictures) == 1:
        return pictures[0]
    whole = Image.new("RGB", (sum(each.width for each in pictures), max(each.height for each in pictures)), "white")
    left = 0
    for each in pictures:
        whole.paste(each, (left, 0))
        left += each.width
    return whole


def with_reasons(picture: Image.Image, decisions: Sequence[Decision]) -> Image.Image:
    """The picture with text below: what is decided and why, and the numbers of the regions of which that is true."""
    from PIL import Image, ImageDraw

    size = max(_LEAST_TEXT, round(max(picture.size) * _LEGEND_TEXT))
    row, across = round(1.5 * size), max(20, round(picture.width / (0.6 * size)))
    lines = [line for words in _reasons(decisions) for line in textwrap.wrap(words, across, subsequent_indent="    ")]
    whole = Image.new("RGB", (picture.width, picture.height + row * len(lines) + size), "white")
    whole.paste(picture)
    draw = ImageDraw.Draw(whole)
    for number, words in enumerate(lines):
        draw.text((size, picture.height + row * (number + 0.5)), words, font=font(size), fill=_BLACK, anchor="lm")
    return whole


def _reasons(decisions: Sequence[Decision]) -> Iterator[str]:
    """`hide, no-match: 1, 2, 5`: a sentence for each reason, in the order of the numbers."""
    numbers: dict[str, list[int]] = {}
    for one in sorted(decisions, key=lambda one: one.region.id):
        who = f" ({one.person})" if one.person else ""
        numbers.setdefault(f"{one.action}, {one.reason}{who}", []).append(one.region.id)
    yield from (f"{words}: {', '.join(map(str, found))}" for words, found in numbers.items())


def encode(picture: Image.Image, encoding: Encoding) -> bytes:
    """A PNG or JPEG file of an RGB image, without any metadata but a comment that says what it is."""
    from PIL.PngImagePlugin import PngInfo

    data, comment = BytesIO(), PngInfo()
    comment.add_text("Comment", _MARK)
    # Level 3 packs a crowd of 100 megapixels in a third of the time of the default, into 5 % more.
    if encoding == "PNG":
        picture.save(data, encoding, compress_level=3, pnginfo=comment)
    else:
        picture.save(data, encoding, quality=92, subsampling=0, comment=_MARK)
    return data.getvalue()


def is_numbered_picture(path: Path) -> bool:
    """Whether a file was made here, and so may be made anew."""
    try:
        start = read_start(path, _MARK_WITHIN)
    except (OSError, UnreadableFile):
        return False
    marks = {b"\x89PNG": _PNG_MARK, b"\xff\xd8": _JPEG_MARK}
    return any(start.startswith(magic) and mark in start for magic, mark in marks.items())


def _marks(decisions: Sequence[Decision], factor: int, side: int) -> Iterator[_Mark]:
    for decision in decisions:
        box = decision.region.box.scaled(factor, factor)
        own = max(1.0, min(box.width, box.height))
        thin, small = _within(side * _THIN_LINE, _THIN_LINE_WITHIN), _within(side * _SMALL_TEXT, _SMALL_TEXT_WITHIN)
        line = round(min(max(own * _LINE_SHARE, thin), max(side * _MOST_LINE, thin)))
        text = round(min(max(own * _TEXT_SHARE, small), max(side * _MOST_TEXT, small)))
        yield _Mark(decision, _around(box, line), line, text)


def _within(value: float, bounds: tuple[int, int]) -> float:
    return min(max(value, bounds[0]), bounds[1])


def _around(box: Box, line: int) -> Rectangle:
    """The outer edge of a frame that leaves the region itself free."""
    reach = line + 1
    return Rectangle(
        round(box.x) - reach, round(box.y) - reach, round(box.right) + reach, round(box.bottom) + reach
    )  # fmt: skip


def _draw_frame(draw: ImageDraw.ImageDraw, mark: _Mark) -> None:
    left, top, right, bottom = mark.frame
    draw.rectangle((left - 1, top - 1, right, bottom), outline=_BLACK, width=mark.line + 2)
    if mark.decision.action == "hide":
        draw.rectangle((left, top, right - 1, bottom - 1), outline=mark.colour, width=mark.line)
        return
    for dash in _dashes(mark.frame, mark.line):
        draw.rectangle(dash, fill=mark.colour)


def _dashes(frame: Rectangle, line: int) -> Iterator[tuple[int, int, int, int]]:
    """Filled rectangles, corners included, along the four sides; a gap is as long as a dash."""
    left, top, right, bottom = frame
    for x, end in _stretches(left, right, line):
        yield x, top, end, top + line - 1
        yield x, bottom - line, end, bottom - 1
    for y, end in _stretches(top, bottom, line):
        yield left, y, left + line - 1, end
        yield right - line, y, right - 1, end


def _stretches(start: int, stop: int, line: int) -> Iterator[tuple[int, int]]:
    """First and last pixel of an odd number of dashes and gaps, so that both corners are drawn."""
    count = max(3, (stop - start) // (3 * line))
    count += 1 - count % 2
    edges = [start + (stop - start) * number // count for number in range(count + 1)]
    yield from ((edges[number], edges[number + 1] - 1) for number in range(0, count, 2))


def _draw_label(draw: ImageDraw.ImageDraw, mark: _Mark, places: Places) -> None:
    words = str(mark.decision.region.id)
    place, size = _place(words, mark, places)
    places.take(place)
    if not place.touches(mark.frame):
        line = (*mark.frame.nearest(place.center), *place.nearest(mark.frame.center))
        draw.line(line, fill=_BLACK, width=mark.line + 2)
        draw.line(line, fill=mark.colour, width=mark.line)
    left, top, right, bottom = place
    corners = (left, top, right - 1, bottom - 1)
    radius = (bottom - top) // 2 if mark.decision.action == "show" else 0
    draw.rounded_rectangle(corners, radius, fill=mark.colour, outline=_BLACK, width=max(1, size // 14))
    draw.text(place.center, words, font=font(size), fill=_BLACK, anchor="mm")


def _place(words: str, mark: _Mark, places: Places) -> tuple[Rectangle, int]:
    """Where a label goes, and the size of its text: a smaller one at the frame rather than a larger one further off."""
    sizes = [max(_LEAST_TEXT, round(mark.text * share)) for share in _SHRINK]
    for away in range(FAR):
        for size in dict.fromkeys(sizes):
            place = places.free(mark.frame, *_label_size(words, size), away)
            if place:
                return place, size
    return places.in_corner(mark.frame, *_label_size(words, _LEAST_TEXT)), _LEAST_TEXT


def _label_size(words: str, size: int) -> tuple[int, int]:
    left, top, right, bottom = font(size).getbbox(words, anchor="ls")
    return round(right - left + size * 0.7), round(bottom - top + size * 0.5)


def _with_legend(image: Image.Image, scale: str) -> Image.Image:
    """The picture with a line of explanation below; in a narrow one its parts stand under each other.

    `scale` says what the rulers tell.
    """
    from PIL import Image, ImageDraw

    legend = [*_LEGEND, (None, scale)]
    size = max(_LEAST_TEXT, round(max(image.size) * _LEGEND_TEXT))
    widths = [round(font(size).getlength(words)) + 4 * size for _, words in legend]
    if max(widths) > image.width:
        size = max(_LEAST_TEXT, size * image.width // max(widths))
        widths = [round(font(size).getlength(words)) + 4 * size for _, words in legend]
    row = 2 * size
    rows = 1 if sum(widths) <= image.width else len(legend)
    whole = Image.new("RGB", (max(image.width, max(widths)), image.height + rows * row), "white")
    whole.paste(image)
    draw = ImageDraw.Draw(whole)
    for number, (action, words) in enumerate(legend):
        left = size if rows > 1 else size + sum(widths[:number])
        top = image.height + (row * number if rows > 1 else 0)
        if action is not None:
            _draw_sample(draw, action, Rectangle(left, top + size // 2, left + 2 * size, top + row - size // 2))
            left += round(2.5 * size)
        draw.text((left, top + row / 2), words, font=font(size), fill=_BLACK, anchor="lm")
    return whole


def _draw_sample(draw: ImageDraw.ImageDraw, action: Action, where: Rectangle) -> None:
    from scrubber.values import Box, Decision, Region

    line = max(_THIN_LINE_WITHIN[0], (where.bottom - where.top) // 6)
    reason: Literal["no-match", "allowed-by-box"] = "no-match" if action == "hide" else "allowed-by-box"
    _draw_frame(draw, _Mark(Decision(Region(Box(0, 0, 0, 0)), action, reason), where, line, 0))
