"""Why a photo has no output, in plain words, and what whoever runs this can do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from scrubber.results import Result


MUST_NOT_BE_SEEN: Final = "must-not-be-seen"
"""Of a result about a copy of an earlier run that was taken away, or would be."""

RENAMED: Final = "renamed"
"""Of a result about a copy of an earlier run that was made again under another name, or would be."""

MATCHED_NOTHING: Final = "restriction-matched-nothing"
"""Of a result that is about the manifest, or about the ledger, and no photo."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A reason code in words that follow "2 withheld", and a remedy that follows an arrow."""

    words: str
    remedy: str


OUTCOMES: Final = {
    "face-still-visible": Outcome(
        "face still visible", "add a hide box for it to the manifest, or try --preset thorough or --style solid"
    ),
    "denied": Outcome(
        "somebody who refused cannot be covered without doubt", "add a hide box over both faces to the manifest"
    ),
    "no-photo-sign": Outcome("must not be shown at all, says the manifest", "do not publish it"),
    "restriction-in-doubt": Outcome(
        "edited since the manifest restricted it, as it seems",
        "say it anew for this file: `scrubber consent hide` for each place, or no_photo = true in an entry for it; "
        "no_photo = false there says that it may be seen",
    ),
    "damaged": Outcome("damaged or cut off", "copy it again from the camera or phone"),
    "unsupported-format": Outcome(
        "no photo that scrubber opens",
        "leave it out; if it is a picture, convert it to JPEG or PNG (films are not handled yet)",
    ),
    "too-large": Outcome("too large", "make it smaller in another program"),
    "unreadable": Outcome("cannot be read", "check the path and its permissions"),
    "not-verified": Outcome(
        "copy did not pass the check", "make it smaller or try --format png; report it if neither helps"
    ),
    "not-writable": Outcome("copy cannot be written", "make room, mend permissions or choose another output"),
    "not-retracted": Outcome(
        "must not be seen any more, but was changed by other hands", "look at the copy, and delete it"
    ),
    MUST_NOT_BE_SEEN: Outcome("must not be seen any more", "nothing; the copy was taken away"),
    RENAMED: Outcome("made again under another name", "nothing; post the new one only"),
    "said-since": Outcome("manifest changed while the run was going on", "give the run again"),
    "worker-lost": Outcome("breaks the decoder or takes too long", "open it in another program and save it anew"),
    "unforeseen": Outcome("a mistake in scrubber", "report what it says about this file, without the photo"),
}


def outcome(reason: str | None) -> Outcome:
    """What a result's reason means."""
    return OUTCOMES.get(reason or "", OUTCOMES["unforeseen"])


def said(result: Result) -> str:
    """The reason in words, with what the check of the copy objected to where it is that."""
    words = outcome(result.reason).words
    return f"{words}: {result.warnings[-1]}" if result.reason == "not-verified" and result.warnings else words
