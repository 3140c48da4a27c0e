"""Who may be seen: the consent manifest and the decisions that follow from it.

A manifest is loaded (`Consent.load`), resolved for a purpose and a day (`Consent.permissions`), and asked
about the faces of each photo (`decide`). Embeddings are compared in `scrubber.recognition.matching`, which is
imported on its own because it needs numpy. What reads manifests is imported when it is used: that takes as long as all
the rest, and the processes that work on photos only decide.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from scrubber.consent.decisions.decide import Decisions, decide, fit_once
from scrubber.consent.decisions.likeness import CLEAR_LEAD, SAME_PERSON, Likeness, Measured, nothing_measured
from scrubber.consent.decisions.permissions import Permissions, Standing
from scrubber.consent.decisions.placing import misplaced

if TYPE_CHECKING:
    from scrubber.consent.decisions.sentences import explain
    from scrubber.consent.manifest.model import DismissBox, HideBox, Person, PhotoEntry, ShowBox
    from scrubber.consent.manifest.reading import FIRST_LINE, LAST_LINE
    from scrubber.consent.manifest.schema import json_schema
    from scrubber.consent.record import Consent
    from scrubber.consent.summary import PersonSummary, Remark, check, summarise

_HOMES = {
    "manifest.model": ("DismissBox", "HideBox", "Person", "PhotoEntry", "ShowBox"),
    "manifest.reading": ("FIRST_LINE", "LAST_LINE"),
    "record": ("Consent",),
    "manifest.schema": ("json_schema",),
    "decisions.sentences": ("explain",),
    "summary": ("PersonSummary", "Remark", "check", "summarise"),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "CLEAR_LEAD",
    "FIRST_LINE",
    "LAST_LINE",
    "SAME_PERSON",
    "Consent",
    "Decisions",
    "DismissBox",
    "HideBox",
    "Likeness",
    "Measured",
    "Permissions",
    "Person",
    "PersonSummary",
    "PhotoEntry",
    "Remark",
    "ShowBox",
    "Standing",
    "check",
    "decide",
    "explain",
    "fit_once",
    "json_schema",
    "misplaced",
    "nothing_measured",
    "summarise",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'scrubber.consent' has no attribute {name!r}")
    return getattr(import_module(f"scrubber.consent.{_HOME[name]}"), name)
