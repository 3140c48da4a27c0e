"""Boxes that cannot mean what they were drawn for: outside of their picture, or on a frame that is not there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Final

from scrubber.values import Box

if TYPE_CHECKING:
    from scrubber.consent.manifest.model import PhotoEntry

_INSIDE: Final = 0.5  # of a box: a head at the edge is drawn beyond it, half of it hardly ever


def misplaced(entry: PhotoEntry, sizes: Sequence[tuple[int, int]]) -> tuple[str, ...]:
    """Sentences on boxes of an entry that the photo has no place for. `sizes` are height and width of each frame."""
    boxes = chain(
        (("hide", one.box, one.frame) for one in entry.hide),
        (("dismiss", one.box, one.frame) for one in entry.dismiss),
        (("show", one.box, one.frame) for one in entry.show),
    )
    return tuple(said for kind, box, frame in boxes for said in _wrong(kind, box, frame, sizes))


def lies_inside(box: Box, size: tuple[int, int]) -> bool:
    """Whether at least half of a box lies in a picture of this height and width."""
    height, width = size
    return box.intersection(Box(0, 0, width, height)) >= _INSIDE * box.area


def _wrong(kind: str, box: Box, frame: int | None, sizes: Sequence[tuple[int, int]]) -> Iterator[str]:
    place = f"the {kind} box {list(box.rounded())}"
    if frame is not None and frame >= len(sizes):
        count = "it has one, 0" if len(sizes) == 1 else f"it has {len(sizes)}, counted from 0"
        yield f"{place} of the manifest is about frame {frame} of this photo, and {count}; nothing is done for it"
        return
    concerned = sizes if frame is None else [sizes[frame]]
    if not any(lies_inside(box, size) for size in concerned):
        height, width = concerned[0]
        yield f"{place} of the manifest lies outside of this photo, which is {width}×{height}; draw it anew"
