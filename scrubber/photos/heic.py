"""HEIC and HEIF through pillow-heif: the primary picture; depth maps, gain maps and motion stay behind."""

from __future__ import annotations

from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING

from scrubber.photos import isobmff
from scrubber.photos.source import Source

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def read(data: bytes) -> Source:
    """The primary picture. Others of a burst or a collection are counted in a note."""
    from pillow_heif.as_plugin import HeifImageFile

    image = HeifImageFile(BytesIO(data))  # type: ignore[no-untyped-call]
    others = getattr(image, "n_frames", 1) - 1
    notes = (f"the file holds {others} other pictures, which were left out",) if others > 0 else ()
    bits = int(image.info.get("bit_depth") or 8)
    return Source(
        image,
        (image.tell(),),
        notes=notes,
        upright=True,
        bits=bits,
        light=isobmff.light(data, partial(_deep, data, bits)),
    )


def _deep(data: bytes, bits: int) -> tuple[NDArray[np.uint16], int] | None:
    """The primary picture with all its bits, and the number that stands for full; None where 8 are all there is."""
    import numpy as np
    from pillow_heif import open_heif

    if bits <= 8:
        return None
    pixels = np.asarray(open_heif(data, convert_hdr_to_8bit=False))
    return (pixels, (1 << bits) - 1 << 16 - bits) if pixels.dtype == np.uint16 else None
