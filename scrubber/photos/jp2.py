"""JPEG 2000 through Pillow."""

from __future__ import annotations

from typing import Final

from scrubber.photos.source import Source, open_with_pillow

_CODESTREAM: Final = b"jp2c"
_HEAD: Final = b"\xff\x4f\xff\x51"  # the markers SOC and SIZ
_DEPTH: Final = 42  # bytes from there on


def read(data: bytes) -> Source:
    """The picture, at full resolution. Others, which a JPX file may layer or show in turn, are counted in a note."""
    others = _codestreams(data) - 1
    notes = (f"the file holds {others} other pictures, which were left out",) if others > 0 else ()
    return Source(open_with_pillow(data, "JPEG2000"), notes=notes, bits=_bits(data))


def _bits(data: bytes) -> int:
    """Of the first component, as the head of the codestream says (ISO/IEC 15444-1, A.5.1)."""
    at = data.find(_HEAD)
    return (data[at + _DEPTH] & 0x7F) + 1 if 0 <= at < len(data) - _DEPTH else 8


def _codestreams(data: bytes) -> int:
    """How many there are among the outermost boxes (ISO/IEC 15444-1, I.4); none in a bare codestream."""
    count = at = 0
    while at + 8 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        count += data[at + 4 : at + 8] == _CODESTREAM
        if size == 1:
            size = int.from_bytes(data[at + 8 : at + 16], "big")
        if size < 8:  # 0: up to the end of the file
            break
        at += size
    return count
