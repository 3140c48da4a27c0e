"""Promise 6: nothing is lost. And of promise 1: no copy stays out that must not be seen any more.

Originals are never written to. A file that scrubber did not make is never overwritten or removed. What was published is
remembered until its owner says forget.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from calling import call
from PIL import Image

import scrubber
from scrubber import Consent, Policy

FAST = Policy(preset="fast")
FACE = "[180, 66, 90, 111]"  # of astronaut.jpg
PERSON = '[[people]]\nid = "p-1"\ndecision = "allow"\npurposes = ["social"]\nexpires = 2045-01-01\n'
REVOKED = '[[events]]\nat = 2026-01-01T10:00:00Z\nperson = "p-1"\nwhat = "withdrawn"\n'


def folder_run(photos: Path, out: Path, text: str | None = None, **more: Any) -> list[scrubber.Result]:
    consent = Consent.loads(text) if text else None
    purpose = "social" if consent else None
    given: dict[str, Any] = {"policy": FAST, "isolate": False} | more
    return list(scrubber.scrub_folder(photos, out, consent=consent, purpose=purpose, **given))


@pytest.fixture
def photos(tmp_path: Path, scenery: np.ndarray, samples: Path) -> Path:
    """A portrait and two photos of nobody."""
    folder = tmp_path / "photos"
    folder.mkdir()
    shutil.copy(samples / "astronaut.jpg", folder / "portrait.jpg")
    for name, pixels in (("a.png", scenery), ("b.png", scenery[::-1].copy())):
        Image.fromarray(pixels).save(folder / name)
    return folder


@pytest.fixture
def shows(samples: Path) -> str:
    """A manifest that shows the person in the portrait."""
    digest = hashlib.sha256((samples / "astronaut.jpg").read_bytes()).hexdigest()
    pointed = f'[[photos]]\nsha256 = "{digest}"\nshow = [{{ person = "p-1", box = {FACE} }}]\n'
    return f"schema = 1\n{PERSON}{pointed}"


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


@pytest.mark.parametrize("names", ["neutral", "sequence", "keep"])
def test_a_second_run_overwrites_no_copy_of_the_first(
    photos: Path, tmp_path: Path, scenery: np.ndarray, names: str
) -> None:
    """Another card, the same output folder, the same file names: photo-0001.jpg of the first run was gone."""
    policy = Policy(preset="fast", names=names)  # type: ignore[arg-type]
    folder_run(photos, tmp_path / "out", policy=policy)
    first = contents(tmp_path / "out")
    card = tmp_path / "card"
    card.mkdir()
    for name in ("a.png", "b.png"):
        Image.fromarray(np.roll(scenery, 100, axis=1)).save(card / name)
    folder_run(card, tmp_path / "out", policy=policy)
    second = contents(tmp_path / "out")
    assert first.items() <= second.items()
    assert len(second) == len(first) + 2


def test_adding_a_photo_shifts_no_name(photos: Path, tmp_path: Path, scenery: np.ndarray) -> None:
    """With numbers by position, a new first photo took the name of the second one's copy."""
    for names in ("neutral", "sequence"):
        policy = Policy(preset="fast", names=names)
        out = tmp_path / names
        before = {result.input: result.output for result in folder_run(photos, out, policy=policy)}
        Image.fromarray(np.roll(scenery, len(names), axis=0)).save(photos / f"0-{names}.png")
        after = {result.input: result.output for result in folder_run(photos, out, policy=policy)}
        assert before.items() <= after.items()


def test_files_of_others_are_never_touched(photos: Path, tmp_path: Path) -> None:
    """Whatever lies under the name that a copy would get: a file, a folder, a link to a file, a link to nowhere."""
    first = folder_run(photos, tmp_path / "out")
    names = [Path(result.output or "").name for result in first]
    other = tmp_path / "other"
    other.mkdir()
    (other / names[0]).write_bytes(b"somebody's")
    victim = tmp_path / "victim.jpg"
    victim.write_bytes(b"somebody's too")
    (other / names[1]).symlink_to(victim)
    (other / names[2]).symlink_to(tmp_path / "nowhere.jpg")
    results = folder_run(photos, other)
    assert [result.status for result in results] == ["published"] * 3
    assert (other / names[0]).read_bytes() == b"somebody's"
    assert victim.read_bytes() == b"somebody's too"
    assert not (tmp_path / "nowhere.jpg").exists()
    assert not set(names) & {Path(result.output or "").name for result in results}


