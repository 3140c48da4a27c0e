"""How a file of any family is opened: which of its pictures count, without decoding one yet."""

from __future__ import annotations

import struct
import warnings
import zlib
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from PIL import Image

    from scrubber.photos.hdr import Light

DECODER_FAULTS: Final = (
    OSError, SyntaxError, ValueError, TypeError, ArithmeticError, LookupError, EOFError, RuntimeError,
    struct.error, zlib.error,
)  # fmt: skip
"""What decoders raise for broken files, found by running them on damaged and fuzzed files."""


class BrokenFrame(OSError):
    """One of several frames or pages cannot be decoded; the message names it."""


class UnknownRange(OSError):
    """Nothing but the pixels says which number is white, and hidden ones must not; the message holds the remedy."""


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """An opened, undecoded file. `chosen` are the numbers of the frames that are pictures.

    Second pictures that only repeat the first (thumbnails, previews) are not among them; pages without any picture
    that stand in front are not even counted, but in `before`. The rest is as in `Photo`.
    """

    image: Image.Image
    chosen: Sequence[int] = field(default=(0,))
    lossless: bool = False  # whether the file keeps its pixels exactly
    moving: bool = False
    loops: int | None = None
    notes: tuple[str, ...] = ()
    upright: bool = False  # already, whatever its EXIF says
    before: int = 0
    bits: int = 8  # of a channel, as the file has them
    light: Light | None = None  # what the numbers mean, where that is neither sRGB nor said by an ICC profile

    def frames(self, check: Callable[[tuple[int, int]], None]) -> Iterator[Image.Image]:
        """The chosen frames, decoded one after the other; each is only valid until the next is asked for.

        `check` is told the width and height of each before it is decoded. Raises `BrokenFrame` if there are several.
        """
        for number in self.chosen:
            try:
                if number != self.image.tell():
                    self.image.seek(number)
                check(self.image.size)
                self.image.load()
            except DECODER_FAULTS as error:
                if len(self.chosen) == 1:
                    raise
                words = f"{'frame' if self.moving else 'page'} {self.before + number + 1}"
                raise BrokenFrame(f"{words}: {error or type(error).__name__}") from error
            yield self.image


def open_with_pillow(data: bytes, *decoders: str) -> Image.Image:
    """Open, without decoding, by the named Pillow decoders only."""
    from PIL import Image

    with warnings.catch_warnings():
        # Pillow warns about large pictures and odd metadata; the limit is checked here, metadata is not kept.
        warnings.simplefilter("ignore")
        return Image.open(BytesIO(data), formats=decoders)


def animation(
    image: Image.Image, first: int = 0, lossless: bool = True, bits: int = 8, light: Light | None = None
) -> Source:
    """A source of all frames of a file that may be animated, from the one numbered `first` on."""
    count = getattr(image, "n_frames", 1)
    moving = count - first > 1
    loops = image.info.get("loop") if moving else None
    return Source(image, range(first, count), lossless, moving, loops, bits=bits, light=light)
