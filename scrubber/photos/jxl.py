"""JPEG XL through pillow-jxl-plugin, which is an extra because its licence is the GPL."""

from __future__ import annotations

from io import BytesIO

from scrubber.photos.bombs import refuse_huge
from scrubber.photos.jxl_header import bits, dimensions
from scrubber.photos.source import Source


def read(data: bytes) -> Source:
    """The picture. Where a JPEG was packed without loss, it is taken out again, with its EXIF orientation."""
    from pillow_jxl.JpegXLImagePlugin import JXLImageFile

    size = dimensions(data)
    if size is not None:
        refuse_huge(*size)
    try:
        image = JXLImageFile(BytesIO(data))
    except RuntimeError as error:
        # libjxl only says that something is wrong, and how to build a libjxl that would say more.
        raise OSError("the JPEG XL decoder cannot make sense of it") from error
    return Source(image, upright=not image.jpeg, bits=8 if image.jpeg else bits(data))
