"""Promise 4: who took consent back stays hidden when an older manifest is put back from a backup.

Before, such a run published a withdrawn person again without a word, and with exit code 0.
"""

from __future__ import annotations

import hashlib
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from calling import call

import scrubber
from scrubber import batch

CONSENT = "--for social --preset fast"
PASSPHRASE = "correct horse battery staple"


@pytest.fixture
def desk(tmp_path: Path, samples: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A portrait that may be shown, its copy in `out`, and the manifest of that day as `backup.toml`."""
    (tmp_path / "photos").mkdir()
    portrait = Path(shutil.copy(samples / "astronaut.jpg", tmp_path / "photos" / "portrait.jpg"))
    digest = hashlib.sha256(portrait.read_bytes()).hexdigest()
    (tmp_path / "consent.toml").write_text(
        'schema = 1\n[[people]]\nid = "p-1"\ndecision = "allow"\npurposes = ["social"]\nexpires = 2045-01-01\n'
        f'[[photos]]\nsha256 = "{digest}"\nshow = [{{ person = "p-1", box = [180, 66, 90, 111] }}]\n'
    )
    shutil.copy(tmp_path / "consent.toml", tmp_path / "backup.toml")
    monkeypatch.chdir(tmp_path)
    assert call(f"run photos -o out --consent consent.toml {CONSENT}") == 0
    assert shown("out") == 1
    return tmp_path


def shown(out: str) -> int:
    """How many people the copies that are out show, by the ledger."""
    return sum(len(copy.shows or ()) for copy in batch.published(Path(out)) if copy.status == "published")


@pytest.mark.parametrize("known", ["by a run", "by revoke alone"])
@pytest.mark.parametrize("back", ["another file", "the same file", "--restart", "one file", "the library"])
@pytest.mark.usefixtures("desk")
def test_a_withdrawal_outlives_the_manifest(known: str, back: str, capfd: pytest.CaptureFixture[str]) -> None:
    if back in ("one file", "the library"):
        assert call(f"run photos/portrait.jpg -o one.jpg --consent consent.toml {CONSENT}") == 0
    assert call("consent revoke p-1") == 0
    if known == "by a run":
        assert call(f"run photos -o out --consent consent.toml {CONSENT}") == 0
        assert call(f"run photos/portrait.jpg -o one.jpg --consent consent.toml {CONSENT}") == 0
        assert shown("out") == 0
    manifest = "backup.toml"
    if back == "the same file":
        manifest = shutil.copy("backup.toml", "consent.toml")
    capfd.readouterr()
    if back == "the library":
        consent = scrubber.Consent.load(manifest)
        result = scrubber.scrub("photos/portrait.jpg", "one.jpg", consent=consent, purpose="social")
        said, out = str(result.warnings), "."
    elif back == "one file":
        assert call(f"run photos/portrait.jpg -o one.jpg --consent {manifest} {CONSENT} --quiet") == 0
        said, out = capfd.readouterr().err, "."
    else:
        restart = "--restart" if back == "--restart" else ""
        assert call(f"run photos -o out --consent {manifest} {CONSENT} --quiet {restart}") == 0
        said, out = capfd.readouterr().err, "out"
    assert shown(out) == 0
    assert "p-1 withdrew" in said
    assert f"{manifest} does not know of it" in said


def test_so_does_a_refusal(desk: Path, capfd: pytest.CaptureFixture[str]) -> None:
    text = (desk / "consent.toml").read_text()
    (desk / "consent.toml").write_text(text.replace('"allow"', '"deny"'))
    assert call(f"run photos -o out --consent consent.toml {CONSENT}") == 0
    capfd.readouterr()
    assert call(f"run photos -o out --consent backup.toml {CONSENT}") == 0
    assert "p-1 refused" in capfd.readouterr().err
    assert shown("out") == 0


def test_who_agreed_anew_is_shown(desk: Path) -> None:
    """The manifest that knows of the withdrawal has the last word."""
    assert call("consent revoke p-1") == 0
    assert call(f"run photos -o out --consent consent.toml {CONSENT}") == 0
    now = datetime.now(UTC)
    text = (desk / "consent.toml").read_text().replace("expires", f"valid_from = {now.date()}\nexpires", 1)
    text = text.replace('"deny"', '"allow"')
    renewed = f'[[events]]\nat = {now + timedelta(seconds=1):%Y-%m-%dT%H:%M:%SZ}\nperson = "p-1"\nwhat = "renewed"\n'
    (desk / "consent.toml").write_text(f"{text}\n{renewed}")
    assert call(f"run photos -o out --consent consent.toml {CONSENT}") == 0
    assert shown("out") == 1


@pytest.mark.usefixtures("desk")
def test_a_run_that_shows_nobody_is_no_refusal() -> None:
    """The Chatham House rule for one run is not what people said."""
    assert call("run photos -o out --consent consent.toml --nobody --preset fast") == 0
    assert shown("out") == 0
    assert call(f"run photos -o out --consent consent.toml {CONSENT}") == 0
    assert shown("out") == 1


def test_under_a_locked_manifest_it_is_sealed_and_holds(
    desk: Path, state: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def locked(words: str) -> int:
        monkeypatch.setenv("SCRUBBER_PASSPHRASE", PASSPHRASE)
        return call(words)

    assert locked("consent lock consent.toml --remove") == 0
    shutil.copy(desk / "consent.toml.age", desk / "backup.age")
    assert locked("consent revoke p-1 --manifest consent.toml.age") == 0
    said = b"".join(path.read_bytes() for path in state.rglob("*.ledger"))
    assert b"refused" in said
    assert b"p-1" not in said
    capfd.readouterr()
    assert locked(f"run photos -o out --consent backup.age {CONSENT}") == 0
    assert "p-1 withdrew" in capfd.readouterr().err
    assert shown("out") == 0
    (desk / "consent.ledger-key").unlink(missing_ok=True)
    assert locked(f"run photos -o out --consent backup.toml {CONSENT} --quiet") == 0
    assert "who is sealed with the key of a locked manifest" in capfd.readouterr().err
