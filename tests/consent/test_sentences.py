"""Every decision can be told in one sentence."""

from __future__ import annotations

from typing import get_args

import pytest

from scrubber.consent import explain
from scrubber.values import Action, Box, Decision, Reason, Region

FACE = Region(Box(1, 2, 30, 40))


@pytest.mark.parametrize("reason", get_args(Reason))
@pytest.mark.parametrize("person", [None, "p-017"])
@pytest.mark.parametrize("similarity", [None, 0.613])
def test_there_is_a_sentence_for_every_reason(reason: Reason, person: str | None, similarity: float | None) -> None:
    action: Action = "show" if reason.startswith("allowed") or reason == "dismissed" else "hide"
    told = explain(Decision(FACE, action, reason, person, similarity))
    assert told.startswith("Shown:" if action == "show" else "Hidden")
    assert told.endswith(".")
    assert "None" not in told
    assert "{" not in told


def test_people_and_similarities_are_named() -> None:
    told = explain(Decision(FACE, "hide", "withdrawn", "p-017", 0.613))
    assert told == "Hidden: p-017 withdrew the consent (similarity 0.61)."
