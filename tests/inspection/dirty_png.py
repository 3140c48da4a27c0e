"""PNG files that leak, one builder per channel."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

import dirty_blocks as blocks

_HEADER_BYTES = 33  # signature and IHDR


def clean(mode: str = "RGB") -> bytes:
    """A PNG with a picture and nothing else, as Pillow writes it."""
    buffer = io.BytesIO()
    blocks.picture(mode=mode).save(buffer, "PNG")
    return buffer.getvalue()


def chunk(name: bytes, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload)) + name + payload + struct.pack(">I", zlib.crc32(name + payload))


def with_chunks(*chunks: bytes) -> bytes:
    """The clean file with chunks inserted behind IHDR."""
    data = clean()
    return data[:_HEADER_BYTES] + b"".join(chunks) + data[_HEADER_BYTES:]


def _inserted(name: bytes, prefix: bytes, block: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    return lambda canary: with_chunks(chunk(name, prefix + block(canary)))


def _as_is(canary: bytes) -> bytes:
    return canary


def _hexadecimal(canary: bytes) -> bytes:
    """EXIF as ImageMagick keeps it: a name, a length, hexadecimal digits in lines."""
    block = b"Exif\0\0" + blocks.exif(canary)
    return b"\nexif\n%8d\n" % len(block) + block.hex().encode() + b"\n"


def _zipped(block: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    return lambda canary: zlib.compress(block(canary))


def after_stream(canary: bytes) -> bytes:
    """Bytes in an IDAT chunk behind the end of the picture's zlib stream, as aCropalypse left them."""
    data = clean()
    return data[:-12] + chunk(b"IDAT", canary) + data[-12:]


def within_last_idat(canary: bytes) -> bytes:
    """The same, but in the very chunk in which the stream ends."""
    data = clean()
    size = struct.unpack_from(">I", data, _HEADER_BYTES)[0]
    stream = data[_HEADER_BYTES + 8 : _HEADER_BYTES + 8 + size]
    return data[:_HEADER_BYTES] + chunk(b"IDAT", stream + canary) + data[-12:]


def unused_colours(canary: bytes) -> bytes:
    """A palette with colours that no pixel has; the canary lies in them."""
    pixels = zlib.compress(b"".join(b"\0" + bytes(x % 2 for x in range(8)) for _ in range(8)))
    palette = bytes(6) + canary.ljust(42, b".")
    header = struct.pack(">IIBBBBB", 8, 8, 8, 3, 0, 0, 0)
    chunks = chunk(b"IHDR", header) + chunk(b"PLTE", palette) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


BUILDERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "exif": ("place", _inserted(b"eXIf", b"", blocks.exif)),
    "exif thumbnail": ("thumbnail", _inserted(b"eXIf", b"", blocks.exif_thumbnail)),
    "exif as text": ("place", _inserted(b"zTXt", b"Raw profile type exif\0\0", _zipped(_hexadecimal))),
    "xmp": ("place", _inserted(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0", blocks.xmp)),
    "icc": ("colour-profile", _inserted(b"iCCP", b"Display\0\0", _zipped(blocks.icc))),
    "author": ("identity", _inserted(b"tEXt", b"Author\0", _as_is)),
    "text": ("text", _inserted(b"tEXt", b"Mood\0", _as_is)),
    "compressed text": ("comment", _inserted(b"zTXt", b"Comment\0\0", _zipped(_as_is))),
    "international text": ("comment", _inserted(b"iTXt", b"Title\0\1\0\0\0", _zipped(_as_is))),
    "time": (
        "time",
        lambda canary: with_chunks(chunk(b"tIME", b"\x07\xe8\5\6\x0c\x0d\x0e"), chunk(b"prVt", canary)),
    ),
    "resolution": ("metadata", lambda canary: with_chunks(chunk(b"pHYs", bytes(9)), chunk(b"prVt", canary))),
    "private chunk": ("metadata", _inserted(b"prVt", b"", _as_is)),
    "c2pa": ("identity", _inserted(b"caBX", b"", blocks.c2pa)),
    "after the stream": ("trailing-data", after_stream),
    "within the last IDAT": ("trailing-data", within_last_idat),
    "text after the end": ("trailing-data", lambda canary: clean() + canary),
    "picture after the end": ("hidden-picture", lambda canary: clean() + blocks.small_jpeg(canary)),
    "video after the end": ("video", lambda canary: clean() + blocks.mp4(canary)),
}
