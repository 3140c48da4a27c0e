"""Numbers the regions of a photo the way a reader's eye goes, so that "face 3" means one of them to everybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from scrubber.values import Region

_SAME_ROW: Final = 0.5  # of the height of a row's topmost face; heads of people who stand side by side differ by less


def numbered(found: Sequence[Sequence[Region]]) -> list[tuple[Region, ...]]:
    """The same regions of each frame, in the same order, with numbers for those that have none yet.

    Numbers go on from the highest there is: first those that a detector found or a person pointed at, then those that a
    person drew where nothing had been found. Each time frame by frame, row by row, and from left to right.
    """
    numbers = {(at, place): face.id for at, faces in enumerate(found) for place, face in enumerate(faces)}
    for drawn in _turns(found):
        last = max(numbers.values(), default=0)
        new = [
            (at, place)
            for at, faces in enumerate(found)
            for place in _in_reading_order(faces)
            if not faces[place].id and (faces[place].kind == "drawn") == drawn
        ]
        numbers.update({key: last + count for count, key in enumerate(new, 1)})
    return [
        tuple(replace(face, id=numbers[at, place]) for place, face in enumerate(faces))
        for at, faces in enumerate(found)
    ]


def _turns(found: Sequence[Sequence[Region]]) -> tuple[bool, bool]:
    """Which come first, drawn ones or others? Once something is numbered, others are those found only later on."""
    begun = any(face.id for faces in found for face in faces)
    return (True, False) if begun else (False, True)


def _in_reading_order(faces: Sequence[Region]) -> list[int]:
    """Indices of the faces of one frame, row by row."""
    waiting = sorted(range(len(faces)), key=lambda place: (faces[place].box.center[1], _across(faces[place])))
    order: list[int] = []
    while waiting:
        top = faces[waiting[0]].box
        row = [place for place in waiting if faces[place].box.center[1] <= top.center[1] + _SAME_ROW * top.height]
        order += sorted(row, key=lambda place: _across(faces[place]))
        waiting = [place for place in waiting if place not in row]
    return order


def _across(face: Region) -> tuple[float, ...]:
    return face.box.x, face.box.y, face.box.width, face.box.height
