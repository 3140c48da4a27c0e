"""Follows faces through an animation, so that a frame in which no detector saw one does not show it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final

from scrubber.detection.transforms import merge
from scrubber.values import Box, Region

_SAME_FACE_IOU: Final = 0.3  # between neighbouring frames; heads seldom move by half their width in one
_LONGEST_GAP: Final = 8  # frames without the face that are bridged
_BEYOND: Final = 2  # frames before its first and after its last sighting in which a face is hidden too


@dataclass(slots=True)
class _Track:
    """One face over time: what was seen, by number of the frame."""

    seen: dict[int, Region] = field(default_factory=dict)

    @property
    def last(self) -> int:
        return max(self.seen)


def united(views: Iterable[Sequence[Region]]) -> tuple[Region, ...]:
    """The faces that were found in several views of one frame, each place once, the likeliest first."""
    first, *others = (tuple(faces) for faces in views)
    return tuple(merge([*first, *(face for faces in others for face in faces)])) if others else first


def follow(found: Sequence[Sequence[Region]]) -> list[tuple[Region, ...]]:
    """The faces of each frame, with those added that were seen shortly before and after, or just one of both.

    Boxes in between are interpolated. Nothing that was found is taken away.
    """
    tracks: list[_Track] = []
    for number, faces in enumerate(found):
        waiting = [track for track in tracks if number - track.last <= _LONGEST_GAP]
        for face in faces:
            track = max(waiting, key=lambda track: track.seen[track.last].box.iou(face.box), default=None)
            if track is None or track.seen[track.last].box.iou(face.box) < _SAME_FACE_IOU:
                track = _Track()
                tracks.append(track)
            else:
                waiting.remove(track)
            track.seen[number] = face
    followed = [list(faces) for faces in found]
    for track in tracks:
        for number, face in _unseen(track, len(found)):
            followed[number].append(face)
    return [tuple(faces) for faces in followed]


def _unseen(track: _Track, frames: int) -> list[tuple[int, Region]]:
    """The frames in which the face of a track was not seen but must be taken to be, and where."""
    numbers = sorted(track.seen)
    first, last = numbers[0], numbers[-1]
    before = [(number, track.seen[first]) for number in range(max(first - _BEYOND, 0), first)]
    after = [(number, track.seen[last]) for number in range(last + 1, min(last + 1 + _BEYOND, frames))]
    between = [
        (number, _between(track.seen[one], track.seen[other], (number - one) / (other - one)))
        for one, other in pairwise(numbers)
        for number in range(one + 1, other)
    ]
    return [*before, *between, *after]


def _between(one: Region, other: Region, share: float) -> Region:
    """A face on the way from `one` to `other`; large enough for either, since its way is not known exactly."""
    x, y = (a + (b - a) * share for a, b in zip(one.box.center, other.box.center, strict=True))
    width, height = max(one.box.width, other.box.width), max(one.box.height, other.box.height)
    return replace(one, box=Box(x - width / 2, y - height / 2, width, height), landmarks=None)
