"""Checks what the library's calls are given: a wrong argument is an error that names it, never a silent yes."""

from __future__ import annotations

import operator
from datetime import date, datetime
from typing import BinaryIO, Final, SupportsIndex, cast

from scrubber.analysis import Analysis
from scrubber.consent import Consent
from scrubber.errors import UsageError
from scrubber.guarded import read_stream
from scrubber.policy import Policy

UNNAMED: Final = "-"
"""What a result calls a photo that came as bytes."""


def checked_policy(policy: object) -> Policy:
    if policy is None:
        return Policy()
    if not isinstance(policy, Policy):
        raise TypeError(f"policy must be a scrubber.Policy, not {type(policy).__name__}")
    return policy


def checked_consent(consent: object) -> Consent | None:
    if consent is not None and not isinstance(consent, Consent):
        raise TypeError(
            f"consent must be a scrubber.Consent, not {type(consent).__name__}; use scrubber.Consent.load(path)"
        )
    return consent


def checked_purpose(purpose: object) -> str | None:
    if purpose is not None and not isinstance(purpose, str):
        raise TypeError(f"purpose must be text such as 'social', not {type(purpose).__name__}")
    return purpose


def checked_jobs(jobs: object) -> int | None:
    if jobs is None:
        return None
    number = checked_number("jobs", jobs)
    if number < 1:
        raise UsageError(f"jobs={number} is not possible; give at least 1")
    return number


def checked_number(name: str, value: object) -> int:
    """A whole number, of Python or of numpy."""
    if isinstance(value, bool) or not isinstance(value, SupportsIndex):
        raise TypeError(f"{name} must be a whole number, not {type(value).__name__}")
    return operator.index(value)


def checked_analysis(analysis: object) -> Analysis:
    if not isinstance(analysis, Analysis):
        raise TypeError(f"analysis must be a scrubber.Analysis, as analyse gives it, not {type(analysis).__name__}")
    return analysis


def checked_bytes(data: object, most: int) -> bytes:
    """The bytes of `data`, which may be a binary file. Raises `TypeError` for anything else, `PhotoTooLarge`."""
    if isinstance(data, bytes | bytearray | memoryview):
        return bytes(data)
    if not hasattr(data, "read"):
        raise TypeError(
            f"data must be bytes or a binary file, not {type(data).__name__}; for a path use scrubber.scrub"
        )
    try:
        return _read(cast("BinaryIO", data), most)
    except TypeError as error:
        raise TypeError("data must be a binary file; open it with mode 'rb'") from error


def _read(stream: BinaryIO, most: int) -> bytes:
    """All that a file object gives; one that gives something else than bytes, or fails, is the caller's mistake."""
    try:
        return read_stream(stream, UNNAMED, most)
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(f"data: reading it failed ({error}); give bytes or an open binary file") from error


def checked_day(on: object) -> date | None:
    if on is not None and (not isinstance(on, date) or isinstance(on, datetime)):
        raise TypeError(f"on must be a datetime.date, not {type(on).__name__}; such as datetime.date(2026, 12, 31)")
    return on


def checked_switch(name: str, value: object) -> bool:
    """A switch must be True or False: `"no"` would count as yes."""
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be True or False, not {type(value).__name__}")
    return value
