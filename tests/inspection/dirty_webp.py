"""WebP files that leak, one builder per channel."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from typing import Any

import dirty_blocks as blocks

_FLAGS = {b"ICCP": 0x20, b"EXIF": 0x08, b"XMP ": 0x04}


def clean(mode: str = "RGB", **options: Any) -> bytes:
    """A WebP with a picture and nothing else, as Pillow writes it."""
    buffer = io.BytesIO()
    blocks.picture(mode=mode).save(buffer, "WEBP", **options)
    return buffer.getvalue()


def chunk(name: bytes, payload: bytes) -> bytes:
    return name + struct.pack("<I", len(payload)) + payload + bytes(len(payload) % 2)


def riff(chunks: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WEBP" + chunks


def with_chunk(name: bytes, payload: bytes) -> bytes:
    """The clean picture in the extended layout, with one chunk behind it (in front of it for ICCP)."""
    size = struct.pack("<I", 47)[:3] + struct.pack("<I", 31)[:3]  # 48 × 32, each less one
    extended = chunk(b"VP8X", struct.pack("<I", _FLAGS.get(name, 0)) + size)
    image, extra = clean()[12:], chunk(name, payload)
    return riff(extended + (extra + image if name == b"ICCP" else image + extra))


def _inserted(name: bytes, prefix: bytes, block: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    return lambda canary: with_chunk(name, prefix + block(canary))


def _as_is(canary: bytes) -> bytes:
    return canary


BUILDERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "exif": ("place", _inserted(b"EXIF", b"", blocks.exif)),
    "exif with prefix": ("place", _inserted(b"EXIF", b"Exif\0\0", blocks.exif)),
    "exif thumbnail": ("thumbnail", _inserted(b"EXIF", b"", blocks.exif_thumbnail)),
    "xmp": ("place", _inserted(b"XMP ", b"", blocks.xmp)),
    "icc": ("colour-profile", _inserted(b"ICCP", b"", blocks.icc)),
    "unknown chunk": ("metadata", _inserted(b"prVt", b"", _as_is)),
    "c2pa": ("identity", _inserted(b"C2PA", b"", blocks.c2pa)),
    "text after the end": ("trailing-data", lambda canary: clean() + canary),
    "video after the end": ("video", lambda canary: clean() + blocks.mp4(canary)),
    "picture after the end": ("hidden-picture", lambda canary: clean() + blocks.small_jpeg(canary)),
}
