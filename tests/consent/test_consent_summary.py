"""What `scrubber consent list` and `check` print."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from consent_scenes import PIXELS, TODAY, consent, event, matched, person, pointed

from scrubber.consent import Consent, PersonSummary, check, summarise

GOOD = {"evidence": "sha256:" + "0f" * 32}


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Puts reference photos where manifests given as text look for them."""
    monkeypatch.chdir(tmp_path)

    def put(name: str) -> None:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()

    return put


def test_everybody_is_listed(kept: Callable[[str], None]) -> None:
    kept("people/p-017/a.jpg")
    kept("people/p-017/b.jpg")
    listed = summarise(consent(matched(), person("p-018", decision="deny")), TODAY)
    assert listed == (
        PersonSummary("p-017", "allow", ("social",), date(2026, 12, 31), "valid", False, 2),
        PersonSummary("p-018", "deny", ("social",), None, "denied", False, 0),
    )
    assert listed[0].as_json() == {
        "person": "p-017",
        "decision": "allow",
        "purposes": ["social"],
        "valid_until": "2026-12-31",
        "status": "valid",
        "minor": False,
        "references": 2,
    }


def said(agreed: Consent, on: date = TODAY) -> list[tuple[str, str | None, str]]:
    return [(remark.level, remark.person, remark.text) for remark in check(agreed, on)]


def test_a_manifest_in_order_needs_no_remark(kept: Callable[[str], None]) -> None:
    kept("people/p-017/a.jpg")
    assert said(consent(matched(**GOOD), person("p-018", decision="deny"))) == []


@pytest.mark.parametrize(
    ("keys", "history", "level", "text"),
    [
        ({"expires": "2026-07-01"}, [], "warning", "the consent ends on 2026-07-01; ask again in time"),
        ({"expires": "2026-05-31"}, [], "warning", "the consent has run out; the face is hidden"),
        ({"references": ["x/*.jpg"]}, [], "problem", 'the references "x/*.jpg" match no file'),
        ({"references": ["*"], "minor": True, "given_by": "both"}, [], "warning", "never shown by likeness"),
        ({}, [event("withdrawn")], "warning", 'withdrawn; write decision = "deny" as well'),
        ({"references": ["*"]}, [event("withdrawn")], "warning", "withdrawn, but reference photos are kept"),
        ({"evidence": None}, [], "warning", "no evidence is noted"),
        ({}, [event("given", "2026-03-02T10:00:00Z"), event("changed", "2026-03-01T10:00:00Z")],
         "warning", "the event of 2026-03-01T10:00:00+00:00 stands below a later one"),
    ],
)  # fmt: skip
def test_remarks(kept: Callable[[str], None], keys: dict[str, Any], history: list[Any], level: str, text: str) -> None:
    kept("a.jpg")
    remarks = said(consent(person(**GOOD | keys), events=history))
    assert any(remark[:2] == (level, "p-017") and text in remark[2] for remark in remarks)


def test_thirty_one_days_are_not_soon() -> None:
    assert said(consent(person(expires="2026-07-02", **GOOD))) == []


def test_one_photo_for_two_people_is_a_problem(kept: Callable[[str], None]) -> None:
    kept("people/both.jpg")
    people = [person(name, references=["people/*.jpg"], **GOOD) for name in ("a", "b")]
    assert said(consent(*people)) == [
        ("problem", "b", "people/both.jpg is also a reference of a; neither will ever be recognised")
    ]


def test_show_boxes_in_a_withheld_photo_are_told() -> None:
    remarks = said(consent(person(**GOOD), photos=[pointed({"p-017": [1, 2, 30, 40]}, pixels=PIXELS, no_photo=True)]))
    assert [remark[2] for remark in remarks] == [
        "photo abababababab… has show boxes, but its no_photo withholds the whole file"
    ]
