"""Permissions of a run that is going on, and what the manifest says by now: only more may be hidden, never less."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scrubber.consent.decisions.permissions import Permissions, Standing
from scrubber.consent.decisions.photo_entries import PhotoEntries

if TYPE_CHECKING:
    from collections.abc import Set

    from scrubber.consent.manifest.model import DismissBox, PhotoEntry


def tightened(before: Permissions, now: Permissions, refused: Set[str]) -> Permissions:
    """The permissions `before`, but everything holds that `now` restricts. `refused` are ids of who refuses today.

    Who is in `now` alone is nobody that the run knows, so what points at them is left out.
    """
    people = {
        person: _stricter(standing, now.people.get(person), refused=person in refused)
        for person, standing in before.people.items()
    }
    dismissed = frozenset(box for entry in before.photos.entries for box in entry.dismiss)
    entries = [_known_part(entry, people.keys(), dismissed) for entry in now.photos.entries]
    return replace(before, people=people, photos=PhotoEntries.of(entries))


def _stricter(before: Standing, now: Standing | None, *, refused: bool) -> Standing:
    if now is None:
        return replace(before, reason=before.reason or "denied")
    reason = before.reason or now.reason
    if reason is None and (refused or (before.has_references and not now.has_references)):
        reason = "withdrawn" if refused else "denied"  # the latter is no longer to be recognised
    return replace(now, reason=reason, minor=before.minor or now.minor, has_references=before.has_references)


def _known_part(entry: PhotoEntry, people: Set[str], dismissed: Set[DismissBox]) -> PhotoEntry:
    """What an entry says of people that the run knows; a place that is dismissed only now waits for the next run."""
    show = tuple(one for one in entry.show if one.person in people)
    dismiss = tuple(one for one in entry.dismiss if one in dismissed)
    if (show, dismiss) == (entry.show, entry.dismiss):
        return entry
    return entry.model_copy(update={"show": show, "dismiss": dismiss})
