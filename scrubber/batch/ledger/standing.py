"""May a copy of an earlier run stay out? Judged by what the ledger knows of it, without its original."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrubber.consent.decisions.pointing import means
from scrubber.values import Box

if TYPE_CHECKING:
    from scrubber.batch.ledger.entries import Copy, Private, Shown
    from scrubber.consent import Permissions


def objection(copy: Copy, permissions: Permissions | None) -> str | None:
    """Why a copy must not be seen any more, in words that follow "it"; None if it may stay.

    Everybody whom it shows must be allowed now, in the way in which they were recognised then, and the manifest must
    not restrict its photo more than it did. Without a manifest nobody may be shown.
    """
    private = copy.private
    if private is None:
        if copy.shows:
            return "shows somebody, and the manifest that says who is not at hand"
        if permissions is None and any(action == "show" for _, action, *_ in copy.decided):
            return "shows a place that only a manifest dismissed as no face, and this run has none"
        entry = _entry(copy, permissions) if permissions else {}
        restricted = entry.get("no_photo") or entry.get("hide")
        return "may not be what the manifest allows, for what was hidden in it is sealed" if restricted else None
    for shown in private.shown:
        said = _against(shown, private, copy, permissions)
        if said:
            return said
    return _restricted(copy, private, permissions)


def _against(shown: Shown, private: Private, copy: Copy, permissions: Permissions | None) -> str | None:
    if permissions is None:
        return f"shows {shown.person}, and this run has no manifest that allows it"
    standing = permissions.people.get(shown.person)
    if standing is None:
        return f"shows {shown.person}, who is not in the manifest"
    by_likeness = shown.by in ("match", "alike")
    reason = standing.reason_by_likeness if by_likeness else standing.reason
    if reason:
        return f"shows {shown.person}, who may not be seen now ({reason})"
    if shown.by == "match" and not standing.has_references:
        return f"shows {shown.person}, who is no longer to be recognised"
    if shown.by == "box" and not _still_pointed_at(shown, private, copy, permissions):
        return f"shows {shown.person}, who is no longer pointed at in this photo"
    return None


def _still_pointed_at(shown: Shown, private: Private, copy: Copy, permissions: Permissions) -> bool:
    then = [show["box"] for show in private.restrictions.get("show", ()) if show["person"] == shown.person]
    entry = _entry(copy, permissions)
    now = [show["box"] for show in entry.get("show", ()) if show["person"] == shown.person]
    return bool(then) and all(box in now for box in then)


def _restricted(copy: Copy, private: Private, permissions: Permissions | None) -> str | None:
    if permissions is None:
        dismissed = any(face.reason == "dismissed" for face in private.result.faces)
        return "shows a place that only a manifest dismissed as no face, and this run has none" if dismissed else None
    entry = _entry(copy, permissions)
    if entry.get("no_photo"):
        return "must not be shown at all, says the manifest"
    if any(hide not in private.restrictions.get("hide", ()) for hide in entry.get("hide", ())):
        return "shows what a hide box of the manifest covers now"
    for show in entry.get("show", ()):
        reason = permissions.people[show["person"]].reason
        if reason and show not in private.restrictions.get("show", ()) and not _covered(show, private):
            return f"shows a place where {show['person']} is pointed at, who may not be seen now ({reason})"
    if any(box not in entry.get("dismiss", ()) for box in private.restrictions.get("dismiss", ())):
        return "shows a place that is no longer dismissed as no face"
    return None


def _covered(show: dict[str, Any], private: Private) -> bool:
    """Whether something that is hidden in the copy holds a place on one of its frames."""
    box = Box(*show["box"])
    return any(
        face.action == "hide" and face.frame == show.get("frame", 0) and means(box, face.region.box)
        for face in private.result.faces
    )


def _entry(copy: Copy, permissions: Permissions) -> dict[str, Any]:
    entry = permissions.entry(copy.source)
    return entry.model_dump(mode="json") if entry else {}
