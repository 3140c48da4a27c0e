"""TIFF: pages of 8-bit RGB, with alpha where there is any, deflated; no tag that a reader can do without."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scrubber.photos.source import Source, open_with_pillow
from scrubber.photos.stack import saved

if TYPE_CHECKING:
    from PIL import Image

    from scrubber.photos.photo import Photo

NAME: Final = "tiff"
EXTENSION: Final = ".tif"
ALPHA: Final = True
MOVING: Final = False
PAGES: Final = True

_NEW_SUBFILE_TYPE: Final = 254
_REDUCED_OR_MASK: Final = 0b101  # bit 0: a smaller copy of another page; bit 2: its transparency (TIFF 6.0, page 36)


def read(data: bytes) -> Source:
    """All pages that are pictures of their own."""
    image = open_with_pillow(data, "TIFF")
    pages = [number for number in range(getattr(image, "n_frames", 1)) if _is_picture(image, number)]
    image.seek(0)
    return Source(image, pages or (0,), lossless=True)


def write(photo: Photo) -> bytes:
    """TIFF bytes, one page per frame."""
    return saved(photo, "TIFF", compression="tiff_adobe_deflate")


def _is_picture(image: Image.Image, number: int) -> bool:
    image.seek(number)
    kind = image.tag_v2.get(_NEW_SUBFILE_TYPE, 0)  # type: ignore[attr-defined]
    return not (isinstance(kind, int) and kind & _REDUCED_OR_MASK)
