"""Promise 6: nothing is lost.

Originals are never written to. A file that scrubber did not make is never overwritten or removed. What was published is
remembered until its owner says forget.
"""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from calling import call
from folder_runs import FAST, contents, folder_run
from PIL import Image

import scrubber
from scrubber import Policy


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
