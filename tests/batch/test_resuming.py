"""The same command carries on where the last one stopped; what changed is made again, and only that."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import scrubber
from scrubber import Consent, Policy
from scrubber.batch import Copy, Ledger
from scrubber.storage import LocalFolder

FAST = Policy(preset="fast", names="keep")


@pytest.fixture
def folder(tmp_path: Path, scenery: np.ndarray) -> Path:
    """Five small photos without anybody in them."""
    source = tmp_path / "in"
    source.mkdir()
    for index in range(5):
        Image.fromarray(np.roll(scenery, index * 20, axis=1)).save(source / f"{chr(97 + index)}.png")
    return source


def run(
    folder: Path, out: Path, policy: Policy = FAST, consent: Consent | None = None, restart: bool = False
) -> list[scrubber.Result]:
    purpose = "social" if consent else None
    done = scrubber.scrub_folder(
        folder, out, policy=policy, consent=consent, purpose=purpose, restart=restart, isolate=False
    )
    return list(done)


def made_again(results: list[scrubber.Result]) -> list[str]:
    return [Path(result.input).name for result in results if result.status == "published"]


def test_a_second_run_does_nothing(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = run(folder, out)
    stamps = {path: path.stat().st_ino for path in out.iterdir()}
    second = run(folder, out)
    assert [result.status for result in second] == ["unchanged"] * 5
    assert [result.output for result in second] == [result.output for result in first]
    assert {path: path.stat().st_ino for path in out.iterdir()} == stamps


def test_a_changed_original_is_made_again(folder: Path, tmp_path: Path, scenery: np.ndarray) -> None:
    run(folder, tmp_path / "out")
    Image.fromarray(scenery[::-1].copy()).save(folder / "c.png")
    assert made_again(run(folder, tmp_path / "out")) == ["c.png"]


def test_a_changed_policy_makes_all_again(folder: Path, tmp_path: Path) -> None:
    run(folder, tmp_path / "out")
    assert len(made_again(run(folder, tmp_path / "out", Policy(preset="fast", names="keep", style="solid")))) == 5


def test_a_manifest_makes_those_again_that_it_speaks_of(folder: Path, tmp_path: Path) -> None:
    def consent(extra: str = "") -> Consent:
        return Consent.loads(f"schema = 1\n{extra}")

    run(folder, tmp_path / "out", consent=consent())
    digest = hashlib.sha256((folder / "b.png").read_bytes()).hexdigest()
    pointed = consent(f'[[photos]]\nsha256 = "{digest}"\nhide = [{{ box = [10, 10, 30, 30] }}]\n')
    assert made_again(run(folder, tmp_path / "out", consent=pointed)) == ["b.png"]


def test_an_output_that_is_gone_is_made_again(folder: Path, tmp_path: Path) -> None:
    run(folder, tmp_path / "out")
    (tmp_path / "out" / "e.png").unlink()
    assert made_again(run(folder, tmp_path / "out")) == ["e.png"]


def test_an_output_that_other_hands_changed_is_left_alone_and_made_again(folder: Path, tmp_path: Path) -> None:
    run(folder, tmp_path / "out")
    (tmp_path / "out" / "d.png").write_bytes(b"cropped by its owner")
    results = {Path(result.input).name: result for result in run(folder, tmp_path / "out")}
    assert (tmp_path / "out" / "d.png").read_bytes() == b"cropped by its owner"
    assert (results["d.png"].status, Path(results["d.png"].output or "").name) == ("published", "d-2.png")
    assert made_again(run(folder, tmp_path / "out")) == []


def test_an_output_that_must_not_be_shown_any_more_is_taken_away(folder: Path, tmp_path: Path) -> None:
    run(folder, tmp_path / "out", consent=Consent.loads("schema = 1"))
    digest = hashlib.sha256((folder / "b.png").read_bytes()).hexdigest()
    withheld = Consent.loads(f'schema = 1\n[[photos]]\nsha256 = "{digest}"\nno_photo = true\n')
    results = run(folder, tmp_path / "out", consent=withheld)
    assert [result.status for result in results].count("withheld") == 1
    assert [result.status for result in results].count("retracted") == 1
    assert not (tmp_path / "out" / "b.png").exists()


def cut_off(ledger: Path) -> None:
    """As a crash would: in the middle of the last copy's line."""
    data = ledger.read_bytes()
    ledger.write_bytes(data[: data.rindex(b'"what": "copy"') + 30])


def test_a_line_that_was_cut_off_does_not_count(folder: Path, tmp_path: Path, state: Path) -> None:
    run(folder, tmp_path / "out")
    [ledger] = state.rglob("*.ledger")
    cut_off(ledger)
    [again] = [result for result in run(folder, tmp_path / "out") if result.status == "published"]
    assert Path(again.output or "").name == "e-2.png"  # for all that is known now, e.png is somebody else's


def test_an_entry_after_a_line_that_was_cut_off_counts(folder: Path, tmp_path: Path, state: Path) -> None:
    run(folder, tmp_path / "out")
    [ledger] = state.rglob("*.ledger")
    cut_off(ledger)
    run(folder, tmp_path / "out")
    assert made_again(run(folder, tmp_path / "out")) == []


