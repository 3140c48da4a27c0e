"""A photo is analysed once and rendered later: by another process, on another day, after a person had a look."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import scrubber

FAST = scrubber.Policy(preset="fast")
PERSON = """schema = 1
[[people]]
id = "p-1"
decision = "{}"
purposes = ["social"]
expires = 2045-01-01
[[photos]]
sha256 = "{}"
{}
"""
SHOWN = 'show = [{ person = "p-1", box = [180, 66, 90, 111] }]'


@pytest.fixture
def portrait(samples: Path) -> Path:
    return samples / "astronaut.jpg"


def consent(analysis: scrubber.Analysis, said: str = SHOWN, decision: str = "allow") -> scrubber.Consent:
    return scrubber.Consent.loads(PERSON.format(decision, analysis.source.sha256, said))


def analysed(portrait: Path, consent: scrubber.Consent | None = None) -> scrubber.Analysis:
    return scrubber.analyse(portrait, policy=FAST, consent=consent, purpose="social" if consent else None)


def actions(result: scrubber.Result) -> list[str]:
    return [decision.action for decision in result.faces]


@pytest.mark.parametrize("by", ["value", "pickle", "JSON"])
def test_the_two_halves_make_what_one_run_makes(portrait: Path, tmp_path: Path, by: str) -> None:
    analysis = analysed(portrait)
    if by == "pickle":
        analysis = pickle.loads(pickle.dumps(analysis))
    elif by == "JSON":
        analysis = scrubber.Analysis.from_json(json.loads(json.dumps(analysis.whole_as_json())))
    assert analysis == analysed(portrait)
    whole = scrubber.scrub(portrait, tmp_path / "whole.jpg", policy=FAST)
    halves = scrubber.render(portrait, tmp_path / "halves.jpg", analysis, policy=FAST)
    assert (tmp_path / "halves.jpg").read_bytes() == (tmp_path / "whole.jpg").read_bytes()
    assert halves.faces == whole.faces
    assert halves.leaks_removed == whole.leaks_removed


def test_an_analysis_holds_no_pixels(portrait: Path) -> None:
    analysis = analysed(portrait)
    assert len(pickle.dumps(analysis)) < 5000
    assert (analysis.width, analysis.height, analysis.frames) == (512, 512, 1)
    assert analysis.as_json().keys() >= {"schema", "input", "sha256", "pixels", "width", "height", "frames", "faces"}


def test_consent_is_asked_for_again(portrait: Path, tmp_path: Path) -> None:
    first = analysed(portrait)
    agreed = analysed(portrait, consent(first))
    assert [one.action for one in agreed.decisions] == ["show"]

    def rendered(analysis: scrubber.Analysis, terms: scrubber.Consent | None, name: str) -> list[str]:
        purpose = "social" if terms else None
        target = tmp_path / f"{name}.jpg"
        return actions(scrubber.render(portrait, target, analysis, policy=FAST, consent=terms, purpose=purpose))

    assert rendered(agreed, consent(first), "both") == ["show"]
    assert rendered(agreed, consent(first, decision="deny"), "withdrawn") == ["hide"]
    assert rendered(agreed, None, "forgotten") == ["hide"]
    assert rendered(first, consent(first), "not yet") == ["hide"]


def test_a_person_can_hide_more_in_it(portrait: Path, tmp_path: Path) -> None:
    first = analysed(portrait)
    agreed = analysed(portrait, consent(first)).hiding(1)
    result = scrubber.render(
        portrait, tmp_path / "out.jpg", agreed, policy=FAST, consent=consent(first), purpose="social"
    )
    assert [(one.action, one.reason, one.person) for one in result.faces] == [("hide", "pointed-hide", None)]
    with pytest.raises(scrubber.UsageError, match="no region 7"):
        agreed.hiding(7)


def test_what_the_analysis_knew_of_restrictions_outlives_the_manifest(portrait: Path, tmp_path: Path) -> None:
    """A hide box, or NO PHOTO, that was said when the photo was analysed is not lifted by rendering without it."""
    first = analysed(portrait)
    boxed = analysed(portrait, consent(first, "hide = [{ box = [400, 20, 60, 60] }]"))
    result = scrubber.render(portrait, tmp_path / "out.jpg", boxed, policy=FAST)
    assert "pointed-hide" in [one.reason for one in result.faces]
    with Image.open(tmp_path / "out.jpg") as copy, Image.open(portrait) as original:
        there = np.abs(np.asarray(copy).astype(int) - np.asarray(original.convert("RGB")))[20:80, 400:460]
    assert there.mean() > 5
    unseen = analysed(portrait, consent(first, "no_photo = true"))
    assert unseen.withheld == "no-photo-sign"
    result = scrubber.render(portrait, tmp_path / "none.jpg", unseen, policy=FAST)
    assert (result.status, result.reason) == ("withheld", "no-photo-sign")
    assert not (tmp_path / "none.jpg").exists()


def test_the_analysis_of_another_photo_is_refused(samples: Path, portrait: Path, tmp_path: Path) -> None:
    analysis = analysed(portrait)
    other = tmp_path / "other.png"
    Image.new("RGB", (512, 512), "green").save(other)
    for source in (other, samples / "astronaut_sideways.jpg"):
        with pytest.raises(scrubber.UsageError, match="about another photo"):
            scrubber.render(source, tmp_path / "out.jpg", analysis, policy=FAST)
        with pytest.raises(scrubber.UsageError, match="about another photo"):
            scrubber.preview(source, analysis)
    assert not (tmp_path / "out.jpg").exists()
    with pytest.raises(scrubber.UsageError, match="no analysis"):
        scrubber.Analysis.from_json({"schema": 2})
    with pytest.raises(scrubber.UsageError, match="schema 99"):
        scrubber.Analysis.from_json({"schema": 99})
    with pytest.raises(TypeError, match="analysis must be"):
        scrubber.render(portrait, tmp_path / "out.jpg", portrait)  # type: ignore[arg-type]


def test_a_preview_shows_numbers_and_reasons(portrait: Path) -> None:
    analysis = analysed(portrait)
    shown = scrubber.preview(portrait, analysis)
    assert shown.mode == "RGB"
    plain = scrubber.preview(portrait, replace(analysis, decisions=()))
    assert shown.height > plain.height, "the reasons stand below"
    with pytest.raises(scrubber.UsageError, match="no frame 1"):
        scrubber.preview(portrait, analysis, frame=1)


def test_a_session_analyses_and_renders_in_workers(portrait: Path, tmp_path: Path) -> None:
    with scrubber.Session(policy=FAST, isolate=True, jobs=1) as session:
        analysis = session.analyse(portrait.read_bytes())
        result = session.render(portrait, tmp_path / "out.jpg", analysis)
        assert result.status == "published"
        assert session.analyse(portrait).found == analysis.found


def test_a_day_that_is_over_shows_nobody(portrait: Path, tmp_path: Path) -> None:
    first = analysed(portrait)
    agreed = analysed(portrait, consent(first))
    late = scrubber.render(
        portrait, tmp_path / "out.jpg", agreed, policy=FAST, consent=consent(first), purpose="social",
        on=date(2046, 1, 1),
    )  # fmt: skip
    assert [one.reason for one in late.faces] == ["expired"]
