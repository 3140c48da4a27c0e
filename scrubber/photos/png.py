"""PNG and APNG: picture chunks and nothing else; always truecolour, for a palette keeps colours of hidden pixels."""

from __future__ import annotations

from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO, Final

from scrubber.photos import apng
from scrubber.photos.deep import deep_pixels
from scrubber.photos.hdr import Light
from scrubber.photos.png_chunks import bare, code_points
from scrubber.photos.source import Source, animation, open_with_pillow
from scrubber.photos.stack import as_image

if TYPE_CHECKING:
    from PIL import Image

    from scrubber.photos.photo import Frame, Photo

_DEPTH: Final = 24  # where in the file the header says how many bits a channel has
_EFFORT: Final = 4  # of 9; more costs seconds on a large photo and saves a few per cent


def read(data: bytes) -> Source:
    """All frames of the animation. A first picture that is not part of it is shown to nobody, and left out."""
    plain, profile = bare(data)
    image = open_with_pillow(plain, "PNG")
    if profile is not None:
        image.info["icc_profile"] = profile
    first = 1 if getattr(image, "default_image", False) else 0
    return animation(image, first, bits=plain[_DEPTH], light=_light(data, plain, image))


def _light(data: bytes, plain: bytes, image: Image.Image) -> Light | None:
    """What its colours mean if a cICP chunk says something else than sRGB; it counts more than a profile."""
    points = code_points(data)
    if points is None:
        return None
    moving = getattr(image, "n_frames", 1) > 1  # OpenCV sees one picture only
    deep = None if moving or plain[_DEPTH] == 8 else partial(deep_pixels, plain, 16)
    light = Light(points[0], points[1], narrow=points[3] == 0, deep=deep)
    return light if light.counts else None


def write(photo: Photo, sink: BinaryIO) -> None:
    """A PNG, RGB or RGBA, 8 bits each; several frames become an animated PNG."""
    sink.write(apng.assembled(photo, _still) if photo.moving else _still(photo.frames[0]))


def _still(frame: Frame) -> bytes:
    target = BytesIO()
    as_image(frame).save(target, "PNG", optimize=False, compress_level=_EFFORT)
    return target.getvalue()
