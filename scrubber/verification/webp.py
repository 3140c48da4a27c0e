"""WebP: bytes at the end of a picture's data that no decoder needs (RFC 6386; RFC 9649, 3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from scrubber.values import Leak
from scrubber.verification import idle
from scrubber.verification.stored import alone, webp_chunks

_FORM: Final = "WEBP"
_CODED: Final = (b"VP8 ", b"VP8L", b"ALPH")
_KEY_FRAME: Final = 10  # bytes of its header (RFC 6386, 9.1)


def objections(data: bytes) -> Iterator[Leak]:
    """Chunks of the WebP `data`, of each frame, that hold more than their picture."""
    for number, picture in enumerate(alone(data, "webp")):
        shown = idle.decoded(picture, _FORM)
        position = 12
        for name, body in webp_chunks(picture, position):
            start = position + 8
            position = start + len(body) + len(body) % 2
            for end in _ends(name, body) if name in _CODED else ():
                if shown is not None and end > idle.BYTES and idle.is_idle(picture, start + end, shown, _FORM):
                    where = f"WebP {name.decode().strip()}" + (f", frame {number}" if number else "")
                    yield Leak("trailing-data", where, "bytes behind the end of the picture data")


def _ends(name: bytes, body: bytes) -> tuple[int, ...]:
    """Where coded data ends in a chunk: VP8 has a part for how blocks are predicted, then one for what is left."""
    if name != b"VP8 ":
        return (len(body),)
    return _KEY_FRAME + (int.from_bytes(body[:3], "little") >> 5), len(body)
