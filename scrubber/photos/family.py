"""What each format family offers: how it is opened, and how a fresh container is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image


class Family(Protocol):
    """A module in this room; `opening.FAMILIES` lists them."""

    NAME: str
    """As `formats.identify` calls it."""
    EXTENSION: str
    """Of the files that are written, with its dot."""
    ALPHA: bool
    """Whether files that are written can be transparent."""
    PILLOW_FORMATS: tuple[str, ...]
    """The only decoders that may touch such a file."""

    def check(self, image: Image.Image, name: str) -> None:
        """Raise `UnsupportedFormat` for members of the family that cannot be made safe."""

    def lossless(self, data: bytes) -> bool:
        """Whether the file keeps its pixels exactly."""
        ...

    def write(self, pixels: NDArray[np.uint8], alpha: NDArray[np.uint8] | None, lossless: bool) -> bytes:
        """A fresh file that holds this picture and nothing else; the same settings for everybody."""
        ...
