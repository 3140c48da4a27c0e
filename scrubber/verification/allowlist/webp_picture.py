"""One picture of a WebP: `VP8 `, with `ALPH` before it or without, or `VP8L` (RFC 6386; RFC 9649, 2.5 to 2.7 and 3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class PictureError(ValueError):
    """Something that has no business in a picture; the message says what."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Size in pixels, and whether it says that it has alpha."""

    size: tuple[int, int]
    has_alpha: bool


def picture(chunks: Sequence[tuple[bytes, bytes]], extended: bool) -> Picture:
    """Judge the chunks of a picture; `ALPH` is only allowed in `extended` files. Raises `PictureError`."""
    names = [name for name, _ in chunks]
    if names == [b"VP8L"]:
        return _lossless(chunks[0][1])
    if names == [b"VP8 "]:
        return Picture(_lossy(chunks[0][1]), has_alpha=False)
    if names == [b"ALPH", b"VP8 "] and extended:
        size = _lossy(chunks[1][1])
        _check_alpha(chunks[0][1], size)
        return Picture(size, has_alpha=True)
    raise PictureError("its chunks are not those of one picture, in order")


def _lossy(payload: bytes) -> tuple[int, int]:
    """Width and height from a VP8 key frame header (RFC 6386, 9.1), which must be plain, shown and unscaled."""
    tag = int.from_bytes(payload[:3], "little")
    key_frame, version, shown, first_part = tag & 1 == 0, tag >> 1 & 7, tag >> 4 & 1, tag >> 5
    width, height = int.from_bytes(payload[6:8], "little"), int.from_bytes(payload[8:10], "little")
    plain = key_frame and version <= 3 and shown and payload[3:6] == b"\x9d\x01\x2a"
    if len(payload) < 10 or not plain or 10 + first_part > len(payload):
        raise PictureError("the header of the picture is not valid")
    if width >> 14 or height >> 14 or not width or not height:
        raise PictureError("the picture has no size, or is scaled")
    return width, height


def _lossless(payload: bytes) -> Picture:
    """Size and alpha from a VP8L header (RFC 9649, 3.4): signature, 14 + 14 bits, alpha hint, 3 bits of version."""
    bits = int.from_bytes(payload[1:5], "little")
    if len(payload) < 6 or payload[0] != 0x2F or bits >> 29:
        raise PictureError("the header of the picture is not valid")
    return Picture((1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)), has_alpha=bool(bits >> 28))


def _check_alpha(payload: bytes, size: tuple[int, int]) -> None:
    """ALPH: two reserved bits, pre-processing, filter and compression in one byte (RFC 9649, 2.7.1.2)."""
    if not payload or payload[0] >> 6 or payload[0] & 3 > 1 or payload[0] >> 4 & 3 > 1:
        raise PictureError("the first byte of ALPH is not valid")
    if payload[0] & 3 == 0 and len(payload) != 1 + size[0] * size[1]:
        raise PictureError("ALPH does not hold one byte per pixel")
