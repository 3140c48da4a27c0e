"""Follows the scans of a progressive JPEG that refine AC coefficients (ITU-T T.81, G.1.2.3), code by code.

What such a scan holds for a block depends on the coefficients that earlier scans sent, so no place in it can be
decoded without all that stands before. One step goes over one code and the bits that belong to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from scrubber.verification.huffman_codes import CodeError, check_end, longest_run, lookup

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from scrubber.verification.huffman_codes import UsedSymbols
    from scrubber.verification.jpeg_parts import HuffmanTable

MOST_BYTES: Final = 2_500_000
"""Of all scans of this kind together, which takes less than three seconds; photos of 12 megapixels have 1 to 1.4."""
_FULL: Final = 938  # bits that correct: libjpeg keeps no more of them for the end of a run of blocks
_SIXTEEN_ZEROS: Final = 0xF0
_MOST_ZEROS: Final = 16  # that one code passes
# What a code does, in one number: its bits, how many zeros it passes (or the bits of its run), and what it is.
_RUN_AT: Final = 8
_NEW, _ZEROS, _END, _WRONG = 1 << 16, 1 << 17, 1 << 18, 1 << 19


@dataclass(slots=True)
class _Steps:
    """Where the bits behind each code begin, and the place up to which they run; `~place` if no new value is there.

    `codes` are all that occur.
    """

    starts: list[int] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    codes: set[int] = field(default_factory=set)


def refine(
    pieces: Sequence[bytes], table: HuffmanTable, counts: Sequence[int], known: NDArray[np.int16], used: UsedSymbols
) -> NDArray[np.int16]:
    """What a scan adds to the coefficients `known` (N blocks × its band), in units of the bit that it sends.

    `pieces`, `counts` and `used` are as in `huffman.decode`. Raises `CodeError` unless it is just what a
    plain coder writes.
    """
    import numpy as np

    if len(pieces) != len(counts):
        raise CodeError("more or fewer restarts than belong there")
    history = _History(known)
    added = np.zeros(known.size, dtype=np.int16)
    meanings = lookup(table, _meaning, 1 | _WRONG).astype(np.int32)
    block = 0
    for piece, count in zip(pieces, counts, strict=True):
        try:
            steps, end = _follow(piece, meanings, history, block, count, longest_run(table))
        except IndexError as problem:
            raise CodeError("the picture breaks off") from problem
        check_end(end, piece)
        used.setdefault(table, set()).update(map(_symbol, steps.codes))
        _put(steps, piece, history, block * history.width, added)
        block += count
    return added.reshape(known.shape)


class _History:
    """Which coefficients are known not to be zero; places count through all blocks of the band, one after the other."""

    def __init__(self, known: NDArray[np.int16]) -> None:
        import numpy as np

        self.width = known.shape[1]
        self.signs = np.sign(known).ravel()
        before = np.zeros(known.size + 1, dtype=np.int32)
        np.cumsum(self.signs != 0, out=before[1:])
        self.nonzero_before = before
        zeros = np.full(known.size - int(before[-1]) + _MOST_ZEROS, known.size, dtype=np.int32)
        zeros[:-_MOST_ZEROS] = np.flatnonzero(self.signs == 0)
        self.zeros = zeros.data
        blocks = np.arange(0, known.size + 1, self.width)
        self.zeros_before: list[int] = (blocks - before[blocks]).tolist()


def _follow(
    piece: bytes, meanings: NDArray[np.int32], history: _History, block: int, count: int, longest: int
) -> tuple[_Steps, int]:
    """Go over all codes of a piece, which begins with `block` and holds `count`; the steps, and the bit at its end.

    No code ends more blocks than the `longest` run.
    """
    codes = _at_each_bit(piece, meanings).data
    zeros, zeros_before, width = history.zeros, history.zeros_before, history.width
    steps = _Steps()
    start, put, see = steps.starts.append, steps.places.append, steps.codes.add
    bit, place, zero, last = 0, block * width, zeros_before[block], block + count
    end, after_zeros, open_run = place + width, False, False
    while block < last:
        code = codes[bit]
        see(code)
        run = code >> _RUN_AT & 255
        bit += code & 255
        if code & _NEW or code & _ZEROS:
            target = zeros[zero + run]
            if target >= end:
                raise CodeError("codes for zeros that say nothing about the picture")
            start(bit)
            put(target if code & _NEW else ~target)
            bit += target - place - run
            zero += run + 1
            place = target + 1
            after_zeros, open_run = not code & _NEW, False
            if place == end and not after_zeros:
                block, end = block + 1, end + width
        elif code & _END:
            if after_zeros or open_run:
                raise CodeError("codes for zeros that say nothing about the picture")
            blocks = (1 << run) + _number(piece, bit - run, run)
            block += blocks
            if block > last:
                raise CodeError("more blocks than the picture has")
            end = block * width
            start(bit)
            put(~end)
            corrections = end - place - zeros_before[block] + zero
            bit += corrections
            place, zero, end = end, zeros_before[block], end + width
            open_run = blocks < longest and corrections < _FULL
        else:
            raise CodeError("codes that mean nothing, or values that no picture has")
    return steps, bit


def _at_each_bit(piece: bytes, meanings: NDArray[np.int32]) -> NDArray[np.int32]:
    """The code that begins at each bit of a piece, what it does."""
    import numpy as np

    words = np.ndarray((len(piece),), dtype=">u4", buffer=piece + bytes(3), strides=(1,)).astype("u4")
    found = np.empty((len(piece), 8), dtype=np.int32)
    for shift in range(8):
        found[:, shift] = meanings[words >> (16 - shift) & 0xFFFF]
    return found.ravel()


def _number(piece: bytes, bit: int, bits: int) -> int:
    """The number of so many bits, 14 at most, from a bit on."""
    at = bit >> 3
    return int.from_bytes(piece[at : at + 3].ljust(3, b"\0"), "big") >> (24 - (bit & 7) - bits) & ((1 << bits) - 1)


def _put(steps: _Steps, piece: bytes, history: _History, first: int, added: NDArray[np.int16]) -> None:
    """Add the signs of new coefficients, and to those known before the bits that correct them, away from zero."""
    import numpy as np

    bits = np.unpackbits(np.frombuffer(piece, dtype=np.uint8)).view(np.int8)
    starts, places = np.array(steps.starts, dtype=np.int64), np.array(steps.places, dtype=np.int64)
    new = places >= 0
    added[places[new]] = 2 * bits[starts[new] - 1] - 1
    until = history.nonzero_before[np.where(new, places, ~places)]
    begin = history.nonzero_before[first]
    corrections = np.diff(until, prepend=begin)
    corrected = first + np.flatnonzero(history.signs[first : int(np.where(new, places, ~places)[-1])])
    at = np.repeat(starts - (until - corrections), corrections) + np.arange(begin, begin + len(corrected))
    added[corrected] = history.signs[corrected] * bits[at]


def _symbol(code: int) -> int:
    """What a code stands for: the reverse of `_meaning`."""
    run = code >> _RUN_AT & 255
    return _SIXTEEN_ZEROS if code & _ZEROS else run << 4 | int(code & _NEW != 0)


def _meaning(symbol: int, length: int) -> int:
    run, bits = divmod(symbol, 16)
    if bits == 1:
        return length + 1 | run << _RUN_AT | _NEW
    if symbol == _SIXTEEN_ZEROS:
        return length | 15 << _RUN_AT | _ZEROS
    return length + run | run << _RUN_AT | _END if bits == 0 else length | _WRONG
