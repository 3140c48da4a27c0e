"""Promise 1: no copy stays out that must not be seen any more."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from calling import call
from folder_runs import FAST, REVOKED, contents, folder_run
from PIL import Image

import scrubber
from scrubber import Consent

NO_PHOTO = "no_photo = true\n"


@pytest.mark.parametrize("restart", [False, True])
@pytest.mark.parametrize("now", ["withheld", "failed", "denied", "gone", "without a manifest"])
def test_a_copy_that_must_not_be_seen_is_taken_away(
    photos: Path, tmp_path: Path, shows: str, now: str, restart: bool
) -> None:
    """A photo that is withheld, fails, is denied or gone kept its old copy, with the face in it."""
    out = tmp_path / "out"
    first = {Path(result.input).name: result for result in folder_run(photos, out, shows)}
    assert [face.action for face in first["portrait.jpg"].faces] == ["show"]
    showing = Path(first["portrait.jpg"].output or "")
    text: str | None = shows
    if now == "withheld":
        text = shows.replace("show = ", f"{NO_PHOTO}show = ")
    elif now == "failed":
        (photos / "portrait.jpg").write_bytes((photos / "portrait.jpg").read_bytes()[:5000])
    elif now == "denied":
        text = shows + REVOKED
    elif now == "gone":
        (photos / "portrait.jpg").unlink()
        text = shows + REVOKED
    else:
        text = None
    before = hashlib.sha256(showing.read_bytes()).hexdigest()
    results = folder_run(photos, out, text, restart=restart)
    assert before not in {hashlib.sha256(data).hexdigest() for data in contents(out).values()}
    remade = now in ("denied", "without a manifest")
    assert ("retracted" in [result.status for result in results]) == (not remade)
    assert len(contents(out)) == (3 if remade else 2)


def test_a_copy_whose_original_is_gone_stays_while_everybody_in_it_may_be_seen(
    photos: Path, tmp_path: Path, shows: str, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "consent.toml").write_text(shows)
    words = ["run", photos, "-o", tmp_path / "out", "--consent", tmp_path / "consent.toml", "--for", "social"]
    assert call(*words, "--preset", "fast") == 0
    before = contents(tmp_path / "out")
    (photos / "portrait.jpg").unlink()
    capfd.readouterr()
    assert call(*words, "--preset", "fast") == 0
    assert contents(tmp_path / "out") == before
    assert "1 copy of an earlier run stays, whose original is gone" in capfd.readouterr().err


@pytest.mark.parametrize("by", ["the command line", "the library"])
def test_one_file_is_taken_away_too(photos: Path, tmp_path: Path, shows: str, by: str) -> None:
    """`-o FILE` and `scrub()` left the old copy when the photo was withheld or failed."""
    target, manifest = tmp_path / "one.jpg", tmp_path / "consent.toml"

    def make(text: str) -> None:
        manifest.write_text(text)
        if by == "the library":
            consent = Consent.load(manifest)
            try:
                scrubber.scrub(photos / "portrait.jpg", target, policy=FAST, consent=consent, purpose="social")
            except scrubber.PhotoError:
                return
        else:
            call("run", photos / "portrait.jpg", "-o", target, "--consent", manifest, "--for", "social", "--quiet")

    make(shows)
    assert target.exists()
    make(shows.replace("show = ", f"{NO_PHOTO}show = "))
    assert not target.exists()
    make(shows)
    assert not target.exists(), "NO PHOTO holds until it is taken back in so many words"
    make(shows.replace("show = ", "no_photo = false\nshow = "))
    assert target.exists()
    (photos / "portrait.jpg").write_bytes(b"\xff\xd8\xff broken")
    make(shows)
    assert not target.exists()


def test_a_copy_that_other_hands_changed_is_named(photos: Path, tmp_path: Path, shows: str) -> None:
    """It is no longer the file that was published, so it is not removed; but nobody may miss it."""
    out = tmp_path / "out"
    [showing] = [
        Path(result.output or "") for result in folder_run(photos, out, shows) if result.input.endswith("portrait.jpg")
    ]
    with Image.open(showing) as image:
        image.crop((0, 0, 300, 300)).save(showing, "JPEG")
    cropped = showing.read_bytes()
    for _ in range(2):
        results = folder_run(photos, out, shows + REVOKED)
        [stuck] = [result for result in results if result.reason == "not-retracted"]
        assert stuck.status == "failed"
        assert str(showing) in stuck.warnings[0]
        assert showing.read_bytes() == cropped


def test_a_withdrawal_finds_what_is_out_every_time(
    photos: Path, tmp_path: Path, shows: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Repeating the documented command truncated the record, so that `revoke` found nothing the second time."""
    manifest = tmp_path / "consent.toml"
    manifest.write_text(shows)
    words = ["run", photos, "--consent", manifest, "--for", "social", "--preset", "fast", "--quiet"]
    assert call(*words, "-o", tmp_path / "out") == 0
    assert call(*words, "-o", tmp_path / "out") == 0
    assert call(*words, "-o", tmp_path / "rehearsal", "--dry-run") == 0
    [showing] = [one.output for one in scrubber.batch.showing("p-1")]
    capfd.readouterr()
    for _ in range(2):
        assert call("consent", "revoke", "p-1", "--manifest", manifest) == 0
        assert capfd.readouterr().out.splitlines() == [showing]
    assert call(*words, "-o", tmp_path / "out") == 0
    assert call("consent", "revoke", "p-1", "--manifest", manifest) == 0
    [gone] = capfd.readouterr().out.splitlines()
    assert gone.startswith(showing) and gone.endswith("not there now)"), "it may have been posted all the same"


