"""BMP: 24 bits per pixel behind the plainest of headers."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from scrubber.photos import bmp_masks
from scrubber.photos.source import Source, open_with_pillow
from scrubber.photos.stack import save

if TYPE_CHECKING:
    from scrubber.photos.photo import Photo


def read(data: bytes) -> Source:
    """The picture, of whatever depth and compression."""
    try:
        image = open_with_pillow(data, "BMP")
    except OSError:
        masked = bmp_masks.decoded(data)
        if masked is None:
            raise
        image = masked
    return Source(image, lossless=True)


def write(photo: Photo, sink: BinaryIO) -> None:
    """A BMP."""
    save(photo, sink, "BMP")
