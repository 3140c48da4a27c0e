"""Locked manifests: nothing in clear on the disk, nothing lost, nothing opened without the passphrase."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pyrage
import pytest
import quick_passphrases
from consent_scenes import TODAY

from scrubber.consent import FIRST_LINE, LAST_LINE, Consent
from scrubber.consent.editing.draft import Draft
from scrubber.consent.editing.storing import gather, lock, remove_originals, unlock
from scrubber.consent.manifest.model import Person
from scrubber.consent.vault.locking import Contents, decrypt, encrypt
from scrubber.consent.vault.sealing import new_identity, recipient_of, seal, unseal
from scrubber.errors import ManifestError, NotWritable, UsageError

WORDS = "four quite random words"
MANIFEST = f"""{FIRST_LINE}
schema = 1
[[people]]
id = "p-017"
decision = "deny"
references = ["people/p-017/*.jpg"]
{LAST_LINE}
"""
NUMBERS = {"people/p-017/a.jpg": (0.25, -0.5)}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a manifest, references, a form, and all of it locked as well."""
    folder = tmp_path_factory.mktemp("kept")
    (folder / "people/p-017").mkdir(parents=True)
    (folder / "consent.toml").write_text(MANIFEST)
    (folder / "people/p-017/a.jpg").write_bytes(b"first photo")
    (folder / "people/p-017/b.jpg").write_bytes(b"second photo")
    (folder / "form.pdf").write_bytes(b"the form")
    lock(gathered(folder), WORDS, folder / "consent.toml.age")
    return folder


def gathered(kept: Path) -> Contents:
    return gather(Consent.load(kept / "consent.toml"), [kept / "form.pdf"], NUMBERS, "sface-2")


def test_a_run_reads_the_locked_file_without_a_copy_on_disk(kept: Path, tmp_path: Path) -> None:
    (tmp_path / "moved.age").write_bytes((kept / "consent.toml.age").read_bytes())
    locked = Consent.load(tmp_path / "moved.age", WORDS)
    clear = Consent.load(kept / "consent.toml")
    assert locked.manifest == clear.manifest
    assert locked.reference_bytes("p-017") == clear.reference_bytes("p-017")
    assert locked.permissions("social", TODAY) == clear.permissions("social", TODAY)
    assert locked.locked is not None
    assert locked.locked.embeddings == NUMBERS
    assert [path.name for path in tmp_path.iterdir()] == ["moved.age"]


def test_nothing_shows_through(kept: Path) -> None:
    content = (kept / "consent.toml.age").read_bytes()
    assert not any(word in content for word in (b"p-017", b"photo", b"form", b"people"))
    assert (kept / "consent.toml.age").stat().st_mode & 0o077 == 0
    consent = Consent.load(kept / "consent.toml.age", lambda: WORDS)
    assert not any(word in repr(consent) for word in ("first photo", "0.25"))


def test_the_passphrase_is_asked_for_only_if_needed(kept: Path) -> None:
    def never() -> str:
        raise AssertionError

    assert Consent.load(kept / "consent.toml", never).people[0].id == "p-017"
    with pytest.raises(ManifestError, match="is locked; give the passphrase"):
        Consent.load(kept / "consent.toml.age")


@pytest.mark.usefixtures("scrypt")
@pytest.mark.slow
def test_what_users_lock_takes_the_work_of_scrypt_and_needs_no_scrubber(kept: Path, tmp_path: Path) -> None:
    """The other tests take passphrases that cost no work; see `quick_passphrases`."""
    path = tmp_path / "consent.toml.age"
    lock(gathered(kept), WORDS, path)
    content = path.read_bytes()
    assert int(re.findall(rb"^-> scrypt \S+ (\d+)$", content, re.MULTILINE)[0]) >= 14
    assert not any(word in content for word in (b"p-017", b"photo", b"form", b"people"))
    assert Consent.load(path, WORDS).manifest == Consent.load(kept / "consent.toml").manifest
    (tmp_path / "c.zip").write_bytes(pyrage.passphrase.decrypt(content, WORDS))
    subprocess.run(["python3", "-m", "zipfile", "-e", tmp_path / "c.zip", tmp_path], check=True)
    assert (tmp_path / "consent.toml").read_text() == MANIFEST


def test_another_passphrase_opens_nothing(kept: Path) -> None:
    with pytest.raises(ManifestError, match="the passphrase is another"):
        Consent.load(kept / "consent.toml.age", "four other random words")


@pytest.mark.parametrize("spoil", ["cut", "changed", "header", "empty"])
def test_a_damaged_file_is_refused(kept: Path, tmp_path: Path, spoil: str) -> None:
    whole = (kept / "consent.toml.age").read_bytes()
    half = len(whole) // 2
    damaged = {
        "cut": whole[:half],
        "changed": whole[:half] + bytes([whole[half] ^ 1]) + whole[half + 1 :],
        "header": whole[:40],
        "empty": b"age-encryption.org/v1",
    }[spoil]
    (tmp_path / "c.age").write_bytes(damaged)
    with pytest.raises(ManifestError, match="does not open"):
        Consent.load(tmp_path / "c.age", WORDS)


