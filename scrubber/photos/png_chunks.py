"""Takes out of a PNG what says nothing about its pixels, before a decoder sees it.

Text is not kept, so it need not be unpacked either; and a decoder that gives up over a comment that is too long, or
over a wrong checksum in one, would cost the whole photo. Chunks: W3C PNG specification, third edition.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Final

_SIGNATURE: Final = 8  # bytes
_FRAME: Final = 12  # bytes of a chunk besides its content: length, name, checksum
# What is needed beside the critical chunks: transparency, the frames of an animation, colours, which way is up.
_NEEDED: Final = frozenset({b"tRNS", b"acTL", b"fcTL", b"fdAT", b"iCCP", b"sRGB", b"eXIf"})
_ANIMATION: Final = frozenset({b"acTL", b"fcTL", b"fdAT"})
_TEXT: Final = frozenset({b"tEXt", b"zTXt", b"iTXt"})
# Texts that tell which way is up, as Adobe's programs and ImageMagick write them.
_TURNING: Final = (b"XML:com.adobe.xmp\0", b"Raw profile type exif\0")
_LONGEST_TEXT: Final = 1_000_000  # bytes when unpacked; Pillow takes no more
_LARGEST_PROFILE: Final = 16 * 1024 * 1024  # bytes when unpacked; those of printers have 3 million


def bare(data: bytes) -> tuple[bytes, bytes | None]:
    """The PNG without chunks that its picture does not need, and its colour profile, unpacked, or None.

    Where the chunks break off, the rest stays as it is, for the decoder to say what is wrong.
    """
    kept, profile, position = [data[:_SIGNATURE]], None, _SIGNATURE
    for name, body, end in _chunks(data):
        position, chunk = end, data[position:end]
        if name == b"iCCP":
            profile = _inflated(body.partition(b"\0")[2][1:], _LARGEST_PROFILE) if _sound(chunk) else None
        elif _is_needed(name, body, chunk):
            kept.append(chunk)
        if name == b"IEND":
            return b"".join(kept), profile
    return b"".join([*kept, data[position:]]), profile


def code_points(data: bytes) -> bytes | None:
    """The four bytes of a sound cICP chunk in front of the picture: primaries, transfer, matrix, full range."""
    for name, body, end in _chunks(data):
        if name == b"IDAT":
            return None
        if name == b"cICP" and len(body) == 4 and _sound(data[end - _FRAME - len(body) : end]):
            return body
    return None


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes, int]]:
    """Name, content and end offset of each whole chunk."""
    position = _SIGNATURE
    while position + _FRAME <= len(data):
        end = position + _FRAME + int.from_bytes(data[position : position + 4], "big")
        if end > len(data):
            return
        yield data[position + 4 : position + 8], data[position + 8 : end - 4], end
        position = end


def _is_needed(name: bytes, body: bytes, chunk: bytes) -> bool:
    critical = not name[0] & 0x20  # bit 5 of the first letter
    if critical or name in _ANIMATION:
        return True
    if name in _TEXT:
        return body.startswith(_TURNING) and _sound(chunk) and _is_short(name, body)
    return name in _NEEDED and _sound(chunk)


def _sound(chunk: bytes) -> bool:
    """Whether the checksum is right. Chunks that could be done without are passed over if not, as libpng does."""
    return zlib.crc32(chunk[4:-4]) == int.from_bytes(chunk[-4:], "big")


def _is_short(name: bytes, body: bytes) -> bool:
    rest = body.partition(b"\0")[2]
    if name == b"zTXt":
        return _inflated(rest[1:], _LONGEST_TEXT) is not None
    if name == b"iTXt" and rest[:1] == b"\1":  # packed; language and translated keyword come first
        return _inflated(rest[2:].split(b"\0", 2)[-1], _LONGEST_TEXT) is not None
    return len(rest) <= _LONGEST_TEXT


def _inflated(packed: bytes, most: int) -> bytes | None:
    """What a zlib stream holds; None if it is damaged or longer than `most` bytes."""
    inflater = zlib.decompressobj()
    try:
        raw = inflater.decompress(packed, most)
    except zlib.error:
        return None
    return None if inflater.unconsumed_tail else raw
