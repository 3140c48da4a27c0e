"""What the coefficients of a JPEG hold that its picture does not show: beyond white and black, and beyond its edges.

A decoder cuts off what is lighter than white or darker than black. In that room a second picture fits: flat white to
every viewer, a portrait to whoever reads the coefficients. A coder that starts from pixels leaves little there, only
what quantisation does; whether there is any picture that could have been coded so shows by looking for one.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Blocks: TypeAlias = NDArray[np.float32]

SIDE: Final = 8
_LEVEL: Final = 128.0  # what T.81 takes off each sample before it is transformed
# T.81, figure A.6: row and column of the coefficients in the order in which they are coded.
_ZIGZAG: Final = (
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21,
    28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61,
    54, 47, 55, 62, 63,
)  # fmt: skip
_TO_RGB: Final = ((1.0, 0.0, 1.402), (1.0, -0.344136, -0.714136), (1.0, 1.772, 0.0))  # JFIF 1.02
_EDGE_LEVELS, _EDGE_NOISE = 6.0, 3.0  # levels, and times the noise of rounding; photos reach half of both together
_SLACK: Final = 2.0  # levels that rounding of colours and of the transform may go beyond the range
_FIRST_LOOK: Final = 1.0  # levels, root mean square of a block; less beyond the range is not worth a search
_HALF_STEP: Final = 0.5  # that DC may lie from what was coded: plain rounding
_ROUNDING: Final = 1.0  # steps that an AC coefficient may lie from what was coded, for some coders prefer small ones
_SEARCHES: Final = 24
_TYPICAL: Final = 1 / 12  # variance of rounding, in squared steps
LEFT_OVER: Final = 0.5
"""Levels, root mean square of a block, that a search may leave; on 60 photos and on noise none left as much."""


def dequantised(coded: NDArray[np.int16], table: Sequence[int]) -> Blocks:
    """Coefficients in natural order, …×64, of what was coded in zigzag order with a quantisation table in the same."""
    import numpy as np

    ordered = np.empty(coded.shape, dtype=np.float32)
    ordered[..., list(_ZIGZAG)] = coded.astype(np.float32) * np.asarray(table, dtype=np.float32)
    return ordered


def samples(coefficients: Blocks) -> Blocks:
    """Samples of blocks (…×64), centred at 0, before they are rounded and cut off."""
    import numpy as np

    matrix = _cosines()
    square = coefficients.reshape(-1, SIDE, SIDE)
    return np.asarray(matrix.T @ square @ matrix, dtype=np.float32).reshape(coefficients.shape)


def transformed(values: Blocks) -> Blocks:
    """Coefficients of blocks of samples; the reverse of `samples`."""
    import numpy as np

    matrix = _cosines()
    square = values.reshape(-1, SIDE, SIDE)
    return np.asarray(matrix @ square @ matrix.T, dtype=np.float32).reshape(values.shape)


def impossible(coefficients: Blocks, steps: Blocks, left_over: float) -> NDArray[np.bool_]:
    """Which blocks no picture can have been coded to. `coefficients` are N×C×64 (C 1: one channel; 3: Y Cb Cr).

    `steps`, C×64, are the quantisation steps, both in natural order. `left_over` is in levels, root mean square. A
    search goes back and forth between what is near the coefficients and what lies within the range of colours
    (alternating projections), and ends in both if there is such a picture.
    """
    import numpy as np

    found = np.zeros(len(coefficients), dtype=np.bool_)
    suspects = np.flatnonzero(_beyond(samples(coefficients)) > _FIRST_LOOK)
    if not len(suspects):
        return found
    coded = coefficients[suspects]
    off = _ROUNDING * steps
    off[:, 0] = _HALF_STEP * steps[:, 0]
    low, high = coded - off, coded + off
    now = coded
    for _ in range(_SEARCHES):
        now = np.clip(transformed(_within(samples(now))), low, high)
    found[suspects] = _beyond(samples(now)) > left_over
    return found


def beyond_white(dc: NDArray[np.int16], step: int) -> NDArray[np.bool_]:
    """Which blocks are lighter than white or darker than black on average, by their coded DC and its quantisation step.

    DC is eight times the mean of samples from -128 to 127, and is rounded to the next step. libjpeg's three transforms,
    Pillow and OpenCV never went beyond half a step at any quality, in flat blocks of six colours without a remainder;
    nor did 333 photos of cameras and editors.
    """
    import numpy as np

    darkest, lightest = (np.floor(level * SIDE / step + _HALF_STEP) for level in (_LEVEL, _LEVEL - 1))
    found: NDArray[np.bool_] = (dc > lightest) | (dc < -darkest)
    return found


def beyond_edge(values: Blocks, inside: int, steps: Blocks) -> NDArray[np.bool_]:
    """Which blocks show something behind the right edge of the picture, which runs after `inside` of their 8 columns.

    `values` are samples, N×8×8. Coders repeat columns of the picture there: most of them the last one, Photoshop
    several. What differs from all of them by more than rounding explains is another picture.
    """
    import numpy as np

    noise = float(np.sqrt((steps**2).sum() * _TYPICAL / SIDE**2))
    columns = values.transpose(0, 2, 1)
    differs = columns[:, inside:, None] - columns[:, None, :inside]
    nearest = (differs**2).mean(axis=3).min(axis=2)
    found: NDArray[np.bool_] = np.sqrt(nearest.mean(axis=1)) > _EDGE_LEVELS + _EDGE_NOISE * noise
    return found


def _beyond(values: Blocks) -> NDArray[np.float32]:
    """By how many levels, root mean square, each block lies outside of the range."""
    import numpy as np

    shown = _coloured(values)
    outside = shown - np.clip(shown, -_LEVEL - _SLACK, _LEVEL - 1 + _SLACK)
    return np.asarray(np.sqrt((outside**2).mean(axis=(1, 2))), dtype=np.float32)


def _within(values: Blocks) -> Blocks:
    import numpy as np

    shown = np.clip(_coloured(values), -_LEVEL - _SLACK, _LEVEL - 1 + _SLACK)
    if values.shape[1] == 1:
        return np.asarray(shown)
    back = np.linalg.inv(np.array(_TO_RGB)).astype(np.float32)
    return np.asarray(np.einsum("ij,njk->nik", back, shown))


def _coloured(values: Blocks) -> Blocks:
    """Red, green and blue, centred at 0, where there are three channels."""
    import numpy as np

    if values.shape[1] == 1:
        return values
    return np.asarray(np.einsum("ij,njk->nik", np.array(_TO_RGB, dtype=np.float32), values))


@cache
def _cosines() -> NDArray[np.float32]:
    """The 8×8 matrix of the transform (T.81, A.3.3)."""
    import numpy as np

    frequency, place = np.mgrid[0:SIDE, 0:SIDE]
    scale = np.where(frequency == 0, np.sqrt(1 / SIDE), np.sqrt(2 / SIDE))
    return np.asarray(scale * np.cos((2 * place + 1) * frequency * np.pi / (2 * SIDE)), dtype=np.float32)
