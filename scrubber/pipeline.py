"""The recipe: a photo goes in, a safe copy comes out, and nothing that could not be made safe comes out at all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Final

from scrubber import photos, redaction
from scrubber.analysing import analyse_opened, decide_opened, open_source, sizes
from scrubber.errors import UsageError
from scrubber.scrubbed import Scrubbed
from scrubber.values import Decision, Region
from scrubber.verification import checking

if TYPE_CHECKING:
    from scrubber.analysing import Opened
    from scrubber.analysis import Analysis
    from scrubber.redaction.polygons import Mask
    from scrubber.terms import Terms

_GRID: Final = 1024  # places a side of the picture that name it
_ROUNDS: Final = 3  # how often faces that show up again are hidden too, before the photo is withheld


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
    if analysis.source.pixels != known.pixels or analysis.sizes != sizes(source.photo):
        raise UsageError(f"{name}: the analysis is about another photo; analyse this one")
    return render_opened(source, decide_opened(source, analysis.found, terms), terms, least=analysis)


def render_opened(source: Opened, analysis: Analysis, terms: Terms, least: Analysis | None = None) -> Scrubbed:
    """The recipe: hide, write, read back, look again; what shows up then is hidden, too, a few times over.

    What `least` hides is hidden whatever else is decided.
    """
    photo, policy, clock = source.photo, terms.policy, source.clock
    for _ in range(_ROUNDS):
        analysis = _stricter(analysis, least) if least else analysis
        copy = Scrubbed(
            analysis.source, _size(photo), analysis.withheld, analysis.decisions, analysis.leaks,
            _unique(photo.notes, analysis.warnings), clock.seconds, analysis.concerns, analysis.unplaced,
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
        analysis = decide_opened(source, found, terms)
    return replace(copy, withheld="face-still-visible")


def _stricter(now: Analysis, before: Analysis) -> Analysis:
    """What is decided now, but what was hidden before stays hidden, regions that are unknown now as well."""
    hidden = {one.region.id: one for one in before.decisions if one.action == "hide"}
    decided = tuple(hidden.get(one.region.id, one) if one.action == "show" else one for one in now.decisions)
    places = {(one.frame, one.region.box) for one in decided}
    last = max((one.region.id for one in decided), default=0)
    lost = [one for one in hidden.values() if (one.frame, one.region.box) not in places]
    more = tuple(replace(one, region=replace(one.region, id=last + count)) for count, one in enumerate(lost, 1))
    return replace(now, decisions=(*decided, *more), withheld=now.withheld or before.withheld)


def _hidden(photo: photos.Photo, analysis: Analysis, style: str) -> tuple[list[Mask], photos.Photo]:
    masks, pictures = [], []
    for number, frame in enumerate(photo.frames):
        faces = [decision.region for decision in analysis.on_frame(number, "hide")]
        shown = [decision.region for decision in _people_shown(analysis, number)]
        picture, mask = redaction.painted(frame.pixels, faces, style, frame.alpha, shown)
        masks.append(mask)
        pictures.append(picture)
    return masks, photo.painted(pictures).opaque(masks)


def _people_shown(analysis: Analysis, number: int) -> Iterator[Decision]:
    """The faces of people who agreed: what was dismissed is no face, and keeps nothing beside a hidden head."""
    return (decision for decision in analysis.on_frame(number, "show") if decision.reason != "dismissed")


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
    """Deny beats allow: where face boxes overlap the hidden one wins, and the report says so."""
    for number, mask in enumerate(masks):
        for decision in _people_shown(analysis, number):
            share = redaction.covered(decision.region, mask)
            if share > 0:
                box = list(decision.region.box.rounded())
                where = ", between eyes and mouth too" if redaction.features_covered(decision.region, mask) else ""
                yield f"the shown face at {box} is covered by {share:.0%}{where}, because a hidden face is next to it"
