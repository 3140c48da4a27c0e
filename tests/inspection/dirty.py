"""Files that leak on purpose, one for each channel and format, each with a canary that can be searched for.

    for channel in CHANNELS.values():
        data = channel.build(b"CANARY-4711")
        assert traces(b"CANARY-4711", data)      # it is in there, in whatever wrapping
        … clean the file …
        assert not traces(b"CANARY-4711", cleaned)

Canaries are ASCII of 8 to 40 characters. Pictures that a channel hides carry it in a comment of their own.
"""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import dirty_bmp
import dirty_gif
import dirty_isobmff
import dirty_jpeg
import dirty_png
import dirty_tiff
import dirty_webp


@dataclass(frozen=True)
class Channel:
    """One way to leak: `build(canary)` makes a valid picture file that gives the canary away.

    `kind` is the most telling kind of leak that `inventory` must report for it.
    """

    name: str
    format: str
    kind: str
    build: Callable[[bytes], bytes]


_BUILDERS = (
    ("jpeg", dirty_jpeg.BUILDERS),
    ("png", dirty_png.BUILDERS),
    ("webp", dirty_webp.BUILDERS),
    ("gif", dirty_gif.BUILDERS),
    ("tiff", dirty_tiff.BUILDERS),
    ("bmp", dirty_bmp.BUILDERS),
    ("avif", dirty_isobmff.BUILDERS),
    ("jxl", dirty_isobmff.JXL_BUILDERS),
    ("jp2", dirty_isobmff.JP2_BUILDERS),
    ("raw", dirty_tiff.RAW_BUILDERS | dirty_isobmff.RAW_BUILDERS),
)
CHANNELS: dict[str, Channel] = {
    f"{form}:{name}": Channel(name, form, kind, build)
    for form, builders in _BUILDERS
    for name, (kind, build) in builders.items()
}

# One file of each format that `audit` may pass.
CLEAN: dict[str, Callable[[], bytes]] = {
    "jpeg": dirty_jpeg.clean,
    "png": dirty_png.clean,
    "webp": dirty_webp.clean,
    "gif": dirty_gif.clean,
    "tiff": dirty_tiff.clean,
    "bmp": dirty_bmp.clean,
}
# What Pillow calls the formats of which our files are whole pictures; the others hold only what `inventory` reads.
PILLOW_NAMES = {
    form: {"jp2": "JPEG2000"}.get(form, form.upper())
    for form in ("avif", "bmp", "gif", "jp2", "jpeg", "png", "tiff", "webp")
}

_ZLIB_START = re.compile(rb"\x78[\x01\x5e\x9c\xda]")
_BASE64_RUN = re.compile(rb"[A-Za-z0-9+/]{24,}")


def traces(canary: bytes, data: bytes) -> list[str]:
    """How the canary can be found in `data`: plain, as UTF-16, hexadecimal, base64, or within zlib streams."""
    text = canary.decode("ascii")
    wrapped = {
        "plain": canary,
        "utf-16-le": text.encode("utf-16-le"),
        "utf-16-be": text.encode("utf-16-be"),
        "hex": canary.hex().encode(),
    }
    found = [name for name, form in wrapped.items() if form in data]
    if any(canary in _unwrap(run[0]) for run in _BASE64_RUN.finditer(data)):
        found.append("base64")
    for start in _ZLIB_START.finditer(data):
        try:
            raw = zlib.decompressobj().decompress(data[start.start() :])
        except zlib.error:
            continue
        if any(form in raw for form in wrapped.values()):
            found.append("zlib")
            break
    return found


def _unwrap(run: bytes) -> bytes:
    return base64.b64decode(run[: len(run) // 4 * 4])
