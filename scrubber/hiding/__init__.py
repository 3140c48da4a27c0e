"""Paints over heads. What is painted is a function of visible pixels, of geometry and of constants, nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from scrubber import opencv
from scrubber.hiding import blur, pixelate, solid
from scrubber.hiding.filling import Patch, Visible
from scrubber.hiding.heads import Head, mask, scaled

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from scrubber.policy import Style
    from scrubber.types import Face

__all__ = ["covered", "hide", "mask", "scaled"]

STYLES: dict[Style, Callable[[Patch], NDArray[np.float32]]] = {
    "blur": blur.paint,
    "pixelate": pixelate.paint,
    "solid": solid.paint,
}

_LEAST_SAY: Final = 0.03  # how much the rim of one head counts where it lies over the middle of another


def hide(pixels: NDArray[np.uint8], faces: Sequence[Face], style: Style) -> NDArray[np.uint8]:
    """A copy of `pixels` (H×W×3 uint8 RGB) in which the head around every one of `faces` is painted over.

    Heads that overlap count as hidden for each other. Pixels outside `mask(pixels.shape, faces)` stay as they are;
    pixels inside it do not depend on what was there.
    """
    hidden = mask(pixels.shape, faces)
    visible = Visible(pixels, hidden)
    result = pixels.copy()
    for group in _overlapping([Head.of(face) for face in faces], hidden.shape):
        _paint_group(result, visible, group, STYLES[style])
    return result


def covered(shown: Face, hidden: NDArray[np.bool_]) -> float:
    """The share, 0 to 1, of a shown face's box that lies under the masks of others."""
    x, y, width, height = shown.box.rounded()
    part = hidden[max(y, 0) : y + height, max(x, 0) : x + width]
    return float(part.mean()) if part.size else 0.0


def _paint_group(
    result: NDArray[np.uint8],
    visible: Visible,
    group: Sequence[Head],
    style: Callable[[Patch], NDArray[np.float32]],
) -> None:
    """Paint heads that touch each other: where they overlap their paints are mixed, so that no seam shows."""
    import numpy as np

    bounds = [head.bounds(visible.height, visible.width) for head in group]
    top, left = min(rows.start for rows, _ in bounds), min(columns.start for _, columns in bounds)
    bottom, right = max(rows.stop for rows, _ in bounds), max(columns.stop for _, columns in bounds)
    paint = np.zeros((bottom - top, right - left, 3), dtype=np.float32)
    say = np.zeros((bottom - top, right - left), dtype=np.float32)
    for head, (rows, columns) in zip(group, bounds, strict=True):
        patch = Patch(visible, rows, columns, head.face_width)
        if 0 in patch.shape:
            continue
        there = slice(rows.start - top, rows.stop - top), slice(columns.start - left, columns.stop - left)
        share = _say(head, rows, columns)
        paint[there] += style(patch) * share[:, :, None]
        say[there] += share
    inside = say > 0
    area = result[top:bottom, left:right]
    area[inside] = np.rint(paint[inside] / say[inside][:, None]).astype(np.uint8)


def _say(head: Head, rows: slice, columns: slice) -> NDArray[np.float32]:
    """How much a head's paint counts at each pixel: most in its middle, nothing outside it."""
    import numpy as np

    cv2 = opencv.load()
    own = np.zeros((rows.stop - rows.start, columns.stop - columns.start), dtype=np.uint8)
    head.draw(own, columns.start, rows.start)
    depth = (
        cv2.distanceTransform(own, cv2.DIST_L2, cv2.DIST_MASK_3) / head.face_width
    )  # from the rim, where one is near
    return np.asarray(own * np.square(np.minimum(depth, 1) + _LEAST_SAY), dtype=np.float32)


def _overlapping(heads: Sequence[Head], shape: tuple[int, ...]) -> list[list[Head]]:
    """Heads whose bounds touch, together; in the order in which they were given."""
    height, width = shape[:2]
    groups: list[list[Head]] = []
    for head in heads:
        bounds = head.bounds(height, width)
        touching = [group for group in groups if any(_touch(bounds, other.bounds(height, width)) for other in group)]
        groups = [group for group in groups if group not in touching]
        groups.append([*(other for group in touching for other in group), head])
    return groups


def _touch(one: tuple[slice, slice], other: tuple[slice, slice]) -> bool:
    return all(a.start < b.stop and b.start < a.stop for a, b in zip(one, other, strict=True))
