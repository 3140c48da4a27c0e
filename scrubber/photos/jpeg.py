"""JPEG: baseline, one fixed set of tables, sampling and marker order for everybody.

Tables that differ between photos tell cameras and editors apart (Farid, Digital Image Ballistics from JPEG
Quantization, 2006; Kornblum, Using JPEG Quantization Tables to Identify Imagery, 2008).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Final

from scrubber import opencv
from scrubber.photos.source import Source, open_with_pillow

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from scrubber.photos.photo import Photo

# Together they keep every photo tried within two levels of its original on average; at 4:2:0 or 93 some are not.
_QUALITY: Final = 95
_SUBSAMPLING: Final = "4:4:4"


def read(data: bytes) -> Source:
    """The first picture; gain maps, previews and second views behind it (MPO) are not pictures of their own."""
    return Source(open_with_pillow(data, "JPEG"))


def decoded(data: bytes) -> NDArray[np.uint8] | None:
    """H×W×3 as OpenCV decodes it, which is not what wrote it; None if it cannot."""
    import numpy as np

    cv2 = opencv.load()
    flags = cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION
    return cv2.imdecode(np.frombuffer(data, dtype=np.uint8), flags)  # type: ignore[no-any-return]


def write(photo: Photo, sink: BinaryIO) -> None:
    """A JFIF file with the only frame."""
    from PIL import Image

    Image.fromarray(photo.pixels).save(
        sink, "JPEG", quality=_QUALITY, subsampling=_SUBSAMPLING, optimize=False, progressive=False
    )
