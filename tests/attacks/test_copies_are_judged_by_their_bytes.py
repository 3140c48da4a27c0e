"""Promise 4: a copy that must not be seen any more is found and taken away wherever it went, and told if it cannot be.

Before, a copy that was renamed, or that lay in a folder that had moved, stayed out after its person withdrew.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
from collections.abc import Generator
from datetime import date
from pathlib import Path

import pytest
from calling import call

import scrubber

CONSENT = "--consent consent.toml --for social --preset fast --quiet"


@pytest.fixture
def desk(permitted_portrait: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A portrait that may be shown, its copy in `out`, and a copy of that copy away from the desk, as in a backup."""
    monkeypatch.chdir(permitted_portrait)
    assert call(f"run photos -o out {CONSENT}") == 0
    return permitted_portrait


def only_copy(folder: Path) -> Path:
    [copy] = [path for path in folder.rglob("*") if path.is_file()]
    return copy


@pytest.mark.parametrize("went", ["renamed", "linked", "deeper", "folder moved", "back from a backup"])
def test_a_copy_that_went_elsewhere_is_taken_away(desk: Path, went: str) -> None:
    out = desk / "out"
    copy = only_copy(out)
    if went == "renamed":
        copy.rename(out / "post on monday.jpg")
    elif went == "linked":
        (out / "post on monday.jpg").hardlink_to(copy)
    elif went == "deeper":
        (out / "picked").mkdir()
        copy.rename(out / "picked" / copy.name)
    elif went == "folder moved":
        out = out.rename(desk / "moved")
    else:
        kept = copy.read_bytes()
        copy.unlink()
    assert call("consent revoke p-1") == 0
    if went == "back from a backup":
        assert call(f"run photos -o out {CONSENT}") == 0
        (out / "restored.jpg").write_bytes(kept)
    bytes_shown = {path.read_bytes() for path in out.rglob("*.jpg")} if went != "back from a backup" else {kept}
    assert call(f"run photos -o {out.name} {CONSENT}") == 0
    assert bytes_shown.isdisjoint(path.read_bytes() for path in out.rglob("*.jpg"))


