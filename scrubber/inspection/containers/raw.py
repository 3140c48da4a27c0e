"""Tells which of the many raw formats a file has, and hands it to the walker for its skeleton.

Most are TIFFs by structure (DNG, CR2, NEF, ARW, ORF, RW2 …); CR3 is made of boxes; RAF wraps a JPEG.
"""

from __future__ import annotations

from collections.abc import Iterator

from scrubber.inspection.binary import uint
from scrubber.inspection.containers import cr3
from scrubber.inspection.parts import Finding, Part
from scrubber.inspection.wording import decode
from scrubber.values import Leak

_RAF = b"FUJIFILMCCD-RAW"
_RAF_CAMERA, _RAF_JPEG = 28, 84  # offsets: the camera's name, then the preview's offset and length


def walk(part: Part) -> Iterator[Finding]:
    """Parts and leaks of a camera's raw file."""
    data = part.payload
    if data[4:8] == b"ftyp":
        yield from cr3.walk(part)
    elif data.startswith(_RAF):
        yield Leak("device", "RAF header", f"model: {decode(data[_RAF_CAMERA : _RAF_CAMERA + 32])}")
        start, length = uint(data, _RAF_JPEG, 4), uint(data, _RAF_JPEG + 4, 4)
        yield Part("thumbnail", "RAF preview", data[start : start + length])
    else:
        yield Part("raw", "EXIF", data)
