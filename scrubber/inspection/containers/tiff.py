"""TIFF files: their skeleton is that of EXIF, so that the same reader takes them, pages and all."""

from __future__ import annotations

from collections.abc import Iterator

from scrubber.inspection.parts import Finding, Part


def walk(part: Part) -> Iterator[Finding]:
    """The whole file as one part."""
    yield Part("tiff", "EXIF", part.payload)