def test_a_copy_is_noted_before_it_gets_its_name(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kill in between must not leave a copy that nobody knows of."""
    note, seen = Ledger.note, []

    def watched(ledger: Ledger, copy: Copy) -> None:
        seen.append((tmp_path / "out" / (copy.output or "")).exists())
        note(ledger, copy)

    monkeypatch.setattr(Ledger, "note", watched)
    assert len(made_again(run(folder, tmp_path / "out"))) == 5
    assert seen == [False] * 5


def test_starting_over(folder: Path, tmp_path: Path) -> None:
    first = run(folder, tmp_path / "out")
    again = run(folder, tmp_path / "out", restart=True)
    assert [result.status for result in again] == ["published"] * 5
    assert [result.output for result in again] == [result.output for result in first]


def test_two_runs_cannot_share_an_output_folder(folder: Path, tmp_path: Path) -> None:
    first = scrubber.scrub_folder(folder, tmp_path / "out", policy=FAST, isolate=False)
    assert isinstance(first, Generator)
    next(first)
    with pytest.raises(scrubber.UsageError, match="another run"):
        run(folder, tmp_path / "out")
    first.close()
    run(folder, tmp_path / "out")


def test_leftovers_of_a_killed_run_are_cleared_away(folder: Path, tmp_path: Path) -> None:
    """Those that the ledger knows of; a file that only looks like one is somebody else's."""
    killed, out = LocalFolder(tmp_path / "out"), tmp_path / "out"
    staged = killed.stage(b"half a file")
    assert (out / staged).exists()
    Ledger(out).note_staging(killed.token, 2**22 + 1)  # a process that cannot be
    (out / ".scrubber-mine.part").write_bytes(b"somebody's")
    run(folder, out)
    assert not (out / staged).exists()
    assert (out / ".scrubber-mine.part").exists()


def test_the_ledger_is_private_and_not_among_the_outputs(folder: Path, tmp_path: Path, state: Path) -> None:
    run(folder, tmp_path / "out")
    [ledger] = state.rglob("*.ledger")
    assert ledger.stat().st_mode & 0o077 == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [f"{letter}.png" for letter in "abcde"]


@pytest.fixture
def many(tmp_path: Path, scenery: np.ndarray) -> Path:
    source = tmp_path / "many"
    source.mkdir()
    for index in range(40):
        Image.fromarray(np.roll(scenery, index * 7, axis=1)).save(source / f"photo {index:02d}.png")
    return source


def started(folder: Path, out: Path, root: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, root / "cli.py", "run", folder, "-o", out, "--preset", "fast", "--jobs", "2", "--quiet"]
    command += ["--names", "keep"]
    return subprocess.Popen([str(word) for word in command], start_new_session=True)


@pytest.mark.skipif(os.name != "posix", reason="processes are killed by POSIX signals")
@pytest.mark.slow
def test_kills_at_any_moment_leave_whole_files_only(many: Path, tmp_path: Path, root: Path) -> None:
    """Four kills, then a run to the end: every file whole, nothing left over, what was done is not done again."""
    out, chance = tmp_path / "out", random.Random(4)
    for _ in range(4):
        process = started(many, out, root)
        enough = len(list(out.glob("*.png"))) + chance.randrange(1, 8)
        while len(list(out.glob("*.png"))) < enough and process.poll() is None:
            time.sleep(0.01)
        time.sleep(0.2 * chance.random())
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for path in out.glob("*.png"):
            assert scrubber.verify(path, preset="fast").leaks == (), path.name
    inodes = {path.name: path.stat().st_ino for path in out.glob("*.png")}
    assert started(many, out, root).wait() == 0
    names = sorted(path.name for path in out.iterdir())
    assert names == sorted(path.name for path in many.iterdir())
    again = [name for name, inode in inodes.items() if (out / name).stat().st_ino != inode]
    assert again == []


def test_a_withdrawal_makes_those_again_that_show_the_person_and_no_others(
    folder: Path, tmp_path: Path, samples: Path
) -> None:
    (folder / "portrait.jpg").write_bytes((samples / "astronaut.jpg").read_bytes())
    digest = hashlib.sha256((folder / "portrait.jpg").read_bytes()).hexdigest()
    people = (
        'schema = 1\n[[people]]\nid = "p-1"\ndecision = "allow"\npurposes = ["social"]\nexpires = 2045-01-01\n'
        '[[people]]\nid = "p-2"\ndecision = "allow"\npurposes = ["social"]\nexpires = 2045-01-01\n'
        f'[[photos]]\nsha256 = "{digest}"\nshow = [{{ person = "p-1", box = [180, 66, 90, 111] }}]\n'
    )
    first = run(folder, tmp_path / "out", consent=Consent.loads(people))
    assert [decision.action for result in first for decision in result.faces] == ["show"]
    other = people + '[[events]]\nat = 2026-01-01T10:00:00Z\nperson = "p-2"\nwhat = "withdrawn"\n'
    assert made_again(run(folder, tmp_path / "out", consent=Consent.loads(other))) == []
    own = people + '[[events]]\nat = 2026-01-01T10:00:00Z\nperson = "p-1"\nwhat = "withdrawn"\n'
    again = run(folder, tmp_path / "out", consent=Consent.loads(own))
    assert made_again(again) == ["portrait.jpg"]
    assert [decision.action for result in again for decision in result.faces] == ["hide"]
