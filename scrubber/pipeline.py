"""The recipe: a photo goes in, a safe copy comes out, and nothing that could not be made safe comes out at all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Final

from scrubber import inspection, photos, redaction
from scrubber.analysis import Analysis
from scrubber.consent import decide, fit_once, misplaced, nothing_measured
from scrubber.detection import plugged, presets
from scrubber.detection.numbering import numbered
from scrubber.detection.tracking import follow, united
from scrubber.entry_lookup import Known, look_up
from scrubber.errors import UsageError
from scrubber.recognition import likeness
from scrubber.scrubbed import Scrubbed
from scrubber.stopwatch import Stopwatch
from scrubber.values import Leak, Region, SourceId
from scrubber.verification import checking

if TYPE_CHECKING:
    from scrubber.consent import Decisions, Likeness
    from scrubber.policy import Limits, Preset
    from scrubber.recognition.matching import Gallery
    from scrubber.redaction.polygons import Mask
    from scrubber.terms import Terms

_GRID: Final = 1024  # places a side of the picture that name it
_ROUNDS: Final = 3  # how often faces that show up again are hidden too, before the photo is withheld


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


def make_safe(data: bytes, name: str, terms: Terms) -> Scrubbed:
    """Make the photo in `data` safe, without touching any file; `name` is only for messages.

    Raises `PhotoError` if it cannot be opened. What cannot be made safe comes back withheld.
    """
    source = open_source(data, name, terms).laid_for(terms)
    return render_opened(source, analyse_opened(source, terms), terms)


def analyse(data: bytes, name: str, terms: Terms) -> Analysis:
    """What is in the photo that `data` holds, and what would be decided. Raises `PhotoError` if it cannot be opened."""
    return analyse_opened(open_source(data, name, terms), terms)


def render(data: bytes, name: str, analysis: Analysis, terms: Terms) -> Scrubbed:
    """The safe copy of a photo that was analysed before, perhaps on another machine or another day.

    Nothing new is looked for but to check the copy. Consent is asked again: what the analysis hides stays hidden, and
    what it shows is shown only if these `terms` show it, too.

    Raises `UsageError` for the analysis of another photo, `PhotoError` as `make_safe` does.
    """
    source = open_source(data, name, terms).laid_for(terms)
    known = source.known.source
    if analysis.source.pixels != known.pixels or analysis.sizes != _sizes(source.photo):
        raise UsageError(f"{name}: the analysis is about another photo; analyse this one")
    return render_opened(source, _decided(source, analysis.found, terms), terms, least=analysis)


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
    return _decided(source, found, terms)


def render_opened(source: Opened, analysis: Analysis, terms: Terms, least: Analysis | None = None) -> Scrubbed:
    """The recipe: hide, write, read back, look again; what shows up then is hidden, too, a few times over.

    What `least` hides is hidden whatever else is decided.
    """
    photo, policy, clock = source.photo, terms.policy, source.clock
    for _ in range(_ROUNDS):
        analysis = _stricter(analysis, least) if least else analysis
        copy = Scrubbed(
            analysis.source, _size(photo), analysis.withheld, analysis.decisions, analysis.leaks,
            _unique(photo.notes, analysis.warnings), clock.seconds, analysis.concerns,
        )  # fmt: skip
        if copy.withheld:
            return copy
        with clock("hide"):
            masks, painted = _hidden(photo, analysis, policy.style)
        with clock("write"):
            fitted, factor = photos.fitted(painted, policy.max_size)
            smaller = [redaction.scaled(mask, frame.size) for mask, frame in zip(masks, fitted.frames, strict=True)]
            # Not before all is painted: whether anything is clear may hang on what is hidden now.
            fitted, target = photos.prepared(fitted.opaque(smaller), policy.format, source.name)
            written, extension = photos.write(fitted, target)
        with clock("verify"):
            seen, wrong = checking.read_back(written, fitted, smaller, policy.limits)
        if seen is None:
            return replace(copy, withheld="not-verified", warnings=(*copy.warnings, str(wrong)))
        with clock("look again"):
            visible = [
                _drop_inpainting_artifacts(faces, frame, mask)
                for faces, frame, mask in zip(
                    _visible(seen, smaller, analysis, factor), photo.frames, masks, strict=True
                )
            ]
        if not any(visible):
            warnings = _unique(fitted.notes, analysis.warnings) + tuple(_partly_covered(analysis, masks))
            return replace(
                copy,
                data=written,
                extension=extension,
                visible=_visible_hash(painted, masks),
                warnings=warnings,
                output_size=_size(fitted),
            )
        found = [(*faces, *more) for faces, more in zip(analysis.found, visible, strict=True)]
        analysis = _decided(source, found, terms)
    return replace(copy, withheld="face-still-visible")


def _decided(source: Opened, found: Sequence[tuple[Region, ...]], terms: Terms) -> Analysis:
    with source.clock("decide"):
        decided = decide_in(source.photo, found, source.known, terms)
    return Analysis(
        source.name,
        source.known.source,
        _sizes(source.photo),
        tuple(found),
        tuple(replace(one, frame=number) for number, decisions in enumerate(decided) for one in decisions.faces),
        source.inventory,
        next((decisions.withhold_reason for decisions in decided if decisions.withhold_reason), None),
        _unique(said for decisions in decided for said in decisions.warnings),
        tuple(sorted({person for decisions in decided for person in decisions.concerns})),
        dict(source.clock.seconds),
    )


def _stricter(now: Analysis, before: Analysis) -> Analysis:
    """What is decided now, but what was hidden before stays hidden, regions that are unknown now as well."""
    hidden = {one.region.id: one for one in before.decisions if one.action == "hide"}
    decided = tuple(hidden.get(one.region.id, one) if one.action == "show" else one for one in now.decisions)
    places = {(one.frame, one.region.box) for one in decided}
    last = max((one.region.id for one in decided), default=0)
    lost = [one for one in hidden.values() if (one.frame, one.region.box) not in places]
    more = tuple(replace(one, region=replace(one.region, id=last + count)) for count, one in enumerate(lost, 1))
    return replace(now, decisions=(*decided, *more), withheld=now.withheld or before.withheld)


def open_and_identify(data: bytes, name: str, limits: Limits) -> tuple[photos.Photo, SourceId]:
    """The upright photo, and what finds it again. Raises `PhotoError` if it cannot be opened."""
    photo = photos.open_photo(data, name, limits)
    return photo, SourceId(hashlib.sha256(data).hexdigest(), photo.fingerprint())


def find_in(photo: photos.Photo, preset: Preset) -> list[tuple[Region, ...]]:
    """The faces in each frame of a photo, in any view of it; in an animation they are followed from frame to frame."""
    with presets.model_session():
        found = [united(plugged.find(view, preset) for view in frame.views()) for frame in photo.frames]
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


def _hidden(photo: photos.Photo, analysis: Analysis, style: str) -> tuple[list[Mask], photos.Photo]:
    masks, pictures = [], []
    for number, frame in enumerate(photo.frames):
        faces = [decision.region for decision in analysis.on_frame(number, "hide")]
        picture, mask = redaction.painted(frame.pixels, faces, style, frame.alpha)
        masks.append(mask)
        pictures.append(picture)
    return masks, photo.painted(pictures).opaque(masks)


def _visible(seen: photos.Photo, masks: Sequence[Mask], analysis: Analysis, factor: float) -> list[tuple[Region, ...]]:
    """Faces of each written frame that can be seen though nobody allowed it, in pixels of the original.

    `factor` says how much smaller the written frames are.
    """
    visible = []
    for number, (frame, mask) in enumerate(zip(seen.frames, masks, strict=True)):
        faces = checking.seen_again(frame)
        shown = [_scaled(decision.region, factor) for decision in analysis.on_frame(number, "show")]
        visible.append(tuple(_scaled(face, 1 / factor) for face in checking.still_visible(faces, mask, shown)))
    return visible


def _drop_inpainting_artifacts(faces: Sequence[Region], frame: photos.Frame, mask: Mask) -> tuple[Region, ...]:
    """Those of the faces that are in the photo itself, in any view of its frame."""
    if not faces:
        return ()
    real = (checking.drop_inpainting_artifacts(faces, view, mask) for view in frame.views())
    return tuple(dict.fromkeys(face for some in real for face in some))


def _size(photo: photos.Photo) -> tuple[int, int]:
    """Width and height of the first frame."""
    height, width = photo.frames[0].size
    return width, height


def _scaled(face: Region, factor: float) -> Region:
    return face.mapped(lambda point: (point[0] * factor, point[1] * factor))


def _sizes(photo: photos.Photo) -> tuple[tuple[int, int], ...]:
    return tuple(frame.size for frame in photo.frames)


def _visible_hash(painted: photos.Photo, masks: Sequence[Mask]) -> str:
    """SHA-256, in hex, of pixels that can be seen, on a grid of at most some thousand a side in each frame.

    It is the same for every style of hiding, for it looks at nothing of what is painted.
    """
    digest = hashlib.sha256()
    for frame, mask in zip(painted.frames, masks, strict=True):
        step = 1 + max(frame.size) // _GRID
        seen = frame.pixels[::step, ::step].copy()
        seen[mask[::step, ::step]] = 0
        digest.update(repr(frame.size).encode() + seen.tobytes())
        if frame.alpha is not None:
            digest.update(frame.alpha[::step, ::step].tobytes())
    return digest.hexdigest()


def _unique(*said: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(chain.from_iterable(said)))


def _partly_covered(analysis: Analysis, masks: Sequence[Mask]) -> Iterator[str]:
    """Deny beats allow: where heads overlap the hidden one wins, and the report says so."""
    for number, mask in enumerate(masks):
        for decision in analysis.on_frame(number, "show"):
            share = redaction.covered(decision.region, mask)
            if share > 0:
                box = list(decision.region.box.rounded())
                yield f"the shown face at {box} is covered by {share:.0%}, because a hidden face is next to it"
