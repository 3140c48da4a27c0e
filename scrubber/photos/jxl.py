"""JPEG XL through pillow-jxl-plugin, which is an extra because its licence is the GPL."""

from __future__ import annotations

from io import BytesIO
from typing import Final

from scrubber.photos.source import Source

NAME: Final = "jxl"


def read(data: bytes) -> Source:
    """The picture. Where a JPEG was packed without loss, it is taken out again, with its EXIF orientation."""
    from pillow_jxl.JpegXLImagePlugin import JXLImageFile

    image = JXLImageFile(BytesIO(data))
    return Source(image, upright=not image.jpeg)
