"""Puts the blocks of a JPEG's scans where they belong: from the order of the code to rows and columns (T.81, A.2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from scrubber.verification import refining
from scrubber.verification.huffman import BASELINE, Band, decode
from scrubber.verification.huffman_codes import CodeError
from scrubber.verification.jpeg_parts import Component, HuffmanTable, Parts, Scan, restarts

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Values = NDArray[np.int16]

_COEFFICIENTS: Final = 64
_MOST_SCANS: Final = 64  # libjpeg writes 10 where the coder does not choose
_MOST_AC: Final = 1023  # and its negative; samples of 8 bits lead to no more (T.81, F.1.2.2)
_LEAST_DC, _MOST_DC = -2048, 2047  # what one difference can lead to (T.81, F.1.2.1)


def coefficients(data: bytes, found: Parts) -> dict[int, Values]:
    """Of each component by its number what its scans say: rows × columns × 64 in zigzag order.

    Fills in `found.used`. Raises `CodeError` if a scan is not just what a plain coder writes, fillers beyond the
    picture included, or if there are more scans than any picture needs.
    """
    if len(found.scans) > _MOST_SCANS:
        raise CodeError(f"{len(found.scans):,} scans, more than any picture needs, which may be a message")
    if not found.progressive:  # without another copy of what may be half a gigabyte
        whole = {component.number: values for scan in found.scans for component, values in _scan(data, found, scan)}
        if whole.keys() != found.components.keys():
            raise CodeError("a component is missing")
        return whole
    return _progressive(data, found)


def _progressive(data: bytes, found: Parts) -> dict[int, Values]:
    import numpy as np

    if sum(scan.end - scan.start for scan in found.scans if _refines(scan)) > refining.MOST_BYTES:
        raise CodeError("progressive scans are too long to be followed; another picture may lie in them")
    done: dict[int, Values] = {}
    for component in found.components.values():
        width, height = found.blocks(component)
        done[component.number] = np.zeros((height, width, _COEFFICIENTS), dtype=np.int16)
    for scan in found.scans:
        first, last = scan.band
        if _refines(scan):
            component = scan.components[0][0]
            known = done[component.number][:, :, first : last + 1]
            added = _refined(data, found, scan, known)
            _check_range(added, scan.low)
            known += added << scan.low
            _check_range(known, 0)
            continue
        for component, values in _scan(data, found, scan):
            known = done[component.number][:, :, first : last + 1]
            known += values[:, :, first : last + 1] << scan.low
            if first == 0:
                _check_dc(known[:, :, 0] >> scan.low, scan.low)
    return done


def _check_range(ac: Values, low: int) -> None:
    """AC coefficients, in units of bit `low`, lie where those of samples of 8 bits lie: no decoder drops bits of them.

    Raises `CodeError`.
    """
    most = _MOST_AC >> low
    if ac.size and (ac.max() > most or ac.min() < -most):
        raise CodeError("values that no picture has")


def _check_dc(dc: NDArray[np.int16] | NDArray[np.int32], low: int) -> None:
    """The same of DC, whose lower bits are cut off towards the negative (T.81, G.1.2.1)."""
    if dc.max() > _MOST_DC >> low or dc.min() < _LEAST_DC >> low:
        raise CodeError("values that no picture has")


def _refines(scan: Scan) -> bool:
    """Whether it sends one more bit of AC coefficients."""
    return scan.high > 0 and scan.band != (0, 0)


def _refined(data: bytes, found: Parts, scan: Scan, known: Values) -> Values:
    """What a scan that refines adds to the coefficients `known`, rows × columns × its band."""
    table = scan.components[0][2]
    if len(scan.components) > 1 or table is None:
        raise CodeError("a table that it needs is missing")
    count = known.shape[0] * known.shape[1]
    interval = scan.interval or count
    counts = [min(interval, count - at) for at in range(0, count, interval)]
    added = refining.refine(restarts(data, scan), table, counts, known.reshape(count, -1), found.used)
    return added.reshape(known.shape)


def _scan(data: bytes, found: Parts, scan: Scan) -> Iterator[tuple[Component, Values]]:
    alone = len(scan.components) == 1
    shapes = [(1, 1) if alone else (each.across, each.down) for each, _, _ in scan.components]
    columns, rows = found.units(scan)
    slots = sum(across * down for across, down in shapes)
    interval = scan.interval or columns * rows
    counts = [slots * min(interval, columns * rows - at) for at in range(0, columns * rows, interval)]
    pieces = restarts(data, scan)
    if scan.high:
        coded = _bits(pieces, counts)
    else:
        band = Band(*scan.band, runs=scan.band[0] > 0) if found.progressive else BASELINE
        coded = decode(pieces, _tables(scan, shapes), counts, found.used, band)
    coded = coded.reshape(rows * columns, slots, _COEFFICIENTS)
    at = 0
    for (component, _, _), (across, down) in zip(scan.components, shapes, strict=True):
        own = coded[:, at : at + across * down]
        at += across * down
        width, height = found.blocks(component)
        news = _changes(own) if scan.high else own
        if _beyond(news.reshape(rows, columns, down, across, _COEFFICIENTS), width, height):
            raise CodeError("blocks beyond the edge that hold something")
        if not scan.high:
            if scan.low:  # where none is left out, codes of the values are short enough
                _check_range(own[:, :, 1:], scan.low)
            if scan.band[0] == 0:
                _sum(own, interval, scan.low)
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


def _changes(own: Values) -> Values:
    """Where in an MCU the bit of DC is another than in the block before, MCUs × blocks × 64, of the bits `own`.

    A block beyond the edge repeats the DC of the block before, so no bit of it changes.
    """
    import numpy as np

    changes = np.zeros_like(own)
    changes[:, 1:, 0] = own[:, 1:, 0] ^ own[:, :-1, 0]
    return changes


def _sum(own: Values, interval: int, low: int) -> None:
    """Put DC itself, in units of bit `low`, in place of its differences, which begin anew at each restart."""
    import numpy as np

    for at in range(0, len(own), interval):
        part = own[at : at + interval, :, 0]
        whole = np.cumsum(part, dtype=np.int32).reshape(part.shape)
        _check_dc(whole, low)
        part[...] = whole


def _placed(own: Values, rows: int, columns: int, shape: tuple[int, int]) -> Values:
    across, down = shape
    grid = own.reshape(rows, columns, down, across, _COEFFICIENTS).transpose(0, 2, 1, 3, 4)
    return grid.reshape(rows * down, columns * across, _COEFFICIENTS)
