"""What was said since a run began: somebody withdrew, the manifest hides more. The rest of the run goes by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from scrubber.batch.ledger.refusals import Remembered, remembered, under_known_refusals
from scrubber.errors import ManifestError
from scrubber.guarded import mark_of
from scrubber.output.outcomes import MATCHED_NOTHING
from scrubber.results import Result

if TYPE_CHECKING:
    from scrubber.batch.ledger.ledger import Ledger
    from scrubber.consent import Permissions
    from scrubber.terms import Terms

_FOLLOWED: Final = "was changed while this run was going on; what it restricts since counts for all copies of it"
_NOT_FOLLOWED: Final = (
    "was changed while this run was going on, and cannot be read again by it; so nobody is shown from here on, and "
    "what it hides or withholds since does not count yet: give the run again"
)


class SaidSince:
    """Watches the manifest of a run, and the ledger of its output folder, in which `consent revoke` notes refusals."""

    def __init__(self, ledger: Ledger, terms: Terms, known: Remembered) -> None:
        self.terms = terms
        """What the run goes by now."""
        self.known = known
        self._ledger = ledger
        self._mark = terms.manifest_mark
        self._noted = self._refusals()
        self._told: list[Result] = []

    def look(self) -> bool:
        """Whether anything was said since the last look; then `terms` and `known` have changed."""
        if self.terms.permissions is None or not (self._ledger_changed() | self._manifest_changed()):
            return False
        self.known = remembered(self.terms, self._ledger)
        self.terms = under_known_refusals(self.terms, self.known)
        return True

    def told(self) -> list[Result]:
        """That the manifest changed; as a failure where nobody can say how."""
        told, self._told = self._told, []
        return told

    def _refusals(self) -> int:
        self._ledger.refresh()
        return len(self._ledger.refusals) + self._ledger.sealed_refusals

    def expect_own(self) -> None:
        """Take in what the run itself noted."""
        self._noted = self._refusals()

    def _ledger_changed(self) -> bool:
        before, self._noted = self._noted, self._refusals()
        return self._noted > before

    def _manifest_changed(self) -> bool:
        permissions = self.terms.permissions
        if self.terms.manifest_path is None or permissions is None:
            return False
        path = Path(self.terms.manifest_path)
        mark = mark_of(path)
        if mark == self._mark:
            return False
        self._mark = mark
        try:
            now: Permissions | None = _restricted_by(path, permissions)
        except ManifestError:
            now = None
        if now == permissions:
            return False
        if now is None:
            self._told = [Result(str(path), None, "failed", "said-since", warnings=(f"{path}: {_NOT_FOLLOWED}",))]
        else:
            said = f"{self.terms.manifest}: {_FOLLOWED}"
            self._told = [Result(str(path), None, "unchanged", MATCHED_NOTHING, warnings=(said,))]
        self.terms = replace(self.terms, permissions=now or permissions.for_nobody())
        return True


def _restricted_by(manifest: Path, permissions: Permissions) -> Permissions:
    """The permissions under what a manifest says by now. Raises `ManifestError`, for a locked one as well."""
    from scrubber.consent import Consent
    from scrubber.consent.decisions.permissions import of_any_purpose, resolve
    from scrubber.consent.decisions.tightening import tightened

    said = Consent.load(manifest).manifest
    today = of_any_purpose(said, date.today()).people
    refused = {person for person, standing in today.items() if standing.refused}
    return tightened(permissions, resolve(said, permissions.purpose, permissions.on), refused)
