"""Promise 4: who refused stays hidden in every output folder, until they agree anew; other groups' ids are not meant.

A refusal in one folder was unknown in the next if the entry said anything else than before, and a second refusal was
taken for the first one.
"""

from __future__ import annotations

import shutil
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from calling import call, shown

CONSENT = "--for social --preset fast"
OURS, THEIRS = ('schema = 1\norganisation = "Ours"\n', 'schema = 1\norganisation = "Theirs"\n')


@pytest.fixture
def desk(permitted_portrait: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A portrait that may be shown; its copy in `out`."""
    monkeypatch.chdir(permitted_portrait)
    return permitted_portrait


def run(out: str, manifest: str) -> int:
    return call(f"run photos -o {out} --consent {manifest} {CONSENT}")


def refusing(text: str) -> str:
    """An entry that says more than a no: what it is about changed as well."""
    return text.replace('"allow"', '"deny"').replace('["social"]', '["social", "website"]')


@pytest.mark.parametrize("known_by", ["organisation", "file", "what was shown"])
def test_a_refusal_in_one_folder_holds_in_another(desk: Path, known_by: str, capfd: pytest.CaptureFixture[str]) -> None:
    text = (desk / "consent.toml").read_text()
    if known_by == "organisation":
        text = text.replace("schema = 1\n", OURS)
    (desk / "consent.toml").write_text(text)
    if known_by == "what was shown":
        assert run("out", "consent.toml") == 0
        assert shown("out") == 1
    (desk / "consent.toml").write_text(refusing(text))
    assert run("out", "consent.toml") == 0
    assert shown("out") == 0
    backup = "consent.toml" if known_by == "file" else "backup.toml"
    (desk / backup).write_text(text.replace("Ours", "OURS "))
    capfd.readouterr()
    assert run("new", backup) == 0
    assert "p-1 refused" in capfd.readouterr().err
    assert shown("new") == 0
    assert call(f"run photos/portrait.jpg -o one.jpg --consent {backup} {CONSENT}") == 0
    assert shown(".") == 0
    (desk / "anew.toml").write_text(text.replace("expires", f"valid_from = {date.today()}\nexpires", 1))
    assert run("new", "anew.toml") == 0
    assert shown("new") == 1, "who agreed anew is shown"


@pytest.mark.parametrize("named", ["both", "one", "none"])
def test_other_groups_are_not_meant(desk: Path, named: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Names tell groups apart; where they do not, it is said."""
    text = (desk / "consent.toml").read_text()
    ours, theirs = {"both": (OURS, THEIRS), "one": ("schema = 1\n", THEIRS), "none": ("schema = 1\n",) * 2}[named]
    (desk / "theirs.toml").write_text(text.replace("schema = 1\n", theirs))
    assert run("theirs", "theirs.toml") == 0
    (desk / "consent.toml").write_text(refusing(text).replace("schema = 1\n", ours))
    assert run("out", "consent.toml") == 0
    for again in ("", "--restart"):  # copies that stay as they are count, too
        capfd.readouterr()
        assert call(f"run photos -o theirs --consent theirs.toml {CONSENT} --quiet {again}") == 0
        assert ("do not both name an organisation" in capfd.readouterr().err) == (named != "both")
        assert shown("theirs") == 1


def test_a_name_that_was_added_since_frees_nobody(desk: Path) -> None:
    text = (desk / "consent.toml").read_text()
    (desk / "backup.toml").write_text(text.replace("schema = 1\n", OURS))
    (desk / "consent.toml").write_text(refusing(text))
    assert run("out", "consent.toml") == 0
    assert run("out", "backup.toml") == 0
    assert shown("out") == 0


def test_a_second_refusal_is_no_repetition_of_the_first(desk: Path) -> None:
    text = (desk / "consent.toml").read_text()
    (desk / "anew.toml").write_text(text.replace("expires", f"valid_from = {date.today()}\nexpires", 1))
    (desk / "consent.toml").write_text(text.replace('"allow"', '"deny"'))
    assert run("out", "consent.toml") == 0
    assert run("out", "anew.toml") == 0
    assert shown("out") == 1
    for _ in range(2):
        assert run("out", "consent.toml") == 0
    assert run("out", "anew.toml") == 0
    assert shown("out") == 0


@pytest.mark.parametrize("before", ["an event of today", "today's valid_from"])
def test_who_agrees_anew_on_the_day_of_the_refusal_is_shown(desk: Path, before: str) -> None:
    """She stayed hidden if the refusing entry told of that day, by a `given` event or by its `valid_from`."""
    today = f"valid_from = {date.today()}\nexpires"
    given = f'\n[[events]]\nat = {datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}\nperson = "p-1"\nwhat = "given"\n'
    text = (desk / "consent.toml").read_text()
    text = text + given if before == "an event of today" else text.replace("expires", today, 1)
    (desk / "consent.toml").write_text(text)
    shutil.copy("consent.toml", "backup.toml")
    (desk / "consent.toml").write_text(text.replace('"allow"', '"deny"'))
    assert run("out", "consent.toml") == 0
    assert run("out", "backup.toml") == 0
    assert shown("out") == 0
    time.sleep(1.1)  # the record counts in seconds
    if before == "an event of today":
        text = text.replace("expires", today, 1)
    else:
        text += f'\n[[events]]\nat = {datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}\nperson = "p-1"\nwhat = "renewed"\n'
    (desk / "consent.toml").write_text(text)
    assert run("out", "consent.toml") == 0
    assert shown("out") == 1
