"""What was said about photos, as the ledger remembers it: no other manifest, and none left out, undoes it silently."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from scrubber.errors import UsageError
from scrubber.photos import alike
from scrubber.results import Result
from scrubber.values import UNTURNED, SourceId

if TYPE_CHECKING:
    from scrubber.batch.ledger.entries import Copy
    from scrubber.batch.ledger.ledger import Ledger
    from scrubber.terms import Terms

SAY_ANEW: Final = "withhold it too (`scrubber consent no-photo`), or write no_photo = false in an entry for this file"


def refuse_without_manifest(ledger: Ledger, terms: Terms, *hashes: str, source: SourceId | None = None) -> None:
    """Raise `UsageError` for a run without a manifest where an earlier one restricted a photo with such a hash, or any.

    With a `source`, also where it withheld a photo that may be this one. Leaving out an option must not undo a hide box
    or a NO PHOTO.
    """
    if terms.permissions is not None:
        return
    others = ledger.restricted_others(source) if source else ()
    known = ledger.restricting(*hashes) or next((one for one in others if _restrictions(one).get("no_photo")), None)
    if known is not None:
        manifest = known.restricted_by or known.manifest or "a manifest"
        raise UsageError(
            f"{ledger.out}: copies here follow {manifest}, which hides places in {_named(known)} or withholds "
            f"it; give it again: --consent {manifest}"
        )


def lifted(ledger: Ledger, terms: Terms, result: Result, rehearsed: Iterable[Copy] = ()) -> Result:
    """The result under what earlier manifests said of the photo and the one of this run does not.

    `rehearsed` are restricted photos of this run that the ledger does not know, for it only tells what would be.

    NO PHOTO holds until a manifest takes it back in so many words; a hide box that is gone is told. What was said about
    another file that may be the same photo is in doubt for this one.
    """
    source = result.source
    if source is None or terms.permissions is None or result.status != "published" or terms.says_no_photo(source):
        return result
    known = ledger.restricting(source.sha256)
    if known is not None:
        result = _if_restricted(ledger, terms, result, known)
    here = [one for one in rehearsed if one.source.sha256 != source.sha256 and may_be_the_same(source, one.source)]
    for other in (*here, *ledger.restricted_others(source)):
        then = _restrictions_now(other, terms)
        if result.status == "published" and (then.get("no_photo") or _boxes(then)):
            result = _if_another(terms, result, source, other, then)
    return result


def still_doubted(ledger: Ledger, terms: Terms, result: Result) -> bool:
    """Whether a photo that was withheld in doubt would be again.

    A doubt ends for all files of a photo when what was said is taken back for the one that it was said of.
    """
    assert result.source is not None
    if terms.permissions is None or terms.permissions.doubts(result.source):
        return True
    return lifted(ledger, terms, replace(result, status="published")).status != "published"


def _if_restricted(ledger: Ledger, terms: Terms, result: Result, known: Copy) -> Result:
    """The result for a photo of which an earlier manifest said something."""
    if known.private is None:
        words = (
            f"{known.manifest} hid places in this photo or withheld it; what it said is sealed with the key of a "
            f"locked manifest, which {terms.manifest} does not have: use that one, or write no_photo = false in an "
            "entry for this photo if it may be seen"
        )
        return withheld(result, "restriction-in-doubt", words)
    if known.private.restrictions.get("no_photo"):
        words = "an earlier manifest withheld this photo; if it may be seen, write no_photo = false in an entry for it"
        return withheld(result, "no-photo-sign", words)
    gone = forgotten_boxes(ledger, terms, known.source)
    places = f"{len(gone)} places" if len(gone) > 1 else "a place"
    words = f"an earlier manifest hid {places} in this photo that {terms.manifest} does not; use the newest one"
    return _noted(result, words) if gone else result


def _if_another(terms: Terms, result: Result, source: SourceId, other: Copy, then: dict[str, Any]) -> Result:
    """The result for a photo that may be another file's, of which `then` was said.

    Pixels, or the digits that are the same however it is turned, tell that it is the same photo, tagged, turned or
    retouched. One that only looks like the other may be the next of a burst: then NO PHOTO withholds it, for who asked
    not to be seen is probably in it as well, and hide boxes are told, for what they cover may be elsewhere in it.
    """
    now = terms.pointed_at(source)
    if other.source.pixels == source.pixels:
        boxes = [*then.get("hide", ()), *then.get("forgotten", ())]
        covered = all(box in now.get("hide", ()) for box in boxes)
        words = f"{_named(other)} has the same pixels, and is withheld or has hidden places"
    elif other.source.pixels[:UNTURNED] == source.pixels[:UNTURNED]:
        covered = _boxes(then) <= len(now.get("hide", ()))
        words = f"it is probably {_named(other)}, turned or edited since, which is withheld or has hidden places"
    elif then.get("no_photo"):
        covered, words = False, f"it looks like {_named(other)}, which is withheld"
    else:
        return result if now.get("hide") else _noted(result, looks_like(_named(other)))
    if covered and not then.get("no_photo"):
        return result
    return withheld(result, "restriction-in-doubt", f"{words}; {SAY_ANEW}")


def may_be_the_same(one: SourceId, other: SourceId) -> bool:
    """Whether two files may be one photo: by its pixels, turned, retouched, or by its looks."""
    return one.pixels[:UNTURNED] == other.pixels[:UNTURNED] or alike(one.look, other.look)


def looks_like(name: str) -> str:
    """The sentence about a photo that looks like one in which places are hidden."""
    return f"it looks like {name}, in which places are hidden, and none is hidden here; look whether one has to be"


def _named(known: Copy) -> str:
    return Path(known.input).name


def _restrictions(known: Copy) -> dict[str, Any]:
    """What was said of a photo; the most that can be, if it is sealed."""
    return known.private.restrictions if known.private else {"no_photo": True}


def _restrictions_now(known: Copy, terms: Terms) -> dict[str, Any]:
    """The same, or what the manifest says of that photo now, where it says in so many words whether it may be seen."""
    return terms.pointed_at(known.source) if terms.says_no_photo(known.source) else _restrictions(known)


def _boxes(said: dict[str, Any]) -> int:
    return len(said.get("hide", ())) + len(said.get("forgotten", ()))


def forgotten_boxes(ledger: Ledger, terms: Terms, source: SourceId) -> list[Any]:
    """Hide boxes that earlier manifests had for a photo, and the one of this run has not, nor takes them back."""
    known = ledger.restricting(source.sha256)
    if known is None or known.private is None or terms.says_no_photo(source):
        return []
    then, now = known.private.restrictions, terms.pointed_at(source).get("hide", ())
    return [box for box in (*then.get("hide", ()), *then.get("forgotten", ())) if box not in now]


def _noted(result: Result, words: str) -> Result:
    return replace(result, warnings=(*result.warnings, words))


def withheld(result: Result, reason: str, words: str) -> Result:
    """The result without a copy, for this reason, with a sentence that says more."""
    result = replace(result, status="withheld", reason=reason, output=None, output_sha256=None)
    return _noted(replace(result, output_width=0, output_height=0), words)
