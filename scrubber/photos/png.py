"""PNG and APNG: picture chunks and nothing else; always truecolour, for a palette keeps colours of hidden pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scrubber.photos.source import Source, animation, open_with_pillow
from scrubber.photos.stack import saved

if TYPE_CHECKING:
    from scrubber.photos.photo import Photo

NAME: Final = "png"
EXTENSION: Final = ".png"
ALPHA: Final = True
MOVING: Final = True
PAGES: Final = False

_EFFORT: Final = 4  # of 9; more costs seconds on a large photo and saves a few per cent


def read(data: bytes) -> Source:
    """All frames of the animation. A first picture that is not part of it is shown to nobody, and left out."""
    image = open_with_pillow(data, "PNG")
    return animation(image, first=1 if getattr(image, "default_image", False) else 0)


def write(photo: Photo) -> bytes:
    """PNG bytes, RGB or RGBA, 8 bits each; several frames become an animated PNG."""
    return saved(photo, "PNG", optimize=False, compress_level=_EFFORT, **_timing(photo))


def _timing(photo: Photo) -> dict[str, object]:
    return {"loop": photo.loops or 0, "disposal": 0, "blend": 0} if photo.moving else {}
