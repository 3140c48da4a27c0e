"""Camera raw (DNG, CR2, CR3, NEF, ARW, …) through LibRaw: developed plainly, as the camera saw the light.

LibRaw would choose brightness, white level and, where the camera tells none, white balance by what it sees in the whole
picture. Then what is hidden would show in the rest. So all of them are constants here, or the camera's.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any, Final

from scrubber.photos import dng_floats, tiff
from scrubber.photos.bombs import refuse_huge
from scrubber.photos.source import Source, UnknownRange

# ISO 12232 leaves half a stop between what a meter takes for white and where the sensor is full.
_BRIGHT: Final = 2**0.5
# Asked for the camera's white balance where there is none, LibRaw measures one: then daylight is taken.
_CONSTANT: Final[dict[str, Any]] = {
    "no_auto_bright": True, "bright": _BRIGHT, "adjust_maximum_thr": 0.0, "use_auto_wb": False,
}  # fmt: skip


def read(data: bytes) -> Source:
    """The developed picture, upright, 8-bit sRGB, with the camera's white balance and one brightness for all photos."""
    import rawpy
    from PIL import Image

    try:
        with rawpy.imread(BytesIO(data)) as raw:
            refuse_huge(raw.sizes.raw_width, raw.sizes.raw_height)
            if dng_floats.has_floats(data):
                raise UnknownRange("LibRaw scales floating point numbers by the brightest; develop it to JPEG first")
            balance = raw.camera_whitebalance
            pixels = raw.postprocess(
                output_color=rawpy.ColorSpace.sRGB, output_bps=8, **_CONSTANT, use_camera_wb=min(balance[:3]) > 0
            )
    except rawpy.LibRawFileUnsupportedError:
        # An ordinary TIFF can look like a raw file: programs keep a camera's name and smaller copies in it, too.
        return tiff.read(data)
    except rawpy.LibRawError as error:
        said = error.args[0] if error.args else ""
        raise OSError(f"LibRaw: {said.decode('ascii', 'replace') if isinstance(said, bytes) else said}") from error
    measured = "the camera's white balance" if min(balance[:3]) > 0 else "the white balance of daylight"
    note = f"the raw photo was developed with {measured}, as bright as every other"
    return Source(Image.fromarray(pixels), notes=(note,), upright=True)
