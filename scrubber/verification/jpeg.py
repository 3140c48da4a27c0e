"""Judges what is coded in a JPEG: nothing but one picture, coded in the one way that a plain coder has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from scrubber.values import Leak
from scrubber.verification import blocks, jpeg_tables
from scrubber.verification.huffman_codes import CodeError
from scrubber.verification.jpeg_parts import Component, Parts, PartsError, parts
from scrubber.verification.jpeg_scans import coefficients
from scrubber.verification.judged import Judged

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_BAND: Final = 16  # rows of the coarsest blocks that are looked at together, so that a large photo fits into memory
_COARSE: Final = 4.0  # levels that a search may leave where colours were averaged, which each program does in its way
_BEYOND_RANGE: Final = "values beyond white and black in {:,} blocks, where another picture may lie"
_BEYOND_EDGE: Final = "more than the edge itself is coded behind it, in {:,} blocks"


def judge(data: bytes, most: int) -> Judged:
    """What tables, code and coefficients of the first picture in the JPEG `data` say besides that picture.

    `most` is how many pixels are looked at.
    """
    try:
        found = parts(data)
    except PartsError as problem:
        return Judged((Leak("structure", "JPEG", str(problem)),))
    leaks = list(jpeg_tables.objections(found))
    if found.size[0] * found.size[1] > most:
        return Judged((*leaks, Leak("structure", "JPEG", "there is more picture than can be looked at")))
    not_judged = jpeg_tables.not_judged(found)
    try:
        coded = coefficients(data, found)
    except CodeError as problem:
        kind = "trailing-data" if "behind" in str(problem) else "structure"
        return Judged((*leaks, Leak(kind, "JPEG scan", str(problem))), not_judged)
    return Judged((*leaks, *jpeg_tables.unused(found), *_hidden(coded, found)), not_judged)


def _hidden(coded: dict[int, NDArray[np.int16]], found: Parts) -> Iterator[Leak]:
    """Leaks of what the coefficients hold that nobody sees."""
    if any(component.table not in found.quantisation for component in found.components.values()):
        yield Leak("structure", "JPEG", "a quantisation table is missing")
        return
    edges = sum(_behind_edges(coded[each.number], each, found) for each in found.components.values())
    if edges:
        yield Leak("structure", "JPEG edge", _BEYOND_EDGE.format(edges))
    alone = len(found.components) == 1 or len({(each.across, each.down) for each in found.components.values()}) > 1
    count = sum(_out_of_range([each], coded, found, blocks.LEFT_OVER) for each in found.components.values() if alone)
    if len(found.components) == 3:
        count += _out_of_range(list(found.components.values()), coded, found, _COARSE if alone else blocks.LEFT_OVER)
    count = max(count, sum(_beyond_white(coded[each.number], each, found) for each in found.components.values()))
    if count:
        yield Leak("hidden-picture", "JPEG coefficients", _BEYOND_RANGE.format(count))


def _beyond_white(coded: NDArray[np.int16], each: Component, found: Parts) -> int:
    return int(blocks.beyond_white(coded[:, :, 0], found.quantisation[each.table][0]).sum())


def _out_of_range(which: list[Component], coded: dict[int, NDArray[np.int16]], found: Parts, left_over: float) -> int:
    """How many blocks of these components, brought to the coarsest of them, no picture can have been coded to."""
    import numpy as np

    across, down = min(each.across for each in which), min(each.down for each in which)
    if any(each.across % across or each.down % down for each in which):
        return 0
    steps = np.stack([_steps(each, found) for each in which])
    count = 0
    for top in range(0, len(coded[which[0].number]) // (which[0].down // down) + 1, _BAND):
        bands = [_band(coded[each.number], each, found, (across, down), top) for each in which]
        rows, columns = (min(band.shape[axis] for band in bands) for axis in (0, 1))
        if rows and columns:
            joint = np.stack([band[:rows, :columns].reshape(-1, 64) for band in bands], axis=1)
            count += int(blocks.impossible(joint, steps, left_over).sum())
    return count


def _band(
    coded: NDArray[np.int16], each: Component, found: Parts, coarsest: tuple[int, int], top: int
) -> NDArray[np.float32]:
    """Some rows of blocks, as coefficients of the picture averaged down to the coarsest component."""
    across, down = each.across // coarsest[0], each.down // coarsest[1]
    part = blocks.dequantised(coded[top * down : (top + _BAND) * down], found.quantisation[each.table])
    if (across, down) == (1, 1):
        return part
    rows, columns = part.shape[0] // down, part.shape[1] // across
    fine = blocks.samples(part[: rows * down, : columns * across])
    fine = fine.reshape(rows, down, columns, across, 8, 8).transpose(0, 1, 4, 2, 3, 5)
    fine = fine.reshape(rows, 8, down, columns, 8, across).mean(axis=(2, 5))
    return blocks.transformed(fine.transpose(0, 2, 1, 3).reshape(rows, columns, 64))


def _behind_edges(coded: NDArray[np.int16], each: Component, found: Parts) -> int:
    """How many blocks at the right and lower edge hold something else there than their last column or row."""
    table, steps = found.quantisation[each.table], _steps(each, found)
    width, height = found.samples(each)
    count = 0
    if width % 8:
        last = blocks.samples(blocks.dequantised(coded[:, -1], table)).reshape(-1, 8, 8)
        inside = height % 8 or 8  # what lies behind both edges is looked at with the lower one
        last[-1, inside:] = last[-1, inside - 1]
        count += int(blocks.beyond_edge(last, width % 8, steps).sum())
    if height % 8:
        last = blocks.samples(blocks.dequantised(coded[-1], table)).reshape(-1, 8, 8).transpose(0, 2, 1)
        count += int(blocks.beyond_edge(last, height % 8, steps).sum())
    return count


def _steps(each: Component, found: Parts) -> NDArray[np.float32]:
    import numpy as np

    return blocks.dequantised(np.ones(64, dtype=np.int16), found.quantisation[each.table])
