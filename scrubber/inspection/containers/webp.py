"""Walks through a WebP as it is, broken or not, and hands out what lies beside the picture (RFC 9649)."""

from __future__ import annotations

from collections.abc import Iterator

from scrubber.inspection.binary import uint
from scrubber.inspection.parts import Finding, Part
from scrubber.inspection.wording import animation
from scrubber.values import Leak

_PICTURE = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM"})
_FRAME_HEADER = 16  # bytes of an ANMF chunk before its own chunks
MOST_CHUNKS = 100_000


def chunks(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, bytes, int]]:
    """`(name, payload, end offset)` of each chunk between two offsets.

    Of a chunk that breaks off, what is there.
    """
    position = start
    for _ in range(MOST_CHUNKS):
        if position + 8 > end:
            return
        size = uint(data, position + 4, 4, "little")
        stop = min(position + 8 + size + size % 2, end)
        yield data[position : position + 4], data[position + 8 : min(position + 8 + size, end)], stop
        position = stop


def walk(part: Part) -> Iterator[Finding]:
    """Parts and leaks of a WebP file."""
    data = part.payload
    declared = 8 + uint(data, 4, 4, "little")
    declared += declared % 2
    delays, loops = list[float](), 0
    position = 12
    for name, payload, end in chunks(data, 12, min(declared, len(data))):
        position = end
        if name == b"ANMF":
            delays.append(int.from_bytes(payload[12:15], "little"))
            for inside, content, _ in chunks(payload, _FRAME_HEADER, len(payload)):
                if inside not in _PICTURE:
                    yield from _look(inside, content)
        elif name == b"ANIM":
            loops = int.from_bytes(payload[4:6], "little")
        elif name not in _PICTURE:
            yield from _look(name, payload)
    if delays:
        yield Leak("structure", "WebP ANMF", animation(len(delays), delays, loops))
    if declared > len(data):
        yield Leak("structure", "WebP", "the file breaks off before its declared end")
    elif position < declared:
        yield Leak("structure", "WebP", f"{declared - position} stray bytes before the end")
    if declared < len(data):
        yield Part("trailing", "after WebP end", data[declared:])


def _look(name: bytes, payload: bytes) -> Iterator[Finding]:
    if name == b"EXIF":
        yield Part("exif", "EXIF", payload.removeprefix(b"Exif\0\0"))
    elif name == b"XMP ":
        yield Part("xmp", "XMP", payload)
    elif name == b"ICCP":
        yield Part("icc", "ICC profile", payload)
    elif name == b"C2PA":
        yield Part("c2pa", "WebP C2PA", payload)
    else:
        letters = name.strip(b" ")
        shown = letters.decode("ascii") if letters.isascii() and letters.isalnum() else name.hex()
        yield Part("private", f"WebP chunk {shown}", payload)
