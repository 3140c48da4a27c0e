"""Strict parsers, one per format, which name everything in a file that is not on a short list.

They are written apart from the writers and from the readers in this room, from the standards alone, and
import neither. A new format is one new file here and one line in `ALLOWLISTS`.
"""

from __future__ import annotations

from collections.abc import Callable

from scrubber.values import Leak
from scrubber.verification.allowlist import bmp, gif, jpeg, png, tiff, webp

# Each takes a whole file and returns its objections; none if every byte is accounted for. None of them
# raises.
ALLOWLISTS: dict[str, Callable[[bytes], list[Leak]]] = {
    "jpeg": jpeg.objections,
    "png": png.objections,
    "webp": webp.objections,
    "gif": gif.objections,
    "tiff": tiff.objections,
    "bmp": bmp.objections,
}
