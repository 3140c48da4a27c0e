"""Finds bytes at the end of coded data that no decoder needs: the picture stays the same, whatever they are.

This is for codes that are not followed here bit by bit, which is progressive JPEG and WebP.
"""

from __future__ import annotations

from typing import Final

from scrubber.photos.source import DECODER_FAULTS
from scrubber.verification.stored import decode_with

BYTES: Final = 16
"""Of an end that may do nothing: coders fill up, and a code for many empty blocks takes few."""
_OTHERS: Final = (0x5A, 0xA7, 0x31)  # what each byte is changed by


def is_idle(data: bytes, end: int, shown: bytes | None, form: str) -> bool:
    """Whether the bytes before `end` may be anything, and the file still shows `shown`; `form` as Pillow calls it."""
    return all(decoded(_changed(data, end, other), form) == shown for other in _OTHERS)


def decoded(data: bytes, form: str) -> bytes | None:
    """The pixels of the first frame, or None if they cannot be decoded."""
    try:
        with decode_with(data, form) as image:
            return image.tobytes()
    except DECODER_FAULTS:
        return None


def _changed(data: bytes, end: int, other: int) -> bytes:
    """Other bytes in front of `end`. 255 and what follows it, which are marks in a JPEG, stay; none comes about."""
    part = bytearray(data[end - BYTES : end])
    before = data[end - BYTES - 1 : end - BYTES] + part[:-1]
    for place, byte in enumerate(part):
        if 255 not in (before[place], byte, byte ^ other):
            part[place] ^= other
    return data[: end - BYTES] + part + data[end:]
