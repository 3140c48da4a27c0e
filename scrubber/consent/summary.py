"""What `scrubber consent list` and `scrubber consent check` have to say, as plain values to print."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

from scrubber.consent.decisions.permissions import ahead, standing_reason
from scrubber.consent.decisions.photo_entries import restricts, short_hash

if TYPE_CHECKING:
    from scrubber.consent.manifest.model import Person
    from scrubber.consent.record import Consent
    from scrubber.values import Reason

SOON = timedelta(days=30)  # time enough to ask somebody again


@dataclass(frozen=True, slots=True)
class PersonSummary:
    """One person on one day. `references` counts photos on disk, `valid_until` is an allow's last day."""

    person: str
    decision: Literal["allow", "deny"]
    purposes: tuple[str, ...]
    valid_until: date | None
    status: Literal["valid"] | Reason
    minor: bool
    references: int

    def as_json(self) -> dict[str, Any]:
        until = self.valid_until.isoformat() if self.valid_until else None
        return asdict(self) | {"purposes": list(self.purposes), "valid_until": until}


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to mend (a `problem`: a run stops, or hides who should be seen) or to know (a `warning`)."""

    level: Literal["problem", "warning"]
    text: str
    person: str | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def summarise(consent: Consent, on: date) -> tuple[PersonSummary, ...]:
    """Everybody in the manifest, in its order, as they stand on the day `on`."""
    return tuple(_summary(consent, person, on) for person in consent.people)


def check(consent: Consent, on: date) -> tuple[Remark, ...]:
    """What a keeper of a valid manifest should look at on the day `on`; empty if all is well."""
    remarks = [remark for person in consent.people for remark in _about(consent, person, on)]
    about_photos = (*_contradictions(consent), *_loosely_held(consent))
    return (*remarks, *_shared_references(consent), *about_photos, *_history(consent))


def _summary(consent: Consent, person: Person, on: date) -> PersonSummary:
    return PersonSummary(
        person=person.id,
        decision=person.decision,
        purposes=person.purposes,
        valid_until=person.expires if person.decision == "allow" else None,
        status=standing_reason(person, consent.events, on) or "valid",
        minor=person.minor,
        references=len(_held(consent, person)),
    )


def _about(consent: Consent, person: Person, on: date) -> Iterator[Remark]:
    status = standing_reason(person, consent.events, on)
    for pattern, names in consent.matches(person.id).items():
        if not names:
            text = f'the references "{pattern}" match no file; put the photos there or take the pattern out'
            yield Remark("problem", text, person.id)
    if status is None and person.expires and person.expires - on <= SOON:
        yield Remark("warning", f"the consent ends on {person.expires}; ask again in time", person.id)
    if status == "expired":
        yield Remark("warning", "the consent has run out; the face is hidden", person.id)
    if status == "withdrawn" and person.decision == "allow":
        text = 'withdrawn; write decision = "deny" as well, so that it holds if the history gets lost'
        yield Remark("warning", text, person.id)
    if status == "withdrawn" and person.references:
        text = "withdrawn, but reference photos are kept; delete them unless they are wanted for hiding"
        yield Remark("warning", text, person.id)
    if person.minor and person.references:
        text = "a minor is never shown by likeness; the references only help to hide, a show box shows"
        yield Remark("warning", text, person.id)
    if person.decision == "allow" and person.evidence is None:
        yield Remark("warning", "no evidence is noted; a consent must be demonstrable (GDPR 7)", person.id)


def _shared_references(consent: Consent) -> Iterator[Remark]:
    owner: dict[str, str] = {}
    for person in consent.people:
        for name in sorted(_held(consent, person)):
            if owner.setdefault(name, person.id) != person.id:
                text = f"{name} is also a reference of {owner[name]}; neither will ever be recognised"
                yield Remark("problem", text, person.id)


def _contradictions(consent: Consent) -> Iterator[Remark]:
    for photo in consent.photos:
        if photo.no_photo and photo.show:
            text = f"photo {short_hash(photo)} has show boxes, but its no_photo withholds the whole file"
            yield Remark("warning", text)


def _loosely_held(consent: Consent) -> Iterator[Remark]:
    """A photo manager that writes a rating into the file makes another file of it."""
    for photo in consent.photos:
        if photo.pixels is None and restricts(photo):
            text = (
                f"photo {short_hash(photo)} is known by the bytes of its file only, so a tag or a rating lifts what is "
                "hidden in it; add the pixels that `scrubber faces --json` prints for it"
            )
            yield Remark("warning", text)


def _history(consent: Consent) -> Iterator[Remark]:
    for earlier, later in pairwise(consent.events):
        if later.at < earlier.at:
            text = f"the event of {later.at.isoformat()} stands below a later one; add events at the end only"
            yield Remark("warning", text, later.person)
    for event in consent.events:
        if ahead(event, date.today()):
            effect = "counts at once all the same" if event.what in ("withdrawn", "expired") else "does not count yet"
            when = f"{event.at.isoformat()}, which is still to come"
            yield Remark("warning", f"{event.what} is dated {when}, and {effect}; correct the date", event.person)


def _held(consent: Consent, person: Person) -> frozenset[str]:
    return frozenset(name for names in consent.matches(person.id).values() for name in names)
