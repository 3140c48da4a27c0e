"""BMP files that leak, one builder per channel."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable

import dirty_blocks as blocks

_HEADERS = 54
_V5_BYTES = 124


def clean() -> bytes:
    """A BMP with a picture and nothing else, as Pillow writes it; its rows need padding."""
    buffer = io.BytesIO()
    blocks.picture((15, 10)).save(buffer, "BMP")
    return buffer.getvalue()


def with_gap(canary: bytes) -> bytes:
    """Bytes between headers and pixels, which viewers jump over."""
    data = bytearray(clean())
    data[_HEADERS:_HEADERS] = canary
    struct.pack_into("<I", data, 2, len(data))
    struct.pack_into("<I", data, 10, _HEADERS + len(canary))
    return bytes(data)


def with_profile(space: bytes, profile: bytes) -> bytes:
    """A BITMAPV5HEADER whose profile lies behind the pixels."""
    data = clean()
    pixels = data[_HEADERS:]
    start = _V5_BYTES + len(pixels)  # counted from the header
    header = struct.pack("<I", _V5_BYTES) + data[18:_HEADERS] + bytes(16) + space + bytes(48)
    header += struct.pack("<IIII", 4, start, len(profile), 0)
    body = header + pixels + profile
    return b"BM" + struct.pack("<IHHI", 14 + len(body), 0, 0, 14 + _V5_BYTES) + body


BUILDERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gap": ("metadata", with_gap),
    "profile": ("colour-profile", lambda canary: with_profile(b"DEBM", blocks.icc(canary))),
    "path of a profile": ("identity", lambda canary: with_profile(b"KNIL", canary + b"\0")),
    "text after the end": ("trailing-data", lambda canary: clean() + canary),
    "archive after the end": ("trailing-data", lambda canary: clean() + blocks.archive(canary)),
}
