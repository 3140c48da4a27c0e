"""The promise: a restriction that somebody wrote down holds, or it is said that it does not.

Attacked here is the file in which it is written: links, pipes and devices in its place or in that of what it names;
locking it away; two commands that change it at once. Attacks on what it says are in
`test_restrictions_never_fail_silently.py`.
"""

from __future__ import annotations

import datetime
import os
from pathlib import Path

import pytest
from restricting import PERSON, WORDS, scrubber

from scrubber.consent import Consent, PhotoEntry
from scrubber.consent.editing.draft import Draft
from scrubber.errors import ManifestError, NotWritable

needs_pipes = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")


class TestLockingAway:
    """Before, `lock --remove` wrote zeros through links, over originals that lay elsewhere."""

    @pytest.fixture
    def office(self, samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.setenv("SCRUBBER_PASSPHRASE", WORDS)
        folder = tmp_path / "office"
        (folder / "people").mkdir(parents=True)
        (tmp_path / "archive").mkdir()
        for name in ("linked", "twin", "behind"):
            (tmp_path / f"archive/{name}.jpg").write_bytes((samples / "astronaut.jpg").read_bytes())
        (folder / "people/a.jpg").symlink_to(tmp_path / "archive/linked.jpg")
        os.link(tmp_path / "archive/twin.jpg", folder / "people/b.jpg")
        (folder / "elsewhere").symlink_to(tmp_path / "archive", target_is_directory=True)
        (folder / "consent.toml").write_text(PERSON + 'references = ["people/*.jpg", "elsewhere/behind.jpg"]\n')
        return folder

    def test_nothing_is_written_to_what_a_name_leads_to(self, office: Path, samples: Path) -> None:
        done = scrubber("consent", "lock", office / "consent.toml", "--remove")
        assert done.code == 0
        assert sorted(path.name for path in office.iterdir()) == ["consent.toml.age", "elsewhere"]
        original = (samples / "astronaut.jpg").read_bytes()
        for name in ("linked", "twin", "behind"):
            assert (office.parent / f"archive/{name}.jpg").read_bytes() == original
        assert "a.jpg: was a link and is deleted; the file that it led to remains" in done.said
        assert "b.jpg: is deleted, and another name of this file remains" in done.said
        assert "behind.jpg: lies behind the link" in done.said

    def test_what_changed_meanwhile_is_kept(self, office: Path) -> None:
        from scrubber.consent.editing.storing import gather, remove_originals

        contents = gather(Consent.load(office / "consent.toml"), [], {}, "")
        (office / "consent.toml").write_text(PERSON)
        assert any("has changed since it was locked" in said for said in remove_originals(contents, office))
        assert (office / "consent.toml").read_text() == PERSON

    def test_a_manifest_is_not_written_through_a_link(self, tmp_path: Path) -> None:
        (tmp_path / "real.toml").write_text(PERSON)
        (tmp_path / "consent.toml").symlink_to(tmp_path / "real.toml")
        refused = scrubber("consent", "add", "p-2", "--deny", "--manifest", tmp_path / "consent.toml")
        assert refused.code == 3
        assert "is a link, which is not written through" in refused.said
        assert (tmp_path / "real.toml").read_text() == PERSON

    def test_a_new_manifest_overwrites_nothing_through_a_link_to_nowhere(self, tmp_path: Path) -> None:
        (tmp_path / "consent.toml").symlink_to(tmp_path / "victim")
        assert scrubber("consent", "init", tmp_path / "consent.toml").code == 2
        assert not (tmp_path / "victim").exists()


def test_a_withdrawal_is_not_undone_by_a_slower_command(tmp_path: Path) -> None:
    """Before, of two commands at once the later one wrote the manifest as it had read it, without the withdrawal."""
    (tmp_path / "consent.toml").write_text(PERSON)
    slow, quick = Draft(tmp_path / "consent.toml"), Draft(tmp_path / "consent.toml")
    quick.withdraw("p-017", datetime.datetime.now(datetime.UTC))
    quick.save()
    slow.add_photos([PhotoEntry(sha256="ab" * 32, no_photo=True)])
    with pytest.raises(NotWritable, match="was changed by somebody else meanwhile"):
        slow.save()
    assert Consent.load(tmp_path / "consent.toml").people[0].decision == "deny"


@needs_pipes
class TestPipesAndDevices:
    """Before, a pipe or a device in the place of a file made the command wait for ever, or filled the memory."""

    @pytest.fixture
    def pipe(self, tmp_path: Path) -> Path:
        os.mkfifo(tmp_path / "pipe.csv")
        return tmp_path / "pipe.csv"

    @pytest.mark.parametrize("command", ["list", "check", "lock"])
    def test_as_a_manifest(self, pipe: Path, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SCRUBBER_PASSPHRASE", WORDS)
        manifest = pipe.rename(pipe.with_suffix(".toml"))
        refused = scrubber("consent", command, manifest)
        assert (refused.code, "is no file but a pipe or a device" in refused.said) == (4, True)

    def test_as_a_spreadsheet_and_as_a_form(self, pipe: Path) -> None:
        manifest = pipe.with_name("consent.toml")
        scrubber("consent", "init", manifest)
        imported = scrubber("consent", "import", pipe, "--manifest", manifest)
        added = scrubber("consent", "add", "p-1", "--deny", "--form", pipe, "--manifest", manifest)
        for refused in (imported, added):
            assert (refused.code, "pipe.csv: cannot be read" in refused.said) == (2, True)

    def test_as_a_reference(self, pipe: Path) -> None:
        (pipe.parent / "consent.toml").write_text(PERSON + 'references = ["*.csv"]\n')
        with pytest.raises(ManifestError, match="match no file"):
            Consent.load(pipe.parent / "consent.toml").reference_bytes("p-017")

    def test_as_the_key_of_the_ledger(self, pipe: Path) -> None:
        (pipe.parent / "consent.toml").write_text(PERSON)
        pipe.rename(pipe.parent / "consent.ledger-key")
        with pytest.raises(ManifestError, match="key of the ledger cannot be read"):
            Consent.load(pipe.parent / "consent.toml")

    def test_a_device_without_end(self) -> None:
        with pytest.raises(ManifestError, match="is no file but a pipe or a device"):
            Consent.load("/dev/zero")

    def test_a_file_of_forty_gigabytes_that_takes_no_room(self, tmp_path: Path) -> None:
        with (tmp_path / "consent.toml").open("wb") as file:
            file.truncate(40 * 1024**3)
        with pytest.raises(ManifestError, match="far too large"):
            Consent.load(tmp_path / "consent.toml")
        (tmp_path / "consent.toml").rename(tmp_path / "a.jpg")
        with pytest.raises(ManifestError, match=r"a reference of p-017 cannot be read"):
            (tmp_path / "c.toml").write_text(PERSON + 'references = ["a.jpg"]\n')
            Consent.load(tmp_path / "c.toml").reference_bytes("p-017")

    def test_folders_that_lead_in_circles(self, tmp_path: Path) -> None:
        (tmp_path / "people").mkdir()
        (tmp_path / "people/a.jpg").write_bytes(b"photo")
        (tmp_path / "people/again").symlink_to(tmp_path, target_is_directory=True)
        (tmp_path / "c.toml").write_text(PERSON + 'references = ["**/*.jpg"]\n')
        assert Consent.load(tmp_path / "c.toml").references("p-017") == ("people/a.jpg",)