def test_unlocking_gives_everything_back_and_overwrites_nothing(kept: Path, tmp_path: Path) -> None:
    names = unlock(kept / "consent.toml.age", WORDS, tmp_path / "out")
    assert sorted(names) == [
        "consent.ledger-key",
        "consent.toml",
        "form.pdf",
        "people/p-017/a.jpg",
        "people/p-017/b.jpg",
    ]
    for name in set(names) - {"consent.ledger-key"}:
        assert (tmp_path / "out" / name).read_bytes() == (kept / name).read_bytes()
        assert (tmp_path / "out" / name).stat().st_mode & 0o077 == 0
    (tmp_path / "out/consent.toml").write_text("schema = 1")
    with pytest.raises(NotWritable, match="is there already"):
        unlock(kept / "consent.toml.age", WORDS, tmp_path / "out")


def test_what_leaves_the_folder_is_not_locked_and_not_unlocked(kept: Path) -> None:
    with pytest.raises(UsageError, match="outside of the manifest's folder"):
        encrypt(Contents("c.toml", {"c.toml": b"", "../x": b""}), WORDS)
    with pytest.raises(UsageError, match="fewer than 12 characters"):
        encrypt(Contents("c.toml", {"c.toml": b""}), "short")
    with pytest.raises(UsageError, match="is locked already"):
        gather(Consent.load(kept / "consent.toml.age", WORDS), [], {}, "")


def test_another_archive_is_no_manifest() -> None:
    with pytest.raises(ManifestError, match="holds no manifest of scrubber"):
        decrypt(quick_passphrases.encrypt(b"no archive", WORDS), WORDS, "c.age")


def test_what_the_ledger_holds_opens_with_the_key_in_the_locked_file_only(kept: Path) -> None:
    identity = Consent.load(kept / "consent.toml.age", WORDS).ledger_identity
    assert identity is not None
    secret = seal(recipient_of(identity), b"p-017")
    assert b"p-017" not in secret
    assert unseal(identity, secret) == b"p-017"
    assert unseal(new_identity(), secret) is None
    assert unseal(identity, secret[:-1]) is None
    assert Consent.load(kept / "consent.toml").ledger_identity is None


def test_the_key_goes_out_and_in_with_the_manifest(kept: Path, tmp_path: Path) -> None:
    identity = Consent.load(kept / "consent.toml.age", WORDS).ledger_identity
    unlock(kept / "consent.toml.age", WORDS, tmp_path)
    key = tmp_path / "consent.ledger-key"
    assert (key.read_text(), key.stat().st_mode & 0o077) == (f"{identity}\n", 0)
    clear = Consent.load(tmp_path / "consent.toml")
    assert clear.ledger_identity == identity
    assert str(identity) not in repr(clear)
    contents = gather(clear, [], {}, "")
    lock(contents, WORDS, tmp_path / "again.age")
    assert Consent.load(tmp_path / "again.age", WORDS).ledger_identity == identity
    assert remove_originals(contents, tmp_path) == ()
    assert not key.exists()


def test_a_file_that_was_locked_before_there_were_keys_gets_one_when_it_is_changed(kept: Path, tmp_path: Path) -> None:
    contents = gather(Consent.load(kept / "consent.toml"), [], {}, "")
    old = {name: data for name, data in contents.files.items() if not name.endswith(".ledger-key")}
    path = tmp_path / "c.age"
    path.write_bytes(encrypt(replace(contents, files=old), WORDS))
    assert Consent.load(path, WORDS).ledger_identity is None
    draft = Draft(path, lambda: WORDS)
    draft.add_people([Person(id="b", decision="deny")])
    draft.save()
    changed = Consent.load(path, WORDS)
    assert changed.ledger_identity == draft.ledger_identity is not None
    assert [one.id for one in changed.people] == ["p-017", "b"]
    assert changed.reference_bytes("p-017") == Consent.load(kept / "consent.toml").reference_bytes("p-017")


def test_a_key_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "consent.toml").write_text(MANIFEST)
    (tmp_path / "consent.ledger-key").write_text("no key")
    with pytest.raises(ManifestError, match=r"consent\.ledger-key: is no key of a ledger"):
        Consent.load(tmp_path / "consent.toml")


def test_what_takes_this_computer_too_long_is_told_apart_from_a_wrong_passphrase() -> None:
    """age takes as much work for a passphrase as the computer did in a second; a slow one refuses to open it."""
    locked = quick_passphrases.encrypt(b"no archive", WORDS)
    line = next(line for line in locked.split(b"\n") if line.startswith(b"-> scrypt"))
    harder = locked.replace(line, line.rsplit(b" ", 1)[0] + b" 40")
    with pytest.raises(ManifestError, match=r"c\.age: was locked on a faster or less busy computer"):
        decrypt(harder, WORDS, "c.age")
