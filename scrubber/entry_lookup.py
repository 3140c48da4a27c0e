"""Joins photos and manifest: all that was pointed at in one photo, whichever way it is turned now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubber import photos
from scrubber.consent.photo_entries import combined, for_each_frame, with_boxes

if TYPE_CHECKING:
    from scrubber.consent import Permissions, PhotoEntry
    from scrubber.types import Box, SourceId


def entry_for(photo: photos.Photo, source: SourceId, permissions: Permissions | None) -> PhotoEntry | None:
    """All that the manifest says of a photo as it was opened, also where it says so of the photo turned another way.

    Boxes are in pixels of this photo: a rotation flag that somebody changed lifts no restriction.
    """
    if permissions is None:
        return None
    entries = [*permissions.photos.about(source)]
    for other in permissions.photos.maybe_turned(source):
        turn = photos.turn_that_gives(photo, other.pixels or "")
        if turn is not None:
            entries.append(_turned(other, turn, photo))
    return combined(entries)


def _turned(entry: PhotoEntry, turn: int, photo: photos.Photo) -> PhotoEntry:
    sizes = [frame.size for frame in photo.frames]
    if len(set(sizes)) > 1:  # then a box is at another place of each once they are turned
        entry = for_each_frame(entry, len(sizes))

    def carry(box: Box, frame: int | None) -> Box:
        return photos.turned_back(box, turn, sizes[frame or 0] if (frame or 0) < len(sizes) else sizes[0])

    return with_boxes(entry, carry)
