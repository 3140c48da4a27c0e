"""Promises 1 and 6: no option writes into scrubber's own records, and one that cannot be read is not taken for none.

`--report FILE --overwrite` replaced a ledger, and with it went the memory of who had withdrawn. With a state folder
that could not be read `consent revoke` said that no copy showed the person.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from calling import call

import scrubber

PERSON = '[[people]]\nid = "p-1"\ndecision = "allow"\npurposes = ["social"]\nexpires = 2045-01-01\n'
FAST = scrubber.Policy(preset="fast")


@pytest.fixture
def ledger(tmp_path: Path, samples: Path, state: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The record of a folder with one copy."""
    (tmp_path / "photos").mkdir()
    shutil.copy(samples / "astronaut.jpg", tmp_path / "photos" / "a.jpg")
    (tmp_path / "consent.toml").write_text(f"schema = 1\n{PERSON}")
    monkeypatch.chdir(tmp_path)
    assert call("run photos -o clean --preset fast --jobs 1") == 0
    [record] = (state / "scrubber" / "ledgers").glob("*.ledger")
    return record


@pytest.mark.parametrize(
    "words",
    [
        "run photos -o clean --report LEDGER --overwrite",
        "run photos -o clean --report STATE/new.jsonl",
        "run photos -o clean --contact-sheet LEDGER --overwrite",
        "run photos/a.jpg -o LEDGER.jpg",
        "run photos/a.jpg -o link/a.jpg",
        "run photos -o STATE",
        "run photos -o STATE/ledgers/clean",
        "run photos -o link/clean",
        "faces photos/a.jpg --picture STATE/numbered.png",
    ],
)
def test_no_option_writes_there(ledger: Path, words: str, tmp_path: Path) -> None:
    folder = ledger.parents[1]
    (tmp_path / "link").symlink_to(folder)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    line = words.replace("LEDGER", str(ledger)).replace("STATE", str(folder))
    assert call(f"{line} --preset fast") == 2
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_nor_does_the_library(ledger: Path) -> None:
    folder, photo = ledger.parents[1], "photos/a.jpg"
    with pytest.raises(scrubber.UsageError, match="own records"):
        scrubber.scrub(photo, ledger, policy=FAST, overwrite=True)
    with pytest.raises(scrubber.UsageError, match="own records"):
        list(scrubber.scrub_folder(photo, folder / "copies", policy=FAST, isolate=False))
    with pytest.raises(scrubber.UsageError, match="own records"):
        scrubber.render(photo, folder / "a.jpg", scrubber.analyse(photo, policy=FAST), policy=FAST)


def test_a_record_that_cannot_be_looked_for_is_no_empty_one(
    ledger: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (ledger.parents[2] / "file").write_text("")
    for state in ("/dev/null", str(ledger.parents[2] / "file"), str(ledger)):
        monkeypatch.setenv("XDG_STATE_HOME", state)
        capfd.readouterr()
        assert call("consent revoke p-1") == 3
        told = capfd.readouterr()
        assert state in told.out
        assert "0 copies" not in told.err


def test_where_nothing_was_published_yet_there_is_none(
    ledger: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(ledger.parents[2] / "not" / "yet"))
    assert call("consent revoke p-1") == 0
    assert "0 copies showed p-1" in capfd.readouterr().err
