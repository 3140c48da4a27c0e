"""From found faces to decisions: who may be seen in one photo, and why each other face is hidden.

Pure: no file is opened and no picture looked at. The recipe for one face, the first that applies:

1. the photo holds a no-photo sign: everything is hidden and the file withheld;
2. a `hide` box covers it: hidden;
3. a `dismiss` box means it, and nobody who may not be seen is pointed at or recognised there: left as it is;
4. a `show` box means it, and nothing speaks against the person or the face: shown;
5. it is like one person of the gallery beyond doubt, and that person may be seen: shown;
6. otherwise hidden.

Every restriction works on its own and none makes room for a permission elsewhere: one more deny, expiry,
withdrawal, `hide` box or no-photo sign never makes one more face visible (tested as a property).

Somebody who refused must be covered without doubt, or the whole file is withheld: where a face known to be theirs
overlaps one that is shown, paint cannot tell the two apart. A place where they are pointed at is hidden even if no
face is found there.

Who looked and saw no face may have looked in a hurry. So it counts whether a dismissed region is like
somebody who may not be seen, and nothing else does: it is never named, and stands in no other face's way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from scrubber.consent.decisions.likeness import (
    Grounds,
    Likeness,
    Measured,
    alike,
    barring,
    grounds_by_likeness,
    measure,
    nothing_measured,
)
from scrubber.consent.decisions.permissions import Permissions
from scrubber.consent.decisions.photo_entries import combined
from scrubber.consent.decisions.pointing import Pointed, beats, point
from scrubber.values import Action, Decision, Kind, MaybeSeen, Reason, Region, SourceId

if TYPE_CHECKING:
    from scrubber.consent.manifest.model import DismissBox, PhotoEntry, ShowBox

_SHOWING = frozenset[Reason]({"allowed-by-box", "allowed-by-match"})
_LEFT = _SHOWING | {"dismissed"}
_REFUSED = frozenset[Reason]({"denied", "withdrawn"})
_POINTED = ("manifest",)

BY_DEFAULT: Mapping[Kind, Reason] = {
    "text": "text",
    "badge": "badge",
    "plate": "plate",
    "sign": "no-photo-sign",
    "drawn": "pointed-hide",
}
"""Why regions are hidden that are no faces. Consent is about faces; a new kind is one line here."""


@dataclass(frozen=True, slots=True)
class Decisions:
    """What happens in one photo: `faces` in the order found, then the `hide` boxes that no face covers.

    `withhold_reason` is not None if the file must not be published at all: somebody in it carries a no-photo sign,
    somebody who refused cannot be covered without doubt ("denied"), or a restriction was probably written down for the
    photo before somebody edited it ("restriction-in-doubt", which takes the photo to find out). `warnings` are
    sentences about this photo for the user. `concerns` are the ids, sorted, of the people on whose standing this
    outcome hangs: whatever happens to anybody else in the manifest, it stays as it is (see
    `Permissions.fingerprint_for`). `unplaced` are the ids, sorted, of people who may be seen and are pointed at where
    no face was found: nothing was hidden there.
    """

    faces: tuple[Decision, ...]
    withhold_reason: Literal["no-photo-sign", "denied", "restriction-in-doubt"] | None = None
    warnings: tuple[str, ...] = ()
    concerns: tuple[str, ...] = ()
    unplaced: tuple[str, ...] = ()

    @property
    def hidden(self) -> tuple[Decision, ...]:
        return tuple(decision for decision in self.faces if decision.action == "hide")

    @property
    def shown(self) -> tuple[Decision, ...]:
        return tuple(decision for decision in self.faces if decision.action == "show")


def decide(
    faces: Sequence[Region],
    source: SourceId,
    permissions: Permissions | None,
    likeness: Likeness = nothing_measured,
    frame: int = 0,
    entry: PhotoEntry | None = None,
) -> Decisions:
    """Decides for every region of one frame of a photo: for faces by consent, for others by their kind.

    `source` is the original, `frame` counts from 0; boxes of `faces` are in pixels of this frame, upright.
    `permissions` is None without a manifest: then every face is hidden. `likeness` compares a face with
    `permissions.gallery`; it is called once for each face at least `NARROWEST` pixels wide, and only if there is
    somebody to compare with. It must know nobody else (`KeyError`). `entry` is all that was pointed at in the photo,
    where that takes its pixels to find out; what names it by one of its hashes unless given.
    """
    if any(face.kind != "face" for face in faces):
        return _by_kind(faces, source, permissions, likeness, frame, entry)
    if permissions is None:
        return Decisions(tuple(Decision(face, "hide", "no-manifest") for face in faces))
    entry = entry or combined(permissions.photos.about(source))
    if entry and entry.no_photo:
        return Decisions(
            tuple(Decision(face, "hide", "no-photo-sign") for face in faces), withhold_reason="no-photo-sign"
        )
    pointed = point(faces, entry, frame)
    measured = measure(faces, permissions, likeness)
    concerns, likenesses = alike(measured), list(measured)
    standing = [index for index in pointed.dismissed if not _objection(index, pointed, measured, permissions)]
    for index in standing:
        measured[index] = None
    placed = {show.person for show in entry.show if show.frame == frame} if entry else set()
    found = [
        _decision(
            face,
            Grounds("dismissed") if index in standing else _grounds(index, pointed, placed, measured, permissions),
            pointed.claims.get(index, ()),
            likenesses[index],
        )
        for index, face in enumerate(faces)
    ]
    found += [
        Decision(Region(box, detectors=_POINTED, kind="drawn"), "hide", "pointed-hide") for box in pointed.uncovered
    ]
    found += [place for show in pointed.missed if (place := _unseen(show, permissions))]
    return Decisions(
        tuple(found),
        "denied" if _refused_beside_shown(found) else None,
        (
            *(missed(show) for show in pointed.missed if not permissions.people[show.person].reason),
            *map(idle, pointed.idle),
        ),
        tuple(sorted(placed | concerns)),
        tuple(sorted({show.person for show in pointed.missed if not permissions.people[show.person].reason})),
    )


def _by_kind(
    regions: Sequence[Region],
    source: SourceId,
    permissions: Permissions | None,
    likeness: Likeness,
    frame: int,
    entry: PhotoEntry | None,
) -> Decisions:
    """What consent says of the faces, and what happens to everything else, each in its place."""
    faces = decide([region for region in regions if region.kind == "face"], source, permissions, likeness, frame, entry)
    waiting = iter(faces.faces)
    found = [
        next(waiting) if region.kind == "face" else Decision(region, "hide", BY_DEFAULT[region.kind])
        for region in regions
    ]
    return replace(faces, faces=(*found, *waiting))


def fit_once(decided: Sequence[Decisions], entry: PhotoEntry) -> list[Decisions]:
    """The same for all frames of a photo, without the warnings on boxes that fit nothing on this frame only.

    A box about every frame has its effect if it fits somewhere.
    """
    everywhere = {idle(box) for box in entry.dismiss if box.frame is None}
    fitting = {said for said in everywhere if not all(said in decisions.warnings for decisions in decided)}
    return [
        replace(decisions, warnings=tuple(said for said in decisions.warnings if said not in fitting))
        for decisions in decided
    ]


def _unseen(show: ShowBox, permissions: Permissions) -> Decision | None:
    """A place where somebody is pointed at who may not be seen: hidden, for all that no detector saw a face there."""
    reason = permissions.people[show.person].reason
    return Decision(Region(show.box, detectors=_POINTED), "hide", reason, show.person) if reason else None


def _refused_beside_shown(found: Sequence[Decision]) -> bool:
    """Does a shown face overlap that of somebody known to have refused, more than neighbours in a crowd do?"""
    shown = [decision.region.box for decision in found if decision.reason in _SHOWING]
    refused = [decision.region.box for decision in found if decision.person and decision.reason in _REFUSED]
    return any(beats(box, other) for box in refused for other in shown)


def _decision(face: Region, grounds: Grounds, claims: Sequence[str], likeness: Measured) -> Decision:
    """`claims` are the people whom `show` boxes name for the face."""
    action: Action = "show" if grounds.reason in _LEFT else "hide"
    others = _others(grounds, set(claims), alike([likeness])) if action == "show" else ()
    return Decision(face, action, grounds.reason, grounds.person, grounds.similarity, others=others)


def _others(grounds: Grounds, claimed: set[str], similar: set[str]) -> tuple[MaybeSeen, ...]:
    """Who may be seen in a face that is left as it is, besides whom its grounds name."""
    pointed = (MaybeSeen(person, "pointed") for person in sorted(claimed - {grounds.person}))
    recognised = (MaybeSeen(person, "alike") for person in sorted(similar - claimed - {grounds.person}))
    return (*pointed, *recognised)


def _objection(index: int, pointed: Pointed, measured: Sequence[Measured], permissions: Permissions) -> bool:
    """Does anything speak against leaving a dismissed region as it is? Somebody who may not be seen is enough."""
    claimed = any(permissions.people[person].reason for person in pointed.claims.get(index, ()))
    return claimed or index in pointed.unclear or barring(measured[index], permissions) is not None


def _grounds(
    index: int, pointed: Pointed, placed: set[str], measured: Sequence[Measured], permissions: Permissions
) -> Grounds:
    if index in pointed.hidden:
        return Grounds("pointed-hide")
    if index in pointed.claims:
        grounds = _by_box(pointed.claims[index], measured[index], permissions)
        in_doubt = index in pointed.unclear
    elif index in pointed.unclear:
        return Grounds("ambiguous")
    else:
        grounds = grounds_by_likeness(index, measured, permissions)
        in_doubt = grounds.person in placed  # pointed at in this photo: there, and nowhere else in it
    if in_doubt and grounds.reason in _SHOWING:
        return Grounds("ambiguous", similarity=grounds.similarity)
    return grounds


def _by_box(claims: Sequence[str], measured: Measured, permissions: Permissions) -> Grounds:
    """A face that `show` boxes name one or more people for. All must agree, and likeness must not object."""
    for person in claims:
        reason = permissions.people[person].reason
        if reason:
            return Grounds(reason, person)
    if len(set(claims)) > 1:
        return Grounds("ambiguous")
    person = claims[0]
    return barring(measured, permissions, pointed_at=person) or Grounds("allowed-by-box", person)


def missed(show: ShowBox) -> str:
    """A sentence on a `show` box that means no face."""
    box = list(show.box.rounded())
    return f"no face was found where {show.person} is pointed at, {box}; nothing is shown there"


def idle(dismiss: DismissBox) -> str:
    """A sentence on a `dismiss` box that means no face that was found, or not one alone."""
    box = list(dismiss.box.rounded())
    return (
        f"the dismiss box {box} fits no face that was found at first, or more than one; it counts if a run finds one "
        "there later"
    )
