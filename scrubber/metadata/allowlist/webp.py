"""Allow-list for WebP (RFC 9649; VP8: RFC 6386): a RIFF of exactly one still picture.

`VP8 ` or `VP8L` alone, or `VP8X` with no flag but alpha, then `ALPH` and `VP8 `, or `VP8L`. Sizes exact,
padding zero. The end of the coded data inside its chunk shows only to a decoder and is not judged here.
"""

from __future__ import annotations

from scrubber.types import Leak

_ALPHA_FLAG = 0x10
_ENOUGH = 100  # objections after which the rest of a file is not looked at: it has failed anyhow
_MOST_PARTS = 3
_SEQUENCES = (
    [b"VP8 "],
    [b"VP8L"],
    [b"VP8X", b"VP8 "],
    [b"VP8X", b"VP8L"],
    [b"VP8X", b"ALPH", b"VP8 "],
)
_ALLOWED = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH"})


def objections(data: bytes) -> list[Leak]:
    """Everything in the WebP file `data` that is not on the list."""
    if len(data) < 20:
        return [Leak("structure", "WebP", "too short to hold a picture")]
    found: list[Leak] = []
    end = 8 + int.from_bytes(data[4:8], "little")
    if end % 2:
        found.append(Leak("structure", "WebP", "odd size in the header"))
    if end > len(data):
        return [*found, Leak("structure", "WebP", "shorter than its header says")]
    if end < len(data):
        found.append(Leak("trailing-data", "after WebP end", f"{len(data) - end:,} bytes"))
    chunks: dict[bytes, bytes] = {}
    sequence: list[bytes] = []
    position = 12
    while position < end and len(found) < _ENOUGH and len(sequence) <= _MOST_PARTS:
        name, size = (
            data[position : position + 4],
            int.from_bytes(data[position + 4 : position + 8], "little"),
        )
        stop = position + 8 + size
        if position + 8 > end or stop + size % 2 > end:
            return [*found, Leak("structure", "WebP", f"{end - position:,} bytes that are no whole chunk")]
        if size % 2 and data[stop] != 0:
            found.append(Leak("structure", "WebP", "padding that is not zero"))
        if name in _ALLOWED:
            sequence.append(name)
            chunks[name] = data[position + 8 : stop]
        else:
            letters = name.strip(b" ")
            shown = letters.decode("ascii") if letters.isascii() and letters.isalnum() else name.hex()
            found.append(Leak("metadata", f"WebP chunk {shown}", f"not on the list, {size:,} bytes"))
        position = stop + size % 2
    if sequence not in _SEQUENCES:
        return [*found, Leak("structure", "WebP", "its chunks are not those of one still picture, in order")]
    return found + _contents(chunks)


def _contents(chunks: dict[bytes, bytes]) -> list[Leak]:
    found: list[Leak] = []
    frame = _lossy(chunks[b"VP8 "]) if b"VP8 " in chunks else _lossless(chunks[b"VP8L"])
    if frame is None:
        return [Leak("structure", "WebP", "the header of the picture is not valid")]
    if b"VP8X" in chunks:
        found += _extended(chunks[b"VP8X"], frame, alpha=b"ALPH" in chunks or b"VP8L" in chunks)
    if b"ALPH" in chunks:
        found += _alpha(chunks[b"ALPH"], frame)
    return found


def _lossy(payload: bytes) -> tuple[int, int] | None:
    """Width and height from a VP8 key frame header (RFC 6386, 9.1).

    None unless it is plain, shown and unscaled.
    """
    tag = int.from_bytes(payload[:3], "little")
    key_frame, version, shown, first_part = tag & 1 == 0, tag >> 1 & 7, tag >> 4 & 1, tag >> 5
    if len(payload) < 10 or not key_frame or version > 3 or not shown or payload[3:6] != b"\x9d\x01\x2a":
        return None
    width, height = int.from_bytes(payload[6:8], "little"), int.from_bytes(payload[8:10], "little")
    if 10 + first_part > len(payload) or width >> 14 or height >> 14 or not width or not height:
        return None
    return width, height


def _lossless(payload: bytes) -> tuple[int, int] | None:
    """Width and height from a VP8L header (RFC 9649, 3.4).

    Signature, 14 + 14 bits, alpha hint, 3 bits of version.
    """
    bits = int.from_bytes(payload[1:5], "little")
    if len(payload) < 6 or payload[0] != 0x2F or bits >> 29:
        return None
    return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)


def _extended(payload: bytes, frame: tuple[int, int], alpha: bool) -> list[Leak]:
    if len(payload) != 10:
        return [Leak("structure", "WebP VP8X", "not 10 bytes long")]
    found = []
    if payload[0] & ~_ALPHA_FLAG or payload[1:4] != b"\0\0\0":
        found.append(Leak("structure", "WebP VP8X", "flags for more than alpha"))
    if payload[0] & _ALPHA_FLAG and not alpha:
        found.append(Leak("structure", "WebP VP8X", "announces alpha that is not there"))
    canvas = 1 + int.from_bytes(payload[4:7], "little"), 1 + int.from_bytes(payload[7:10], "little")
    if canvas != frame:
        found.append(Leak("structure", "WebP VP8X", "canvas and picture differ in size"))
    return found


def _alpha(payload: bytes, frame: tuple[int, int]) -> list[Leak]:
    """ALPH: two reserved bits, pre-processing, filter and compression in one byte (RFC 9649, 2.7.1.2)."""
    if not payload or payload[0] >> 6 or payload[0] & 3 > 1 or payload[0] >> 4 & 3 > 1:
        return [Leak("structure", "WebP ALPH", "its first byte is not valid")]
    if payload[0] & 3 == 0 and len(payload) != 1 + frame[0] * frame[1]:
        return [Leak("structure", "WebP ALPH", "not one byte per pixel")]
    return []
