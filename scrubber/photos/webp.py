"""WebP: one picture, with alpha where there is any; lossless stays lossless."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Final

from scrubber.errors import UnsupportedFormat

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

NAME: Final = "webp"
EXTENSION: Final = ".webp"
ALPHA: Final = True
PILLOW_FORMATS: Final = ("WEBP",)

_QUALITY: Final = 95
_EFFORT: Final = 4  # of 6, libwebp's own default
_LOSSLESS_EFFORT: Final = 50  # of 100


def check(image: Image.Image, name: str) -> None:
    """Raises `UnsupportedFormat` for animated WebP."""
    if getattr(image, "is_animated", False):
        raise UnsupportedFormat(f"{name}: animated WebP cannot be opened; save one frame as a still first")


def lossless(data: bytes) -> bool:
    """Whether the picture is in a VP8L chunk (WebP container specification, RFC 9649)."""
    position = 12
    while position + 8 <= len(data):
        chunk, size = (
            data[position : position + 4],
            int.from_bytes(data[position + 4 : position + 8], "little"),
        )
        if chunk in (b"VP8 ", b"VP8L"):
            return chunk == b"VP8L"
        position += 8 + size + size % 2
    return False


def write(pixels: NDArray[np.uint8], alpha: NDArray[np.uint8] | None, lossless: bool) -> bytes:
    """WebP bytes of an H×W×3 picture and its alpha, lossless or at one fixed quality."""
    import numpy as np
    from PIL import Image

    whole = pixels if alpha is None else np.dstack([pixels, alpha])
    target = BytesIO()
    quality = _LOSSLESS_EFFORT if lossless else _QUALITY
    # `exact` keeps the black under alpha 0 as it was put there.
    Image.fromarray(whole).save(
        target, "WEBP", lossless=lossless, quality=quality, method=_EFFORT, exact=lossless, alpha_quality=100
    )
    return target.getvalue()
