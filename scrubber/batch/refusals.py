"""Who refused or withdrew, as the ledger remembers it: a manifest from a backup shows nobody of them again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from scrubber.batch.idle import REASON
from scrubber.batch.ledger_entries import Refusal
from scrubber.types import Result

if TYPE_CHECKING:
    from scrubber.batch.ledger import Ledger
    from scrubber.consent import Standing
    from scrubber.terms import Terms


def under_known_refusals(terms: Terms, ledger: Ledger) -> Terms:
    """The same terms, but everybody is hidden who refused by an earlier manifest, of which this one knows nothing.

    A manifest knows of a withdrawal if it has the event, and of a refusal if it says that the person agreed on that day
    or later.
    """
    permissions = terms.permissions
    if permissions is None:
        return terms
    forgotten = {
        refusal.person: replace(permissions.people[refusal.person], reason=refusal.what)
        for refusal in ledger.refusals
        if refusal.person in permissions.people and _is_forgotten(refusal, permissions.people[refusal.person])
    }
    if not forgotten:
        return terms
    return replace(terms, permissions=replace(permissions, people={**permissions.people, **forgotten}))


def with_refusal_note(ledger: Ledger, terms: Terms, result: Result) -> Result:
    """The result, which says so if somebody is hidden in it because of what only the ledger remembers."""
    if terms.permissions is None:
        return result
    people = {face.person for face in result.faces if face.person in terms.permissions.people}
    said = [
        f"{refusal.person} {_word(refusal)} on {refusal.since} or before, says the record of {ledger.out}, and "
        f"{terms.manifest} does not know of it, so {refusal.person} is hidden; use the newest manifest, or see "
        'docs/consent.md, "Agreed anew"'
        for refusal in ledger.refusals
        if refusal.person in people and _is_forgotten(refusal, terms.permissions.people[refusal.person])
    ]
    return replace(result, warnings=(*result.warnings, *said))


def remember_refusals(ledger: Ledger, terms: Terms, people: Iterable[str | None]) -> None:
    """Note in the ledger who of `people` refused or withdrew, as the manifest of this run says."""
    standings = terms.permissions.people if terms.permissions else {}
    for person in people:
        standing = standings.get(person or "")
        if person is not None and standing is not None and standing.refused is not None:
            known = any(refusal.person == person and refusal.what == standing.refused for refusal in ledger.refusals)
            since = standing.withdrew if standing.refused == "withdrawn" else None
            if not known:
                ledger.note_refusal(Refusal(person, standing.refused, since or date.today()))


def sealed_refusals(ledger: Ledger, terms: Terms) -> Iterator[Result]:
    """For a ledger that tells of refusals under a key that is not at hand: that nobody can say whose."""
    if ledger.sealed_refusals and terms.permissions is not None and terms.permissions.people:
        said = (
            "people refused or withdrew, says the record of published copies, but who is sealed with the key of a "
            f"locked manifest, and {terms.manifest} does not have it; use that manifest, or look at every face shown"
        )
        yield Result(str(ledger.path), None, "unchanged", REASON, warnings=(said,))


def _is_forgotten(refusal: Refusal, standing: Standing) -> bool:
    """Whether a manifest under which somebody stands like this is older than a refusal, or lost it."""
    if refusal.what == "withdrawn":
        return standing.withdrew is None or standing.withdrew < refusal.since
    return standing.refused is None and (standing.agreed is None or standing.agreed < refusal.since)


def _word(refusal: Refusal) -> str:
    return "withdrew" if refusal.what == "withdrawn" else "refused"
