"""Who may be seen: the consent manifest and the decisions that follow from it.

A manifest is loaded (`Consent.load`), resolved for a purpose and a day (`Consent.permissions`), and asked
about the faces of each photo (`decide`). Embeddings are compared in `scrubber.consent.matching`, which is
imported on its own because it needs numpy.
"""

from scrubber.consent.decide import Decisions, decide
from scrubber.consent.likeness import CLEAR_LEAD, NARROWEST, SAME_PERSON, Likeness, Measured, Similarities
from scrubber.consent.manifest import Event, HideBox, Manifest, Person, PhotoEntry, ShowBox
from scrubber.consent.permissions import Permissions, Standing
from scrubber.consent.reading import FIRST_LINE, LAST_LINE
from scrubber.consent.record import Consent
from scrubber.consent.schema import json_schema
from scrubber.consent.sentences import explain
from scrubber.consent.summary import PersonSummary, Remark, check, summarise

__all__ = [
    "CLEAR_LEAD",
    "FIRST_LINE",
    "LAST_LINE",
    "NARROWEST",
    "SAME_PERSON",
    "Consent",
    "Decisions",
    "Event",
    "HideBox",
    "Likeness",
    "Manifest",
    "Measured",
    "Permissions",
    "Person",
    "PersonSummary",
    "PhotoEntry",
    "Remark",
    "ShowBox",
    "Similarities",
    "Standing",
    "check",
    "decide",
    "explain",
    "json_schema",
    "summarise",
]
