"""Promise 4: a manifest that names no organisation, or names it otherwise, frees nobody in the folder of the refusal.

An `organisation` that was added or taken away between a manifest and its backup undid a withdrawal in the same folder.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from calling import call, shown

CONSENT = "--for social --preset fast"
NAMES = [("Ours", ""), ("", "Ours"), ("", ""), ("Café e.V.", "CAFE eV")]
"""What a manifest names, and its backup."""


@pytest.fixture
def desk(permitted_portrait: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A portrait that may be shown."""
    monkeypatch.chdir(permitted_portrait)
    return permitted_portrait


def run(out: str, manifest: str) -> int:
    return call(f"run photos -o {out} --consent {manifest} {CONSENT}")


def named(name: str, text: str) -> str:
    return text.replace("schema = 1\n", f'schema = 1\norganisation = "{name}"\n') if name else text


@pytest.mark.parametrize("used", ["manifest", "backup"])
@pytest.mark.parametrize(
    ("name", "before", "other"),
    [(*each, other) for each in NAMES for other in (False, True)] + [("Ours and more", "Ours", False)],
)
def test_a_withdrawal_holds_in_its_folder(desk: Path, name: str, before: str, other: bool, used: str) -> None:
    """Also where the entry is another one; what two names and two entries say may be of two groups."""
    text = (desk / "consent.toml").read_text()
    old = text.replace('["social"]', '["social", "website"]') if other else text
    (desk / "backup.toml").write_text(named(before, old))
    (desk / "consent.toml").write_text(named(name, text))
    assert run("out", "consent.toml" if used == "manifest" else "backup.toml") == 0
    assert shown("out") == 1
    assert call("consent revoke p-1") == 0
    assert run("out", "backup.toml") == 0
    assert shown("out") == 0


@pytest.mark.parametrize("where", ["out", "new"])
def test_a_name_that_was_written_anew_in_one_file(desk: Path, where: str, capfd: pytest.CaptureFixture[str]) -> None:
    """In its folder doubt hides; in another one it is told."""
    text = (desk / "consent.toml").read_text()
    (desk / "consent.toml").write_text(named("Ours", text))
    assert run("out", "consent.toml") == 0
    assert call("consent revoke p-1") == 0
    (desk / "consent.toml").write_text(named("The new name of ours", text.replace('["social"]', '["social", "press"]')))
    assert run(where, "consent.toml") == 0
    assert shown(where) == (where == "new")
    assert ("do not name the same organisation" in capfd.readouterr().err) == (where == "new")


@pytest.mark.parametrize("where", ["out", "new"])
def test_a_look_alike_id_is_the_same_one(desk: Path, where: str, capfd: pytest.CaptureFixture[str]) -> None:
    text = named("Ours", (desk / "consent.toml").read_text())
    (desk / "consent.toml").write_text(text)
    (desk / "alike.toml").write_text(text.replace("p-1", "P-l"))
    assert run("out", "consent.toml") == 0
    assert call("consent revoke p-1") == 0
    assert run(where, "alike.toml") == 0
    assert shown(where) == 0
    capfd.readouterr()
    assert call("consent revoke P-l --manifest alike.toml") == 0
    assert "1 copy showed P-l" in capfd.readouterr().err
