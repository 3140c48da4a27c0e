"""Turns what pydantic has to say about a manifest into sentences for the person who keeps the manifest."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from scrubber.consent.manifest.model import DismissBox, Event, HideBox, Manifest, Person, PhotoEntry, ShowBox
from scrubber.consent.manifest.rules import Place, Problem

_TABLES: dict[Place, type[BaseModel]] = {
    (): Manifest,
    ("people",): Person,
    ("photos",): PhotoEntry,
    ("photos", "show"): ShowBox,
    ("photos", "hide"): HideBox,
    ("photos", "dismiss"): DismissBox,
    ("events",): Event,
}
_EXAMPLES = {
    "schema": "schema = 1",
    "id": 'id = "p-017"',
    "decision": 'decision = "deny"',
    "purposes": 'purposes = ["social"]',
    "references": 'references = ["people/p-017/*.jpg"]',
    "sha256": 'sha256 = "…" with the 64 hex digits of the original file',
    "pixels": 'pixels = "…" with the 64 hex digits that `scrubber faces --json` prints',
    "show": 'show = [ { person = "p-017", box = [1585, 1126, 88, 119] } ]',
    "hide": "hide = [ { box = [10, 20, 50, 60] } ]",
    "dismiss": "dismiss = [ { box = [400, 80, 60, 70] } ]",
    "frame": "frame = 0",
    "person": 'person = "p-017"',
    "box": "box = [1585, 1126, 88, 119]",
    "at": "at = 2026-03-02T10:00:00Z",
    "what": 'what = "withdrawn"',
}
_PATTERNS = {
    "id": 'must be 1 to 64 letters, digits, "-", "_" or "." without spaces, such as "p-017"; '
    "the real name stays out of the file",
    "person": 'must be the id of one of the people, such as "p-017"',
    "purposes": 'must name one purpose, such as "social"; "*" is not accepted, consent names what it covers',
    "evidence": 'must be "sha256:" and the 64 hex digits of the signed form, never the form itself',
    "sha256": "must be the 64 hex digits that `sha256sum` (Windows: `Get-FileHash`) prints for the original",
    "pixels": "must be the 64 hex digits that `scrubber faces --json` prints for the photo",
}


def problems(error: ValidationError, within: Place = ()) -> Iterator[Problem]:
    """One problem for each place where the shape of a manifest, or of what is `within` one, is not as it should be."""
    for detail in error.errors(include_url=False):
        place = (*within, *detail["loc"])
        yield Problem(place, _sentence(detail, place))


def dotted(place: Place) -> str:
    """`("people", 2, "id")` as people[2].id, counted from 0; odd keys are quoted, never printed raw."""
    written = ""
    for part in place:
        if isinstance(part, int):
            written += f"[{part}]"
        else:
            plain = re.fullmatch(r"[A-Za-z0-9_-]{1,64}", part)
            written += ("." if written else "") + (part if plain else json.dumps(part[:64]))
    return written


def _sentence(detail: ErrorDetails, place: Place) -> str:
    names = tuple(part for part in place if isinstance(part, str))
    key = names[-1] if names else ""
    given = detail.get("input")
    match detail["type"]:
        case "extra_forbidden":
            return _unknown_key(names)
        case "missing":
            return f"is missing; add it, as in {_EXAMPLES[key]}"
        case "literal_error":
            return _choice(detail["ctx"]["expected"], given)
        case "tuple_type" if isinstance(given, dict) and len(names) == 1:
            return f"must be a list of tables; write [[{key}]] with two brackets"
        case "tuple_type":
            return f"must be a list in square brackets, as in {_EXAMPLES.get(key, f'[[{key}]]')}"
        case "bool_type":
            return "must be true or false, in small letters and without quotes"
        case "string_type":
            return f"must be text in double quotes{_as_in(key)}"
        case "model_type":
            return f"must be a table of keys and values{_as_in(key)}"
        case "int_type" | "greater_than_equal" | "less_than" if key == "frame":
            return "must be the number of a frame or page, counted from 0, as in frame = 0"
        case "string_pattern_mismatch" | "string_too_long" if key in _PATTERNS:
            return _PATTERNS[key]
        case _:
            return detail["msg"]


def _as_in(key: str) -> str:
    return f", as in {_EXAMPLES[key]}" if key in _EXAMPLES else ""


def _unknown_key(names: tuple[str, ...]) -> str:
    fields = _TABLES[names[:-1]].model_fields
    known = [field.alias or name for name, field in fields.items()]
    close = get_close_matches(names[-1], known, 1)
    remedy = f'did you mean "{close[0]}"?' if close else f"known here: {', '.join(known)}"
    return f"is not a known key; {remedy}"


def _choice(expected: str, given: Any) -> str:
    choices = re.findall(r"'([^']+)'", expected)
    if not choices:
        return f"must be {expected}; this version of scrubber reads no other"
    close = get_close_matches(given, choices, 1) if isinstance(given, str) else []
    listed = ", ".join(f'"{choice}"' for choice in choices[:-1]) + f' or "{choices[-1]}"'
    return f"must be {listed}" + (f'; did you mean "{close[0]}"?' if close else "")
