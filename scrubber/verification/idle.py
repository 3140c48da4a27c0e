"""Finds bytes at the end of coded data that no decoder needs: the picture stays the same, whatever they are.

This is for the codes of WebP, which are not followed here bit by bit.
"""

from __future__ import annotations

from typing import Final

from scrubber.photos.source import DECODER_FAULTS
from scrubber.verification.stored import decode_with

BYTES: Final = 16
"""Of an end that may do nothing: coders fill up, and a code for many empty blocks takes few."""
_OTHERS: Final = (0x5A, 0xA7, 0x31)  # what each byte is changed by


def is_idle(data: bytes, end: int, shown: bytes | None) -> bool:
    """Whether the bytes before `end` may be anything, and the file still shows `shown`."""
    return all(decoded(_changed(data, end, other)) == shown for other in _OTHERS)


def decoded(data: bytes) -> bytes | None:
    """The pixels of the first frame, or None if they cannot be decoded."""
    try:
        with decode_with(data, "WEBP") as image:
            return image.tobytes()
    except DECODER_FAULTS:
        return None


def _changed(data: bytes, end: int, other: int) -> bytes:
    """Other bytes in front of `end`."""
    start = end - BYTES
    return data[:start] + bytes(byte ^ other for byte in data[start:end]) + data[end:]
