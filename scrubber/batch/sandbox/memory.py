"""Keeps memory between pictures, in processes of our own.

The GNU C library gives every block of more than 32 MiB back to the system when it is freed, and the next picture of
12 megapixels gets fresh pages, which the system has to clear one by one. A photo needs a dozen such blocks in turn; to
hand the same ones on takes half of the time of opening, hiding and checking it.
"""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path
from typing import Any, Final

# malloc.h, parameters of mallopt(3)
_TRIM_THRESHOLD: Final = -1
_MMAP_MAX: Final = -4


_PAGES_IN_USE: Final = Path("/proc/self/statm")  # the second number in it, proc(5)


def keep() -> None:
    """From now on freed memory stays with this process: for workers and the command line, which end when done.

    Whoever uses scrubber as a library decides for themselves. Does nothing where the C library is another one.
    """
    mallopt = _of_the_c_library("mallopt")
    if mallopt is not None:
        mallopt(_MMAP_MAX, 0)
        mallopt(_TRIM_THRESHOLD, 2**31 - 1)


def trim(most: int) -> None:
    """Give freed memory back after all if more than `most` bytes are in use, as they are after a very large photo."""
    malloc_trim = _of_the_c_library("malloc_trim")
    if malloc_trim is not None and _in_use() > most:
        malloc_trim(0)


def _in_use() -> int:
    return int(_PAGES_IN_USE.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _of_the_c_library(name: str) -> Any:
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
