"""Frames of an animation that follow each other: how large they are together, and what changes between them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from scrubber.photos.photo import Frame


def canvas(sizes: Iterable[tuple[int, int]]) -> tuple[int, int]:
    """The smallest height and width that hold frames of these sizes."""
    heights, widths = zip(*sizes, strict=True)
    return max(heights), max(widths)


def levelled(frames: Sequence[Frame]) -> tuple[Frame, ...]:
    """All frames on one canvas, with nothing where one is too small for it: some GIFs outgrow their first frame."""
    size = canvas(frame.size for frame in frames)
    return tuple(frame if frame.size == size else _enlarged(frame, size) for frame in frames)


def changed(frame: Frame, previous: Frame | None, step: int = 1) -> Frame:
    """The part of a frame that differs from the one before it, which has the same size; see `place`."""
    rows, columns = place(frame, previous, step)
    alpha = None if frame.alpha is None else frame.alpha[rows, columns]
    return replace(frame, pixels=frame.pixels[rows, columns], alpha=alpha)


def place(frame: Frame, previous: Frame | None, step: int = 1) -> tuple[slice, slice]:
    """Rows and columns of the smallest rectangle around all changes; one pixel if nothing has changed.

    It begins at multiples of `step`. Without a frame before it is the whole frame.
    """
    import numpy as np

    height, width = frame.size
    if previous is None:
        return slice(0, height), slice(0, width)
    differs = (frame.pixels != previous.pixels).any(axis=2) | (_alpha(frame) != _alpha(previous))
    rows, columns = (np.flatnonzero(differs.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return slice(0, 1), slice(0, 1)
    top, left = (int(found[0]) // step * step for found in (rows, columns))
    return slice(top, int(rows[-1]) + 1), slice(left, int(columns[-1]) + 1)


def _alpha(frame: Frame) -> NDArray[np.uint8]:
    import numpy as np

    return np.full(frame.size, 255, dtype=np.uint8) if frame.alpha is None else frame.alpha


def _enlarged(frame: Frame, size: tuple[int, int]) -> Frame:
    import numpy as np

    missing = [(0, whole - own) for whole, own in zip(size, frame.size, strict=True)]
    return replace(frame, pixels=np.pad(frame.pixels, [*missing, (0, 0)]), alpha=np.pad(_alpha(frame), missing))
