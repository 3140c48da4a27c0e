"""Who refused or withdrew, as ledgers remember it: a manifest from a backup shows nobody of them again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from scrubber.batch.ledger.entries import Copy, Refusal, Shown
from scrubber.batch.ledger.published import all_known
from scrubber.batch.ledger.same_group import kinship, may_answer, why_unsure
from scrubber.consent.manifest.look_alikes import appearance
from scrubber.errors import NotWritable
from scrubber.output.outcomes import MATCHED_NOTHING
from scrubber.results import Result

if TYPE_CHECKING:
    from scrubber.batch.ledger.ledger import Ledger
    from scrubber.consent import Permissions, Standing
    from scrubber.terms import Terms


@dataclass(frozen=True, slots=True)
class Remembered:
    """People of a manifest who refused by a newer one, by id, and in which folder's record that stands.

    `unsure` are those who stay, though somebody who may be the same person refused under the same id, with why
    that cannot be told. `sealed` says that the record tells of people who refused, and that the key to whom is not at
    hand.
    """

    people: Mapping[str, tuple[Refusal, Path]] = field(default_factory=dict)
    unsure: Mapping[str, tuple[Refusal, Path, str]] = field(default_factory=dict)
    sealed: bool = False

    def applied(self, permissions: Permissions) -> Permissions:
        """The same permissions, but these people are hidden; everybody is, if it may be any of them."""
        if self.sealed and permissions.people:
            return replace(permissions.for_nobody(), warnings=permissions.warnings)
        if not self.people:
            return permissions
        hidden = {
            person: replace(permissions.people[person], reason=refusal.what)
            for person, (refusal, _) in self.people.items()
        }
        return replace(permissions, people={**permissions.people, **hidden})

    def noted(self, result: Result, manifest: str) -> Result:
        """The result, which says so if somebody is hidden in it because of what only a ledger remembers."""
        people = {face.person for face in result.faces} & self.people.keys()
        said = [self._sentence(person, manifest) for person in sorted(filter(None, people))]
        return replace(result, warnings=(*result.warnings, *said))

    def with_doubts(self, result: Result, shown: Iterable[Shown]) -> Result:
        """The result, which says so if it shows somebody under whose id somebody refused who may be the same."""
        people = {one.person for one in shown} & self.unsure.keys()
        said = [self._doubt(person) for person in sorted(people)]
        return replace(result, warnings=(*result.warnings, *said))

    def _doubt(self, person: str) -> str:
        refusal, out, why = self.unsure[person]
        return (
            f"{person} is shown, and a {refusal.person} {_said(refusal)}, says the record of {out}; whether it is the "
            f"same person cannot be told, for {why}; if it is, use the newest manifest"
        )

    def _sentence(self, person: str, manifest: str) -> str:
        refusal, out = self.people[person]
        return (
            f"{person} {_said(refusal)}, says the record of {out}, and {manifest} does not know of it, so {person} is "
            'hidden; use the newest manifest, or see docs/consent.md, "Agreed anew"'
        )


def remembered(terms: Terms, ledger: Ledger | None = None) -> Remembered:
    """Of whom the manifest shows, those who refused by an earlier one: as the ledger of the output folder remembers.

    A manifest knows of a withdrawal if it has the event, and of a refusal if it says that the person agreed later.
    Ledgers of other folders count as that of the output folder does, as far as they tell of the same group.
    """
    permissions = terms.permissions
    if permissions is None or not permissions.people:
        return Remembered()
    alike = {appearance(person): person for person in permissions.people}
    found: dict[str, tuple[Refusal, Path]] = {}
    unsure: dict[str, tuple[Refusal, Path, str]] = {}
    for each in _relevant_ledgers(terms, ledger):
        for refusal in each.refusals:
            person = alike.get(appearance(refusal.person))
            standing = permissions.people.get(person or "")
            if person is None or standing is None or not _is_forgotten(refusal, standing):
                continue
            group = kinship(refusal, standing, terms, each, own=each is ledger)
            if group == "same":
                found[person] = refusal, each.out
            elif group == "unsure":
                unsure[person] = refusal, each.out, why_unsure(refusal, terms)
    return Remembered(found, unsure, sealed=ledger is not None and ledger.sealed_refusals > 0)


def _relevant_ledgers(terms: Terms, ledger: Ledger | None) -> Iterator[Ledger]:
    """All ledgers that can be read, the one of the output folder last, as far as they tell of people who refused."""
    for each in all_known(terms.ledger_identity):
        if ledger is None or each.path != ledger.path:
            try:
                each.refresh_refusals()
            except NotWritable:
                continue  # what another scrubber keeps elsewhere must not stop what is done here
            yield each
    if ledger is not None:
        ledger.refresh_refusals()
        yield ledger


def refused_since(copy: Copy) -> str | None:
    """Why a copy must not be seen any more, as the record tells that holds it, in words that follow "it"; or None.

    For whoever asks without a manifest. It counts what was noted since the copy was made: a run after a refusal shows
    only who agreed anew.
    """
    shown = {appearance(one.person): one.person for one in copy.private.shown} if copy.private else {}
    for ledger in all_known() if shown else ():
        try:
            ledger.refresh_refusals()
            later = (one for one in ledger.refusals if one.noted >= copy.at)
            refused = {appearance(one.person): one for one in later}
            if not refused.keys().isdisjoint(shown) and ledger.with_bytes(copy.sha256 or ""):
                person, refusal = next((shown[key], one) for key, one in refused.items() if key in shown)
                return f"shows {person}, who {_said(refusal)}"
        except NotWritable:
            continue  # what another scrubber keeps elsewhere must not stop what is done here
    return None


def under_known_refusals(terms: Terms, known: Remembered) -> Terms:
    """The same terms, but everybody is hidden who refused by an earlier manifest, of which this one knows nothing."""
    permissions = terms.permissions
    return terms if permissions is None else replace(terms, permissions=known.applied(permissions))


def remember_refusals(ledger: Ledger, terms: Terms) -> None:
    """Note in the ledger who refused or withdrew, as the manifest of this run says."""
    people = terms.permissions.people if terms.permissions else {}
    organisation = terms.permissions.organisation if terms.permissions else None
    agreed = {refusal.person for refusal in ledger.refusals if _is_answered(refusal, ledger, terms)}
    for person in sorted(agreed):
        ledger.note_agreed(person, terms.manifest_path)
    refused = ((person, standing) for person, standing in people.items() if standing.refused is not None)
    said = [_refusal(person, standing, organisation, terms.manifest_path) for person, standing in refused]
    ledger.note_refusals([_again(refusal, ledger) for refusal in said if not _is_noted(refusal, ledger)])


def _again(refusal: Refusal, ledger: Ledger) -> Refusal:
    """The refusal of somebody who had agreed anew: what they said until today does not count any more."""
    if refusal.what == "withdrawn" or appearance(refusal.person) not in ledger.answered:
        return refusal
    return replace(refusal, since=max(refusal.since, date.today()))


def _is_answered(refusal: Refusal, ledger: Ledger, terms: Terms) -> bool:
    """Whether the manifest of this run says that somebody agreed anew, and the ledger does not know it yet."""
    people = terms.permissions.people if terms.permissions else {}
    alike = (each for person, each in people.items() if appearance(person) == appearance(refusal.person))
    standing = next(alike, None)
    if standing is None or standing.refused is not None or _is_forgotten(refusal, standing):
        return False
    place = ledger.refusals.index(refusal)
    answered = ledger.answered.get(appearance(refusal.person), 0)
    return place >= answered and may_answer(refusal, standing, terms, ledger)


def sealed_refusals(ledger: Ledger, terms: Terms) -> Iterator[Result]:
    """For a ledger that tells of refusals under a key that is not at hand: that nobody can say whose."""
    if ledger.sealed_refusals and terms.permissions is not None and terms.permissions.people:
        said = (
            "people refused or withdrew, says the record of published copies, but who is sealed with the key of a "
            f"locked manifest, and {terms.manifest} does not have it; so nobody is shown under it: use that manifest"
        )
        yield Result(str(ledger.path), None, "unchanged", MATCHED_NOTHING, warnings=(said,))


def refusal_of(person: str, standing: Standing, organisation: str | None, manifest: str | None) -> Refusal | None:
    """What is to be remembered of somebody's standing; None if they did not refuse."""
    return _refusal(person, standing, organisation, manifest) if standing.refused else None


