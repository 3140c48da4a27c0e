"""Takes people and photos from elsewhere into a manifest, and never loosens what it says already.

A spreadsheet may be older than a withdrawal, so whoever is in the manifest stays as they are there; only a new refusal
is taken over. A photo that has an entry, by its bytes or by its pixels, keeps it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from scrubber.consent.editing.draft import Draft
from scrubber.consent.manifest.model import Person, PhotoEntry


def merge_people(draft: Draft, people: Sequence[Person], at: datetime) -> tuple[str, ...]:
    """Adds those who are new; a sentence on everybody of whom the manifest did not say the same.

    `at` is when a refusal is noted that the manifest did not know of.
    """
    known = {one.id: one for one in draft.manifest.people}
    new = [person for person in people if person.id not in known]
    draft.add_people(new)
    said = [f"{person.id}: added" for person in new]
    for person in people:
        there = known.get(person.id, person)
        if person.decision == "deny" and there.decision == "allow":
            draft.withdraw(person.id, at)
            said.append(f"{person.id}: now refuses, and the manifest says so")
        elif person != there:
            said.append(
                f"{person.id}: differs from the manifest, which stays as it is; change it there if it is outdated"
            )
    return tuple(said)


def merge_photos(draft: Draft, photos: Sequence[PhotoEntry]) -> tuple[PhotoEntry, ...]:
    """Adds entries for photos that have none yet, each once; those that were added."""
    known = {name for one in draft.manifest.photos for name in (one.sha256, one.pixels)}
    added: list[PhotoEntry] = []
    for photo in photos:
        names = {photo.sha256, photo.pixels} - {None}
        if not names & known:
            added.append(photo)
            known |= names
    draft.add_photos(added)
    return tuple(added)
