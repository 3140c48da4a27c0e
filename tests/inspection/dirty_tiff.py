"""TIFF and raw files that leak, one builder per channel."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import dirty_blocks as blocks

BYTE, ASCII, SHORT, LONG, RATIONAL, UNDEFINED, SRATIONAL, LONG8 = 1, 2, 3, 4, 5, 7, 10, 16
WIDTH, HEIGHT = 24, 16


@dataclass(frozen=True)
class Apart:
    """Bytes that lie anywhere in the file; the tag holds their offset."""

    content: bytes


# A tag's type, and its value: bytes, bytes elsewhere, or a directory that it points to.
Tags: TypeAlias = "dict[int, tuple[int, bytes | Apart | Tags]]"


def shorts(*values: int) -> tuple[int, bytes]:
    return SHORT, struct.pack(f"<{len(values)}H", *values)


def longs(*values: int) -> tuple[int, bytes]:
    return LONG, struct.pack(f"<{len(values)}I", *values)


def page(more: Mapping[int, tuple[int, bytes | Apart | Tags]] | None = None, colour: int = 0) -> Tags:
    """The tags of a deflated RGB picture, and those in `more`."""
    strip = zlib.compress(
        bytes((x * 8 + y * 3 + c + colour) % 256 for y in range(16) for x in range(24) for c in range(3))
    )
    plain: Tags = {
        256: shorts(WIDTH), 257: shorts(HEIGHT), 258: shorts(8, 8, 8), 259: shorts(8), 262: shorts(2),
        273: (LONG, Apart(strip)), 277: shorts(3), 278: shorts(HEIGHT), 279: longs(len(strip)), 284: shorts(1),
    }  # fmt: skip
    return plain | dict(more or {})


def tiff(*pages: Tags, big: bool = False, lead: bytes = b"") -> bytes:
    """A little-endian TIFF, or BigTIFF; `lead` lies behind the header, and nothing points to it."""
    out = bytearray(b"II+\0\x08\0\0\0" + bytes(8) if big else b"II*\0" + bytes(4))
    wide = 8 if big else 4
    pointer = len(out) - wide
    out += lead
    for tags in pages:
        start = _directory(out, tags, wide)
        out[pointer : pointer + wide] = start.to_bytes(wide, "little")
        pointer = start + (8 if big else 2) + (4 + 2 * wide) * len(tags)
    return bytes(out)


def _directory(out: bytearray, tags: Tags, wide: int) -> int:
    """Append what the tags point to, then the directory, then values that are too long for it; return its offset."""
    flat: dict[int, tuple[int, bytes]] = {}
    for tag, (kind, value) in tags.items():
        if isinstance(value, bytes):
            flat[tag] = kind, value
        else:
            place = len(out) if isinstance(value, Apart) else _directory(out, value, wide)
            out += value.content if isinstance(value, Apart) else b""
            flat[tag] = (LONG8 if wide == 8 else LONG), place.to_bytes(wide, "little")
    out += bytes(len(out) % 2)
    start = len(out)
    size = {BYTE: 1, ASCII: 1, SHORT: 2, LONG: 4, RATIONAL: 8, UNDEFINED: 1, SRATIONAL: 8, LONG8: 8}
    end = start + (8 if wide == 8 else 2) + (4 + 2 * wide) * len(flat) + wide
    entries, tail = b"", b""
    for tag, (kind, value) in sorted(flat.items()):
        field = value.ljust(wide, b"\0")
        if len(value) > wide:
            field = (end + len(tail)).to_bytes(wide, "little")
            tail += value + bytes(len(value) % 2)
        entries += struct.pack("<HH", tag, kind) + (len(value) // size[kind]).to_bytes(wide, "little") + field
    out += len(flat).to_bytes(8 if wide == 8 else 2, "little") + entries + bytes(wide) + tail
    return start


def clean() -> bytes:
    """A TIFF with a picture and nothing else."""
    return tiff(page())


def gps(canary: bytes) -> Tags:
    """A GPS directory; the canary is the name of the method."""
    return {
        1: (ASCII, b"N\0"), 2: (RATIONAL, struct.pack("<6I", 52, 1, 31, 1, 12, 1)),
        3: (ASCII, b"E\0"), 4: (RATIONAL, struct.pack("<6I", 13, 1, 24, 1, 18, 1)),
        27: (UNDEFINED, b"ASCII\0\0\0" + canary),
    }  # fmt: skip


def _tagged(tag: int, kind: int, block: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    return lambda canary: tiff(page({tag: (kind, block(canary))}))


def _text(canary: bytes) -> bytes:
    return canary + b"\0"


def thumbnail(canary: bytes) -> Tags:
    """A directory with a small JPEG, marked as a reduced copy."""
    inner = blocks.small_jpeg(canary)
    return {254: longs(1), 0x0201: (LONG, Apart(inner)), 0x0202: longs(len(inner))}


def mosaic(side: int = 32) -> Tags:
    """The tags of what a sensor saw: 16 bits behind a filter of red and green, green and blue (DNG 1.7, chapter 4)."""
    levels = [(x * 2000, y * 2000, 20000)[x % 2 + y % 2] for y in range(side) for x in range(side)]
    strip = struct.pack(f"<{len(levels)}H", *levels)
    return {
        254: longs(0), 256: shorts(side), 257: shorts(side), 258: shorts(16), 259: shorts(1), 262: shorts(32803),
        273: (LONG, Apart(strip)), 277: shorts(1), 278: shorts(side), 279: longs(len(strip)),
        33421: shorts(2, 2), 33422: (BYTE, b"\0\1\1\2"), 50717: shorts(65535),
    }  # fmt: skip


def sensor() -> Tags:
    """What the first directory of a DNG says of its camera; its colours are those of sRGB under daylight."""
    matrix = (31339, -16169, -4906, -9785, 19160, 333, 720, -2290, 14057)
    return {
        50706: (BYTE, b"\1\4\0\0"),
        50708: (ASCII, b"Example\0"),
        50721: (SRATIONAL, b"".join(struct.pack("<ii", value, 10000) for value in matrix)),
        50728: (RATIONAL, struct.pack("<6I", 1, 1, 1, 1, 1, 1)),
        50778: shorts(21),
    }


def dng(canary: bytes) -> bytes:
    """A DNG as converters write it: a preview in front, the picture below it, the original raw file inside."""
    return tiff(
        thumbnail(canary)
        | sensor()
        | {
            330: (LONG, mosaic()),
            50735: (ASCII, canary + b"\0"),
            50827: (BYTE, canary + b".NEF"),
            50828: (UNDEFINED, canary * 20),
        }
    )


BUILDERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gps": ("place", lambda canary: tiff(page({34853: (LONG, gps(canary))}))),
    "gps in BigTIFF": ("place", lambda canary: tiff(page({34853: (LONG, gps(canary))}), big=True)),
    "artist": ("identity", _tagged(315, ASCII, _text)),
    "description": ("comment", _tagged(270, ASCII, _text)),
    "serial": ("serial", lambda canary: tiff(page({34665: (LONG, {0xA431: (ASCII, canary + b"\0")})}))),
    "xmp": ("place", _tagged(700, BYTE, blocks.xmp)),
    "iptc": ("place", lambda canary: tiff(page({33723: (UNDEFINED, b"\x1c\2\x5a\0" + bytes([len(canary)]) + canary)}))),
    "photoshop thumbnail": ("thumbnail", _tagged(34377, BYTE, blocks.photoshop_thumbnail)),
    "icc": ("colour-profile", _tagged(34675, UNDEFINED, blocks.icc)),
    "private tag": ("metadata", _tagged(50000, UNDEFINED, lambda canary: canary)),
    "reduced page": ("thumbnail", lambda canary: tiff(page(), thumbnail(canary))),
    "picture below": ("hidden-picture", lambda canary: tiff(page({330: (LONG, page({269: (ASCII, _text(canary))}))}))),
    "name of the second page": ("comment", lambda canary: tiff(page(), page({285: (ASCII, _text(canary))}))),
    "left over": ("trailing-data", lambda canary: tiff(page(), lead=canary * 5)),
    "text after the end": ("trailing-data", lambda canary: clean() + canary),
    "picture after the end": ("hidden-picture", lambda canary: clean() + blocks.small_jpeg(canary)),
}
RAW_BUILDERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "dng serial": ("serial", dng),
    "dng original file": ("hidden-picture", dng),
    "dng original name": ("history", dng),
    "dng preview": ("thumbnail", dng),
}
