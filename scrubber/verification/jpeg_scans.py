"""Puts the blocks of a JPEG's scans where they belong: from the order of the code to rows and columns (T.81, A.2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from scrubber.verification.huffman import CodeError, decode
from scrubber.verification.jpeg_parts import Component, Parts, Scan, restarts

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Coded = NDArray[np.int16]

_COEFFICIENTS = 64


def coefficients(data: bytes, found: Parts) -> dict[int, Coded]:
    """Of each component by its number the coefficients, rows × columns × 64 in zigzag order. For baseline pictures.

    Raises `CodeError` if a scan is not just what a plain coder writes for them, fillers beyond the picture included.
    """
    return {component.number: values for scan in found.scans for component, values in _scan(data, found, scan)}


def _scan(data: bytes, found: Parts, scan: Scan) -> Iterator[tuple[Component, Coded]]:
    alone = len(scan.components) == 1
    shapes = [(1, 1) if alone else (each.across, each.down) for each, _, _ in scan.components]
    slots = []
    for (_, dc, ac), (across, down) in zip(scan.components, shapes, strict=True):
        if dc is None or ac is None:
            raise CodeError("a table that it needs is missing")
        slots += [(dc, ac)] * (across * down)
    columns, rows = _units(found, scan)
    interval = scan.interval or columns * rows
    counts = [len(slots) * min(interval, columns * rows - at) for at in range(0, columns * rows, interval)]
    coded = decode(restarts(data, scan), slots, counts).reshape(rows * columns, len(slots), _COEFFICIENTS)
    first = 0
    for (component, _, _), (across, down) in zip(scan.components, shapes, strict=True):
        own = coded[:, first : first + across * down]
        first += across * down
        grid = _placed(own, rows, columns, (across, down))
        width, height = found.blocks(component)
        if grid[:, width:].any() or grid[height:].any():
            raise CodeError("blocks beyond the edge that hold something")
        whole = _placed(_summed(own, interval), rows, columns, (across, down))
        yield component, whole[:height, :width]


def _summed(own: Coded, interval: int) -> Coded:
    """The same blocks with DC itself in place of its differences, which begin anew at each restart."""
    import numpy as np

    done = own.copy()
    for at in range(0, len(done), interval):
        part = done[at : at + interval, :, 0]
        part[...] = np.cumsum(part, dtype=np.int32).reshape(part.shape)
    return done


def _placed(own: Coded, rows: int, columns: int, shape: tuple[int, int]) -> Coded:
    across, down = shape
    grid = own.reshape(rows, columns, down, across, _COEFFICIENTS).transpose(0, 2, 1, 3, 4)
    return grid.reshape(rows * down, columns * across, _COEFFICIENTS)


def _units(found: Parts, scan: Scan) -> tuple[int, int]:
    """MCUs across and down (A.2): blocks of the component if it is alone, else groups of all components."""
    if len(scan.components) == 1:
        return found.blocks(scan.components[0][0])
    across, down = found.most
    return -(-found.size[0] // (8 * across)), -(-found.size[1] // (8 * down))
