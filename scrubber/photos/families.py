"""Which module opens which format, and which ones are written. A new format is one new file and one line here."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from scrubber.photos import avif, bmp, gif, heic, jp2, jpeg, jxl, png, raw, tiff, webp

if TYPE_CHECKING:
    from scrubber.photos.source import Reader, Writer

READERS: Final[dict[str, Reader]] = {
    reader.NAME: reader for reader in (jpeg, png, webp, gif, tiff, bmp, heic, avif, jxl, jp2, raw)
}
WRITERS: Final[dict[str, Writer]] = {writer.NAME: writer for writer in (jpeg, png, webp, gif, tiff, bmp)}

EXTRAS: Final = {"heic": "pillow_heif", "jxl": "pillow_jxl", "raw": "rawpy"}
"""Formats that need a package that may be missing, by the module that it installs."""


def missing(name: str) -> str | None:
    """The module without which the format `name` cannot be opened here, or None."""
    module = EXTRAS.get(name)
    return module if module is not None and find_spec(module) is None else None