def test_one_that_cannot_be_taken_away_is_named_and_the_others_go(
    desk: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """One protected copy ended the run, and all the others stayed out."""
    first = only_copy(desk / "out")
    original = (desk / "photos" / "portrait.jpg").rename(desk / "portrait.jpg")
    assert call(f"run {original} -o out/second.jpg {CONSENT}") == 0
    second = desk / "out" / "second.jpg"
    renamed = Path(shutil.copy(first, desk / "out" / f"again {first.name}"))
    assert call("consent revoke p-1") == 0
    unlink = Path.unlink

    def protected(path: Path, missing_ok: bool = False) -> None:
        if path.name.endswith(first.name):
            raise PermissionError(13, "Permission denied", str(path))
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", protected)
    capfd.readouterr()
    assert call(f"run photos -o out {CONSENT}") == 3
    said = capfd.readouterr().err
    assert said.count("is not taken away: it was changed by other hands, or is protected") == 2
    assert f"out/{first.name}: it shows p-1" in said
    assert f"out/{renamed.name}: it shows p-1" in said
    assert not second.exists()


def test_a_session_over_midnight_asks_anew(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that kept a session open showed people on the day after their consent had ended."""
    manifest = desk / "consent.toml"
    manifest.write_text(manifest.read_text().replace("2045-01-01", "2031-05-02"))
    photo = (desk / "photos" / "portrait.jpg").read_bytes()

    class Calendar(date):
        number = 1

        @classmethod
        def today(cls) -> Calendar:
            return cls(2031, 5, cls.number)

    monkeypatch.setattr("scrubber.session.date", Calendar)
    with scrubber.Session(consent=scrubber.Consent.load(manifest), purpose="social") as session:
        assert "show" in [face.action for face in session.scrub_bytes(photo).result.faces]
        Calendar.number = 3
        assert "show" not in [face.action for face in session.scrub_bytes(photo).result.faces]


@pytest.mark.usefixtures("desk")
def test_a_locked_manifest_leaves_no_id_that_could_be_guessed(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hash of everything a copy was decided by lay open in the record: ids of few digits could be tried out."""
    shutil.rmtree(state)
    monkeypatch.setenv("SCRUBBER_PASSPHRASE", "correct horse battery staple")
    assert call("consent lock consent.toml --remove") == 0
    locked = CONSENT.replace("consent.toml", "consent.toml.age")
    for _ in range(2):
        monkeypatch.setenv("SCRUBBER_PASSPHRASE", "correct horse battery staple")
        assert call(f"run photos -o new {locked}") == 0
    monkeypatch.setenv("SCRUBBER_PASSPHRASE", "correct horse battery staple")
    assert call("consent revoke p-1 --manifest consent.toml.age") == 0
    monkeypatch.setenv("SCRUBBER_PASSPHRASE", "correct horse battery staple")
    assert call(f"run photos -o new {locked}") == 0
    said = b"".join(path.read_bytes() for path in state.rglob("*.ledger"))
    assert b"sealed" in said
    assert b"p-1" not in said
    assert b'"key"' not in said, "a hash over a short id tells it to whoever tries all of them"


@pytest.mark.parametrize("option", ["--report", "--contact-sheet"])
@pytest.mark.parametrize("onto", ["photos/portrait.jpg", "consent.toml", "link.jpg"])
def test_no_side_output_takes_the_place_of_an_input(desk: Path, option: str, onto: str) -> None:
    """A slip of the hand wrote the report over the manifest."""
    (desk / "link.jpg").symlink_to(desk / "photos" / "portrait.jpg")
    inputs = desk / "photos" / "portrait.jpg", desk / "consent.toml"
    before = [path.read_bytes() for path in inputs]
    assert call(f"run photos -o other {CONSENT} {option} {onto} --overwrite") == 2
    assert [path.read_bytes() for path in inputs] == before


@pytest.mark.parametrize("length", [0, 5])
def test_a_broken_secret_of_names_is_replaced(desk: Path, state: Path, length: int) -> None:
    """One that a crash had cut off made names that anybody could compute."""
    (desk / "photos" / "march in Ashgrove").mkdir()
    (desk / "photos" / "portrait.jpg").rename(desk / "photos" / "march in Ashgrove" / "portrait.jpg")
    key = state / "scrubber" / "names.key"
    key.unlink(missing_ok=True)
    key.write_bytes(b"\0" * length)
    assert call(f"run photos -o other {CONSENT}") == 0
    assert len(key.read_bytes()) == 32
    assert key.read_bytes() != b"\0" * 32
    assert key.stat().st_mode & 0o077 == 0


def test_two_publications_have_no_folder_name_in_common(desk: Path) -> None:
    """The same code in two publications told that one person had made both."""
    (desk / "photos" / "march in Ashgrove").mkdir()
    (desk / "photos" / "portrait.jpg").rename(desk / "photos" / "march in Ashgrove" / "portrait.jpg")
    for out in ("monday", "tuesday"):
        assert call(f"run photos -o {out} {CONSENT}") == 0
    monday, tuesday = (only_copy(desk / out).parent.name for out in ("monday", "tuesday"))
    assert re.fullmatch(r"folder-[a-z2-7]+", monday)
    assert monday != tuesday


def test_a_rehearsal_writes_nothing_at_all(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(stream))
    before = sorted(desk.rglob("*"))
    assert call(f"run photos/portrait.jpg -o - --dry-run {CONSENT}") == 0
    assert call(f"run photos/portrait.jpg -o other.jpg --dry-run {CONSENT}") == 0
    assert call(f"run photos -o others --dry-run {CONSENT}") == 0
    assert stream.getvalue() == b""
    assert sorted(desk.rglob("*")) == before


def test_nothing_is_forgotten_while_a_run_goes_on(desk: Path) -> None:
    """Copies that were made after `--forget` had no record, and no withdrawal would have found them."""
    running = scrubber.scrub_folder(desk / "photos", desk / "slow", isolate=False)
    assert isinstance(running, Generator)
    next(running)
    assert call("published slow --forget") == 2
    running.close()
    assert call("published slow --forget") == 0


@pytest.mark.parametrize("lost", ["restricted", "decided", "private", "key in private", "what it is"])
def test_a_record_of_another_version_stops_nothing(desk: Path, state: Path, lost: str) -> None:
    """A record without a field, of a folder long gone, ended every run of this user with a traceback."""
    [ledger] = state.rglob("*.ledger")
    lines = []
    for line in ledger.read_bytes().splitlines():
        entry = json.loads(line.partition(b" ")[2] or b"{}")
        if entry.get("what") == "copy":
            if lost == "key in private":
                private = json.loads(entry["private"])
                del private["key"]
                entry["private"] = json.dumps(private)
            elif lost == "what it is":
                entry["what"] = "something new"
            else:
                del entry[lost]
            text = json.dumps(entry).encode()
            line = hashlib.sha256(text).hexdigest()[:16].encode() + b" " + text
        lines.append(line)
    ledger.write_bytes(b"\n".join([*lines, b""]))
    for out in ("out", "other"):
        assert call(f"run photos -o {out} {CONSENT}") in (0, 3)  # 3 if it says that the record is damaged
        assert call(f"published {out}") == 0
    (desk / "out").rename(desk / "moved")
    assert call(f"run photos -o other {CONSENT}") == 0
    assert call("consent revoke p-1") == 0


def test_a_rehearsal_tells_what_would_be_taken_away(desk: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """It counted such copies as publications, and called one whose original is gone a copy that stays."""
    (desk / "photos" / "portrait.jpg").rename(desk / "elsewhere.jpg")
    assert call("consent revoke p-1") == 0
    capfd.readouterr()
    words = f"run photos -o out {CONSENT} --dry-run".replace("--quiet", "")
    assert call(words) == 0
    said = capfd.readouterr().err
    assert "0 would be published, 1 would be retracted" in said
    assert "would be retracted: out/photo-" in said
    assert "stays" not in said
    assert only_copy(desk / "out").exists()
    assert call(f"run photos -o out {CONSENT}") == 0
    assert list((desk / "out").iterdir()) == []
