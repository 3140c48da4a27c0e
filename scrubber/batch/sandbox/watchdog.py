"""Ends a worker that a photo holds for too long; what a file may cost in time and memory hangs on its size.

A file that was made to hurt hangs in a decoder, or asks for memory, while it is opened. A real photo of a hundred
megapixels is opened in seconds, but to find the faces in it may take an old laptop minutes. So there are two limits: a
short one until the search for faces has begun, and a long one from then on, when only pixels are left to work on.
"""

from __future__ import annotations

import faulthandler
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import IO, TYPE_CHECKING, Final

from scrubber import stages
from scrubber.batch.sandbox import isolation

if TYPE_CHECKING:
    from scrubber.policy import Limits

EXPIRED: Final = 1
"""Exit code of a worker that was ended for taking too long; `faulthandler` knows no other."""

# JPEG photos hold 1 to 4 bits per pixel, HEIC and AVIF half of that. What promises more pixels than half a bit each
# was made to be large and not to be looked at; it gets the time and the memory of a smaller one.
_PIXELS_PER_BYTE: Final = 16
# The slowest to open are raw photos; a laptop that is three times slower develops at this speed what has 100 MB.
_BYTES_PER_SECOND: Final = 4e6
_MOMENT: Final = 0.001  # seconds; the time may be over when it is to be extended
# A photo of 120 megapixels takes .6 seconds of processor time for each in `thorough`; a laptop that is three times
# slower and does something else besides may need 3. What is slow at this point is work and no trap, save that an
# animation or a book of pages can be made of thousands of tiny pictures.
_SECONDS_PER_MEGAPIXEL: Final = 3.0
# Measured at 120 megapixels with 290 faces: 3.5 GiB in all, 0.5 of them models and libraries.
_LEAST_MEMORY: Final = 1792 * 1024**2
_MEMORY_PER_PIXEL: Final = 40


@contextmanager
def watched(size: int, limits: Limits) -> Iterator[None]:
    """Inside this block the process ends with `EXPIRED` if a photo of `size` bytes takes too long in it.

    That holds whatever it is stuck in. What asks for too much memory gets a `MemoryError`.
    """
    pixels = min(size * _PIXELS_PER_BYTE, limits.pixels)
    isolation.limit_memory(max(_LEAST_MEMORY, pixels * _MEMORY_PER_PIXEL))
    opening = limits.seconds + size / _BYTES_PER_SECOND
    longest = max(opening, pixels / 1e6 * _SECONDS_PER_MEGAPIXEL)
    until = time.monotonic() + longest
    _end_after(opening)
    try:
        with stages.listening(lambda _detect: _end_after(max(until - time.monotonic(), _MOMENT))):
            yield
    finally:
        faulthandler.cancel_dump_traceback_later()


def _end_after(seconds: float) -> None:
    """By a thread that needs no turn of the interpreter: a decoder that hangs may never give it back."""
    faulthandler.dump_traceback_later(seconds, exit=True, file=_nowhere())


@cache
def _nowhere() -> IO[str]:
    """Where the traceback goes that `faulthandler` writes; it must stay open."""
    return open(os.devnull, "w", encoding="ascii")  # noqa: PTH123
