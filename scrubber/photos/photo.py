"""The one value that every stage sees: upright pictures and nothing else of their file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy as np
    from numpy.typing import NDArray


_WHITE: Final = 255.0
_GREY: Final = 128.0
_BLACK: Final = 0.0
_OPAQUE: Final = 255
FAINT: Final = 8
"""Alpha below this counts as clear: 3 % of such a pixel shows, and a picture in full contrast may hide there."""

_ROWS: Final = 256  # handled at once, so that floating point copies stay small


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture: `pixels` is H×W×3 uint8, sRGB, upright; `alpha` is H×W uint8, or None if everything is opaque.

    Where `alpha` is 0 the pixels are black. `milliseconds` says how long an animation shows it.
    """

    pixels: NDArray[np.uint8]
    alpha: NDArray[np.uint8] | None = None
    milliseconds: float = 0.0

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.pixels.shape[0], self.pixels.shape[1]

    def composites(self) -> tuple[NDArray[np.uint8], ...]:
        """What a viewer can make of the frame, H×W×3 each: itself if it is opaque, else laid on white and on black."""
        if self.alpha is None:
            return (self.pixels,)
        return blended(self.pixels, self.alpha, _WHITE), blended(self.pixels, self.alpha, _BLACK)

    def views(self) -> Iterator[NDArray[np.uint8]]:
        """All pictures that somebody can get out of the frame, H×W×3 each: just itself if it is opaque.

        Else it lies on white, black and grey, for noise can drown a face on both of the others; then come the colours
        of a program that knows no alpha, and the alpha alone. Coloured paper is left out: what it lets through has the
        brightness that grey paper of its own brightness lets through. One is made at a time, to save memory.
        """
        import numpy as np

        if self.alpha is None:
            yield self.pixels
            return
        for ground in (_WHITE, _BLACK, _GREY):
            yield blended(self.pixels, self.alpha, ground)
        if ((self.alpha > 0) & (self.alpha < _OPAQUE)).any():  # else they are what lies on black
            yield self.pixels
        yield np.repeat(self.alpha[:, :, None], 3, axis=2)


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """An opened photo: one frame, or several that follow each other in time (`moving`) or as pages.

    `format` is the container it came in, `lossless` how pixels were kept there, `loops` how often an animation is
    shown as the file counts it: 0 for ever, None if that is not said. `notes` are sentences about what
    could not be taken over.
    """

    frames: tuple[Frame, ...]
    format: str
    lossless: bool
    moving: bool = False
    loops: int | None = None
    notes: tuple[str, ...] = ()

    @property
    def pixels(self) -> NDArray[np.uint8]:
        """The first frame's, H×W×3 uint8."""
        return self.frames[0].pixels

    @property
    def transparent(self) -> bool:
        return any(frame.alpha is not None for frame in self.frames)

    def fingerprint(self) -> str:
        """64 hex digits that name the upright decoded frames: their sizes, colours and alpha.

        It stays the same when a file is tagged, rated, renamed or losslessly written in another format. The first 16
        digits stay the same as well if the picture is turned or mirrored.
        """
        from scrubber.photos.turning import fingerprint

        return fingerprint(self)

    def painted(self, pictures: Iterable[NDArray[np.uint8]]) -> Photo:
        """The same photo with other pixels in its frames."""
        pairs = zip(self.frames, pictures, strict=True)
        return replace(self, frames=tuple(replace(frame, pixels=pixels) for frame, pixels in pairs))

    def opaque(self, masks: Iterable[NDArray[np.bool_]]) -> Photo:
        """The same photo, opaque wherever its frame's mask (H×W) is True.

        A frame in which nothing clear is left has no alpha any more, so that nobody can tell that it had some.
        """
        if not self.transparent:
            return self
        pairs = zip(self.frames, masks, strict=True)
        return replace(self, frames=tuple(_opaque(frame, mask) for frame, mask in pairs))


def _opaque(frame: Frame, mask: NDArray[np.bool_]) -> Frame:
    import numpy as np

    if frame.alpha is None:
        return frame
    alpha = np.where(mask, np.uint8(_OPAQUE), frame.alpha)
    return replace(frame, alpha=None if alpha.min() == _OPAQUE else alpha)


def without_faint(pixels: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Pixels (H×W×3) and alpha (H×W) with what is hardly seen wholly clear, and black."""
    import numpy as np

    clear = alpha < FAINT
    return np.where(clear[:, :, None], np.uint8(0), pixels), np.where(clear, np.uint8(0), alpha)


def blended(pixels: NDArray[np.uint8], alpha: NDArray[np.uint8], ground: float = _WHITE) -> NDArray[np.uint8]:
    """H×W×3 pixels with H×W alpha laid on paper of one grey, 0 to 255; white unless said otherwise, as in browsers."""
    import numpy as np

    whole = np.empty_like(pixels)
    for top in range(0, len(pixels), _ROWS):
        rows = slice(top, top + _ROWS)
        share = alpha[rows, :, None].astype(np.float32) / 255
        whole[rows] = np.rint(pixels[rows] * share + ground * (1 - share)).astype(np.uint8)
    return whole
