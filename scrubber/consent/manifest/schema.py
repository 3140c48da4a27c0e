"""The published JSON Schema of the manifest, for editors that complete and check while one types.

Draft 2020-12. It says all that such a schema can say: shapes, words, patterns, and what an allow and a minor need.
That ids exist, dates are in order and nothing stands twice is only judged when scrubber reads the manifest.
"""

from __future__ import annotations

from typing import Any

from scrubber.consent.manifest.model import Manifest

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_ALLOW: dict[str, Any] = {
    "if": {"properties": {"decision": {"const": "allow"}}, "required": ["decision"]},
    "then": {
        "required": ["purposes", "expires"],
        "properties": {"purposes": {"minItems": 1}, "expires": {"type": "string"}},
    },
}
_MINOR: dict[str, Any] = {
    "if": {
        "properties": {"decision": {"const": "allow"}, "minor": {"const": True}},
        "required": ["decision", "minor"],
    },
    "then": {"required": ["given_by"], "properties": {"given_by": {"enum": ["guardian", "both"]}}},
}
_SAYS_SOMETHING: list[dict[str, list[str]]] = [{"required": [key]} for key in ("show", "hide", "dismiss", "no_photo")]
_NAMES_A_PHOTO: list[dict[str, list[str]]] = [{"required": [key]} for key in ("sha256", "pixels")]


def json_schema() -> dict[str, Any]:
    """The schema of a manifest as JSON has it: days and moments are text there. Keys of TOML are the same."""
    schema = Manifest.model_json_schema(by_alias=True)
    schema["$defs"]["Person"]["allOf"] = [_ALLOW, _MINOR]
    schema["$defs"]["PhotoEntry"]["allOf"] = [{"anyOf": _SAYS_SOMETHING}, {"anyOf": _NAMES_A_PHOTO}]
    return {"$schema": DIALECT} | schema | {"title": "Consent manifest of scrubber"}
