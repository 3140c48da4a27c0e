"""AVIF through Pillow: stills and sequences."""

from __future__ import annotations

from typing import Final

from scrubber.photos.source import Source, animation, open_with_pillow

NAME: Final = "avif"


def read(data: bytes) -> Source:
    """All frames."""
    return animation(open_with_pillow(data, "AVIF"), lossless=False)
