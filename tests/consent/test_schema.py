"""The published schema agrees with the reader, as far as a schema can."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import jsonschema
import pytest
from consent_scenes import PHOTO, person, pointed
from test_manifest_reading import LIKELIEST, PERSON, WHOLE

from scrubber.consent import Consent, json_schema
from scrubber.errors import ManifestError


def agrees(tables: Any) -> bool:
    validator = jsonschema.Draft202012Validator(json_schema())
    return validator.is_valid(json.loads(json.dumps(tables, default=str)))


def test_it_is_a_schema_and_explains_every_key() -> None:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    for table in ("Person", "PhotoEntry", "Event"):
        for key, told in schema["$defs"][table]["properties"].items():
            assert told.get("description"), f"{table}.{key}"


@pytest.mark.parametrize("text", [WHOLE, PERSON, "schema = 1"])
def test_valid_manifests_are_valid(text: str) -> None:
    assert agrees(tomllib.loads(text))


@pytest.mark.parametrize(
    "mistake", ["misspelt key", "single brackets", "no last day", "everything allowed", "one purpose without brackets"]
)
def test_likely_mistakes_are_mistakes(mistake: str) -> None:
    assert not agrees(tomllib.loads(LIKELIEST[mistake][0]))


@pytest.mark.parametrize(
    "tables",
    [
        {},
        {"schema": 2},
        {"schema": 1, "x": 1},
        {"schema": 1, "people": [person(minor=True, given_by="self")]},
        {"schema": 1, "people": [person(purposes=[])]},
        {"schema": 1, "people": [person(decision="perhaps")]},
        {"schema": 1, "photos": [{"sha256": PHOTO}]},
        {"schema": 1, "photos": [pointed(hide=[[1, 2, 3]])]},
        {"schema": 1, "photos": [pointed(sha256="abc")]},
    ],
)
def test_what_the_schema_refuses_the_reader_refuses(tables: dict[str, Any]) -> None:
    assert not agrees(tables)
    with pytest.raises(ManifestError):
        Consent.loads(json.dumps(tables))
