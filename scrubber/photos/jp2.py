"""JPEG 2000 through Pillow."""

from __future__ import annotations

from typing import Final

from scrubber.photos.source import Source, open_with_pillow

NAME: Final = "jp2"


def read(data: bytes) -> Source:
    """The picture, at full resolution."""
    return Source(open_with_pillow(data, "JPEG2000"))
