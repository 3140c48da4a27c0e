"""Saves one frame or several through Pillow, from arrays, so that no property of the original can come along."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from PIL import Image

    from scrubber.photos.photo import Frame, Photo


def as_image(frame: Frame) -> Image.Image:
    """A new RGB image, or RGBA if the frame has alpha."""
    import numpy as np
    from PIL import Image

    return Image.fromarray(frame.pixels if frame.alpha is None else np.dstack([frame.pixels, frame.alpha]))


def save(photo: Photo, sink: BinaryIO, encoder: str, **options: object) -> None:
    """Write what Pillow's `encoder` makes of all frames, as pages that follow each other."""
    first, *rest = (as_image(frame) for frame in photo.frames)
    if rest:
        options |= {"save_all": True, "append_images": rest}
    first.save(sink, encoder, **options)
