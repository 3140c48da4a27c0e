"""What a shown face keeps of itself beside hidden heads: eyes to mouth.

The hair of a hidden neighbour may come to light there, never a part of the neighbour's face box, nor of an area.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from scrubber.redaction.polygons import around, draw, of_points, span
from scrubber.redaction.pose import fit
from scrubber.values import Box, Region

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from scrubber.redaction.polygons import Mask
    from scrubber.redaction.shapes import Shape

# Shares of the face box in which eyes and mouth lie where there are no landmarks: left, top, right, bottom.
_FEATURES: Final = (0.12, 0.25, 0.88, 0.88)
_FARTHEST: Final = 1e6  # pixels; no picture is so large, and drawing cannot count much further
_AROUND: Final = 0.14  # of the size of a face: brows, nostrils and lips reach so far beyond the five landmarks


def features(face: Region) -> NDArray[np.int32]:
    """The convex polygon from eyes to mouth, N×2 in sixteenths of a pixel."""
    box, reach = face.box, _AROUND * math.sqrt(face.box.area)
    if face.landmarks and fit(face.landmarks, face):
        around_each = (Box(x - reach, y - reach, 2 * reach, 2 * reach) for x, y in face.landmarks.points)
        return around(*(_corners(each, box) for each in around_each))
    left, top, right, bottom = _FEATURES
    part = Box(left * box.width, top * box.height, (right - left) * box.width, (bottom - top) * box.height)
    return _corners(replace(part, x=box.x + part.x, y=box.y + part.y), box)


def _corners(part: Box, whole: Box) -> NDArray[np.int32]:
    """The corners of a box, moved into another one."""
    x = [min(max(each, whole.x, -_FARTHEST), whole.right, _FARTHEST) for each in (part.x, part.right)]
    y = [min(max(each, whole.y, -_FARTHEST), whole.bottom, _FARTHEST) for each in (part.y, part.bottom)]
    return of_points([(x[0], y[0]), (x[1], y[0]), (x[1], y[1]), (x[0], y[1])])


def spare(face: Region, shapes: Sequence[Shape], hidden: Mask) -> bool:
    """Uncover in place what a shown face keeps, but nothing that is sure to be hidden; whether anything was there.

    Gaps between heads leave its whole box alone.
    """
    import numpy as np

    rows, columns = (
        span(face.box.y, face.box.bottom, hidden.shape[0]),
        span(face.box.x, face.box.right, hidden.shape[1]),
    )
    part = hidden[rows, columns].view("uint8")
    if face.kind != "face" or not part.any():
        return False
    kept = np.zeros(part.shape, np.uint8)
    for shape in shapes:
        shape.draw(kept, columns.start, rows.start)
    draw((features(face),), kept, columns.start, rows.start, value=0)
    for shape in shapes:
        draw(shape.core, kept, columns.start, rows.start)
    part &= kept
    return True


def features_covered(face: Region, hidden: Mask) -> bool:
    """Whether anything is hidden between eyes and mouth of a shown face."""
    rows, columns = (
        span(face.box.y, face.box.bottom, hidden.shape[0]),
        span(face.box.x, face.box.right, hidden.shape[1]),
    )
    part = hidden[rows, columns].copy()
    free = part.view("uint8")
    draw((features(face),), free, columns.start, rows.start, value=0)
    return bool((hidden[rows, columns] & ~part).any())
