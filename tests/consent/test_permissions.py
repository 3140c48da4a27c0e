"""Who may be seen on which day, and for what."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from consent_scenes import TODAY, consent, event, matched, person

from scrubber.errors import UsageError

LAST = date(2026, 12, 31)


def reason(keys: dict[str, Any], *events: dict[str, str], purpose: str = "social", on: date = TODAY) -> Any:
    return consent(person(**keys), events=events).permissions(purpose, on, True).people["p-017"].reason


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2025, 12, 31), "not-yet-valid"),
        (date(2026, 1, 1), None),
        (date(2026, 12, 31), None),
        (date(2027, 1, 1), "expired"),
    ],
)
def test_first_and_last_day_are_covered(on: date, expected: str | None) -> None:
    assert reason({}, on=on) == expected


@pytest.mark.parametrize(
    ("keys", "purpose", "expected"),
    [
        ({}, "social", None),
        ({}, "website", "wrong-purpose"),
        ({}, "Social", "wrong-purpose"),
        ({"purposes": ["annual report", "social"]}, "annual report", None),
        ({"decision": "deny"}, "social", "denied"),
        ({"decision": "deny"}, "website", "denied"),
        ({"minor": True, "given_by": "guardian"}, "social", None),
    ],
)
def test_purposes_and_refusals(keys: dict[str, Any], purpose: str, expected: str | None) -> None:
    assert reason(keys, purpose=purpose) == expected


MARCH = "2026-03-02T10:00:00Z"
APRIL = "2026-04-02T10:00:00Z"
RENEWED = {"valid_from": "2026-04-02"}


@pytest.mark.parametrize(
    ("keys", "history", "on", "expected"),
    [
        # Who asks for a day before it shows nobody all the same: `despite_withdrawals` only lets the run go on.
        ({}, [("withdrawn", MARCH)], date(2026, 3, 1), "withdrawn"),
        ({}, [("withdrawn", MARCH)], date(2026, 3, 2), "withdrawn"),
        ({}, [("withdrawn", MARCH)], LAST, "withdrawn"),
        ({}, [("expired", MARCH)], LAST, "expired"),
        ({}, [("withdrawn", MARCH), ("expired", APRIL)], LAST, "withdrawn"),
        ({"decision": "deny"}, [("withdrawn", MARCH)], LAST, "withdrawn"),
        ({}, [("given", MARCH), ("changed", APRIL)], LAST, None),
        # It counts from the earlier of the days it has here and in UTC.
        ({}, [("withdrawn", "2026-03-02T23:30:00-05:00")], date(2026, 3, 2), "withdrawn"),
        ({}, [("withdrawn", "2026-03-02T01:00:00+05:00")], date(2026, 3, 1), "withdrawn"),
        # Only a later event together with a new consent in the person's table revives.
        ({}, [("withdrawn", MARCH), ("given", APRIL)], LAST, "withdrawn"),
        (RENEWED, [("withdrawn", MARCH)], LAST, "withdrawn"),
        (RENEWED, [("withdrawn", MARCH), ("changed", APRIL)], LAST, "withdrawn"),
        (RENEWED, [("withdrawn", MARCH), ("given", APRIL)], LAST, None),
        (RENEWED, [("withdrawn", MARCH), ("renewed", APRIL)], date(2026, 4, 1), "withdrawn"),
        (RENEWED, [("renewed", APRIL), ("withdrawn", APRIL)], LAST, "withdrawn"),
        (RENEWED, [("renewed", APRIL), ("withdrawn", MARCH)], LAST, None),
    ],
)
def test_history(keys: dict[str, Any], history: list[tuple[str, str]], on: date, expected: str | None) -> None:
    assert reason(keys, *(event(what, at) for what, at in history), on=on) == expected


def test_a_minor_is_barred_by_likeness_only() -> None:
    standing = consent(person(minor=True, given_by="both")).permissions("social", TODAY).people["p-017"]
    assert (standing.reason, standing.reason_by_likeness) == (None, "minor")


def test_everybody_with_references_is_compared_even_those_who_refused() -> None:
    agreed = consent(matched("yes"), matched("no", decision="deny"), person("unmatched"))
    assert agreed.permissions("social", TODAY).gallery == ("yes", "no")


def test_a_purpose_that_nobody_agreed_to_is_told() -> None:
    warnings = consent(person()).permissions("video", TODAY).warnings
    assert warnings == ('nobody in the consent manifest agreed to "video", so every face is hidden; it names social',)
    assert consent(person()).permissions("social", TODAY).warnings == ()


@pytest.mark.parametrize("slip", ["socail", "Social", "SOCIAL", " social", "social media"])
def test_a_slip_in_a_purpose_is_told_with_the_one_that_was_meant(slip: str) -> None:
    [warning] = consent(person()).permissions(slip, TODAY).warnings
    assert warning.endswith('it names social; did you mean "social"?')


@pytest.mark.parametrize("purpose", ["", " ", "*"])
def test_a_purpose_must_be_named(purpose: str) -> None:
    with pytest.raises(UsageError, match="names no purpose"):
        consent(person()).permissions(purpose, TODAY)
