"""Promises 1 and 4: the record holds everybody who may be seen in a copy, so that it goes when one of them withdraws.

A face that was dismissed as none, or that two people were named for, was published, and nobody was noted for it:
who withdrew was not told of the copy, and it stayed when its original was gone.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from calling import call, shown

CONSENT = "--consent consent.toml --for social"
FACE = "box = [180, 66, 90, 111]"
PERSON = """[[people]]
id = "{}"
decision = "allow"
purposes = ["social"]
expires = 2045-01-01
{}
"""
WAYS = {  # the manifest's people, with references or without; what it points at; who withdraws
    "pointed at, and dismissed": ({"p-1": False}, f'show = [{{ person = "p-1", {FACE} }}]', True, "p-1"),
    "recognised, and dismissed": ({"p-1": True}, "", True, "p-1"),
    "recognised, and another one pointed at": (
        {"p-1": False, "p-9": True},
        f'show = [{{ person = "p-1", {FACE} }}]',
        False,
        "p-9",
    ),
    "pointed at, and another one recognised": (
        {"p-1": False, "p-9": True},
        f'show = [{{ person = "p-1", {FACE} }}]',
        False,
        "p-1",
    ),
    "pointed at, and another one recognised; dismissed": (
        {"p-1": False, "p-9": True},
        f'show = [{{ person = "p-1", {FACE} }}]',
        True,
        "p-9",
    ),
    "pointed at where no face was found": (
        {"p-1": False},
        'show = [{ person = "p-1", box = [20, 300, 60, 40] }]',
        False,
        "p-1",
    ),
}


@pytest.fixture
def desk(permitted_portrait: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(permitted_portrait)
    return permitted_portrait


def write_manifest(desk: Path, people: dict[str, bool], show: str, dismissed: bool) -> None:
    entry = (desk / "consent.toml").read_text().partition("[[photos]]")[2].partition("show")[0]
    (desk / "face.jpg").write_bytes((desk / "photos" / "portrait.jpg").read_bytes())
    known = [PERSON.format(person, 'references = ["face.jpg"]' if each else "") for person, each in people.items()]
    dismiss = f"dismiss = [{{ {FACE} }}]\n" if dismissed else ""
    (desk / "consent.toml").write_text("\n".join(["schema = 1", *known, "[[photos]]", entry, show, dismiss]))


@pytest.mark.parametrize("way", WAYS)
def test_a_copy_goes_when_somebody_withdraws_who_may_be_seen_in_it(
    desk: Path, way: str, capfd: pytest.CaptureFixture[str]
) -> None:
    people, show, dismissed, who = WAYS[way]
    write_manifest(desk, people, show, dismissed)
    assert call(f"run photos -o out {CONSENT}") == 0
    assert shown("out") == len(people)
    [copy] = (desk / "out").iterdir()
    assert call(f"consent revoke {who}") == 0
    assert str(copy) in capfd.readouterr().out
    assert call("verify out") == 3
    assert call(f"verify out {CONSENT}") == 3
    (desk / "photos" / "portrait.jpg").unlink()
    assert call(f"run photos -o out {CONSENT}") == 0
    assert f"shows {who}, who may not be seen now" in capfd.readouterr().err
    assert not copy.exists()


def test_what_was_dismissed_is_told(desk: Path, capfd: pytest.CaptureFixture[str]) -> None:
    write_manifest(desk, {}, "", dismissed=True)
    assert call("run photos -o out --consent consent.toml") == 0
    assert call("published out") == 0
    assert "but for 1 place dismissed as no face" in capfd.readouterr().out
    assert call("published out --json") == 0
    [copy] = map(json.loads, capfd.readouterr().out.splitlines())
    assert (copy["dismissed"], copy["shows"], copy["perhaps"]) == (1, [], [])


def test_what_was_dismissed_is_no_longer_without_a_manifest(desk: Path) -> None:
    write_manifest(desk, {}, "", dismissed=True)
    assert call("run photos -o out --consent consent.toml") == 0
    (desk / "photos" / "portrait.jpg").unlink()
    assert call("run photos -o out") == 0
    assert not any((desk / "out").iterdir())


def test_an_analysis_that_was_stored_knows_who_may_be_seen(desk: Path) -> None:
    import scrubber

    write_manifest(desk, {"p-1": True}, "", dismissed=True)
    consent = scrubber.Consent.load(desk / "consent.toml")
    analysis = scrubber.analyse("photos/portrait.jpg", consent=consent, purpose="social")
    stored = json.loads(json.dumps(analysis.whole_as_json()))
    assert scrubber.Analysis.from_json(stored) == analysis
    scrubber.render(
        "photos/portrait.jpg", "copy.jpg", scrubber.Analysis.from_json(stored), consent=consent, purpose="social"
    )
    assert shown(".") == 1
