"""Writes down what a person said about one photo: this is she, hide this, this is no face."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from scrubber.consent.decisions.permissions import standing_reason
from scrubber.consent.decisions.photo_entries import PhotoEntries
from scrubber.consent.manifest.look_alikes import look_alike
from scrubber.consent.manifest.model import DismissBox, HideBox, PhotoEntry, ShowBox
from scrubber.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrubber.consent.editing.draft import BoxKey, Draft
    from scrubber.values import Reason, SourceId

_WHY: dict[Reason, str] = {
    "withdrawn": "has withdrawn the consent",
    "denied": "has refused to be shown",
    "expired": "agreed until a day that is past; ask again, and note the new day",
    "not-yet-valid": "agreed from a later day on; wait until then",
}


def say(draft: Draft, source: SourceId, box: HideBox | DismissBox | ShowBox, known: Sequence[PhotoEntry] = ()) -> bool:
    """Add a box to the photo's entry in the draft, or a new entry that names the photo by its bytes and its pixels.

    `known` are all entries about the photo, with boxes in its pixels, where somebody looked whether it was turned.
    False if one of them says just that already. An entry for the photo turned another way gets no box: boxes of one
    entry lie in one picture. The new one counts together with it.
    """
    key: BoxKey = "hide" if isinstance(box, HideBox) else "dismiss" if isinstance(box, DismissBox) else "show"
    found = PhotoEntries.of(draft.manifest.photos).about(source)
    if any(box in getattr(entry, key) for entry in (*found, *known)):
        return False
    if not found:
        entry = PhotoEntry(sha256=source.sha256, pixels=source.pixels)
        draft.add_photos([entry.model_copy(update={key: (box,)})])
        return True
    draft.add_boxes(_named_by_pixels(draft, source, found), key, [box])
    return True


def withhold(draft: Draft, source: SourceId) -> bool:
    """Let the photo's entry in the draft, or a new one, say that the whole photo is withheld.

    False if it says so already.
    """
    found = PhotoEntries.of(draft.manifest.photos).about(source)
    if any(entry.no_photo for entry in found):
        return False
    if found:
        draft.withhold_photo(_named_by_pixels(draft, source, found))
    else:
        draft.add_photos([PhotoEntry(sha256=source.sha256, pixels=source.pixels, no_photo=True)])
    return True


def _named_by_pixels(draft: Draft, source: SourceId, found: Sequence[PhotoEntry]) -> int:
    """The place of the first entry found, which names the photo by its pixels now, so that a tag lifts nothing."""
    place = next(at for at, entry in enumerate(draft.manifest.photos) if entry is found[0])
    if found[0].pixels is None and len(found) == 1:
        draft.name_photo(place, "pixels", source.pixels)
    return place


def refuse_unshowable(draft: Draft, person: str, on: date) -> None:
    """Raises `UsageError`, with the remedy, for somebody who is not in the manifest or may not be shown on that day."""
    people = {one.id: one for one in draft.manifest.people}
    if person not in people:
        meant = look_alike(person, people)
        remedy = f'did you mean "{meant}"?' if meant else f"add {person} first: `scrubber consent add {person} …`"
        raise UsageError(f"{person} is not in the manifest; {remedy}")
    reason = standing_reason(people[person], draft.manifest.events, on)
    if reason:
        raise UsageError(f"{person} {_WHY[reason]}, so the face stays hidden whoever points at it; nothing was changed")


def objections(
    draft: Draft, source: SourceId, box: ShowBox | DismissBox, known: Sequence[PhotoEntry] = ()
) -> tuple[str, ...]:
    """Sentences on what else the manifest says of this photo that keeps a box without effect; `known` as for `say`."""
    from scrubber.consent.decisions.pointing import beats

    said = []
    for entry in (*PhotoEntries.of(draft.manifest.photos).about(source), *known):
        if entry.no_photo:
            said.append("no_photo withholds the whole photo all the same")
        if any(hide.frame in (None, box.frame) and beats(hide.box, box.box) for hide in entry.hide):
            said.append("a hide box covers this place and beats it; take that out of the manifest if it was a mistake")
        if isinstance(box, ShowBox):
            said += [
                f"{one.person} is pointed at there as well, and of two nobody is shown; take one of them out"
                for one in entry.show
                if one.frame == box.frame and one.person != box.person and one.box.iou(box.box) > 0
            ]
            if any(one.frame == box.frame and one.person == box.person and one.box != box.box for one in entry.show):
                said.append(f"{box.person} is pointed at elsewhere in it, too; take out the wrong one")
    return tuple(dict.fromkeys(said))
