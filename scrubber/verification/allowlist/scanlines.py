"""Rows of a PNG picture, as far as the allow-list must look at pixels (W3C PNG specification, 7 to 9).

Palette pictures are unfiltered, to see which colours they use, until every colour has been seen; pictures of less than
eight bits a pixel to their end, to see that the bits that fill up each row are zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# Adam7: column and row at which each pass begins, and its steps (clause 8.1).
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_NONE, _SUB, _UP, _AVERAGE, _PAETH = range(5)


@dataclass(frozen=True, slots=True)
class Layout:
    """What IHDR says about the rows: size in pixels, bits per pixel, colour type, interlacing."""

    width: int
    height: int
    bits: int
    palette: bool
    interlaced: bool
    colour: int

    @property
    def passes(self) -> list[tuple[int, int]]:
        """`(pixels per row, rows)` of each pass; one pass unless interlaced.

        Empty passes have no bytes at all.
        """
        if not self.interlaced:
            return [(self.width, self.height)]
        sizes = [
            (-(-(self.width - left) // across), -(-(self.height - top) // down)) for left, top, across, down in _ADAM7
        ]
        return [(width, height) for width, height in sizes if width > 0 and height > 0]

    def row_bytes(self, pixels: int) -> int:
        """Bytes of a row of so many pixels, with the byte that names its filter."""
        return 1 + (pixels * self.bits + 7) // 8

    @property
    def stream_bytes(self) -> int:
        """Bytes that the whole picture must inflate to."""
        return sum(self.row_bytes(width) * height for width, height in self.passes)


def examine(stream: Iterable[bytes], layout: Layout, colours: set[int]) -> tuple[set[int], bool]:
    """Those of the palette numbers `colours` that no pixel of `stream` has, and whether bits behind a row are set.

    The stream is read to its end.
    """
    unused, filled = set(colours), False
    pieces = iter(stream)
    padded = any(pixels * layout.bits % 8 for pixels, _ in layout.passes)
    if unused or padded:
        for row, pixels in _rows(pieces, layout):
            unused -= _indices(row, pixels, layout.bits) if unused else set()
            filled = filled or bool(row[-1] & (1 << -pixels * layout.bits % 8) - 1)
            if not unused and (filled or not padded):
                break
    for _ in pieces:
        pass
    return unused, filled


def _rows(stream: Iterable[bytes], layout: Layout) -> Iterator[tuple[bytes, int]]:
    """`(unfiltered row, pixels in it)` for each whole row of the stream."""
    shapes = ((width, row) for width, height in layout.passes for row in range(height))
    shape = next(shapes, None)
    pending, before = bytearray(), b""
    for piece in stream:
        pending += piece
        start = 0
        while shape is not None and start + layout.row_bytes(shape[0]) <= len(pending):
            pixels, number = shape
            stop = start + layout.row_bytes(pixels)
            if number == 0:
                before = bytes(stop - start - 1)
            before = _unfilter(pending[start], bytes(pending[start + 1 : stop]), before)
            yield before, pixels
            start, shape = stop, next(shapes, None)
        del pending[:start]


def _unfilter(kind: int, row: bytes, above: bytes) -> bytes:
    """Undo one row's filter (clause 9.2) for pixels of one byte or less.

    A filter that does not exist changes nothing.
    """
    if kind == _UP:
        return bytes((value + up) & 255 for value, up in zip(row, above, strict=True))
    if kind not in (_SUB, _AVERAGE, _PAETH):
        return row
    done = bytearray()
    left = corner = 0
    for value, up in zip(row, above, strict=True):
        if kind == _SUB:
            guess = left
        elif kind == _AVERAGE:
            guess = (left + up) // 2
        else:
            guess = _paeth(left, up, corner)
        left, corner = (value + guess) & 255, up
        done.append(left)
    return bytes(done)


def _paeth(left: int, up: int, corner: int) -> int:
    guess = left + up - corner
    return min((left, up, corner), key=lambda neighbour: abs(guess - neighbour))


def _indices(row: bytes, pixels: int, bits: int) -> set[int]:
    """The different samples of `bits` bits in a row; padding bits at its end do not count."""
    if bits == 8:
        return set(row)
    per_byte, mask = 8 // bits, (1 << bits) - 1
    full, rest = divmod(pixels, per_byte)
    found = {byte >> shift & mask for byte in set(row[:full]) for shift in range(0, 8, bits)}
    return found | {row[full] >> (8 - bits * (place + 1)) & mask for place in range(rest)}
