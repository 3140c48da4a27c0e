"""Camera raw (DNG, CR2, CR3, NEF, ARW, …) through LibRaw: developed plainly, as the camera saw the light."""

from __future__ import annotations

from io import BytesIO
from typing import Final

from scrubber.photos.source import Source

NAME: Final = "raw"


def read(data: bytes) -> Source:
    """The developed picture, upright, 8-bit sRGB, with the camera's white balance."""
    import rawpy
    from PIL import Image

    with rawpy.imread(BytesIO(data)) as raw:
        pixels = raw.postprocess(use_camera_wb=True, output_color=rawpy.ColorSpace.sRGB, output_bps=8)
    note = "the raw photo was developed with the camera's white balance"
    return Source(Image.fromarray(pixels), notes=(note,), upright=True)
