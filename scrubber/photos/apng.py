"""Puts animated PNGs together (W3C PNG specification, third edition, 11.3.6: acTL, fcTL, fdAT).

Pillow compresses; the container is made here, because Pillow leaves out frames that show what the one before them
showed, and an animation must keep its frames as they were.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from scrubber.photos import changes
from scrubber.photos.timing import FOREVER

if TYPE_CHECKING:
    from scrubber.photos.photo import Frame, Photo

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_THOUSANDTHS: Final = 1000  # of a second: a delay is a fraction of two 16-bit numbers
_STAYS, _REPLACES = 0, 0  # what becomes of a frame after its time, and of what was there before it


def assembled(photo: Photo, still: Callable[[Frame], bytes]) -> bytes:
    """An animated PNG of all frames; `still` makes a PNG of one picture, with alpha if it has an alpha array."""
    frames = [_with_alpha(frame) for frame in photo.frames] if photo.transparent else photo.frames
    parts, number, previous = [], 0, None
    for frame in frames:
        rows, columns = changes.place(frame, previous)
        chunks = list(_chunks(still(changes.changed(frame, previous))))
        if previous is None:
            parts += [_SIGNATURE, *(_chunk(*chunk) for chunk in chunks if chunk[0] == b"IHDR")]
            parts.append(_chunk(b"acTL", struct.pack(">II", len(frames), photo.loops or FOREVER)))
        size = columns.stop - columns.start, rows.stop - rows.start
        place = *size, columns.start, rows.start
        delay = round(frame.milliseconds), _THOUSANDTHS
        control = struct.pack(">IIIIIHHBB", number, *place, *delay, _STAYS, _REPLACES)
        parts.append(_chunk(b"fcTL", control))
        number += 1
        for name, body in chunks:
            if name == b"IDAT" and previous is None:
                parts.append(_chunk(name, body))
            elif name == b"IDAT":
                parts.append(_chunk(b"fdAT", struct.pack(">I", number) + body))
                number += 1
        previous = frame
    return b"".join([*parts, _chunk(b"IEND", b"")])


def _with_alpha(frame: Frame) -> Frame:
    """All frames share one header, so that all have alpha or none."""
    import numpy as np

    return frame if frame.alpha is not None else replace(frame, alpha=np.full(frame.size, 255, dtype=np.uint8))


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Names and contents of the chunks of a PNG that was just written."""
    position = len(_SIGNATURE)
    while position < len(data):
        end = position + 8 + int.from_bytes(data[position : position + 4], "big")
        yield data[position + 4 : position + 8], data[position + 8 : end]
        position = end + 4


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
