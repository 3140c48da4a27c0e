"""The first half of the recipe: a photo is opened, regions are found in it, and it is decided what happens to them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scrubber import inspection, photos
from scrubber.analysis import Analysis
from scrubber.consent import decide, fit_once, misplaced, nothing_measured
from scrubber.detection import plugged, presets, thresholds
from scrubber.detection.numbering import numbered
from scrubber.detection.tracking import follow, united
from scrubber.entry_lookup import Known, look_up
from scrubber.recognition import likeness
from scrubber.stopwatch import Stopwatch
from scrubber.values import Leak, Region, SourceId

if TYPE_CHECKING:
    from scrubber.consent import Decisions, Likeness
    from scrubber.policy import Limits, Preset
    from scrubber.recognition.matching import Gallery
    from scrubber.terms import Terms


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """A photo that was opened: its upright frames, what finds it again, and what the manifest says of it.

    `inventory` is what its file gives away besides the frames.
    """

    name: str
    photo: photos.Photo
    known: Known
    inventory: tuple[Leak, ...]
    clock: Stopwatch

    def laid_for(self, terms: Terms) -> Opened:
        """The same as its copy will hold it: on white if the copy cannot be transparent. Raises `UnsupportedFormat`."""
        with self.clock("open"):
            return replace(self, photo=photos.laid(self.photo, terms.policy.format, self.name))


def open_source(data: bytes, name: str, terms: Terms) -> Opened:
    """Open a photo, and look up what the manifest says of it. Raises `PhotoError`."""
    clock = Stopwatch()
    with clock("open"):
        photo, source = open_and_identify(data, name, terms.policy.limits)
        known = look_up(photo, source, terms.permissions)
        return Opened(name, photo, known, inspection.inventory(data), clock)


def analyse_opened(source: Opened, terms: Terms) -> Analysis:
    with source.clock("find"):
        found = find_in(source.photo, terms.policy.preset)
    return decide_opened(source, found, terms)


def decide_opened(source: Opened, found: Sequence[tuple[Region, ...]], terms: Terms) -> Analysis:
    """The analysis of a photo in whose frames these regions were found."""
    with source.clock("decide"):
        decided = decide_in(source.photo, found, source.known, terms)
    return Analysis(
        source.name,
        source.known.source,
        sizes(source.photo),
        tuple(found),
        tuple(replace(one, frame=number) for number, decisions in enumerate(decided) for one in decisions.faces),
        source.inventory,
        next((decisions.withhold_reason for decisions in decided if decisions.withhold_reason), None),
        tuple(dict.fromkeys(said for decisions in decided for said in decisions.warnings)),
        tuple(sorted({person for decisions in decided for person in decisions.concerns})),
        tuple(sorted({person for decisions in decided for person in decisions.unplaced})),
        dict(source.clock.seconds),
    )


def open_and_identify(data: bytes, name: str, limits: Limits) -> tuple[photos.Photo, SourceId]:
    """The upright photo, and what finds it again. Raises `PhotoError` if it cannot be opened."""
    photo = photos.open_photo(data, name, limits)
    digest, look = hashlib.sha256(data).hexdigest(), photos.look([frame.pixels for frame in photo.frames])
    return photo, SourceId(digest, photo.fingerprint(), look=look)


def find_in(photo: photos.Photo, preset: Preset) -> list[tuple[Region, ...]]:
    """The faces in each frame of a photo, in any view of it; in an animation they are followed from frame to frame."""
    with presets.model_session():
        found = [
            united(
                plugged.find(view, preset, None if frame.alpha is None else thresholds.wary(preset))
                for view in frame.views()
            )
            for frame in photo.frames
        ]
    return numbered(follow(found) if photo.moving else found)


def decide_in(
    photo: photos.Photo,
    found: Sequence[Sequence[Region]],
    known: Known,
    terms: Terms,
) -> list[Decisions]:
    """Decisions for each frame of a photo; regions without a number get one.

    `known` is what `look_up` says of the photo as it was opened.
    """
    entry, decided = known.entry, []
    for number, (frame, faces) in enumerate(zip(photo.frames, found, strict=True)):
        alike = _likeness(frame, terms.gallery) if terms.gallery else nothing_measured
        decided.append(decide(faces, known.source, terms.permissions, alike, number, entry))
    if entry is not None:
        decided = fit_once(decided, entry)
        said = misplaced(entry, [frame.size for frame in photo.frames])
        decided[0] = replace(decided[0], warnings=(*said, *decided[0].warnings))
    if known.doubts:
        first = decided[0]
        decided[0] = replace(
            first,
            withhold_reason=first.withhold_reason or "restriction-in-doubt",
            warnings=(*known.doubts, *first.warnings),
        )
    return _numbered(decided)


def _likeness(frame: photos.Frame, people: Gallery) -> Likeness:
    """What may be seen of a frame is compared: itself, or what it shows on white and on black."""
    first, *others = frame.composites()
    return likeness(first, people, *others)


def _numbered(decided: Sequence[Decisions]) -> list[Decisions]:
    faces = numbered([[decision.region for decision in decisions.faces] for decisions in decided])
    return [
        replace(
            decisions,
            faces=tuple(replace(one, region=face) for one, face in zip(decisions.faces, here, strict=True)),
        )
        for decisions, here in zip(decided, faces, strict=True)
    ]


def sizes(photo: photos.Photo) -> tuple[tuple[int, int], ...]:
    """Height and width of each frame."""
    return tuple(frame.size for frame in photo.frames)