def _refusal(person: str, standing: Standing, organisation: str | None, manifest: str | None) -> Refusal:
    """`since` is the day of a withdrawal. Else, and where that day is a slip, for it is yet to come, it is the last day
    on which they agreed: whatever is agreed after that counts. If no day is told, it is the day before this one: an
    older manifest has a day on which they agreed, and it must not count for more than the refusal. So it is if an event
    of this day tells: whoever agrees anew on the same day says so with that day alone."""
    assert standing.refused is not None
    day = standing.withdrew if standing.refused == "withdrawn" else None
    yesterday = date.today() - timedelta(days=1)
    if day is None or day > date.today():
        event = standing.agreed_at
        told = min(max(event.date(), event.astimezone(UTC).date()), yesterday) if event else None
        day = max(filter(None, (standing.agreed, told)), default=yesterday)
    return Refusal(person, standing.refused, day, standing.consent, organisation, manifest)


def _is_noted(refusal: Refusal, ledger: Ledger) -> bool:
    """Whether a ledger knows of a refusal that was not answered since.

    The day counts only if it is the manifest's own, and not that of noting.
    """
    unanswered = ledger.refusals[ledger.answered.get(appearance(refusal.person), 0) :]
    return any(replace(one, since=refusal.since) == refusal and one.since <= refusal.since for one in unanswered)


def _said(refusal: Refusal) -> str:
    return f"withdrew on {refusal.since} or before" if refusal.what == "withdrawn" else "refused"


def _is_forgotten(refusal: Refusal, standing: Standing) -> bool:
    """Whether a manifest under which somebody stands like this is older than a refusal, or lost it."""
    if standing.refused is not None:
        return False
    if refusal.what == "withdrawn":
        return standing.withdrew is None or standing.withdrew < refusal.since
    later = standing.agreed is not None and standing.agreed > refusal.since
    event = standing.agreed_at is not None and standing.agreed_at > datetime.fromisoformat(refusal.noted)
    return not (later or event)
