"""What must hold between the values of a manifest, beyond the shape that `manifest` checks.

Each rule is a generator of problems, each problem a place in the manifest and a sentence that says what is
wrong and how to mend it. Nothing is raised here, so that a reader learns of all problems at once.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypeAlias

from scrubber.consent.manifest.look_alikes import MIX_UP, appearance
from scrubber.consent.manifest.model import Manifest, Person, PhotoEntry

Place: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """`place` is the way to the key, such as `("people", 2, "expires")`; `text` goes on from its name."""

    place: Place
    text: str


def broken_rules(manifest: Manifest) -> Iterator[Problem]:
    """All rules that `manifest` breaks, in the order of its tables."""
    for index, person in enumerate(manifest.people):
        yield from (Problem(("people", index, *place.place), place.text) for place in _person(person))
    yield from _repeated("people", "id", [person.id for person in manifest.people])
    yield from _look_alikes([person.id for person in manifest.people])
    for index, photo in enumerate(manifest.photos):
        yield from (Problem(("photos", index, *place.place), place.text) for place in _photo(photo))
    yield from _repeated("photos", "sha256", [photo.sha256 for photo in manifest.photos])
    yield from _repeated("photos", "pixels", [photo.pixels for photo in manifest.photos])
    yield from _strangers(manifest)


def _person(person: Person) -> Iterator[Problem]:
    if person.valid_from and person.expires and person.expires < person.valid_from:
        yield Problem(("expires",), f"is before valid_from ({person.valid_from}); the consent would never hold")
    if person.decision == "deny":
        return
    if not person.purposes:
        yield Problem(("purposes",), 'is missing or empty; name what the consent covers, as in purposes = ["social"]')
    if person.expires is None:
        yield Problem(("expires",), "is missing; an allow needs its last day, as in expires = 2026-12-31")
    # A child's own "no" always counts, hence only for allow (under 13 a guardian, from 13 on both).
    if person.minor and person.given_by not in ("guardian", "both"):
        yield Problem(("given_by",), 'must be "guardian" or "both" for a minor; a minor alone cannot allow, only deny')


def _photo(photo: PhotoEntry) -> Iterator[Problem]:
    if photo.sha256 is None and photo.pixels is None:
        yield Problem((), "does not say which photo it is about; add sha256 or pixels")
    # A file that breaks off within this table must not turn "withhold this photo" into no order at all.
    if not photo.model_fields_set & {"show", "hide", "dismiss", "no_photo"}:
        yield Problem((), "says nothing about the photo; add show, hide, dismiss or no_photo, or take the entry out")


def _repeated(table: str, key: str, values: Sequence[Hashable]) -> Iterator[Problem]:
    first: dict[Hashable, int] = {}
    for index, value in enumerate(values):
        if value is not None and first.setdefault(value, index) != index:
            yield Problem(
                (table, index, key),
                f"is the same as {table}[{first[value]}].{key}; put all that is said about it into one entry",
            )


def _look_alikes(ids: Sequence[str]) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for index, person in enumerate(ids):
        other = first.setdefault(appearance(person), person)
        if other != person:
            yield Problem(("people", index, "id"), f'looks like "{other}"; {MIX_UP}')


def _strangers(manifest: Manifest) -> Iterator[Problem]:
    known = {person.id for person in manifest.people}
    named: list[tuple[Place, str]] = [
        (("photos", index, "show", number, "person"), show.person)
        for index, photo in enumerate(manifest.photos)
        for number, show in enumerate(photo.show)
    ]
    named += [(("events", index, "person"), event.person) for index, event in enumerate(manifest.events)]
    for place, person in named:
        if person not in known:
            close = get_close_matches(person, known, 1)
            remedy = f'did you mean "{close[0]}"?' if close else "add a [[people]] entry with this id"
            yield Problem(place, f'names "{person}", who is not among the people; {remedy}')
