"""PNG: IHDR, IDAT, IEND and nothing else; always truecolour, so that no palette keeps colours of hidden pixels."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Final

from scrubber.errors import UnsupportedFormat

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

NAME: Final = "png"
EXTENSION: Final = ".png"
ALPHA: Final = True
PILLOW_FORMATS: Final = ("PNG",)

_EFFORT: Final = 4  # of 9; more costs seconds on a large photo and saves a few per cent


def check(image: Image.Image, name: str) -> None:
    """Raises `UnsupportedFormat` for animated PNG."""
    if getattr(image, "is_animated", False):
        raise UnsupportedFormat(f"{name}: animated PNG cannot be opened; save one frame as a still first")


def lossless(data: bytes) -> bool:  # noqa: ARG001 - the same question is put to every family
    return True


def write(pixels: NDArray[np.uint8], alpha: NDArray[np.uint8] | None, lossless: bool) -> bytes:  # noqa: ARG001
    """PNG bytes, RGB or, with `alpha`, RGBA, 8 bits each."""
    import numpy as np
    from PIL import Image

    whole = pixels if alpha is None else np.dstack([pixels, alpha])
    target = BytesIO()
    Image.fromarray(whole).save(target, "PNG", optimize=False, compress_level=_EFFORT)
    return target.getvalue()
