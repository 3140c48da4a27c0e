"""Takes files apart for `inventory`: one tolerant walker per format, which hands out what it can make out.

A new format is one new file here and one line in `CONTAINERS`.
"""

from __future__ import annotations

from scrubber.metadata.containers import jpeg, png, webp
from scrubber.metadata.parts import Reader

CONTAINERS: dict[str, Reader] = {
    "jpeg": jpeg.walk,
    "png": png.walk,
    "webp": webp.walk,
}
