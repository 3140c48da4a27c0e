"""What was said about photos, as the ledger remembers it: no other manifest, and none left out, undoes it silently."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from scrubber.errors import UsageError
from scrubber.values import UNTURNED, Result, SourceId

if TYPE_CHECKING:
    from scrubber.batch.ledger.entries import Copy
    from scrubber.batch.ledger.ledger import Ledger
    from scrubber.terms import Terms

SAY_ANEW: Final = "say it anew for this file, or write no_photo = false in an entry for it if it may be seen"


def refuse_without_manifest(ledger: Ledger, terms: Terms, *hashes: str) -> None:
    """Raise `UsageError` for a run without a manifest where an earlier one restricted a photo with such a hash, or any.

    Leaving out an option must not undo a hide box or a NO PHOTO.
    """
    known = ledger.restricting(*hashes) if terms.permissions is None else None
    if known is not None:
        manifest = known.manifest or "a manifest"
        raise UsageError(
            f"{ledger.out}: copies here follow {manifest}, which hides places in {Path(known.input).name} or withholds "
            f"it; give it again: --consent {manifest}"
        )


def lifted(ledger: Ledger, terms: Terms, result: Result) -> Result:
    """The result under what earlier manifests said of the photo and the one of this run does not.

    NO PHOTO holds until a manifest takes it back in so many words; a hide box that is gone is told. What was said about
    another file with the same pixels is in doubt for this one: it is withheld until the manifest says it for it, too.
    """
    if result.source is None or terms.permissions is None or result.status != "published":
        return result
    source, explicit = result.source, terms.says_no_photo(result.source)
    known = ledger.restricting(source.sha256, source.pixels)
    if known is None:
        return result if explicit else _if_edited(ledger, terms, result, source)
    if known.private is None:
        words = (
            f"{known.manifest} hid places in this photo or withheld it; what it said is sealed with the key of a "
            f"locked manifest, which {terms.manifest} does not have: use that one, or write no_photo = false in an "
            "entry for this photo if it may be seen"
        )
        return result if explicit else _withheld(result, "restriction-in-doubt", words)
    then = known.private.restrictions
    if then.get("no_photo") and not explicit:
        words = "an earlier manifest withheld this photo; if it may be seen, write no_photo = false in an entry for it"
        return _withheld(result, "no-photo-sign", words)
    gone = forgotten_boxes(ledger, terms, result.source)
    if gone and not explicit and known.source.sha256 != result.source.sha256:
        words = f"{Path(known.input).name} has the same pixels, and places are hidden in it"
        return _withheld(result, "restriction-in-doubt", words)
    places = f"{len(gone)} places" if len(gone) > 1 else "a place"
    words = f"an earlier manifest hid {places} in this photo that {terms.manifest} does not; use the newest one"
    return _noted(result, words) if gone else result


def _if_edited(ledger: Ledger, terms: Terms, result: Result, source: SourceId) -> Result:
    """The result for a photo that is probably one that was restricted: turned by its flag since, retouched, saved anew.

    A photo that only looks like another may be the next of a burst. Then NO PHOTO withholds it, for who asked not to be
    seen is probably in it as well, and hide boxes are told, for what they cover may be elsewhere in it.
    """
    now = terms.pointed_at(source)
    known = ledger.restricting(source.pixels[:UNTURNED])
    if known is not None:
        then = _restrictions(known)
        if not then.get("no_photo") and _boxes(then) <= len(now.get("hide", ())):
            return result
        words = f"it is probably {_named(known)}, turned or edited since, in which something is hidden, or which is"
        return _withheld(result, "restriction-in-doubt", f"{words} withheld; {SAY_ANEW}")
    known = ledger.restricted_like(source)
    if known is None:
        return result
    if _restrictions(known).get("no_photo"):
        words = f"it looks like {_named(known)}, which is withheld"
        return _withheld(result, "restriction-in-doubt", f"{words}; {SAY_ANEW}")
    return result if now.get("hide") else _noted(result, looks_like(_named(known)))


def looks_like(name: str) -> str:
    """The sentence about a photo that looks like one in which places are hidden."""
    return f"it looks like {name}, in which places are hidden, and none is hidden here; look whether one has to be"


def _named(known: Copy) -> str:
    return Path(known.input).name


def _restrictions(known: Copy) -> dict[str, Any]:
    """What was said of a photo; the most that can be, if it is sealed."""
    return known.private.restrictions if known.private else {"no_photo": True}


def _boxes(said: dict[str, Any]) -> int:
    return len(said.get("hide", ())) + len(said.get("forgotten", ()))


def forgotten_boxes(ledger: Ledger, terms: Terms, source: SourceId) -> list[Any]:
    """Hide boxes that earlier manifests had for a photo, and the one of this run has not, nor takes them back."""
    known = ledger.restricting(source.sha256, source.pixels)
    if known is None or known.private is None or terms.says_no_photo(source):
        return []
    then, now = known.private.restrictions, terms.pointed_at(source).get("hide", ())
    return [box for box in (*then.get("hide", ()), *then.get("forgotten", ())) if box not in now]


def _noted(result: Result, words: str) -> Result:
    return replace(result, warnings=(*result.warnings, words))


def _withheld(result: Result, reason: str, words: str) -> Result:
    result = replace(result, status="withheld", reason=reason, output=None, output_sha256=None)
    return _noted(replace(result, output_width=0, output_height=0), words)
