"""LZW as GIF uses it (GIF89a specification, appendix F), measured without drawing a single pixel.

How many bits a code has hangs only on how many came before it, and a plain coder starts over exactly when its table
of 4096 entries is full. So a whole table's codes can be cut out at once, and the length of what each stands for is its
depth in a tree. Twelve megapixels of noise take about half a second that way; a loop over codes takes four.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_TABLE: Final = 4096
_WIDEST: Final = 12  # bits of a code


@dataclass(frozen=True, slots=True)
class ScannedStream:
    """What a stream draws: how many `pixels`, with which `numbers`. `fault` says what is wrong with it, if anything."""

    pixels: int
    numbers: frozenset[int]
    fault: str = ""


class _StreamError(ValueError):
    """Something that a plain coder would not write; the message says what."""


def scan_stream(data: bytes, root_bits: int, most: int) -> ScannedStream:
    """Follow the stream `data` to its end code; give up once it draws more than `most` pixels.

    `root_bits` is the code size that stands before the data, 2 to 8. Faults: anything but one clear code in front and
    one for each full table, codes that mean nothing yet, and bits or bytes behind the end code.
    """
    import numpy as np

    first = (1 << root_bits) + 2  # behind the roots, the clear code and the end code
    pixels, used = 0, np.zeros(1 << root_bits, dtype=np.bool_)
    try:
        for codes in _tables(data, root_bits):
            if (codes >= first + np.arange(len(codes))).any():
                raise _StreamError("it uses codes that mean nothing yet")
            pixels += _length(codes - first)
            used[codes[codes < len(used)]] = True
            if pixels > most:
                raise _StreamError("it draws more pixels than the frame has")
    except _StreamError as problem:
        return ScannedStream(pixels, frozenset(), str(problem))
    return ScannedStream(pixels, frozenset(np.flatnonzero(used).tolist()))


def _tables(data: bytes, root_bits: int) -> Iterator[NDArray[np.int64]]:
    """The codes between one clear code and the next, up to the end code. Raises `_StreamError`."""
    import numpy as np

    clear, end = 1 << root_bits, (1 << root_bits) + 1
    widths, starts = _plan(end + 1)
    padded = np.frombuffer(data + bytes(4), dtype=np.uint8).astype(np.uint32)
    if _codes(padded, starts[:1], widths[:1])[0] != clear:
        raise _StreamError("it does not begin with an empty table")
    position, mark = root_bits + 1, clear
    while mark == clear:
        there = int(np.searchsorted(starts[1:], 8 * len(data) - position, side="right"))
        codes = _codes(padded, position + starts[:there], widths[:there])
        marks = np.flatnonzero((codes == clear) | (codes == end))
        if not len(marks):
            raise _StreamError("it breaks off, or goes on with a full table")
        at = int(marks[0])
        mark = int(codes[at])
        if mark == clear and at < len(widths) - 1:
            raise _StreamError("it empties a table that is not full")
        yield codes[:at]
        position += int(starts[at + 1])
    _check_end(data, position)


@cache
def _plan(first: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Bits of each code from an empty table to a full one and of the mark that must follow then; where each begins.

    `first` is the first entry of a table that the data itself defines.
    """
    import numpy as np

    # While code i is read, the entry of code i − 1 is not there yet.
    entries = [first, *range(first, _TABLE + 1)]
    widths = np.array([min(entry.bit_length(), _WIDEST) for entry in entries], dtype=np.int64)
    return widths, np.concatenate([np.zeros(1, np.int64), np.cumsum(widths)])


def _codes(data: NDArray[np.uint32], starts: NDArray[np.int64], widths: NDArray[np.int64]) -> NDArray[np.int64]:
    """The numbers of so many bits at these bit offsets, least significant bit first."""
    import numpy as np

    at = starts >> 3
    words = data[at] | data[at + 1] << 8 | data[at + 2] << 16
    masked: NDArray[np.int64] = words.astype(np.int64) >> (starts & 7) & (1 << widths) - 1
    return masked


def _length(entries: NDArray[np.int64]) -> int:
    """Pixels that a table's codes draw; `entries` says which entry each is, below 0 if it is a single pixel.

    Entry j is what code j drew and one pixel more. All depths are found together by jumping from parent to parent's
    parent.
    """
    import numpy as np

    nobody = len(entries)
    parents = np.append(np.where(entries < 0, nobody, entries), nobody)
    depths = np.ones(nobody + 1, dtype=np.int64)
    depths[nobody] = 0
    while (parents != nobody).any():
        depths += depths[parents]
        parents = parents[parents]
    return int(depths.sum())


def _check_end(data: bytes, position: int) -> None:
    """Nothing stands behind the end code, which ends at the bit `position`; the rest of its byte is zero."""
    rest = len(data) - (position + 7) // 8
    if rest:
        raise _StreamError(f"{rest:,} bytes behind its end")
    if position % 8 and data[position // 8] >> position % 8:
        raise _StreamError("bits behind its end")
