"""JPEG: baseline, one fixed set of tables, sampling and marker order for everybody.

Tables that differ between photos tell cameras and editors apart (Farid, Digital Image Ballistics from JPEG
Quantization, 2006; Kornblum, Using JPEG Quantization Tables to Identify Imagery, 2008).
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

NAME: Final = "jpeg"
EXTENSION: Final = ".jpg"
ALPHA: Final = False
PILLOW_FORMATS: Final = ("JPEG",)

# Together they keep every photo tried within two levels of its original on average; at 4:2:0 or 93 some are not.
_QUALITY: Final = 95
_SUBSAMPLING: Final = "4:4:4"


def check(image: Image.Image, name: str) -> None:
    """Every JPEG can be opened; of files with several pictures only the first is."""


def lossless(data: bytes) -> bool:  # noqa: ARG001 - the same question is put to every family
    return False


def write(pixels: NDArray[np.uint8], alpha: NDArray[np.uint8] | None, lossless: bool) -> bytes:  # noqa: ARG001
    """JFIF bytes of an H×W×3 picture."""
    from PIL import Image

    target = BytesIO()
    Image.fromarray(pixels).save(
        target, "JPEG", quality=_QUALITY, subsampling=_SUBSAMPLING, optimize=False, progressive=False
    )
    return target.getvalue()