@pytest.mark.parametrize("option", ["-o", "--report", "--contact-sheet"])
@pytest.mark.parametrize("kind", ["file", "link", "dangling link"])
def test_named_files_of_others_are_refused(photos: Path, tmp_path: Path, option: str, kind: str) -> None:
    """`-o one.jpg`, `--report` and the contact sheet overwrote what lay there, through links as well."""
    target, victim = tmp_path / "one.png", tmp_path / "victim"
    if kind != "dangling link":
        victim.write_bytes(b"somebody's")
    if kind == "file":
        victim.rename(target)
    else:
        target.symlink_to(victim)
    words = ["run", photos / "a.png", "--preset", "fast", "--quiet"]
    words += ["-o", target] if option == "-o" else ["-o", tmp_path / "out", option, target]
    assert call(*words) == 2
    assert target.is_symlink() == (kind != "file")
    assert not target.exists() if kind == "dangling link" else target.read_bytes() == b"somebody's"
    if kind == "file":
        assert call(*words, "--overwrite") == 0
        assert target.read_bytes() != b"somebody's"


def test_scrub_refuses_what_it_did_not_make(photos: Path, tmp_path: Path) -> None:
    target = tmp_path / "one.png"
    target.write_bytes(b"somebody's")
    with pytest.raises(scrubber.UsageError, match="did not make"):
        scrubber.scrub(photos / "a.png", target, policy=FAST)
    assert target.read_bytes() == b"somebody's"
    assert scrubber.scrub(photos / "a.png", target, policy=FAST, overwrite=True).status == "published"
    assert scrubber.scrub(photos / "b.png", target, policy=FAST).status == "published"
    target.write_bytes(target.read_bytes() + b"changed since")
    with pytest.raises(scrubber.UsageError, match="other hands"):
        scrubber.scrub(photos / "a.png", target, policy=FAST)


def test_threads_of_one_program_publish_into_one_folder(photos: Path, tmp_path: Path) -> None:
    """Each call clears away what killed runs left; what another thread is about to publish is none of that."""
    sources = [photos / name for name in ("a.png", "b.png")] * 4
    targets = [tmp_path / "out" / f"{number}.png" for number in range(len(sources))]
    with scrubber.Session(policy=FAST, isolate=True) as session, ThreadPoolExecutor(4) as threads:
        results = list(threads.map(session.scrub, sources, targets))
    assert [result.status for result in results] == ["published"] * len(sources)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(path.name for path in targets)


def test_a_report_is_appended_to(photos: Path, tmp_path: Path) -> None:
    """The second run truncated it, and with it the record of what was published."""
    report = tmp_path / "run.jsonl"
    for _ in range(2):
        assert call("run", photos, "-o", tmp_path / "out", "--preset", "fast", "--report", report, "--quiet") == 0
    assert [json.loads(line)["status"] for line in report.read_text().splitlines()] == ["published"] * 3 + [
        "unchanged"
    ] * 3
    assert report.stat().st_mode & 0o077 == 0


def test_a_report_of_another_schema_is_neither_added_to_nor_believed(photos: Path, tmp_path: Path) -> None:
    report = tmp_path / "run.jsonl"
    written = {**scrubber.Result("a.jpg", None, "failed", "damaged").as_json(), "schema": 1}
    report.write_text(f"{json.dumps(written)}\n")
    before = report.read_bytes()
    assert call("run", photos, "-o", tmp_path / "out", "--preset", "fast", "--report", report) == 2
    assert call("verify", photos, "--report", report) == 2
    assert report.read_bytes() == before


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


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
@pytest.mark.parametrize("kind", ["pipe", "sparse", "zero"])
def test_a_trap_in_the_place_of_an_input_stops_nothing(photos: Path, tmp_path: Path, kind: str) -> None:
    """Reading the earlier input again hung on a pipe, and filled the memory from a sparse file or a device."""
    folder_run(photos, tmp_path / "out")
    trap = photos / "portrait.jpg"
    trap.unlink()
    if kind == "pipe":
        os.mkfifo(trap)
    elif kind == "sparse":
        with trap.open("wb") as file:
            file.truncate(40 << 30)
    else:
        trap.symlink_to("/dev/zero")
    by_name = {Path(result.input).name: result.status for result in folder_run(photos, tmp_path / "out")}
    assert by_name["a.png"] == by_name["b.png"] == "unchanged"
    assert by_name["portrait.jpg"] in ("failed", "retracted")


def test_standard_input_has_a_limit() -> None:
    class Endless:
        given = 0

        def read(self, size: int = -1) -> bytes:
            assert size > 0, "everything at once"
            self.given += size
            assert self.given < 2 << 30
            return bytes(size)

    with pytest.raises(scrubber.PhotoTooLarge):
        scrubber.scrub_bytes(Endless(), policy=FAST)  # type: ignore[arg-type]


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
