"""AVIF through Pillow: stills and sequences. OpenCV decodes those whose colours need more than 8 bits."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from scrubber.photos import isobmff
from scrubber.photos.deep import deep_pixels
from scrubber.photos.source import Source, animation, open_with_pillow


def read(data: bytes) -> Source:
    """All frames."""
    image, bits = open_with_pillow(data, "AVIF"), isobmff.bits(data) or 8
    light = isobmff.light(data, partial(deep_pixels, data, bits))
    if light and getattr(image, "n_frames", 1) > 1:  # OpenCV sees one picture only
        light = replace(light, deep=None)
    return animation(image, lossless=False, bits=bits, light=light)
