"""Small manifests and photos to decide about. Everything is given in the words of the manifest."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from scrubber.consent import Consent, Decisions, Measured, decide
from scrubber.values import Box, Region, SourceId

PHOTO = "ab" * 32
PIXELS = "0123" * 16
SOURCE = SourceId(PHOTO, PIXELS)
TODAY = date(2026, 6, 1)


def person(name: str = "p-017", **keys: Any) -> dict[str, Any]:
    """Somebody who agreed to `social` for the whole of 2026, but for what `keys` say."""
    return {
        "id": name,
        "decision": "allow",
        "purposes": ["social"],
        "valid_from": "2026-01-01",
        "expires": "2026-12-31",
    } | keys


def matched(name: str = "p-017", **keys: Any) -> dict[str, Any]:
    """The same, with reference photos."""
    return person(name, references=[f"people/{name}/*.jpg"], **keys)


def event(what: str, at: str = "2026-03-02T10:00:00Z", name: str = "p-017") -> dict[str, str]:
    return {"at": at, "person": name, "what": what}


def pointed(
    show: Mapping[str, Sequence[float]] | Iterable[tuple[str, Sequence[float]]] = (),
    hide: Iterable[Sequence[float]] = (),
    dismiss: Iterable[Sequence[float]] = (),
    **keys: Any,
) -> dict[str, Any]:
    pairs = show.items() if isinstance(show, Mapping) else show
    return {
        "sha256": PHOTO,
        "show": [{"person": name, "box": list(box)} for name, box in pairs],
        "hide": [{"box": list(box)} for box in hide],
        "dismiss": [{"box": list(box)} for box in dismiss],
    } | keys


def consent(*people: dict[str, Any], photos: Sequence[Any] = (), events: Sequence[Any] = ()) -> Consent:
    tables = {"schema": 1, "people": list(people), "photos": list(photos), "events": list(events)}
    return Consent.loads(json.dumps(tables))


def face(x: float = 100, y: float = 100, side: float = 80) -> Region:
    return Region(Box(x, y, side, side), 0.9, ("yunet",))


def decided(
    agreed: Consent,
    *faces: Region,
    like: Sequence[Measured] = (),
    purpose: str = "social",
    on: date = TODAY,
    frame: int = 0,
) -> Decisions:
    """Decides about `faces`, the n-th of which the recogniser finds `like` the n-th measurement."""
    measured = dict(zip(faces, like, strict=False))
    return decide(faces, SOURCE, agreed.permissions(purpose, on, despite_withdrawals=True), measured.get, frame)


def reasons(decisions: Decisions) -> list[str]:
    return [decision.reason for decision in decisions.faces]
