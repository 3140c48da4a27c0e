"""Who refused or withdrew, as ledgers remember it: a manifest from a backup shows nobody of them again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from scrubber.batch.ledger.entries import Copy, Refusal
from scrubber.batch.ledger.published import all_known
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

    `sealed` says that the record tells of people who refused, and that the key to whom is not at hand.
    """

    people: Mapping[str, tuple[Refusal, Path]] = field(default_factory=dict)
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

    def _sentence(self, person: str, manifest: str) -> str:
        refusal, out = self.people[person]
        return (
            f"{person} {_said(refusal)}, says the record of {out}, and {manifest} does not know of it, so {person} is "
            'hidden; use the newest manifest, or see docs/consent.md, "Agreed anew"'
        )


def remembered(terms: Terms, ledger: Ledger | None = None) -> Remembered:
    """Of whom the manifest shows, those who refused by an earlier one: as the ledger of the output folder remembers.

    A manifest knows of a withdrawal if it has the event, and of a refusal if it says that the person agreed on that day
    or later. Ledgers of other folders count where they tell of the very same consent: other groups may use the same
    ids.
    """
    permissions = terms.permissions
    if permissions is None or not permissions.people:
        return Remembered()
    alike = {appearance(person): person for person in permissions.people}
    found: dict[str, tuple[Refusal, Path]] = {}
    for each in _relevant_ledgers(terms, ledger):
        for refusal in each.refusals:
            person = alike.get(appearance(refusal.person))
            standing = permissions.people.get(person or "")
            if person is None or standing is None or not _is_forgotten(refusal, standing):
                continue
            same_group = _folded(refusal.organisation) == _folded(permissions.organisation)
            if same_group and (each is ledger or refusal.consent == standing.consent):
                found[person] = refusal, each.out
    return Remembered(found, sealed=ledger is not None and ledger.sealed_refusals > 0)


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
    refused = ((person, standing) for person, standing in people.items() if standing.refused is not None)
    said = [_refusal(person, standing, organisation) for person, standing in refused]
    new = [refusal for refusal in said if not any(_is_noted(refusal, known) for known in ledger.refusals)]
    ledger.note_refusals(new, terms.manifest_path)


def sealed_refusals(ledger: Ledger, terms: Terms) -> Iterator[Result]:
    """For a ledger that tells of refusals under a key that is not at hand: that nobody can say whose."""
    if ledger.sealed_refusals and terms.permissions is not None and terms.permissions.people:
        said = (
            "people refused or withdrew, says the record of published copies, but who is sealed with the key of a "
            f"locked manifest, and {terms.manifest} does not have it; so nobody is shown under it: use that manifest"
        )
        yield Result(str(ledger.path), None, "unchanged", MATCHED_NOTHING, warnings=(said,))


def refusal_of(person: str, standing: Standing, organisation: str | None) -> Refusal | None:
    """What is to be remembered of somebody's standing; None if they did not refuse."""
    return _refusal(person, standing, organisation) if standing.refused else None


def _refusal(person: str, standing: Standing, organisation: str | None) -> Refusal:
    """`since` is the day of a withdrawal. Else, and where that day is a slip, for it is yet to come, it is the last day
    on which they agreed: whatever is agreed after that counts. If no day is told, it is the day before this one: an
    older manifest has a day on which they agreed, and it must not count for more than the refusal."""
    assert standing.refused is not None
    day = standing.withdrew if standing.refused == "withdrawn" else None
    if day is None or day > date.today():
        day = standing.agreed or date.today() - timedelta(days=1)
    return Refusal(person, standing.refused, day, standing.consent, organisation)


def _folded(organisation: str | None) -> str:
    """A name as people write it in one way today and in another tomorrow."""
    return " ".join((organisation or "").casefold().split())


def _is_noted(refusal: Refusal, known: Refusal) -> bool:
    """Whether a ledger knows of a refusal. The day counts only if it is the manifest's own, and not that of noting."""
    return replace(known, since=refusal.since) == refusal and known.since <= refusal.since


def _said(refusal: Refusal) -> str:
    return f"withdrew on {refusal.since} or before" if refusal.what == "withdrawn" else "refused"


def _is_forgotten(refusal: Refusal, standing: Standing) -> bool:
    """Whether a manifest under which somebody stands like this is older than a refusal, or lost it."""
    if standing.refused is not None:
        return False
    if refusal.what == "withdrawn":
        return standing.withdrew is None or standing.withdrew < refusal.since
    return standing.agreed is None or standing.agreed <= refusal.since
