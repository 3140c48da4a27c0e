"""Camera raw (DNG, CR2, CR3, NEF, ARW, …) through LibRaw: developed plainly, as the camera saw the light."""

from __future__ import annotations

from io import BytesIO
from typing import Final

from scrubber.photos import tiff
from scrubber.photos.bombs import refuse_huge
from scrubber.photos.source import Source

NAME: Final = "raw"


def read(data: bytes) -> Source:
    """The developed picture, upright, 8-bit sRGB, with the camera's white balance."""
    import rawpy
    from PIL import Image

    try:
        with rawpy.imread(BytesIO(data)) as raw:
            refuse_huge(raw.sizes.raw_width, raw.sizes.raw_height)
            pixels = raw.postprocess(use_camera_wb=True, output_color=rawpy.ColorSpace.sRGB, output_bps=8)
    except rawpy.LibRawFileUnsupportedError:
        # An ordinary TIFF can look like a raw file: programs keep a camera's name and smaller copies in it, too.
        return tiff.read(data)
    except rawpy.LibRawError as error:
        said = error.args[0] if error.args else ""
        raise OSError(f"LibRaw: {said.decode('ascii', 'replace') if isinstance(said, bytes) else said}") from error
    note = "the raw photo was developed with the camera's white balance"
    return Source(Image.fromarray(pixels), notes=(note,), upright=True)
