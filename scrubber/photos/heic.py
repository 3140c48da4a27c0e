"""HEIC and HEIF through pillow-heif: the primary picture; depth maps, gain maps and motion stay behind."""

from __future__ import annotations

from io import BytesIO
from typing import Final

from scrubber.photos.source import Source

NAME: Final = "heic"


def read(data: bytes) -> Source:
    """The primary picture. Others of a burst or a collection are counted in a note."""
    from pillow_heif.as_plugin import HeifImageFile

    image = HeifImageFile(BytesIO(data))  # type: ignore[no-untyped-call]
    others = getattr(image, "n_frames", 1) - 1
    notes = (f"the file holds {others} other pictures, which were left out",) if others > 0 else ()
    return Source(image, (image.tell(),), notes=notes, upright=True)
