"""Is this file fit to publish? Reads it by other code than wrote it, and says where what it objects to is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from scrubber import photos
from scrubber.detection import presets
from scrubber.errors import PhotoError
from scrubber.formats import HEADER_BYTES, get, identify
from scrubber.photos.source import DECODER_FAULTS
from scrubber.results import Verdict
from scrubber.values import LEAK_KINDS, Leak, Region
from scrubber.verification import faces, hidden, jpeg, recoding, webp
from scrubber.verification.audit import audit
from scrubber.verification.judged import Judged

if TYPE_CHECKING:
    from scrubber.policy import Limits, Preset
    from scrubber.values import Decision


def verify(
    data: bytes,
    name: str,
    limits: Limits,
    preset: Preset,
    allowed: Sequence[Region] = (),
    published: Sequence[Decision] | None = None,
) -> Verdict:
    """Judge any file, made here or not. A face counts if it is clearly one, unless it may be seen.

    `allowed` are the faces of the first frame that may be seen, by the word of whoever asks. `published` is what a run
    decided that published these very bytes, as a ledger or a report tells; None says that nobody knows of such a run.
    Boxes are in pixels of this file, and each counts for its own frame only. Never raises for a broken file: that it
    cannot be judged is a leak of kind "structure".
    """
    leaks = audit(data)
    form = get(identify(data[:HEADER_BYTES]))
    if form is not None and form.plugin:
        return Verdict(name, clean=False, leaks=leaks)  # no foreign code has a say in what is fit to publish
    try:
        photo = photos.open_photo(data, name, limits)
    except PhotoError as error:
        return Verdict(name, clean=False, leaks=(*leaks, Leak("structure", "picture", str(error))))
    judged = (
        Judged(leaks) + _unseen(data, photo.format, limits.pixels) + Judged(not_judged=recoding.not_judged(data, photo))
    )
    found: list[tuple[int, Region]] = []
    with presets.model_session():
        for number, frame in enumerate(photo.frames):
            own = None if published is None else [each for each in published if each.frame == number]
            visible, unsure = faces.visible(frame, preset, () if number else allowed, own)
            found += [(number, face) for face in visible]
            judged += Judged(not_judged=tuple(f"{said} in frame {number}" if number else said for said in unsure))
        shown = [each.region for each in published or () if each.action == "show"]
        known = [*(face for _, face in found), *allowed, *shown]
        under = _under_alpha(data, photo.format, limits.pixels, preset, known)
        judged += under if published is None else faces.left_to_a_person(under)
    seen = tuple(sorted(dict.fromkeys(judged.leaks), key=lambda leak: LEAK_KINDS.index(leak.kind)))
    return Verdict(
        name,
        clean=not seen and not found,
        leaks=seen,
        faces=tuple(face for _, face in found),
        frames=tuple(number for number, _ in found),
        not_judged=tuple(dict.fromkeys(judged.not_judged)),
    )


def unseen(data: bytes, limits: Limits) -> tuple[Leak, ...]:
    """What `inspect` tells of the picture data of any file: what lies in it that no viewer shows. Never raises."""
    form = identify(data[:HEADER_BYTES]) or ""
    return tuple(
        dict.fromkeys((*_unseen(data, form, limits.pixels).leaks, *hidden.unseen_colours(data, form, limits.pixels)))
    )


def _unseen(data: bytes, form: str, most: int) -> Judged:
    judged = jpeg.judge(data, most) if form == "jpeg" else Judged()
    if form == "webp":
        judged += Judged(tuple(webp.objections(data, most)))
    return judged + Judged(tuple(hidden.objections(data, form, most)))


def _under_alpha(data: bytes, form: str, most: int, preset: Preset, known: Sequence[Region]) -> Judged:
    try:
        return Judged(tuple(faces.under_alpha(data, form, most, preset, known)))
    except DECODER_FAULTS:
        return Judged()  # said already: a picture in it cannot be decoded alone
