"""Pictures within a file: thumbnails, previews, second exposures, gain maps, depth maps."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from scrubber.formats import HEADER_BYTES, get, identify
from scrubber.inspection.binary import uint
from scrubber.inspection.containers.jpeg import segments
from scrubber.inspection.parts import BrokenError, Finding, Part
from scrubber.inspection.wording import size
from scrubber.values import Leak

# What each kind of inner picture means to the person who publishes the file.
_WORDS = {
    "thumbnail": ("thumbnail", "small copy, may still show what was hidden or cut away later"),
    "picture": ("hidden-picture", "further picture that viewers do not show"),
    "depth": ("depth", "depth map, shows the shapes of faces and bodies"),
}
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})  # SOF markers, T.81 table B.1
_START = re.compile(rb"\xff\xd8\xff[\xc0-\xfe]")
MOST_EMBEDDED = 32


def read(part: Part) -> Iterator[Finding]:
    """Report the inner picture with its size, then hand it on to be read as a file of its own."""
    kind, words = _WORDS[part.content]
    form = get(identify(part.payload[:HEADER_BYTES]))
    measure = dimensions(part.payload)
    shown = [form.name if form else "", f"{measure[0]}×{measure[1]} px" if measure else "", size(part.payload)]
    yield Leak(kind, part.where, f"{', '.join(filter(None, shown))}: {words}")
    if form and form.inspect:
        yield Part("file", part.where, part.payload)


def dimensions(data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels as a JPEG, PNG or WebP header states them, or None."""
    form = identify(data[:HEADER_BYTES])
    try:
        if form == "jpeg":
            return next(
                (struct.unpack(">HH", s.payload[1:5])[::-1] for s in segments(data) if s.marker in _FRAMES),
                None,
            )
        if form == "png":
            return uint(data, 16, 4), uint(data, 20, 4)
        if form == "webp" and data[12:16] == b"VP8X":
            return 1 + uint(data, 24, 3, "little"), 1 + uint(data, 27, 3, "little")
        if form == "webp" and data[12:16] == b"VP8L":
            packed = uint(data, 21, 4, "little")
            return 1 + (packed & 0x3FFF), 1 + (packed >> 14 & 0x3FFF)
        if form == "webp":
            return uint(data, 26, 2, "little") & 0x3FFF, uint(data, 28, 2, "little") & 0x3FFF
    except (BrokenError, struct.error):
        return None
    return None


def embedded_jpegs(data: bytes) -> Iterator[tuple[int, int]]:
    """`(start, end)` of each JPEG that lies anywhere in `data` and has a readable header."""
    position = 0
    for _ in range(MOST_EMBEDDED):
        found = _START.search(data, position)
        if found is None:
            return
        start = found.start()
        position = start + 3
        header_seen = False
        for segment in segments(data, start):
            header_seen = header_seen or segment.marker in _FRAMES
            position = segment.end
        if header_seen:
            yield start, position
        else:
            position = start + 3
