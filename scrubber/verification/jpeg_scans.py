"""Puts the blocks of a JPEG's scans where they belong: from the order of the code to rows and columns (T.81, A.2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from scrubber.verification.huffman import BASELINE, Band, CodeError, decode
from scrubber.verification.jpeg_parts import Component, HuffmanTable, Parts, Scan, restarts

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Values = NDArray[np.int16]

_COEFFICIENTS: Final = 64


@dataclass(slots=True)
class Coded:
    """A component's coefficients, rows × columns × 64 in zigzag order.

    `unknown`, 64, says by how many steps each may be larger, because bits that refine it were not read.
    """

    values: Values
    unknown: NDArray[np.float32]


def coefficients(data: bytes, found: Parts) -> dict[int, Coded]:
    """Of each component by its number what its scans say.

    Of progressive pictures the first pass over AC coefficients is followed and those that refine them are not. Raises
    `CodeError` if a scan that is followed is not just what a plain coder writes, fillers beyond the picture included.
    """
    import numpy as np

    nothing = np.zeros(_COEFFICIENTS, dtype=np.float32)
    if not found.progressive:  # without another copy of what may be half a gigabyte
        whole = {component.number: values for scan in found.scans for component, values in _scan(data, found, scan)}
        if whole.keys() != found.components.keys():
            raise CodeError("a component is missing")
        return {number: Coded(values, nothing) for number, values in whole.items()}
    done: dict[int, Coded] = {}
    for component in found.components.values():
        width, height = found.blocks(component)
        values = np.zeros((height, width, _COEFFICIENTS), dtype=np.int16)
        done[component.number] = Coded(values, nothing.copy())
    for scan in filter(is_followed, found.scans):
        first, last = scan.band
        for component, values in _scan(data, found, scan):
            known = done[component.number]
            known.values[:, :, first : last + 1] += values[:, :, first : last + 1] << scan.low
            known.unknown[first : last + 1] = (1 << scan.low) - 1
    return done


def is_followed(scan: Scan) -> bool:
    """Whether a scan is decoded here: all but those that refine AC coefficients, whose code hangs on those before."""
    return scan.high == 0 or scan.band == (0, 0)


def _scan(data: bytes, found: Parts, scan: Scan) -> Iterator[tuple[Component, Values]]:
    alone = len(scan.components) == 1
    shapes = [(1, 1) if alone else (each.across, each.down) for each, _, _ in scan.components]
    columns, rows = _units(found, scan)
    slots = sum(across * down for across, down in shapes)
    interval = scan.interval or columns * rows
    counts = [slots * min(interval, columns * rows - at) for at in range(0, columns * rows, interval)]
    pieces = restarts(data, scan)
    if scan.high:
        coded = _bits(pieces, counts)
    else:
        band = Band(*scan.band, runs=scan.band[0] > 0) if found.progressive else BASELINE
        coded = decode(pieces, _tables(scan, shapes), counts, band)
    coded = coded.reshape(rows * columns, slots, _COEFFICIENTS)
    at = 0
    for (component, _, _), (across, down) in zip(scan.components, shapes, strict=True):
        own = coded[:, at : at + across * down]
        at += across * down
        width, height = found.blocks(component)
        if not scan.high:
            if _beyond(own.reshape(rows, columns, down, across, _COEFFICIENTS), width, height):
                raise CodeError("blocks beyond the edge that hold something")
            _sum(own, interval)
        yield component, _placed(own, rows, columns, (across, down))[:height, :width]


def _tables(scan: Scan, shapes: list[tuple[int, int]]) -> list[tuple[HuffmanTable, HuffmanTable]]:
    """The tables of each block of an MCU. Where a scan needs but one of the two, it stands for both."""
    slots = []
    for (_, dc, ac), (across, down) in zip(scan.components, shapes, strict=True):
        needed = dc if scan.band[0] == 0 else ac
        other = ac if scan.band == (0, _COEFFICIENTS - 1) else needed
        if needed is None or other is None:
            raise CodeError("a table that it needs is missing")
        slots += [(needed, other)] * (across * down)
    return slots


def _bits(pieces: list[bytes], counts: list[int]) -> Values:
    """One more bit of the DC coefficient of each block (T.81, G.1.2.1.1), with nothing but ones behind the last."""
    import numpy as np

    if len(pieces) != len(counts):
        raise CodeError("more or fewer restarts than belong there")
    values = np.zeros((sum(counts), _COEFFICIENTS), dtype=np.int16)
    at = 0
    for piece, count in zip(pieces, counts, strict=True):
        bits = np.unpackbits(np.frombuffer(piece, dtype=np.uint8))
        if len(bits) < count:
            raise CodeError("the picture breaks off")
        if len(bits) - count >= 8 or not bits[count:].all():
            raise CodeError("bits behind the end of the picture")
        values[at : at + count, 0] = bits[:count]
        at += count
    return values


def _beyond(grid: Values, width: int, height: int) -> bool:
    """Whether any block behind the picture's `width` and `height` in blocks, which only fills up its MCU, says a thing.

    `grid` is rows × columns of MCUs × rows × columns of blocks in each × 64.
    """
    rows, columns, down, across = grid.shape[:4]
    right, below = width - (columns - 1) * across, height - (rows - 1) * down
    return bool(grid[:, -1, :, right:].any() or grid[-1, :, below:].any())


def _sum(own: Values, interval: int) -> None:
    """Put DC itself in place of its differences, which begin anew at each restart."""
    import numpy as np

    for at in range(0, len(own), interval):
        part = own[at : at + interval, :, 0]
        part[...] = np.cumsum(part, dtype=np.int32).reshape(part.shape)


def _placed(own: Values, rows: int, columns: int, shape: tuple[int, int]) -> Values:
    across, down = shape
    grid = own.reshape(rows, columns, down, across, _COEFFICIENTS).transpose(0, 2, 1, 3, 4)
    return grid.reshape(rows * down, columns * across, _COEFFICIENTS)


def _units(found: Parts, scan: Scan) -> tuple[int, int]:
    """MCUs across and down (A.2): blocks of the component if it is alone, else groups of all components."""
    if len(scan.components) == 1:
        return found.blocks(scan.components[0][0])
    across, down = found.most
    return -(-found.size[0] // (8 * across)), -(-found.size[1] // (8 * down))
