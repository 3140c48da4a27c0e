"""Allow-list for WebP (RFC 9649; VP8: RFC 6386): a RIFF of exactly one picture or one animation.

`VP8 ` or `VP8L` alone; or `VP8X` with no flag but alpha, then `ALPH` and `VP8 `, or `VP8L`; or `VP8X` with the flag
for animation, `ANIM`, and frames of which each holds one such picture. Sizes exact, padding zero. The end of the coded
data inside its chunk shows only to a decoder and is not judged here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scrubber.values import Leak
from scrubber.verification.allowlist import times
from scrubber.verification.allowlist.webp_picture import Picture, PictureError, picture

_ALPHA_FLAG, _ANIMATION_FLAG = 0x10, 0x02
_ENOUGH = 100  # objections after which the rest of a file is not looked at: it has failed anyhow
_ANIM_BYTES = 6
_BACKGROUNDS = (bytes(4), b"\xff" * 4)  # BGRA: what encoders write that were not asked; viewers ignore it
_FRAME_BYTES = 16  # of an ANMF chunk, before its own chunks
_STILL = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH"})
_MOVING = frozenset({b"VP8X", b"ANIM", b"ANMF"})


@dataclass(frozen=True, slots=True)
class _Chunk:
    name: bytes
    payload: bytes


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
    moving = data[12:16] == b"VP8X" and data[20:21] != b"" and bool(data[20] & _ANIMATION_FLAG)
    chunks = list(_accepted(data[12:end], _MOVING if moving else _STILL, found))
    found += _animated(chunks) if moving else _still(chunks)
    return found


def _accepted(data: bytes, allowed: frozenset[bytes], found: list[Leak]) -> Iterator[_Chunk]:
    """The allowed chunks that fill `data`, in order; objections to all other bytes go to `found`."""
    position = 0
    while position < len(data) and len(found) < _ENOUGH:
        name, size = data[position : position + 4], int.from_bytes(data[position + 4 : position + 8], "little")
        stop = position + 8 + size
        if position + 8 > len(data) or stop + size % 2 > len(data):
            found.append(Leak("structure", "WebP", f"{len(data) - position:,} bytes that are no whole chunk"))
            return
        if size % 2 and data[stop] != 0:
            found.append(Leak("structure", "WebP", "padding that is not zero"))
        if name in allowed:
            yield _Chunk(name, data[position + 8 : stop])
        else:
            letters = name.strip(b" ")
            shown = letters.decode("ascii") if letters.isascii() and letters.isalnum() else name.hex()
            found.append(Leak("metadata", f"WebP chunk {shown}", f"not on the list, {size:,} bytes"))
        position = stop + size % 2


def _still(chunks: list[_Chunk]) -> list[Leak]:
    header = [chunk.payload for chunk in chunks if chunk.name == b"VP8X"]
    rest = [(chunk.name, chunk.payload) for chunk in chunks if chunk.name != b"VP8X"]
    if len(header) > 1 or (header and chunks[0].name != b"VP8X"):
        return [Leak("structure", "WebP", "its chunks are not those of one picture, in order")]
    try:
        shown = picture(rest, extended=bool(header))
    except PictureError as problem:
        return [Leak("structure", "WebP", str(problem))]
    return _extended(header[0], [shown], shown.size, 0) if header else []


def _animated(chunks: list[_Chunk]) -> list[Leak]:
    """VP8X, ANIM, then one ANMF for each frame, which lies within the canvas."""
    if [chunk.name for chunk in chunks[:2]] != [b"VP8X", b"ANIM"]:
        return [Leak("structure", "WebP", "an animation that does not begin as one")]
    header, control, frames = chunks[0].payload, chunks[1].payload, chunks[2:]
    if any(chunk.name != b"ANMF" for chunk in frames) or not frames or len(header) != 10:
        return [Leak("structure", "WebP", "its chunks are not those of one animation, in order")]
    found: list[Leak] = []
    if len(control) != _ANIM_BYTES or control[:4] not in _BACKGROUNDS:
        found.append(Leak("structure", "WebP ANIM", "of the wrong length, or with a background colour"))
    elif int.from_bytes(control[4:], "little") not in (times.FOR_EVER, times.ONCE):
        found.append(Leak("structure", "WebP ANIM loops", times.ODD_LOOPS))
    if any(int.from_bytes(frame.payload[12:15], "little") not in times.FIT for frame in frames):
        found.append(Leak("structure", "WebP ANMF duration", times.ODD_DELAY))
    canvas = _canvas(header)
    pictures = []
    for frame in frames:
        try:
            pictures.append(_frame(frame.payload, canvas, found))
        except PictureError as problem:
            found.append(Leak("structure", "WebP ANMF", str(problem)))
    return found + _extended(header, pictures, canvas, _ANIMATION_FLAG)


def _frame(payload: bytes, canvas: tuple[int, int], found: list[Leak]) -> Picture:
    """ANMF: place, size, duration, two flags (RFC 9649, 2.7.1.1), then the chunks of a picture."""
    if len(payload) < _FRAME_BYTES or payload[15] >> 2:
        raise PictureError("a frame with a broken header")
    left, top, width, height = (int.from_bytes(payload[at : at + 3], "little") for at in (0, 3, 6, 9))
    size = width + 1, height + 1
    if 2 * left + size[0] > canvas[0] or 2 * top + size[1] > canvas[1]:
        raise PictureError("a frame outside of the canvas")
    chunks = _accepted(payload[_FRAME_BYTES:], _STILL - {b"VP8X"}, found)
    shown = picture([(chunk.name, chunk.payload) for chunk in chunks], extended=True)
    if shown.size != size:
        raise PictureError("a frame and its picture differ in size")
    return shown


def _extended(payload: bytes, pictures: list[Picture], canvas: tuple[int, int], flags: int) -> list[Leak]:
    """VP8X: no flags but those that the pictures need, and the canvas that they fill."""
    if len(payload) != 10:
        return [Leak("structure", "WebP VP8X", "not 10 bytes long")]
    found = []
    if payload[0] & ~_ALPHA_FLAG != flags or payload[1:4] != b"\0\0\0":
        found.append(Leak("structure", "WebP VP8X", "flags for what is not there"))
    announced = bool(payload[0] & _ALPHA_FLAG)
    if announced and not any(shown.has_alpha for shown in pictures):
        found.append(Leak("structure", "WebP VP8X", "announces alpha that is not there"))
    if not announced and any(shown.has_alpha for shown in pictures):
        found.append(Leak("structure", "WebP VP8X", "alpha that it does not announce"))
    if _canvas(payload) != canvas:
        found.append(Leak("structure", "WebP VP8X", "canvas and picture differ in size"))
    return found


def _canvas(payload: bytes) -> tuple[int, int]:
    return 1 + int.from_bytes(payload[4:7], "little"), 1 + int.from_bytes(payload[7:10], "little")
