"""Joins photos and manifest: all that was pointed at in one photo, whichever way it is turned now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scrubber import photos
from scrubber.consent.decisions.photo_entries import combined, for_each_frame, with_boxes

if TYPE_CHECKING:
    from scrubber.consent import Permissions, PhotoEntry
    from scrubber.consent.decisions.photo_entries import PhotoEntries
    from scrubber.values import Box, SourceId


@dataclass(frozen=True, slots=True)
class Known:
    """What a manifest says of one photo. `entry` is all of it, with boxes in pixels of the photo as it was opened.

    `source` says which entries were found to be about the photo turned another way. `doubts` are sentences on what was
    probably said about the photo before it was edited: while there are any it must not be published.
    """

    source: SourceId
    entry: PhotoEntry | None = None
    doubts: tuple[str, ...] = ()


def look_up(photo: photos.Photo, source: SourceId, permissions: Permissions | None) -> Known:
    """All that the manifest says of a photo as it was opened, also where it says so of the photo turned another way.

    A rotation flag that somebody changed lifts no restriction.
    """
    if permissions is None:
        return Known(source)
    source, entries = entries_about(photo, source, permissions.photos)
    return Known(source, combined(entries), permissions.doubts(source))


def entries_about(
    photo: photos.Photo, source: SourceId, listed: PhotoEntries
) -> tuple[SourceId, tuple[PhotoEntry, ...]]:
    """Each entry about the photo, with boxes in its pixels; and the source, with the turns that were found."""
    entries, turned = [*listed.about(source)], []
    for other in listed.maybe_turned(source):
        turn = photos.turn_that_gives(photo, other.pixels or "")
        if turn is not None:
            turned.append(other.pixels or "")
            entries.append(_turned(other, turn, photo))
    return replace(source, turned=tuple(turned)), tuple(entries)


def _turned(entry: PhotoEntry, turn: int, photo: photos.Photo) -> PhotoEntry:
    sizes = [frame.size for frame in photo.frames]
    if len(set(sizes)) > 1:  # then a box is at another place of each once they are turned
        entry = for_each_frame(entry, len(sizes))

    def carry(box: Box, frame: int | None) -> Box:
        return photos.turned_back(box, turn, sizes[frame or 0] if (frame or 0) < len(sizes) else sizes[0])

    return with_boxes(entry, carry)
