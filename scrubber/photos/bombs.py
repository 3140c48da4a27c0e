"""Refuses pictures that state a huge size, for decoders that would otherwise believe it before anybody can look."""

from __future__ import annotations


def refuse_huge(width: int, height: int) -> None:
    """Raises `PIL.Image.DecompressionBombError` from the size on at which Pillow's own decoders raise it."""
    from PIL import Image

    most = Image.MAX_IMAGE_PIXELS
    if most is not None and width * height > 2 * most:
        raise Image.DecompressionBombError(f"{width}×{height} pixels")
