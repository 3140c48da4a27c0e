"""Follows zlib streams (RFC 1950) to their end, and no further than they may go."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_STEP = 1 << 20  # bytes inflated at a time


@dataclass(slots=True)
class Stream:
    """A zlib stream that runs through all `pieces`; `fault` says what is wrong with it once it was read."""

    pieces: Iterable[bytes]
    fault: str = ""

    def inflate(self, limit: int) -> Iterator[bytes]:
        """The uncompressed bytes in steps, at most one step more than `limit`, which they must fill exactly."""
        inflater = zlib.decompressobj()
        total = left_over = 0
        for piece in self.pieces:
            left_over += len(piece) if inflater.eof else 0
            while piece and not inflater.eof:
                try:
                    raw = inflater.decompress(piece, _STEP)
                except zlib.error as problem:
                    self.fault = f"damaged ({problem})"
                    return
                piece = inflater.unconsumed_tail
                total += len(raw)
                yield raw
                if total > limit:
                    self.fault = "more picture data than the header announces"
                    return
                if not raw and not piece:
                    break
            left_over += len(inflater.unused_data) if inflater.eof and not left_over else 0
        if left_over:
            self.fault = f"{left_over:,} bytes behind the end of the picture data"
        elif not inflater.eof or total != limit:
            self.fault = "less picture data than the header announces"

    def check(self, limit: int) -> str:
        """Read it all, keep nothing, and return the `fault`."""
        for _ in self.inflate(limit):
            pass
        return self.fault
