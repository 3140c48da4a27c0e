"""Huffman codes of a JPEG scan (ITU-T T.81, annex C): what each means, and what may stand behind the last of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from scrubber.verification.jpeg_parts import HuffmanTable

    UsedSymbols: TypeAlias = dict[HuffmanTable, set[int]]

CODE_BITS: Final = 16  # of the longest code
LONGEST_RUN: Final = 0x7FFF  # blocks that one code can end (T.81, G.1.2.2)
ZRL: Final = 0xF0  # sixteen zeros; 0 says that all further coefficients of the block are zero


class CodeError(ValueError):
    """Something in coded data that a plain coder does not write; the message says what."""


def check_end(bits: int, piece: bytes) -> None:
    """The last block of a piece ends behind so many bits; behind it stand only ones, up to the next whole byte."""
    if bits > 8 * len(piece):
        raise CodeError("the picture breaks off")
    rest = len(piece) - (bits + 7) // 8
    if rest:
        raise CodeError(f"{rest:,} bytes behind the end of the picture")
    filling = (1 << -bits % 8) - 1
    if filling and piece[-1] & filling != filling:
        raise CodeError("bits behind the end of the picture")


def longest_run(table: HuffmanTable) -> int:
    """How many blocks a coder with this table ends with one code: one, or as many as there is a code for."""
    return LONGEST_RUN if any(symbol & 15 == 0 and 0 < symbol < ZRL for symbol in table.symbols) else 1


def lookup(table: HuffmanTable, meaning: Callable[[int, int], int], wrong: int) -> NDArray[np.int64]:
    """For each sixteen bits the `meaning`, of a symbol and its length, of the code that they begin with, or `wrong`.

    T.81, annex C.
    """
    import numpy as np

    found = np.full(1 << CODE_BITS, wrong, dtype=np.int64)
    at, place = 0, 0
    for length, count in enumerate(table.counts, 1):
        for symbol in table.symbols[place : place + count]:
            size = 1 << (CODE_BITS - length)
            found[at : at + size] = meaning(symbol, length)
            at += size
        place += count
    return found
