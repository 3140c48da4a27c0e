"""Is a refusal about somebody of this manifest, or of another group that uses the same ids? Doubt hides.

Names of organisations tell groups apart. A manifest without one names no other group.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Literal, TypeAlias

from scrubber.batch.ledger.published import all_known
from scrubber.consent.vault.locking import LOCKED
from scrubber.errors import NotWritable

if TYPE_CHECKING:
    from scrubber.batch.ledger.entries import Refusal
    from scrubber.batch.ledger.ledger import Ledger
    from scrubber.consent import Standing
    from scrubber.terms import Terms

Kinship: TypeAlias = Literal["same", "unsure", "another"]


def kinship(refusal: Refusal, standing: Standing, terms: Terms, ledger: Ledger, *, own: bool) -> Kinship:
    """Whether a refusal is from the group whose manifest a run has, and about whoever stands like this in it.

    `ledger` tells of the refusal; `own` says that it is that of the output folder.
    """
    theirs, ours = _folded(refusal.organisation), _folded(terms.permissions.organisation if terms.permissions else None)
    same_file = refusal.manifest is not None and _unlocked(refusal.manifest) == _unlocked(terms.manifest_path)
    if theirs and ours:
        if theirs == ours:
            return "same"
        here = own and _belongs_here(refusal, ledger)
        if here and (same_file or _same_consent(refusal, standing, ledger)):
            return "same"  # the name was written anew
        return "unsure" if here or same_file else "another"
    if same_file:
        return "same"
    if theirs or ours:
        return "same" if own and _belongs_here(refusal, ledger) else "unsure"
    return "same" if own or _same_consent(refusal, standing, ledger) else "unsure"


def may_answer(refusal: Refusal, standing: Standing, terms: Terms, ledger: Ledger) -> bool:
    """Whether who stands like this may be who refused, as the ledger of the output folder tells it."""
    return kinship(refusal, standing, terms, ledger, own=True) != "another"


def why_unsure(refusal: Refusal, terms: Terms) -> str:
    """Why nobody can tell whether two groups are one, in words that follow "for"."""
    ours = terms.permissions.organisation if terms.permissions else None
    both = f"{refusal.manifest or 'that manifest'} and {terms.manifest}"
    if refusal.organisation and ours:
        return f"{both} do not name the same organisation"
    return f"{both} do not both name an organisation"


def _belongs_here(refusal: Refusal, ledger: Ledger) -> bool:
    """Whether a refusal that stands in a ledger may be about its folder: `revoke` notes it in those of others as well.

    It is about others if its manifest was used in other folders and never in this one.
    """
    if refusal.manifest in ledger.manifests:
        return True
    for other in all_known():
        try:
            other.refresh()
        except NotWritable:
            continue  # what another scrubber keeps elsewhere must not stop what is done here
        if refusal.manifest in other.manifests:
            return False
    return True


def _same_consent(refusal: Refusal, standing: Standing, ledger: Ledger) -> bool:
    """Whether what was agreed to is the same as in the refusal, or in a copy that its manifest brought about once."""
    if refusal.consent == standing.consent:
        return True
    return any(
        shown.consent == standing.consent
        for copy, _ in ledger.history()
        if copy.private is not None and _unlocked(copy.manifest_path) == _unlocked(refusal.manifest)
        for shown in copy.private.shown
    )


def _unlocked(manifest: str | None) -> str:
    """The path of a manifest as it was before it was locked."""
    return (manifest or "").removesuffix(LOCKED)


def _folded(organisation: str | None) -> str:
    """A name as people write it in one way today and in another tomorrow: no case, accents, dots or spaces."""
    text = unicodedata.normalize("NFKD", organisation or "").casefold()
    return "".join(filter(str.isalnum, text)) or text.strip()
