"""Whom a copy shows, or may show: what the ledger must know so that it goes when one of them withdraws."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from scrubber.batch.ledger.entries import Shown

if TYPE_CHECKING:
    from scrubber.consent import Permissions
    from scrubber.results import Result


def people_shown(result: Result, unplaced: Iterable[str], permissions: Permissions | None) -> tuple[Shown, ...]:
    """Everybody who may be seen in a copy, also in places that were dismissed as no face.

    `unplaced` are people who are pointed at where no face was found: what lies there is not hidden.
    """
    people = permissions.people if permissions else {}
    left = [face for face in result.faces if face.action == "show"]
    seen = {(face.person, "match" if face.reason == "allowed-by-match" else "box") for face in left if face.person}
    seen |= {(other.person, other.by) for face in left for other in face.others}
    seen |= {(person, "pointed") for person in unplaced}
    return tuple(Shown(person, by, people[person].consent) for person, by in sorted(seen))