def test_what_is_forgotten_is_wiped(photos: Path, tmp_path: Path, state: Path) -> None:
    folder_run(photos, tmp_path / "out")
    before = contents(tmp_path / "out")
    assert call("published", tmp_path / "out", "--forget") == 0
    assert list(state.rglob("*.ledger")) == []
    assert contents(tmp_path / "out") == before
    folder_run(photos, tmp_path / "out")
    assert before.items() <= contents(tmp_path / "out").items()


def test_a_ledger_tells_nothing_that_a_locked_manifest_protects(
    photos: Path,
    tmp_path: Path,
    state: Path,
    shows: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Ids of people lay in the record of a run, beside a manifest that was locked away."""
    monkeypatch.setenv("SCRUBBER_PASSPHRASE", "correct horse battery staple")
    manifest, locked, out = tmp_path / "consent.toml", tmp_path / "consent.toml.age", tmp_path / "out"
    secret = "person-4711"
    manifest.write_text(shows.replace("p-1", secret))
    words = ["run", photos, "-o", out, "--for", "social", "--preset", "fast", "--quiet"]
    assert call(*words, "--consent", manifest) == 0
    [ledger] = state.rglob("*.ledger")
    assert secret in ledger.read_text()
    monkeypatch.setenv("SCRUBBER_PASSPHRASE", "correct horse battery staple")
    assert call("consent", "lock", manifest, "--remove") == 0
    assert secret not in ledger.read_text()
    for _ in range(2):
        monkeypatch.setenv("SCRUBBER_PASSPHRASE", "correct horse battery staple")
        assert call(*words, "--consent", locked) == 0
        assert secret not in ledger.read_text()
    capfd.readouterr()
    assert call("published", out) == 0
    said = capfd.readouterr().out
    assert secret not in said
    assert "shows somebody" in said
    monkeypatch.setenv("SCRUBBER_PASSPHRASE", "correct horse battery staple")
    assert call("published", out, "--consent", locked) == 0
    assert f"shows {secret}" in capfd.readouterr().out
    monkeypatch.setenv("SCRUBBER_PASSPHRASE", "correct horse battery staple")
    assert call("consent", "revoke", secret, "--manifest", locked) == 0
    [showing] = capfd.readouterr().out.splitlines()
    monkeypatch.setenv("SCRUBBER_PASSPHRASE", "correct horse battery staple")
    (photos / "portrait.jpg").unlink()
    assert call(*words, "--consent", locked) == 0
    assert not Path(showing).exists()


def test_a_sealed_copy_without_its_key_is_taken_away(
    photos: Path, tmp_path: Path, shows: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that cannot tell who is in a copy cannot say that they may be seen."""
    manifest, out = tmp_path / "consent.toml", tmp_path / "out"
    manifest.write_text(shows)
    for words in (
        ["consent", "lock", manifest],
        ["run", photos, "-o", out, "--for", "social", "--consent", f"{manifest}.age", "--preset", "fast", "--quiet"],
    ):
        monkeypatch.setenv("SCRUBBER_PASSPHRASE", "correct horse battery staple")
        assert call(*words) == 0
    (photos / "portrait.jpg").unlink()
    assert [result.status for result in folder_run(photos, out, shows)].count("retracted") == 1
