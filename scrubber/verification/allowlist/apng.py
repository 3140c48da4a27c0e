"""The frames of an animated PNG (W3C PNG specification, third edition, 11.3.6: acTL, fcTL, fdAT).

As many frames as announced, numbered without a gap, the first of them the picture that other viewers show: one that
is not part of the animation would be seen by nobody who checks it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from scrubber.values import Leak
from scrubber.verification.allowlist import times
from scrubber.verification.allowlist.png_chunks import Chunk
from scrubber.verification.allowlist.scanlines import Layout

_CONTROL = struct.Struct(">IIIIIHHBB")  # number, width, height, left, top, delay as a fraction, disposal, blending
_MOST_DISPOSAL = 1  # leave, clear; 2 would bring back an earlier picture
_NUMBER_BYTES = 4
_THOUSANDTHS = 1000  # of a second: the only denominator of a delay, for one delay is many fractions


class AnimationError(ValueError):
    """Something in the animation that has no business there; the message says what."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture: its layout and the pieces of its zlib stream."""

    layout: Layout
    pieces: list[bytes]


def frames(chunks: Sequence[Chunk], canvas: Layout, found: list[Leak]) -> list[Frame]:
    """All pictures of a file with the header `canvas`; objections go to `found`."""
    still = Frame(canvas, [chunk.payload for chunk in chunks if chunk.name == b"IDAT"])
    moving = [chunk for chunk in chunks if chunk.name in (b"acTL", b"fcTL", b"IDAT", b"fdAT")]
    if all(chunk.name == b"IDAT" for chunk in moving):
        return [still]
    try:
        pictures = _animation(moving, canvas)
    except AnimationError as problem:
        found.append(Leak("hidden-picture", "PNG animation", str(problem)))
        return [still]
    found += _odd_times(moving)
    return pictures


def _animation(chunks: Sequence[Chunk], canvas: Layout) -> list[Frame]:
    announced = chunks[0].payload
    if chunks[0].name != b"acTL" or len(announced) != 8:
        raise AnimationError("frames of which nothing announces the number")
    found: list[Frame] = []
    number = 0
    for chunk in chunks[1:]:
        if chunk.name == b"fcTL":
            found.append(_frame(chunk.payload, number, canvas))
        elif not found:
            raise AnimationError("a picture that is not part of the animation")
        elif (chunk.name == b"IDAT") != (len(found) == 1):
            raise AnimationError("picture data of the wrong kind for its frame")
        elif chunk.name == b"IDAT":
            found[-1].pieces.append(chunk.payload)
        else:
            if len(chunk.payload) <= _NUMBER_BYTES or int.from_bytes(chunk.payload[:_NUMBER_BYTES], "big") != number:
                raise AnimationError("picture data that is empty or out of turn")
            found[-1].pieces.append(chunk.payload[_NUMBER_BYTES:])
        number += chunk.name != b"IDAT"
    if len(found) != int.from_bytes(announced[:4], "big"):
        raise AnimationError(f"{len(found)} frames, but another number of them is announced")
    return found


def _odd_times(chunks: Sequence[Chunk]) -> Iterator[Leak]:
    """Objections to the delays, and to the number of plays, of chunks that are an animation."""
    delays = {_CONTROL.unpack(chunk.payload)[5:7] for chunk in chunks if chunk.name == b"fcTL"}
    if any(denominator != _THOUSANDTHS or delay not in times.FIT for delay, denominator in delays):
        yield Leak("structure", "PNG fcTL delay", times.ODD_DELAY)
    if int.from_bytes(chunks[0].payload[4:], "big") not in (times.FOR_EVER, times.ONCE):
        yield Leak("structure", "PNG acTL plays", times.ODD_LOOPS)


def _frame(payload: bytes, number: int, canvas: Layout) -> Frame:
    if len(payload) != _CONTROL.size:
        raise AnimationError("frame control of the wrong length")
    stated, width, height, left, top, _, _, disposal, blending = _CONTROL.unpack(payload)
    if stated != number:
        raise AnimationError("frame control out of turn")
    if not (width and height and left + width <= canvas.width and top + height <= canvas.height):
        raise AnimationError("a frame without size, or outside of the picture")
    if number == 0 and (width, height) != (canvas.width, canvas.height):
        raise AnimationError("a first frame that is not the whole picture")
    if disposal > _MOST_DISPOSAL or blending > 1:
        raise AnimationError("a frame that is drawn in an unknown way")
    return Frame(replace(canvas, width=width, height=height), [])
