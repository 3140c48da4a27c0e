"""Locked manifests as their keeper meets them, on the command line: nothing in clear on the disk, nothing lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from keeping import ADD, WORDS, ledger, scrubber

from scrubber.cli import cli
from scrubber.consent import Consent

ROOT = Path(__file__).resolve().parents[2]


def test_a_lock_hides_everything_and_a_run_needs_no_more(office: Path, samples: Path) -> None:
    scrubber(*ADD, "--photo", samples / "astronaut.jpg", "--copy", folder=office)
    (office / "many.jpg").unlink()
    locked = scrubber("consent", "lock", "--with", "form.pdf", "--remove", folder=office)
    assert locked.code == 0
    assert "SSDs, snapshots and backups may keep traces" in locked.err
    left = sorted(path.name for path in office.rglob("*") if path.is_file())
    assert left == ["consent.toml.age", "portrait.jpg"]
    assert not (office / "people").exists()
    faces = ("faces", "portrait.jpg", "--consent", "consent.toml.age", "--for", "social", "--json", "--preset", "fast")
    [line] = scrubber(*faces, folder=office).lines
    assert [face["person"] for face in line["faces"]] == ["p-017"]
    job = ("run", "portrait.jpg", "-o", "out.jpg", *faces[2:6], "--preset", "fast", "--report", "run.jsonl")
    assert scrubber(*job, folder=office).code == 0
    [face] = json.loads((office / "run.jsonl").read_text())["faces"]
    assert face["reason"] == "allowed-by-match"
    assert sorted(path.name for path in office.rglob("*") if path.is_file()) == sorted([*left, "out.jpg", "run.jsonl"])
    assert scrubber(*faces, folder=office, passphrase="another passphrase").code == 4
    nobody = scrubber(*faces, folder=office, passphrase=None)
    assert nobody.code == 2
    assert "SCRUBBER_PASSPHRASE" in nobody.err
    assert scrubber("consent", "unlock", "consent.toml.age", folder=office).code == 0
    assert (office / "people/p-017/01.jpg").read_bytes() == (samples / "astronaut.jpg").read_bytes()


def test_a_passphrase_can_come_by_a_descriptor(office: Path) -> None:
    scrubber("consent", "lock", folder=office)
    reading, writing = os.pipe()
    os.write(writing, f"{WORDS}\nmore".encode())
    os.close(writing)
    done = subprocess.run(
        [sys.executable, ROOT / "cli.py", "consent", "list", "consent.toml.age"],
        cwd=office, env=os.environ | {"SCRUBBER_PASSPHRASE_FD": str(reading)}, pass_fds=[reading], check=False,
    )  # fmt: skip
    os.close(reading)
    assert done.returncode == 0


def test_a_weak_passphrase_locks_nothing(office: Path) -> None:
    done = scrubber("consent", "lock", folder=office, passphrase="short")
    assert done.code == 2
    assert "fewer than 12 characters" in done.err
    assert not (office / "consent.toml.age").exists()


def test_a_manifest_that_is_locked_beside_its_name_is_named(office: Path) -> None:
    scrubber("consent", "lock", "--remove", folder=office)
    with_consent = ("--consent", "consent.toml", "--for", "social")
    for words in (
        ("run", "portrait.jpg", "-o", "safe", *with_consent),
        ("faces", "portrait.jpg", *with_consent),
        ("published", "safe", "--consent", "consent.toml"),
        ("consent", "revoke", "p-017"),
        ("consent", "check"),
        ("consent", "list"),
        ("consent", "export", "--format", "csv"),
        ("consent", "lock"),
        ("consent", "init"),
        ADD,
        ("consent", "hide", "portrait.jpg", "--box", "1,1,40,40"),
        ("consent", "no-photo", "portrait.jpg"),
    ):
        refused = scrubber(*words, folder=office)
        assert refused.code in (2, 4), words
        assert "is locked in consent.toml.age" in refused.err, words
    assert not (office / "consent.toml").exists()
    assert not (office / "safe").exists()


def test_a_locked_manifest_is_changed_without_a_word_on_the_disk(
    office: Path, samples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scrubber("consent", "lock", "--remove", folder=office)
    before = sorted(path.name for path in office.iterdir())
    locked = ("--manifest", "consent.toml.age")
    added = scrubber(*ADD, "--photo", samples / "astronaut.jpg", *locked, folder=office)
    assert added.code == 0, added.err
    point = ("consent", "point", "many.jpg", "--face", 3, "--person", "p-017", "--preset", "fast")
    assert "is locked in consent.toml.age; name that one" in scrubber(*point, folder=office).err
    for words in (
        (*point, *locked),
        ("consent", "hide", "many.jpg", "--box", "1,1,40,40", "--preset", "fast", *locked),
        ("consent", "dismiss", "many.jpg", "--face", 5, "--preset", "fast", *locked),
        ("consent", "no-photo", "many.jpg", *locked),
    ):
        assert scrubber(*words, folder=office).code == 0
    assert sorted(path.name for path in office.iterdir()) == before
    consent = Consent.load(office / "consent.toml.age", WORDS)
    assert list(consent.reference_bytes("p-017")) == ["people/p-017/01.jpg"]
    [entry] = consent.photos
    assert (len(entry.show), len(entry.hide), len(entry.dismiss), entry.no_photo) == (1, 1, 1, True)
    monkeypatch.chdir(office)
    monkeypatch.setenv("SCRUBBER_PASSPHRASE", WORDS)
    ledger(monkeypatch, "p-017", consent.ledger_identity)
    revoked = CliRunner().invoke(cli, ["consent", "revoke", "p-017", *locked])
    assert (revoked.exit_code, revoked.stdout) == (0, "out.jpg\n")
    assert Consent.load(office / "consent.toml.age", WORDS).people[0].decision == "deny"
    assert sorted(path.name for path in office.iterdir()) == before
