"""The one value that every stage sees: upright pictures and nothing else of their file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray


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


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """An opened photo: one frame, or several that follow each other in time (`moving`) or as pages.

    `format` is the container it came in, `lossless` how pixels were kept there, `loops` how often an animation is
    repeated as the file counts it: 0 for ever, None if that is not said. `notes` are sentences about what
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

    def painted(self, pictures: Iterable[NDArray[np.uint8]]) -> Photo:
        """The same photo with other pixels in its frames."""
        pairs = zip(self.frames, pictures, strict=True)
        return replace(self, frames=tuple(replace(frame, pixels=pixels) for frame, pixels in pairs))
