"""Says in one sentence why a face is shown or hidden, for people who never read a manifest."""

from __future__ import annotations

from scrubber.values import Decision, Reason

_SENTENCES: dict[Reason, str] = {
    "no-manifest": "Hidden: no consent manifest was given, and without one nobody is shown.",
    "no-match": "Hidden: {like}nobody in the consent manifest is known to have this face.",
    "ambiguous": "Hidden: {like}it is not clear beyond doubt which person this is, and doubt hides.",
    "low-quality": "Hidden: the face is too small, too blurred, too dark or turned too far to be compared.",
    "denied": "Hidden: {who} refused to be shown{alike}.",
    "expired": "Hidden: the consent of {who} has run out{alike}.",
    "not-yet-valid": "Hidden: the consent of {who} does not hold yet{alike}.",
    "withdrawn": "Hidden: {who} withdrew the consent{alike}.",
    "wrong-purpose": "Hidden: {who} agreed, but not to this purpose{alike}.",
    "minor": "Hidden: {who} is a minor, whom a likeness alone never shows{alike}; a show box in the manifest does.",
    "no-photo-sign": "Hidden, and the photo withheld: somebody in it must not be shown at all.",
    "hide-badge": "Hidden: this person wears a badge that asks to be hidden.",
    "dismissed": "Shown: somebody looked, and the manifest says that this is no face.",
    "badge": "Hidden: a name badge.",
    "plate": "Hidden: a number plate.",
    "text": "Hidden: text.",
    "pointed-hide": "Hidden: a hide box of the manifest covers this place.",
    "allowed-by-box": "Shown: the manifest points at this face as {who}, who agreed.",
    "allowed-by-match": "Shown: it is {who} beyond doubt{alike}, who agreed.",
}


def explain(decision: Decision) -> str:
    """One sentence, with a full stop, on what happens to a face and why. Names people by their id only."""
    measured = decision.similarity is not None
    similarity = f"similarity {decision.similarity:.2f}" if measured else ""
    return _SENTENCES[decision.reason].format(
        who=decision.person or "a person in the manifest",
        alike=f" ({similarity})" if measured else "",
        like=f"{similarity} to the likeliest person; " if measured else "",
    )
