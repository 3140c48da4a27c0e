"""WebP: still or animated, with alpha where there is any; lossless stays lossless."""

from __future__ import annotations

from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO, Final

from scrubber.photos import webp_animation
from scrubber.photos.source import Source, animation, open_with_pillow
from scrubber.photos.stack import as_image

if TYPE_CHECKING:
    from scrubber.photos.photo import Frame, Photo

_QUALITY: Final = 95
_EFFORT: Final = 4  # of 6, libwebp's own default
_LOSSLESS_EFFORT: Final = 50  # of 100
_HEADER: Final = 12
_FRAME_HEADER: Final = 16  # what an ANMF chunk has before its own chunks


def read(data: bytes) -> Source:
    """All frames; lossless only if every one of them is."""
    return animation(open_with_pillow(data, "WEBP"), lossless=_lossless(data, _HEADER, len(data)))


def write(photo: Photo, sink: BinaryIO) -> None:
    """A WebP, lossless or at one fixed quality."""
    still = partial(_still, lossless=photo.lossless)
    sink.write(webp_animation.assembled(photo, still) if photo.moving else still(photo.frames[0]))


def _still(frame: Frame, *, lossless: bool) -> bytes:
    target, quality = BytesIO(), _LOSSLESS_EFFORT if lossless else _QUALITY
    # `exact` keeps the black under alpha 0 as it was put there.
    as_image(frame).save(target, "WEBP", lossless=lossless, exact=lossless, quality=quality, method=_EFFORT)
    return target.getvalue()


def _lossless(data: bytes, start: int, end: int) -> bool:
    """Whether all pictures between two offsets are in VP8L chunks (WebP container specification, RFC 9649)."""
    found = True
    while start + 8 <= end:
        chunk, size = data[start : start + 4], int.from_bytes(data[start + 4 : start + 8], "little")
        body = start + 8
        if chunk == b"VP8 ":
            return False
        if chunk == b"ANMF":
            found = found and _lossless(data, body + _FRAME_HEADER, min(body + size, end))
        start = body + size + size % 2
    return found
