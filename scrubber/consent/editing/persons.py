"""One person's entry from values that come from elsewhere: a command line, a row of a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from scrubber.consent.manifest.mistakes import dotted, problems
from scrubber.consent.manifest.model import Manifest, Person
from scrubber.consent.manifest.rules import broken_rules
from scrubber.errors import UsageError


def person_of(values: Mapping[str, Any]) -> Person:
    """A person with these keys of `[[people]]`. Raises `UsageError` that lists what is wrong with them."""
    try:
        person = Person.model_validate({key: value for key, value in values.items() if value is not None})
    except ValidationError as error:
        mistakes = list(problems(error, ("people", 0)))
    else:
        mistakes = list(broken_rules(Manifest(schema=1, people=(person,))))
        if not mistakes:
            return person
    raise UsageError(*(f"{dotted(one.place[2:])} {one.text}" for one in mistakes))
