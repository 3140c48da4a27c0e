"""Keeps memory between pictures, in processes of our own.

The GNU C library gives every block of more than 32 MiB back to the system when it is freed, and the next picture of
12 megapixels gets fresh pages, which the system has to clear one by one. A photo needs a dozen such blocks in turn; to
hand the same ones on takes half of the time of opening, hiding and checking it.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Final

# malloc.h, parameters of mallopt(3)
_TRIM_THRESHOLD: Final = -1
_MMAP_MAX: Final = -4


def keep() -> None:
    """From now on freed memory stays with this process: for workers and the command line, which end when done.

    Whoever uses scrubber as a library decides for themselves. Does nothing where the C library is another one.
    """
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_MAX, 0)
        mallopt(_TRIM_THRESHOLD, 2**31 - 1)
