"""The recipe: a photo goes in, a safe copy comes out, and nothing that could not be made safe comes out at all."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from scrubber import checking, hiding, metadata, photos
from scrubber.consent import decide, fit_once, misplaced, nothing_measured
from scrubber.entry_lookup import Known, look_up
from scrubber.faces import finding
from scrubber.faces.following import follow, united
from scrubber.faces.numbering import numbered
from scrubber.likeness import likeness
from scrubber.types import Decision, Face, Leak, Result, SourceId

if TYPE_CHECKING:
    from scrubber.consent import Decisions, Likeness
    from scrubber.consent.matching import Gallery
    from scrubber.hiding.heads import Mask
    from scrubber.policy import Limits, Preset, Style
    from scrubber.terms import Terms

_ROUNDS: Final = 3  # how often faces that show up again are hidden too, before the photo is withheld


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """What the recipe made. `data` is None if the photo is withheld, and `withheld` says why.

    `extension` is the file name extension, with its dot, that fits `data`. `size` and `output_size` are width and
    height of the first frame. `concerns` are the ids of the people on whose standing the outcome hangs.
    """

    source: SourceId
    size: tuple[int, int]
    withheld: str | None
    faces: tuple[Decision, ...]
    leaks_removed: tuple[Leak, ...]
    warnings: tuple[str, ...]
    seconds: dict[str, float]
    concerns: tuple[str, ...]
    data: bytes | None = None
    extension: str = ""
    output_size: tuple[int, int] = (0, 0)

    def result(self, source: str, output: str | None) -> Result:
        """The same without the bytes, for reports. `output` is where they were put, None if nowhere."""
        return Result(
            source,
            output,
            "published" if self.withheld is None else "withheld",
            self.withheld,
            self.faces,
            self.leaks_removed,
            self.seconds,
            self.warnings,
            self.source,
            *self.size,
            *self.output_size,
            None if self.data is None else hashlib.sha256(self.data).hexdigest(),
        )


def make_safe(data: bytes, name: str, terms: Terms) -> Scrubbed:
    """Make the photo in `data` safe, without touching any file; `name` is only for messages.

    Raises `PhotoError` if it cannot be opened. What cannot be made safe comes back withheld.
    """
    policy, clock = terms.policy, Stopwatch()
    with clock("open"):
        photo, source = opened(data, name, policy.limits)
        known = look_up(photo, source, terms.permissions)
        photo = photos.laid(photo, policy.format, name)
        removed = metadata.inventory(data)
    with clock("find"):
        found = find_in(photo, policy.preset)
    for _ in range(_ROUNDS):
        with clock("decide"):
            decided = decide_in(photo, found, known, terms)
        warnings, concerns = _warnings(photo, decided), _concerns(decided)
        copy = Scrubbed(
            known.source, _size(photo), _reason(decided), _listed(decided), removed, warnings, clock.seconds, concerns
        )
        if copy.withheld:
            return copy
        with clock("hide"):
            masks, painted = _hidden(photo, decided, policy.style)
        with clock("write"):
            fitted, factor = photos.fitted(painted, policy.max_size)
            smaller = [hiding.scaled(mask, frame.size) for mask, frame in zip(masks, fitted.frames, strict=True)]
            # Not before all is painted: whether anything is clear may hang on what is hidden now.
            fitted, target = photos.prepared(fitted.opaque(smaller), policy.format, name)
            written, extension = photos.write(fitted, target)
        with clock("verify"):
            seen, wrong = checking.read_back(written, fitted, smaller, policy.limits)
        if seen is None:
            return replace(copy, withheld="not-verified", warnings=(*copy.warnings, str(wrong)))
        with clock("look again"):
            visible = [
                _not_of_paint(faces, frame, mask)
                for faces, frame, mask in zip(
                    _visible(seen, smaller, decided, factor), photo.frames, masks, strict=True
                )
            ]
        if not any(visible):
            warnings = (*_warnings(fitted, decided), *_partly_covered(decided, masks))
            return replace(copy, data=written, extension=extension, warnings=warnings, output_size=_size(fitted))
        found = [(*faces, *more) for faces, more in zip(found, visible, strict=True)]
    return replace(copy, withheld="face-still-visible")


def opened(data: bytes, name: str, limits: Limits) -> tuple[photos.Photo, SourceId]:
    """The upright photo, and what finds it again. Raises `PhotoError` if it cannot be opened."""
    photo = photos.open_photo(data, name, limits)
    return photo, SourceId(hashlib.sha256(data).hexdigest(), photo.fingerprint())


def find_in(photo: photos.Photo, preset: Preset) -> list[tuple[Face, ...]]:
    """The faces in each frame of a photo, in any view of it; in an animation they are followed from frame to frame."""
    with finding.kept_warm():
        found = [united(finding.find(view, preset) for view in frame.views()) for frame in photo.frames]
    return numbered(follow(found) if photo.moving else found)


def decide_in(
    photo: photos.Photo,
    found: Sequence[Sequence[Face]],
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
    faces = numbered([[decision.face for decision in decisions.faces] for decisions in decided])
    return [
        replace(
            decisions,
            faces=tuple(replace(one, face=face) for one, face in zip(decisions.faces, here, strict=True)),
        )
        for decisions, here in zip(decided, faces, strict=True)
    ]


def _hidden(photo: photos.Photo, decided: Sequence[Decisions], style: Style) -> tuple[list[Mask], photos.Photo]:
    masks, pictures = [], []
    for frame, decisions in zip(photo.frames, decided, strict=True):
        faces = [decision.face for decision in decisions.hidden]
        picture, mask = hiding.painted(frame.pixels, faces, style, frame.alpha)
        masks.append(mask)
        pictures.append(picture)
    return masks, photo.painted(pictures).opaque(masks)


def _visible(
    seen: photos.Photo, masks: Sequence[Mask], decided: Sequence[Decisions], factor: float
) -> list[tuple[Face, ...]]:
    """Faces of each written frame that can be seen though nobody allowed it, in pixels of the original.

    `factor` says how much smaller the written frames are.
    """
    visible = []
    for frame, mask, decisions in zip(seen.frames, masks, decided, strict=True):
        faces = checking.seen_again(frame)
        shown = [_scaled(decision.face, factor) for decision in decisions.shown]
        visible.append(tuple(_scaled(face, 1 / factor) for face in checking.still_visible(faces, mask, shown)))
    return visible


def _not_of_paint(faces: Sequence[Face], frame: photos.Frame, mask: Mask) -> tuple[Face, ...]:
    """Those of the faces that are in the photo itself, in any view of its frame."""
    if not faces:
        return ()
    real = (checking.not_of_paint(faces, view, mask) for view in frame.views())
    return tuple(dict.fromkeys(face for some in real for face in some))


def _size(photo: photos.Photo) -> tuple[int, int]:
    """Width and height of the first frame."""
    height, width = photo.frames[0].size
    return width, height


def _scaled(face: Face, factor: float) -> Face:
    return face.mapped(lambda point: (point[0] * factor, point[1] * factor))


def _reason(decided: Sequence[Decisions]) -> str | None:
    return next((decisions.withhold_reason for decisions in decided if decisions.withhold_reason), None)


def _concerns(decided: Sequence[Decisions]) -> tuple[str, ...]:
    return tuple(sorted({person for decisions in decided for person in decisions.concerns}))


def _listed(decided: Sequence[Decisions]) -> tuple[Decision, ...]:
    return tuple(
        replace(decision, frame=number) for number, decisions in enumerate(decided) for decision in decisions.faces
    )


def _warnings(photo: photos.Photo, decided: Sequence[Decisions]) -> tuple[str, ...]:
    said = [*photo.notes, *(warning for decisions in decided for warning in decisions.warnings)]
    return tuple(dict.fromkeys(said))


def _partly_covered(decided: Sequence[Decisions], masks: Sequence[Mask]) -> Iterator[str]:
    """Deny beats allow: where heads overlap the hidden one wins, and the report says so."""
    for decisions, mask in zip(decided, masks, strict=True):
        for decision in decisions.shown:
            share = hiding.covered(decision.face, mask)
            if share > 0:
                box = list(decision.face.box.rounded())
                yield f"the shown face at {box} is covered by {share:.0%}, because a hidden face is next to it"


class Stopwatch:
    """Adds up the seconds that each stage took."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - started
