"""Promise 4: who took consent back stays hidden when an older manifest is put back from a backup.

Before, such a run published a withdrawn person again without a word, and with exit code 0.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from calling import call, shown

import scrubber

CONSENT = "--for social --preset fast"
PASSPHRASE = "correct horse battery staple"


@pytest.fixture
def desk(permitted_portrait: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A portrait that may be shown, its copy in `out`, and the manifest of that day as `backup.toml`."""
    shutil.copy(permitted_portrait / "consent.toml", permitted_portrait / "backup.toml")
    monkeypatch.chdir(permitted_portrait)
    assert call(f"run photos -o out --consent consent.toml {CONSENT}") == 0
    assert shown("out") == 1
    return permitted_portrait


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


@pytest.mark.parametrize("into", ["a new folder", "one file beside", "another spelling"])
def test_wherever_the_old_manifest_is_used(desk: Path, into: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert call("consent revoke p-1") == 0
    if into == "another spelling":
        text = (desk / "backup.toml").read_text().replace("p-1", "P1")
        (desk / "backup.toml").write_text(text)
    out = "new" if into == "a new folder" else "out/two.jpg" if into == "one file beside" else "out"
    source = "photos/portrait.jpg" if into == "one file beside" else "photos"
    capfd.readouterr()
    assert call(f"run {source} -o {out} --consent backup.toml {CONSENT}") == 0
    assert "backup.toml does not know of it" in capfd.readouterr().err
    assert shown("new") == 0
    assert into == "a new folder" or shown("out") == 0
    if into != "another spelling":
        assert call("verify out --consent backup.toml --for social") in (0, 3)
        assert call(f"faces photos --consent backup.toml {CONSENT} --json") == 0
        assert '"decision": "show"' not in capfd.readouterr().out


def test_other_people_of_that_id_are_not_meant(desk: Path) -> None:
    """Two groups may both call somebody p-1."""
    assert call("consent revoke p-1") == 0
    text = (desk / "backup.toml").read_text().replace("2045-01-01", "2044-12-31")
    (desk / "of-others.toml").write_text(text)
    assert call(f"run photos -o theirs --consent of-others.toml {CONSENT}") == 0
    assert shown("theirs") == 1


def test_every_withdrawal_is_noted_and_by_every_run(desk: Path) -> None:
    """A second one was not, nor one of somebody who was in none of the photos of that run."""
    person = (desk / "backup.toml").read_text().partition("[[photos]]")[0]
    photo = "[[photos]]" + (desk / "backup.toml").read_text().partition("[[photos]]")[2]
    february = '[[events]]\nat = 2026-02-01T10:00:00Z\nperson = "p-1"\nwhat = "withdrawn"\n'
    march = '[[events]]\nat = 2026-03-02T10:00:00Z\nperson = "p-1"\nwhat = "renewed"\n'
    november = february.replace("02-01", "11-01")
    again = person.replace("expires", "valid_from = 2026-03-02\nexpires")
    versions = [
        person + photo + february,
        again + photo + february + march,
        again + photo + february + march + november,
    ]
    for number, text in enumerate(versions):
        (desk / f"v{number}.toml").write_text(text)
        assert call(f"run photos -o fresh --consent v{number}.toml {CONSENT}") == 0
        assert shown("fresh") == (number == 1)
    assert call(f"run photos -o fresh --consent v1.toml {CONSENT}") == 0
    assert shown("fresh") == 0


def test_a_day_ahead_is_a_slip_and_can_be_mended(desk: Path) -> None:
    text = (desk / "backup.toml").read_text()
    slip = '[[events]]\nat = 2044-11-01T10:00:00Z\nperson = "p-1"\nwhat = "withdrawn"\n'
    (desk / "consent.toml").write_text(text + slip)
    assert call(f"run photos -o out --consent consent.toml {CONSENT}") == 0
    assert shown("out") == 0
    today = datetime.now(UTC)
    mended = slip.replace("2044-11-01", f"{today.date()}")
    renewed = mended.replace("withdrawn", "renewed").replace("T10:00:00Z", "T10:00:01Z")
    agreed = text.replace("expires", f"valid_from = {today.date()}\nexpires", 1)
    (desk / "consent.toml").write_text(agreed + mended + renewed)
    assert call(f"run photos -o out --consent consent.toml {CONSENT}") == 0
    assert shown("out") == 1


def test_despite_withdrawals_undoes_none(desk: Path) -> None:
    text = (desk / "backup.toml").read_text()
    (desk / "consent.toml").write_text(
        text + '[[events]]\nat = 2026-10-01T10:00:00Z\nperson = "p-1"\nwhat = "withdrawn"\n'
    )
    words = f"run photos -o other --consent consent.toml {CONSENT} --on 2026-06-01 --despite-withdrawals"
    assert call(words) == 0
    assert shown("other") == 0


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
    assert shown("out") == 0


def test_a_plain_manifest_from_before_the_lock_shows_nobody(
    desk: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """It showed who had withdrawn since, and only noted that somebody had."""
    shutil.copy(desk / "consent.toml", desk / "plain.toml")
    monkeypatch.setenv("SCRUBBER_PASSPHRASE", PASSPHRASE)
    assert call("consent lock consent.toml --remove") == 0
    monkeypatch.setenv("SCRUBBER_PASSPHRASE", PASSPHRASE)
    assert call("consent revoke p-1 --manifest consent.toml.age") == 0
    capfd.readouterr()
    assert call(f"run photos -o out --consent plain.toml {CONSENT}") == 0
    assert "so nobody is shown under it" in capfd.readouterr().err
    assert shown("out") == 0


def test_another_group_with_the_same_ids_is_not_meant(desk: Path) -> None:
    """One group's withdrawal hid the other group's person in their own folder."""
    theirs = (desk / "backup.toml").read_text().replace("schema = 1\n", 'schema = 1\norganisation = "Others"\n')
    (desk / "theirs.toml").write_text(theirs)
    assert call(f"run photos -o theirs --consent theirs.toml {CONSENT}") == 0
    assert call("consent revoke p-1") == 0
    assert call(f"run photos -o theirs --consent theirs.toml {CONSENT}") == 0
    assert shown("theirs") == 1


def test_after_a_refusal_the_day_on_the_form_counts(desk: Path) -> None:
    text = (desk / "consent.toml").read_text()
    (desk / "consent.toml").write_text(text.replace('"allow"', '"deny"'))
    assert call(f"run photos -o out --consent consent.toml {CONSENT}") == 0
    assert shown("out") == 0
    (desk / "consent.toml").write_text(text.replace("expires", f"valid_from = {datetime.now().date()}\nexpires", 1))
    assert call(f"run photos -o out --consent consent.toml {CONSENT}") == 0
    assert shown("out") == 1


def test_verify_goes_by_the_record_of_the_folder(desk: Path) -> None:
    """It asked for the very same consent; an older manifest with other purposes called the copy clean."""
    text = (desk / "consent.toml").read_text().replace('["social"]', '["social", "website"]')
    (desk / "consent.toml").write_text(text)
    assert call("verify out --consent backup.toml --for social") == 0
    assert call("consent revoke p-1") == 0
    assert call("verify out --consent backup.toml --for social") == 3


def test_another_groups_lock_seals_nothing_here(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A manifest of the same file name sealed what it had nothing to do with, under a key that nobody here had."""
    assert call("consent revoke p-1") == 0
    assert call(f"run photos -o out --consent consent.toml {CONSENT}") == 0
    (desk / "other").mkdir()
    monkeypatch.chdir(desk / "other")
    assert call("consent hide ../photos/portrait.jpg --box 300,300,9,9") == 0
    monkeypatch.setenv("SCRUBBER_PASSPHRASE", PASSPHRASE)
    assert call("consent lock consent.toml --remove") == 0
    monkeypatch.chdir(desk)
    assert call(f"run photos -o out --consent backup.toml {CONSENT}") == 0
    assert shown("out") == 0


@pytest.mark.usefixtures("desk")
def test_the_manifest_that_is_named_is_the_one_that_was_given(capfd: pytest.CaptureFixture[str]) -> None:
    """The sentence of the run before was said again, with the name of its manifest."""
    assert call("consent revoke p-1") == 0
    for manifest in (shutil.copy("backup.toml", "second.toml"), "backup.toml"):
        capfd.readouterr()
        assert call(f"run photos -o out --consent {manifest} {CONSENT}") == 0
        said = capfd.readouterr().err
        assert said.count("does not know of it") == 1
        assert f"{manifest} does not know of it" in said


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is not there")
@pytest.mark.parametrize("cut", ["stdout", "stderr"])
def test_a_withdrawal_counts_though_nobody_reads_what_it_says(desk: Path, root: Path, cut: str) -> None:
    """Attack: `revoke | head`. It was noted after it had been printed, so a command that ended early noted nothing."""
    streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with Path("/dev/full").open("w", encoding="ascii") as full:
        words = [sys.executable, "-P", root / "cli.py", "consent", "revoke", "p-1", "--manifest", "consent.toml"]
        subprocess.run(words, cwd=desk, check=False, **{**streams, cut: full})  # type: ignore[call-overload]
    call(f"run photos -o other --consent backup.toml {CONSENT}")
    assert shown("other") == 0
