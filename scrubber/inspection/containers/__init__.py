"""Takes files apart for `inventory`: one tolerant walker per format, which hands out what it can make out.

A new format is one new file here and one line in `CONTAINERS`.
"""

from __future__ import annotations

from scrubber.inspection.containers import bmp, gif, heif, jp2, jpeg, jxl, mp4, png, raw, tiff, webp
from scrubber.inspection.parts import Reader

CONTAINERS: dict[str, Reader] = {
    "jpeg": jpeg.walk,
    "png": png.walk,
    "webp": webp.walk,
    "gif": gif.walk,
    "tiff": tiff.walk,
    "bmp": bmp.walk,
    "heic": heif.walk,
    "avif": heif.walk,
    "jxl": jxl.walk,
    "jp2": jp2.walk,
    "raw": raw.walk,
    "mp4": mp4.walk,
    "m4a": mp4.walk,
    "mov": mp4.walk,
}
