"""From found faces to decisions: who may be seen in one photo, and why each other face is hidden.

Pure: no file is opened and no picture looked at. The recipe for one face, the first that applies:

1. the photo holds a no-photo sign: everything is hidden and the file withheld;
2. a `hide` box covers it: hidden;
3. a `show` box means it, and nothing speaks against the person or the face: shown;
4. it is like one person of the gallery beyond doubt, and that person may be seen: shown;
5. otherwise hidden.

Every restriction works on its own and none makes room for a permission elsewhere: one more deny, expiry,
withdrawal, `hide` box or no-photo sign never makes one more face visible (tested as a property).

Somebody who refused must be covered without doubt, or the whole file is withheld: where a face known to be theirs
overlaps one that is shown, paint cannot tell the two apart. A place where they are pointed at is hidden even if no
face is found there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from scrubber.consent.likeness import (
    Finding,
    Likeness,
    Measured,
    alike,
    barring,
    judge,
    measure,
    nothing_measured,
)
from scrubber.consent.permissions import Permissions
from scrubber.consent.pointing import Pointed, beats, point
from scrubber.types import Action, Decision, Face, Reason

if TYPE_CHECKING:
    from scrubber.consent.manifest import ShowBox

_SHOWING = frozenset[Reason]({"allowed-by-box", "allowed-by-match"})
_REFUSED = frozenset[Reason]({"denied", "withdrawn"})
_POINTED = ("manifest",)


@dataclass(frozen=True, slots=True)
class Decisions:
    """What happens in one photo: `faces` in the order found, then the `hide` boxes that no face covers.

    `withhold_reason` is not None if the file must not be published at all: somebody in it carries a no-photo sign, or
    somebody who refused cannot be covered without doubt ("denied"). `warnings` are sentences about this photo for the
    user. `concerns` are the ids, sorted, of the people on whose standing this outcome hangs: whatever happens to
    anybody else in the manifest, it stays as it is (see `Permissions.fingerprint_for`).
    """

    faces: tuple[Decision, ...]
    withhold_reason: Literal["no-photo-sign", "denied"] | None = None
    warnings: tuple[str, ...] = ()
    concerns: tuple[str, ...] = ()

    @property
    def hidden(self) -> tuple[Decision, ...]:
        return tuple(decision for decision in self.faces if decision.action == "hide")

    @property
    def shown(self) -> tuple[Decision, ...]:
        return tuple(decision for decision in self.faces if decision.action == "show")


def decide(
    faces: Sequence[Face],
    photo_sha256: str,
    permissions: Permissions | None,
    likeness: Likeness = nothing_measured,
) -> Decisions:
    """Decides for every face of one photo.

    `photo_sha256` is the hash of the original file, 64 hex digits; boxes of `faces` are in pixels of its
    upright picture. `permissions` is None without a manifest: then every face is hidden. `likeness` compares
    a face with `permissions.gallery`; it is called once for each face at least `NARROWEST` pixels wide, and
    only if there is somebody to compare with. It must know nobody else (`KeyError`).
    """
    if permissions is None:
        return Decisions(tuple(Decision(face, "hide", "no-manifest") for face in faces))
    entry = permissions.photo(photo_sha256)
    if entry and entry.no_photo:
        return Decisions(
            tuple(Decision(face, "hide", "no-photo-sign") for face in faces), withhold_reason="no-photo-sign"
        )
    pointed = point(faces, entry)
    measured = measure(faces, permissions, likeness)
    placed = {show.person for show in entry.show} if entry else set()
    found = [
        _decision(face, _finding(index, pointed, placed, measured, permissions)) for index, face in enumerate(faces)
    ]
    found += [Decision(Face(box, detectors=_POINTED), "hide", "pointed-hide") for box in pointed.uncovered]
    found += [place for show in pointed.missed if (place := _unseen(show, permissions))]
    return Decisions(
        tuple(found),
        "denied" if _refused_beside_shown(found) else None,
        tuple(_missed(show) for show in pointed.missed if not permissions.people[show.person].reason),
        tuple(sorted(placed | alike(measured))),
    )


def _unseen(show: ShowBox, permissions: Permissions) -> Decision | None:
    """A place where somebody is pointed at who may not be seen: hidden, for all that no detector saw a face there."""
    reason = permissions.people[show.person].reason
    return Decision(Face(show.box, detectors=_POINTED), "hide", reason, show.person) if reason else None


def _refused_beside_shown(found: Sequence[Decision]) -> bool:
    """Does a shown face overlap that of somebody known to have refused, more than neighbours in a crowd do?"""
    shown = [decision.face.box for decision in found if decision.action == "show"]
    refused = [decision.face.box for decision in found if decision.person and decision.reason in _REFUSED]
    return any(beats(box, other) for box in refused for other in shown)


def _decision(face: Face, finding: Finding) -> Decision:
    action: Action = "show" if finding.reason in _SHOWING else "hide"
    return Decision(face, action, finding.reason, finding.person, finding.similarity)


def _finding(
    index: int, pointed: Pointed, placed: set[str], measured: Sequence[Measured], permissions: Permissions
) -> Finding:
    if index in pointed.hidden:
        return Finding("pointed-hide")
    if index in pointed.claims:
        finding = _by_box(pointed.claims[index], measured[index], permissions)
        in_doubt = index in pointed.unclear
    elif index in pointed.unclear:
        return Finding("ambiguous")
    else:
        finding = judge(index, measured, permissions)
        in_doubt = finding.person in placed  # pointed at in this photo: there, and nowhere else in it
    if in_doubt and finding.reason in _SHOWING:
        return Finding("ambiguous", similarity=finding.similarity)
    return finding


def _by_box(claims: Sequence[str], measured: Measured, permissions: Permissions) -> Finding:
    """A face that `show` boxes name one or more people for. All must agree, and likeness must not object."""
    for person in claims:
        reason = permissions.people[person].reason
        if reason:
            return Finding(reason, person)
    if len(set(claims)) > 1:
        return Finding("ambiguous")
    person = claims[0]
    return barring(measured, permissions, pointed_at=person) or Finding("allowed-by-box", person)


def _missed(show: ShowBox) -> str:
    box = list(show.box.rounded())
    return f"no face was found where {show.person} is pointed at, {box}; nothing is shown there"
