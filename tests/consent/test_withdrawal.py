"""Which published files show somebody, as reports tell it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scrubber.consent.withdrawal import published_with
from scrubber.errors import UsageError
from scrubber.types import Box, Decision, Face, Reason, Result

BOX = Face(Box(1, 2, 30, 40))


def entry(name: str, person: str | None, reason: Reason, **keys: Any) -> str:
    decision = Decision(BOX, "show" if reason.startswith("allowed") else "hide", reason, person)
    result = Result(f"in/{name}", f"out/{name}", "published", faces=(decision,))
    return json.dumps(result.as_json() | keys)


def test_every_file_that_shows_the_person_is_named_once(tmp_path: Path) -> None:
    first, second = tmp_path / "march.jsonl", tmp_path / "may.jsonl"
    first.write_text(
        "\n".join(
            [
                entry("shown.jpg", "p-017", "allowed-by-match"),
                entry("hidden.jpg", "p-017", "wrong-purpose"),
                entry("other.jpg", "p-018", "allowed-by-box"),
                entry("withheld.jpg", "p-017", "allowed-by-box", output=None, status="withheld"),
                "",
            ]
        )
    )
    second.write_text(
        entry("shown.jpg", "p-017", "denied") + "\n" + entry("kept.jpg", "p-017", "allowed-by-box", status="unchanged")
    )
    found = published_with("p-017", [first, second])
    assert [(one.output, one.input, one.report) for one in found] == [
        ("out/shown.jpg", "in/shown.jpg", str(first)),
        ("out/kept.jpg", "in/kept.jpg", str(second)),
    ]
    assert not found[0].there
    assert found[0].as_json()["output"] == "out/shown.jpg"
    assert published_with("p-01", [first, second]) == ()


@pytest.mark.parametrize("text", ["no json", "[]", '{"input": 1}', '{"input":"","output":"","status":"","faces":[1]}'])
def test_what_is_no_report_is_told_with_its_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "r.jsonl").write_text(entry("a.jpg", None, "no-match") + "\n" + text)
    with pytest.raises(UsageError, match=r"r\.jsonl:2: .* `run --report` wrote"):
        published_with("p-017", [tmp_path / "r.jsonl"])


def test_a_report_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        published_with("p-017", [tmp_path / "none.jsonl"])
