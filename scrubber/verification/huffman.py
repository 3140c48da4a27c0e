"""Decodes the Huffman code of a JPEG scan (ITU-T T.81, F.2.2 and G.1.2), thousands of places of it at a time.

Where a code begins hangs on all codes before it; yet a decoder that starts anywhere soon falls into step (Klein and
Wiseman, Parallel Huffman decoding with applications to JPEG files, 2003; Weißenberger and Schmidt, Accelerating JPEG
decompression on GPUs, 2021). So the data is cut into lanes that are decoded side by side, each from a guess, and
those whose guess was wrong once more from where the lane before them ended, until none has to be corrected. What
comes out is exactly what is read from the first bit to the last. A scan of 8 MB takes two to
three seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, TypeAlias

from scrubber.verification.huffman_codes import CODE_BITS, ZRL, CodeError, check_end, longest_run, lookup

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from scrubber.verification.huffman_codes import UsedSymbols
    from scrubber.verification.jpeg_parts import HuffmanTable

    Whole: TypeAlias = NDArray[np.int64]
    Pair: TypeAlias = tuple[HuffmanTable, HuffmanTable]

_LANE_BITS: Final = 2048
_MOST_ROUNDS: Final = 4000  # of correcting lanes; photos need about five, pictures of one colour some hundreds
_COEFFICIENTS: Final = 64
_LARGEST: Final = (11, 10)  # bits of a DC and an AC value that samples of 8 bits can lead to (T.81, F.1.2)
# What a code does, packed in one number: the bits that it takes with its value, the coefficients that it goes on, the
# bits of its value, and three marks.
_STEP_AT, _VALUE_AT = 8, 16
_IS_ZEROS, _IS_END, _IS_WRONG = 1 << 20, 1 << 21, 1 << 22
_WRONG_CODE: Final = 1 | 1 << _STEP_AT | _IS_WRONG  # one bit on, so that every lane comes to its end


@dataclass(frozen=True, slots=True)
class Band:
    """The coefficients that a scan codes, the `first` to the `last`; `runs` if one code can end several blocks."""

    first: int
    last: int
    runs: bool


BASELINE: Final = Band(0, _COEFFICIENTS - 1, runs=False)


@dataclass(slots=True)
class _State:
    """Where each lane stands: at which bit, at which coefficient of which block of an MCU, and behind sixteen zeros?"""

    position: Whole
    phase: Whole
    zeros: NDArray[np.bool_]

    def __getitem__(self, which: Whole | NDArray[np.bool_] | slice) -> _State:
        return _State(self.position[which], self.phase[which], self.zeros[which])

    def __setitem__(self, which: Whole | NDArray[np.bool_], other: _State) -> None:
        self.position[which], self.phase[which], self.zeros[which] = other.position, other.phase, other.zeros

    def differs(self, other: _State) -> NDArray[np.bool_]:
        different: NDArray[np.bool_] = (
            (self.position != other.position) | (self.phase != other.phase) | (self.zeros != other.zeros)
        )
        return different

    def copy(self) -> _State:
        return _State(self.position.copy(), self.phase.copy(), self.zeros.copy())


def decode(
    pieces: Sequence[bytes], slots: Sequence[Pair], counts: Sequence[int], used: UsedSymbols, band: Band = BASELINE
) -> NDArray[np.int16]:
    """Coefficients, N×64 in zigzag order, DC as the difference to the block before, of all blocks that a scan holds.

    `pieces` is its data between restart markers, and `counts` says how many blocks each must hold; `slots` are the
    tables (DC, AC) of the blocks of an MCU, in turn, and `band` says which coefficients are coded. The symbols that
    occur are added to `used`. Raises `CodeError` unless each piece is just what a plain coder writes for these
    coefficients: no code for nothing, and behind the last block only ones that fill up its byte.
    """
    import numpy as np

    if len(pieces) != len(counts):
        raise CodeError("more or fewer restarts than belong there")
    lanes = _Lanes(pieces, slots, counts, band)
    starts, done = lanes.synchronise()
    values = np.zeros(sum(counts) * _COEFFICIENTS, dtype=np.int16)
    lanes.check_ends(lanes.read(starts, done, values), pieces)
    lanes.add_used(used)
    return values.reshape(-1, _COEFFICIENTS)


class _Lanes:
    """The data, the tables, and the cuts between lanes; none goes over the border between two pieces."""

    def __init__(self, pieces: Sequence[bytes], slots: Sequence[Pair], counts: Sequence[int], band: Band) -> None:
        import numpy as np

        padded = b"".join(pieces) + bytes(8)
        # Four bytes from each byte on, so that 25 bits can be read from any place; they overlap and take no memory.
        self._words = np.ndarray((len(padded) - 3,), dtype=">u4", buffer=padded, strides=(1,))
        known = list(dict.fromkeys((table, kind) for pair in slots for kind, table in enumerate(pair)))
        self._known = [table for table, _ in known]
        self._seen = np.zeros(len(known) << CODE_BITS, dtype=np.bool_)  # which of `_codes` a read came upon
        self._codes = np.concatenate(
            [lookup(table, partial(_meaning, kind, band), _WRONG_CODE) for table, kind in known]
        )
        table_of = [[known.index((table, kind)) << CODE_BITS for kind, table in enumerate(pair)] for pair in slots]
        self._table = np.array([dc if at == 0 else ac for dc, ac in table_of for at in range(_COEFFICIENTS)])
        self._next = np.roll(np.arange(len(slots)), -1) * _COEFFICIENTS + band.first
        self._band = band
        self._longest_run = max(longest_run(ac) for _, ac in slots) if band.runs else 1
        self._borders = np.concatenate([[0], np.cumsum([8 * len(piece) for piece in pieces])])
        self._blocks = np.concatenate([[0], np.cumsum(counts)])
        sizes = np.maximum(-(-np.diff(self._borders) // _LANE_BITS), 1)
        self._piece = np.repeat(np.arange(len(pieces)), sizes)
        self._first = np.concatenate([[0], np.cumsum(sizes)[:-1]])  # lane of each piece
        within = np.arange(len(self._piece)) - self._first[self._piece]
        self._start = self._borders[self._piece] + within * _LANE_BITS
        self._limit = np.minimum(self._start + _LANE_BITS, self._borders[self._piece + 1])

    def synchronise(self) -> tuple[_State, Whole]:
        """The state in which each lane begins, when no guess is left, and how many blocks end in it."""
        import numpy as np

        nothing = np.zeros(len(self._start), dtype=np.int64)
        starts = _State(self._start.copy(), nothing + self._band.first, nothing.astype(np.bool_))
        ends, done = self._run(starts, self._limit)
        follows = np.ones(len(nothing), dtype=np.bool_)
        follows[self._first] = False
        for _ in range(_MOST_ROUNDS):
            wrong = 1 + np.flatnonzero(starts[1:].differs(ends[:-1]) & follows[1:])
            if not len(wrong):
                return starts, done
            starts[wrong] = ends[wrong - 1]
            ends[wrong], done[wrong] = self._run(starts[wrong], self._limit[wrong])
        raise CodeError("it cannot be followed in reasonable time")

    def _run(self, starts: _State, limits: Whole) -> tuple[_State, Whole]:
        """Go on in each lane up to its limit: the states there, and how many blocks ended on the way."""
        import numpy as np

        ends, done = starts.copy(), np.zeros(len(limits), dtype=np.int64)
        which = np.flatnonzero(starts.position < limits)
        now, limits = starts[which], limits[which]
        while len(which):
            done[which] += self._go_on(now, self._codes[self._at(now)])
            out = now.position >= limits
            if out.any():
                ends[which[out]] = now[out]
                which, now, limits = which[~out], now[~out], limits[~out]
        return ends, done

    def read(self, starts: _State, done: Whole, values: NDArray[np.int16]) -> Whole:
        """Put all coefficients into `values`; the bit behind the last block of each piece, or -1.

        Raises `CodeError`.
        """
        import numpy as np

        last = np.full(len(self._first), -1, dtype=np.int64)
        before = np.cumsum(done) - done
        block = self._blocks[self._piece] + before - before[self._first[self._piece]]
        most, limits, piece = self._blocks[self._piece + 1], self._limit, self._piece
        which = np.flatnonzero((starts.position < limits) & (block < most))
        now, block, most, limits, piece = starts[which], block[which], most[which], limits[which], piece[which]
        open_run = np.zeros(len(block), dtype=np.bool_)
        while len(block):
            at = self._at(now)
            self._seen[at] = True
            codes = self._codes[at]
            self._check(now, codes)
            self._put(now, codes, block, values)
            ends = (codes & _IS_END != 0) & self._band.runs
            if (open_run & ends).any():
                raise CodeError("a run of empty blocks in several codes, which say nothing about the picture")
            ended = self._go_on(now, codes)
            open_run = ends & (ended < self._longest_run)
            block = block + ended
            whole = block >= most
            if (block > most).any():
                raise CodeError("more blocks than the picture has")
            last[piece[whole]] = now.position[whole]
            going = ~whole & (now.position < limits)
            if not going.all():
                now, block, most, open_run = now[going], block[going], most[going], open_run[going]
                limits, piece = limits[going], piece[going]
        return last

    def check_ends(self, last: Whole, pieces: Sequence[bytes]) -> None:
        """Behind the last block of each piece stands nothing."""
        for number, piece in enumerate(pieces):
            if last[number] < 0:
                raise CodeError("the picture breaks off")
            check_end(int(last[number] - self._borders[number]), piece)

    def add_used(self, used: UsedSymbols) -> None:
        """Add the symbols of each table that were read."""
        for table, seen in zip(self._known, self._seen.reshape(-1, 1 << CODE_BITS), strict=True):
            symbols = lookup(table, lambda symbol, _: symbol, 0)
            used.setdefault(table, set()).update(symbols[seen].tolist())

    def _at(self, now: _State) -> Whole:
        """Where in `_codes` the code stands that is next in each lane."""
        found: Whole = self._table[now.phase] + (self._window(now.position) >> CODE_BITS)
        return found

    def _window(self, position: Whole) -> NDArray[np.uint32]:
        """The 25 bits from each position on, and no bits behind them, in the upper end of 32."""
        read: NDArray[np.uint32] = self._words[position >> 3].astype("u4") << (position & 7).astype("u4")
        return read

    def _go_on(self, now: _State, codes: Whole) -> Whole:
        """Move each lane over one code; how many blocks that ends in each."""
        import numpy as np

        step = codes >> _STEP_AT & 255
        ended = (now.phase & _COEFFICIENTS - 1) + step > self._band.last
        count = ended.astype(np.int64)
        if self._band.runs:  # the end of several blocks in one code
            count += np.where(codes & _IS_END != 0, self._extra(now, codes) + (1 << (codes >> _VALUE_AT & 15)) - 1, 0)
        now.phase = np.where(ended, self._next[now.phase // _COEFFICIENTS], now.phase + step)
        now.position = now.position + (codes & 255)
        now.zeros = (codes & _IS_ZEROS != 0) & ~ended
        return count

    def _extra(self, now: _State, codes: Whole) -> Whole:
        """The bits behind each code that belong to it, as a number."""
        bits = codes >> _VALUE_AT & 15
        number: Whole = self._window(now.position + (codes & 255) - bits).astype("i8") >> (32 - bits)
        return number

    def _check(self, now: _State, codes: Whole) -> None:
        if (codes & _IS_WRONG).any():
            raise CodeError("codes that mean nothing, or values that no picture has")
        after = (now.phase & _COEFFICIENTS - 1) + (codes >> _STEP_AT & 255)
        beyond = (after > self._band.last + 1) & (codes & _IS_END == 0)
        zeros = (after > self._band.last) & (codes & _IS_ZEROS != 0)
        if (beyond | zeros | now.zeros & (codes & _IS_END != 0)).any():
            raise CodeError("codes for zeros that say nothing about the picture")

    def _put(self, now: _State, codes: Whole, block: Whole, values: NDArray[np.int16]) -> None:
        bits = codes >> _VALUE_AT & 15
        has = (bits > 0) & (codes & _IS_END == 0)
        bits, number = bits[has], self._extra(now, codes)[has]
        number -= (number < 1 << bits - 1) * ((1 << bits) - 1)
        coefficient = (now.phase & _COEFFICIENTS - 1) + (codes >> _STEP_AT & 255) - 1
        values[block[has] * _COEFFICIENTS + coefficient[has]] = number


def _meaning(kind: int, band: Band, symbol: int, length: int) -> int:
    """What a code does; `kind` is 0 for DC, 1 for AC."""
    run, bits = divmod(symbol, 16) if kind else (0, symbol)
    if bits > _LARGEST[kind] or (bits == 0 and symbol not in (0, ZRL) and not band.runs):
        return _WRONG_CODE
    if kind and bits == 0 and symbol != ZRL:
        return length + run | _COEFFICIENTS << _STEP_AT | run << _VALUE_AT | _IS_END
    if kind and symbol == ZRL:
        return length | 16 << _STEP_AT | _IS_ZEROS
    return length + bits | run + 1 << _STEP_AT | bits << _VALUE_AT
