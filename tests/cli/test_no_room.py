"""Full disks and closed folders: a clear message, exit code 3, nothing half-written, and the next run mends it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import command_line
import numpy as np
import pytest
from PIL import Image

import scrubber
from scrubber import batch

ROOT = Path(__file__).resolve().parents[2]
PHOTOS = 4
ROOM = "768k"  # two of the photos below fit, four do not


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Four photos, whose copies have about 280 KiB each, for noise cannot be packed."""
    folder = tmp_path / "in"
    folder.mkdir()
    noise = np.random.default_rng(1).integers(0, 256, (240, 400, 3), dtype=np.uint8)
    for number in range(PHOTOS):
        Image.fromarray(np.roll(noise, number, axis=1)).save(folder / f"{number}.png")
    return folder


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[Path]:
    """A file system of its own in a folder, where that is allowed; skips the test where not."""
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    if sys.platform != "linux" or subprocess.run(words, capture_output=True, check=False).returncode:
        pytest.skip("file systems cannot be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk with room for two of the copies."""
    with mounted(tmp_path / "small", f"size={ROOM}") as folder:
        yield folder


def run(*words: object, out: Path) -> tuple[int, str]:
    """Exit code and standard error."""
    done = command_line.scrubber("run", *words, "-o", out, "--preset", "fast", "--names", "keep")
    return done.code, done.err


def whole(out: Path) -> list[str]:
    """Names of the outputs, all of which must be fit to publish, with nothing else beside them."""
    assert not [path for path in out.rglob("*") if path.name.startswith(".")]
    paths = sorted(path for path in out.rglob("*") if path.is_file())
    for path in paths:
        assert scrubber.verify(path, preset="fast").clean, path.name
    return [path.name for path in paths]


def test_a_disk_that_becomes_full(photos: Path, small: Path) -> None:
    code, said = run(photos, "--jobs", "2", out=small / "out")
    assert code == 3
    assert "No space left on device; make room or choose another output" in said
    assert f"2 published, {PHOTOS - 2} failed (copy cannot be written)" in said
    done = whole(small / "out")
    assert len(done) == 2
    stamps = {name: (small / "out" / name).stat().st_ino for name in done}
    subprocess.run(["mount", "-o", "remount,size=8m", small], check=True)
    code, said = run(photos, "--jobs", "2", out=small / "out")
    assert code == 0
    assert f"{PHOTOS - 2} published, 2 unchanged" in said
    assert whole(small / "out") == [f"{number}.png" for number in range(PHOTOS)]
    assert all((small / "out" / name).stat().st_ino == inode for name, inode in stamps.items())


def test_a_disk_that_is_full(photos: Path, small: Path) -> None:
    filler = small / "filler"
    with pytest.raises(OSError, match="No space left"):
        filler.write_bytes(bytes(2 << 20))
    code, said = run(photos, out=small)
    assert code == 3
    assert f"{small}: No space left on device" in said
    assert [path.name for path in small.iterdir()] == ["filler"]
    code, said = run(photos / "0.png", out=small / "one.png")
    assert code == 3
    assert "0.png" in said
    assert f"{small}: No space left on device; make room" in said
    assert [path.name for path in small.iterdir()] == ["filler"]


@pytest.mark.parametrize("option", ["--report", "--contact-sheet"])
def test_no_room_for_what_is_written_beside(photos: Path, small: Path, tmp_path: Path, option: str) -> None:
    with pytest.raises(OSError, match="No space left"):
        (small / "filler").write_bytes(bytes(2 << 20))
    code, said = run(photos, option, small / "beside", out=tmp_path / "out")
    assert code == 3
    assert "beside: No space left on device; make room" in said
    whole(tmp_path / "out")


def test_no_room_for_the_ledger(photos: Path, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be remembered is not published: nobody could find it for somebody who withdraws."""
    monkeypatch.setenv("XDG_STATE_HOME", str(small / "state"))
    run(photos / "0.png", out=tmp_path / "out")
    with pytest.raises(OSError, match="No space left"):
        (small / "filler").write_bytes(bytes(2 << 20))
    code, said = run(photos, out=tmp_path / "out")
    assert code == 3
    assert "No space left on device; scrubber keeps its record of published copies there" in said
    out = whole(tmp_path / "out")
    assert len(out) < PHOTOS
    assert out == sorted(Path(one.output).name for one in batch.published(tmp_path / "out"))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("words", [["--json", "-o", "{out}"], ["-o", "-"]])
def test_standard_output_with_no_room(photos: Path, tmp_path: Path, words: list[str]) -> None:
    filled = [word.format(out=tmp_path / "out") for word in words]
    command = [sys.executable, str(ROOT / "cli.py"), "run", str(photos / "0.png"), "--preset", "fast", *filled]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 3
    assert done.stderr.startswith("scrubber: standard output: No space left on device; make room")


def test_an_output_folder_below_a_file(photos: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    code, said = run(photos, out=tmp_path / "file" / "out")
    assert code == 2
    assert "is a file, and nothing can lie in it; name a folder" in said


def test_an_output_folder_that_is_read_only(photos: Path, tmp_path: Path) -> None:
    if os.name == "posix" and os.getuid() != 0:
        closed = tmp_path / "closed"
        closed.mkdir(mode=0o500)
        code, said = run(photos, out=closed / "out")
        assert "closed/out: Permission denied" in said
    else:
        with mounted(tmp_path / "closed", "ro") as closed:
            code, said = run(photos, out=closed / "out")
        assert "closed/out: Read-only file system" in said
    assert code == 3
    assert "choose another" in said


@pytest.mark.parametrize("where", ["file", "ledger"])
def test_a_state_folder_that_cannot_be_used(
    photos: Path, tmp_path: Path, state: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """A file where the folder should be, and a folder where the ledger should be."""
    if where == "file":
        (tmp_path / "taken").touch()
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "taken"))
    else:
        run(photos, "--quiet", out=tmp_path / "out")
        [ledger] = state.rglob("*.ledger")
        ledger.unlink()
        ledger.mkdir()
        shutil.rmtree(tmp_path / "out")
    code, said = run(photos, out=tmp_path / "out")
    assert code == 3
    assert "set XDG_STATE_HOME to another folder" in said
    assert not list((tmp_path / "out").glob("*")) if (tmp_path / "out").exists() else True


def test_the_report_says_what_had_no_room(photos: Path, small: Path, tmp_path: Path) -> None:
    run(photos, "--report", tmp_path / "run.jsonl", out=small / "out")
    entries = [json.loads(line) for line in (tmp_path / "run.jsonl").read_text().splitlines()]
    failed = [entry for entry in entries if entry["status"] == "failed"]
    assert len(failed) == PHOTOS - 2
    assert all(entry["reason"] == "not-writable" and entry["output"] is None for entry in failed)
