"""Restrictions of a manifest that matched nothing: they are said, never passed over in silence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from scrubber.output.outcomes import MATCHED_NOTHING
from scrubber.results import Result

if TYPE_CHECKING:
    from scrubber.batch.ledger.ledger import Ledger
    from scrubber.terms import Terms
    from scrubber.values import SourceId


def damage(ledger: Ledger) -> Iterator[Result]:
    """For a ledger with lines that cannot be read: what they said of copies is not known any more."""
    if ledger.damaged:
        said = (
            f"{ledger.damaged} lines of this record of published copies cannot be read; copies that they were about "
            "count as somebody else's: look through the output folder"
        )
        yield Result(str(ledger.path), None, "unchanged", MATCHED_NOTHING, warnings=(said,))


def idle_restrictions(terms: Terms, seen: Iterable[SourceId]) -> Iterator[Result]:
    """For a manifest with entries that restrict something and matched none of the photos `seen`: that it has them."""
    said = terms.permissions.unmatched(seen) if terms.permissions else ()
    if said:
        yield Result(terms.manifest, None, "unchanged", MATCHED_NOTHING, warnings=said)


def with_idle_note(result: Result, terms: Terms) -> Result:
    """The result for one photo on its own, which says so if the manifest restricts photos and none is this one."""
    if terms.permissions is None or result.source is None or terms.pointed_at(result.source):
        return result
    if not terms.permissions.unmatched([result.source]):
        return result
    said = (
        f"{terms.manifest} restricts photos, and none of them is this one; if it is one of them that was edited since, "
        "say it anew for this file"
    )
    return replace(result, warnings=(*result.warnings, said))
