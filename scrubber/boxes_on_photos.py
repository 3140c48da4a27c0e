"""What a person needs to know of a photo in order to point at things in it: what it is, how large, what was found."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from scrubber.analysing import find_in, open_and_identify
from scrubber.consent.decisions.placing import lies_inside, misplaced
from scrubber.entry_lookup import entries_about, look_up
from scrubber.errors import UsageError
from scrubber.guarded import read_file

if TYPE_CHECKING:
    from pathlib import Path

    from scrubber.consent import Permissions, PhotoEntry
    from scrubber.consent.decisions.photo_entries import PhotoEntries
    from scrubber.policy import Limits, Preset
    from scrubber.values import Box, Region, SourceId

# A score is the share of such regions that are faces (docs/detection.md): half is "more likely than not".
_SURELY: Final = 0.8
_SURELY_FOR_TWO: Final = 0.5  # where detectors agree
_TWO: Final = 2


@dataclass(frozen=True, slots=True)
class Seen:
    """A photo that was looked at. `sizes` are height and width of each frame, `found` the numbered faces of each.

    `entries` are those that the manifest has about it, with boxes in its pixels, whichever way it was turned then.
    """

    path: Path
    source: SourceId
    sizes: tuple[tuple[int, int], ...]
    moving: bool
    found: tuple[tuple[Region, ...], ...]
    entries: tuple[PhotoEntry, ...] = ()

    def face(self, number: int, frame: int | None) -> tuple[int, Region]:
        """The face that `scrubber faces` gives this number, and its frame. Raises `UsageError` if there is none."""
        faces = {face.id: (at, face) for at, here in enumerate(self.found) for face in here}
        if number not in faces:
            known = f"they are numbered 1 to {len(faces)}" if faces else "none was found"
            raise UsageError(
                f"{self.path}: there is no face {number}; {known}; `scrubber faces` with the same --preset lists them, "
                "and a box hides what is not found: --box X,Y,W,H"
            )
        at, face = faces[number]
        if frame not in (None, at):
            raise UsageError(f"{self.path}: face {number} is on frame {at}, not on frame {frame}")
        return at, face

    def cut(self, box: Box, frame: int | None) -> Box:
        """The part of a box that lies in the photo, or on one frame of it. Raises `UsageError` if there is none."""
        if frame is not None and frame >= len(self.sizes):
            raise UsageError(
                f"{self.path}: there is no frame {frame}; they are counted from 0 to {len(self.sizes) - 1}"
            )
        sizes = self.sizes if frame is None else (self.sizes[frame],)
        if any(lies_inside(box, size) for size in sizes):
            return box
        height, width = max(sizes)
        left, top = max(box.x, 0.0), max(box.y, 0.0)
        right, bottom = min(box.right, float(width)), min(box.bottom, float(height))
        if right - left < 1 or bottom - top < 1:
            raise UsageError(
                f"{self.path}: the box {list(box.rounded())} lies outside of the photo, which is {width} pixels wide "
                f"and {height} high; X,Y is its top left corner"
            )
        return replace(box, x=left, y=top, width=right - left, height=bottom - top)


def look_at(path: Path, preset: Preset, limits: Limits, listed: PhotoEntries) -> Seen:
    """Open a photo, find the faces in it and what is `listed` about it. Raises `PhotoError`."""
    photo, source = open_and_identify(read_file(path, limits), str(path), limits)
    sizes = tuple(frame.size for frame in photo.frames)
    source, entries = entries_about(photo, source, listed)
    return Seen(path, source, sizes, photo.moving, tuple(find_in(photo, preset)), entries)


def identified(path: Path, limits: Limits) -> SourceId:
    """Open a photo and tell what it is. Raises `PhotoError`."""
    return open_and_identify(read_file(path, limits), str(path), limits)[1]


def surely_a_face(face: Region) -> bool:
    """Whether it takes a second look to call this no face."""
    return face.score >= _SURELY or (face.score >= _SURELY_FOR_TWO and len(face.detectors) >= _TWO)


def check_photo(
    path: Path, permissions: Permissions, preset: Preset, limits: Limits
) -> tuple[SourceId, tuple[str, ...]]:
    """What of a photo's entry in the manifest has no effect or is in doubt, as sentences. Raises `PhotoError`.

    Faces are looked for only if the entry means some.
    """
    from scrubber.consent.decisions.decide import idle, missed
    from scrubber.consent.decisions.pointing import point

    photo, source = open_and_identify(read_file(path, limits), str(path), limits)
    known = look_up(photo, source, permissions)
    entry = known.entry
    if entry is None:
        return known.source, known.doubts
    said = [*known.doubts, *misplaced(entry, [frame.size for frame in photo.frames])]
    if entry.show or entry.dismiss:
        pointed = [point(faces, entry, number) for number, faces in enumerate(find_in(photo, preset))]
        said += [missed(show) for one in pointed for show in one.missed]
        everywhere = [dismiss for dismiss in entry.dismiss if all(dismiss in one.idle for one in pointed)]
        said += map(idle, everywhere)
        said += [idle(dismiss) for one in pointed for dismiss in one.idle if dismiss.frame is not None]
    return known.source, tuple(dict.fromkeys(said))
