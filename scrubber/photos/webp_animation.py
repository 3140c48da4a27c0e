"""Puts animated WebPs together (RFC 9649, 2.7.1: VP8X, ANIM, ANMF).

Pillow compresses each frame; the container is made here, because libwebp leaves out frames that show what the one
before them showed, and an animation must keep its frames as they were.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from scrubber.photos import changes
from scrubber.photos.timing import FOREVER

if TYPE_CHECKING:
    from scrubber.photos.photo import Frame, Photo

_HEADER: Final = 12  # bytes: RIFF, size, WEBP
_MOVES, _IS_CLEAR, _REPLACES = 0x02, 0x10, 0x02  # flags of the file, and of a frame that is not blended in
_STEP: Final = 2  # frames begin at even coordinates


def assembled(photo: Photo, still: Callable[[Frame], bytes]) -> bytes:
    """An animated WebP of all frames; `still` makes a WebP of one picture, with alpha if it has an alpha array."""
    height, width = photo.frames[0].size
    flags = _MOVES | (_IS_CLEAR if photo.transparent else 0)
    body = [_chunk(b"VP8X", bytes([flags, 0, 0, 0]) + _three(width - 1) + _three(height - 1))]
    body.append(_chunk(b"ANIM", bytes(4) + (photo.loops or FOREVER).to_bytes(2, "little")))
    previous = None
    for frame in photo.frames:
        rows, columns = changes.place(frame, previous, _STEP)
        numbers = (
            columns.start // _STEP,
            rows.start // _STEP,
            columns.stop - columns.start - 1,
            rows.stop - rows.start - 1,
            round(frame.milliseconds),
        )
        picture = _picture(still(changes.changed(frame, previous, _STEP)))
        body.append(_chunk(b"ANMF", b"".join(map(_three, numbers)) + bytes([_REPLACES]) + picture))
        previous = frame
    return _chunk(b"RIFF", b"WEBP" + b"".join(body))


def _picture(data: bytes) -> bytes:
    """The chunks of a still WebP, without the header that says what they are."""
    position = _HEADER
    if data[position : position + 4] == b"VP8X":
        position += 8 + int.from_bytes(data[position + 4 : position + 8], "little")
    return data[position:]


def _three(number: int) -> bytes:
    return number.to_bytes(3, "little")


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + len(body).to_bytes(4, "little") + body + b"\0" * (len(body) % 2)
