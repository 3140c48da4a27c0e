"""Who may be seen, for one purpose on one day: the manifest resolved into what `decide` needs.

A withdrawal takes effect on the earlier of the two calendar days that its moment has (in its own time zone
and in UTC) and lasts. One that is dated after today has effect at once: nobody notes today what somebody will
take back some day, so the date is a slip, and doubt hides. An event `given` or `renewed` after it revives the
consent only together with a new consent in the person's own table, that is a `valid_from` on or after the day
of the withdrawal: one stray line in the history must not undo what somebody took back. `changed` is for the
record and revives nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, replace
from datetime import UTC, date, datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING, Literal, TypeAlias

from scrubber.consent.decisions.photo_entries import PhotoEntries, combined, restricts, short_hash
from scrubber.errors import UsageError

if TYPE_CHECKING:
    from scrubber.consent.manifest.model import Event, Manifest, Person, PhotoEntry
    from scrubber.values import Reason, SourceId

Refused: TypeAlias = Literal["withdrawn", "denied"]
_ENDS: Mapping[str, Reason] = {"withdrawn": "withdrawn", "expired": "expired"}
_STARTS = frozenset({"given", "renewed"})
_SEVERAL = 2
_MOST_NAMED = 5  # entries in what a run says; `consent check` names them all


@dataclass(frozen=True, slots=True)
class Standing:
    """How one person stands. `reason` says why the face is hidden; None means that it may be seen."""

    reason: Reason | None
    minor: bool = False
    has_references: bool = False
    refused: Refused | None = None
    """The same without the purpose, if the person took consent back or never gave it."""
    withdrew: date | None = None
    """The last day on which the manifest says so, also where they agreed anew since."""
    agreed: date | None = None
    """From which day on they agree: `valid_from`."""
    agreed_at: datetime | None = None
    """The last moment at which an event says that they agreed; none that is dated after today."""
    consent: str = ""
    """SHA-256, in hex, of what they agreed to; a refusal changes it no more than an event does."""

    @property
    def reason_by_likeness(self) -> Reason | None:
        """The same where nothing but likeness says who it is; that is never enough for a minor."""
        return self.reason or ("minor" if self.minor else None)


@dataclass(frozen=True, slots=True)
class Permissions:
    """A manifest resolved for `purpose` on the day `on`. Picklable.

    `people` is keyed by id. `purpose` is None only for a manifest without people. `warnings` are sentences for the user
    that concern the whole run.
    """

    purpose: str | None
    on: date
    people: Mapping[str, Standing]
    photos: PhotoEntries
    warnings: tuple[str, ...] = ()
    organisation: str | None = None

    def entry(self, source: SourceId) -> PhotoEntry | None:
        """All that the manifest says of this photo, or may say of it, by whichever hash and however it is turned.

        For comparing it over time, without the photo: boxes of an entry that names it turned another way lie as they
        were drawn there, and what is in doubt counts. `scrubber.entry_lookup.look_up` looks at the photo.
        """
        doubted = (entry for _, entry in self.photos.in_doubt(source))
        return combined((*self.photos.applied(source), *doubted))

    def doubts(self, source: SourceId) -> tuple[str, ...]:
        """Sentences on entries that restrict something and are probably about this photo before it was edited.

        `source` must say which turns were found. A photo with a doubt must not be published.
        """
        return tuple(
            f"[[photos]] entry {place} ({short_hash(entry)}), which {_effect(entry)} a photo, is probably about this "
            f"one before it was edited; {_say_anew(entry)}"
            for place, entry in self.photos.in_doubt(source)
        )

    def unmatched(self, seen: Iterable[SourceId], most: int | None = _MOST_NAMED) -> tuple[str, ...]:
        """Sentences on entries that restrict something and are about none of the photos that a run has `seen`.

        `seen` are the sources that results carry: they say which turns were found.

        So nobody believes something to be hidden that was not: the photo may have been edited, cropped or converted.
        `most` entries are named, all of them if None.
        """
        entries = self.restricting_unseen(seen)
        most = len(entries) if most is None else most
        said = [
            f"[[photos]] entry {place} ({short_hash(entry)}), which {_effect(entry)} a "
            "photo, matched none of these; if one of them is that photo, edited since, say it anew for the new file"
            for place, entry in entries[:most]
        ]
        more = len(entries) - most
        if more > 0:
            said.append(f"{more} more such entries are about none of these photos; `scrubber consent check` lists them")
        return tuple(said)

    def restricting_unseen(self, seen: Iterable[SourceId]) -> list[tuple[int, PhotoEntry]]:
        """Entries that restrict something and name no photo of `seen`, with their place in the manifest, from 1."""
        return [(place, entry) for place, entry in self.photos.unseen(seen) if self._restricts(entry)]

    def _restricts(self, entry: PhotoEntry) -> bool:
        return restricts(entry) or any(self.people[show.person].reason for show in entry.show)

    @property
    def gallery(self) -> tuple[str, ...]:
        """Ids of all people to compare faces with: everybody who lists references, whatever their standing.

        Someone who refused, withdrew or ran out is kept, for the one purpose of hiding: their faces must not
        pass for somebody else's. Who wants no comparison at all is served by taking the references out.
        """
        return tuple(person for person, standing in self.people.items() if standing.has_references)

    def for_nobody(self) -> Permissions:
        """The same for an album in which nobody is to be identifiable (the Chatham House rule): no face is shown.

        Hide boxes and no-photo signs keep their force, and nobody is compared with anybody any more. So nothing that
        was dismissed is shown either: it could not be told whether it is like somebody who refused.
        """
        nobody = {
            person: replace(standing, reason=standing.refused or "denied", has_references=False)
            for person, standing in self.people.items()
        }
        strict = PhotoEntries.of([entry.model_copy(update={"dismiss": ()}) for entry in self.photos.entries])
        return replace(self, people=nobody, photos=strict, warnings=())

    def without(self, withdrew: Iterable[str]) -> Permissions:
        """The same, but these people took consent back."""
        hidden = {person: replace(self.people[person], reason="withdrawn") for person in withdrew}
        return replace(self, people={**self.people, **hidden}) if hidden else self

    def fingerprint_for(self, source: SourceId, concerns: Iterable[str], gallery: str = "") -> str:
        """SHA-256, in hex, of all that the manifest says about one photo; another one means: make it again.

        `concerns` are the ids that `Decisions.concerns` named when it was made, `gallery` the `Gallery.fingerprint` of
        the run. It covers what any entry says that may be about the photo, how these people stand for this purpose on
        this day, and who is compared; somebody else's consent that ends does not change it.
        """
        entries = (*self.photos.about(source), *self.photos.maybe_turned(source))
        standings = {person: astuple(self.people[person]) if person in self.people else None for person in concerns}
        said = [
            source.sha256,
            self.purpose,
            sorted(entry.model_dump_json(exclude_unset=True) for entry in entries),
            standings,
            sorted(self.gallery),
            gallery,
        ]
        return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


def resolve(manifest: Manifest, purpose: str | None, on: date) -> Permissions:
    """Raises `UsageError` if `purpose` is empty or `*`. A purpose that nobody agreed to is a warning.

    Without a purpose nobody may be shown: that is for manifests without people.
    """
    if purpose is not None and (not purpose.strip() or "*" in purpose):
        raise UsageError(f'purpose "{purpose}" names no purpose; give one that the manifest lists, such as social')
    known = sorted({covered for person in manifest.people for covered in person.purposes})
    told = (_nobody_agreed(purpose, known),) if purpose is not None and purpose not in known else ()
    warnings = told if manifest.people else ()
    return Permissions(
        purpose=purpose,
        on=on,
        people={
            person.id: replace(standing, reason=standing.reason or _out_of_purpose(person, purpose))
            for person, standing in ((person, _standing(person, manifest.events, on)) for person in manifest.people)
        },
        photos=PhotoEntries.of(manifest.photos),
        warnings=warnings,
        organisation=manifest.organisation,
    )


def _effect(entry: PhotoEntry) -> str:
    if entry.no_photo:
        return "withholds"
    if not entry.hide:
        return "points at somebody who may not be seen in"
    return "hides a place in" if len(entry.hide) < _SEVERAL else f"hides {len(entry.hide)} places in"


def _say_anew(entry: PhotoEntry) -> str:
    again = "no_photo = true" if entry.no_photo else "as many `scrubber consent hide` boxes"
    return f"say it anew for this file ({again}), or write no_photo = false in an entry for it if it may be seen"


def of_any_purpose(manifest: Manifest, on: date) -> Permissions:
    """How everybody stands on the day `on`, whatever for: to check a manifest with, never to show anybody."""
    people = {person.id: _standing(person, manifest.events, on) for person in manifest.people}
    return replace(
        resolve(manifest, None, on),
        people={person: replace(standing, has_references=False) for person, standing in people.items()},
    )


def _standing(person: Person, events: Iterable[Event], on: date) -> Standing:
    """How a person stands, whatever for."""
    reason = standing_reason(person, events, on)
    history = [event for event in events if event.person == person.id]
    withdrew = [_earliest_day(event) for event in history if event.what == "withdrawn"]
    agreed = [event.at for event in history if event.what in _STARTS and not ahead(event, date.today())]
    return Standing(
        reason,
        person.minor,
        bool(person.references),
        refused=reason if reason in ("withdrawn", "denied") else None,
        withdrew=max(withdrew, default=None),
        consent=_agreement(person),
        agreed=person.valid_from,
        agreed_at=max(agreed, default=None),
    )


def _agreement(person: Person) -> str:
    """What a person agreed to, as one hash: the same in a manifest and in an older copy of it."""
    said = person.model_dump(mode="json", exclude={"decision"})
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def standing_reason(person: Person, events: Iterable[Event], on: date, today: date | None = None) -> Reason | None:
    """Why `person` may not be seen on the day `on` for any purpose, the weightiest reason first; or None.

    `today` is the day on which the events are read, that of the clock unless given.
    """
    ended = _ended(person, [event for event in events if event.person == person.id], on, today or date.today())
    if ended == "withdrawn":
        return ended
    if person.decision == "deny":
        return "denied"
    # An allow without a last day does not pass validation; if it came here all the same, it has run out.
    if ended or person.expires is None or on > person.expires:
        return "expired"
    if person.valid_from and on < person.valid_from:
        return "not-yet-valid"
    return None


def withdrawn_since(manifest: Manifest, on: date, today: date) -> tuple[str, ...]:
    """Ids of people who took their consent back after the day `on` and until `today`."""
    if on >= today:
        return ()
    return tuple(
        person.id
        for person in manifest.people
        if standing_reason(person, manifest.events, today, today) == "withdrawn"
        and standing_reason(person, manifest.events, on, today) != "withdrawn"
    )


def _out_of_purpose(person: Person, purpose: str | None) -> Reason | None:
    return None if purpose in person.purposes else "wrong-purpose"


def _ended(person: Person, events: Iterable[Event], on: date, today: date) -> Reason | None:
    history = list(events)
    ends = [event for event in history if event.what in _ENDS and (_earliest_day(event) <= on or ahead(event, today))]
    starts = [event for event in history if event.what in _STARTS and _latest_day(event) <= on]
    lasting = [end for end in ends if not _revived(person, end, starts)]
    if not lasting:
        return None
    return "withdrawn" if any(end.what == "withdrawn" for end in lasting) else "expired"


def ahead(event: Event, today: date) -> bool:
    """Whether an event is dated after today, wherever on Earth it was noted."""
    return _earliest_day(event) > today


def _revived(person: Person, end: Event, starts: Iterable[Event]) -> bool:
    agreed_anew = person.valid_from is not None and person.valid_from >= _earliest_day(end)
    return agreed_anew and any(start.at > end.at for start in starts)


def _earliest_day(event: Event) -> date:
    return min(event.at.date(), event.at.astimezone(UTC).date())


def _latest_day(event: Event) -> date:
    return max(event.at.date(), event.at.astimezone(UTC).date())


def _nobody_agreed(purpose: str, known: list[str]) -> str:
    names = ", ".join(known) if known else "no purpose at all"
    said = f'nobody in the consent manifest agreed to "{purpose}", so every face is hidden; it names {names}'
    by_look = {name.casefold().strip(): name for name in known}
    meant = get_close_matches(purpose.casefold().strip(), by_look, 1)
    return said + (f'; did you mean "{by_look[meant[0]]}"?' if meant else "")
