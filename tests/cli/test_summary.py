"""What a run says at its end, and the bar while it goes on: plain words, exact reasons, what to do next."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

import scrubber
from scrubber import batch
from scrubber.cli.summary import Tally, complaint
from scrubber.results import Result
from scrubber.terms import Terms
from scrubber.values import Decision

ROOT = Path(__file__).resolve().parents[2]
HIDDEN = Decision(scrubber.Region(scrubber.Box(1, 2, 3, 4)), "hide", "no-manifest")
TERMS = Terms.of(None, None, None, None)


def summary(out: Path, *results: Result, dry_run: bool = False) -> str:
    tasks = tuple(batch.Task(Path(result.input), Path(result.input)) for result in results)
    tally = Tally(batch.Plan(tasks), TERMS, dry_run, out)
    for result in results:
        tally.add(result)
    return tally.summary()


def test_what_stays_behind_is_counted_in_words_that_fit(tmp_path: Path) -> None:
    one, two = (
        Tally(batch.Plan((), tuple(map(Path, names)), copies=len(names)), TERMS, dry_run=False, out=tmp_path).summary()
        for names in (("a.txt",), ("a.txt", "b.txt"))
    )
    assert "1 file left behind, which is no photo: a.txt" in one
    assert "1 copy of an earlier run left behind, which is no original" in one
    assert "2 files left behind, which are no photos: a.txt, b.txt" in two
    assert "2 copies of earlier runs left behind, which are no originals" in two


def test_kept_names_are_said_once(tmp_path: Path) -> None:
    plan, terms = batch.Plan((batch.Task(Path("a.jpg"), Path("a.jpg")),)), Terms.of(scrubber.Policy(names="keep"), None)
    tally = Tally(plan, terms, dry_run=False, out=tmp_path)
    tally.add(published("a.jpg"))
    tally.add(published("b.jpg"))
    assert tally.summary().count("may name people, places and days") == 1
    assert "may name people" not in summary(tmp_path, published("a.jpg"))


def test_dismissed_places_are_counted(tmp_path: Path) -> None:
    dismissed = Decision(HIDDEN.region, "show", "dismissed")
    said = summary(tmp_path, Result("a.jpg", "out/a.jpg", "published", faces=(HIDDEN, dismissed, dismissed)))
    assert said.splitlines()[0] == "1 published; 1 face hidden, 0 shown; 2 places dismissed as no face"


def published(name: str, *warnings: str) -> Result:
    return Result(name, f"out/{name}", "published", faces=(HIDDEN,), warnings=warnings)


def test_counts_come_with_their_reasons(tmp_path: Path) -> None:
    said = summary(
        tmp_path,
        published("a.jpg"),
        published("b.jpg"),
        Result("c.jpg", None, "withheld", "face-still-visible"),
        Result("d.jpg", None, "failed", "damaged"),
    )
    counts = "2 published, 1 withheld (face still visible), 1 failed (damaged or cut off); 2 faces hidden, 0 shown"
    assert said.splitlines()[0] == counts
    assert "face still visible: c.jpg\n    → add a hide box for it to the manifest" in said
    assert "damaged or cut off: d.jpg\n    → copy it again" in said
    assert said.endswith(f"next: look at the copies in {tmp_path} before you post them")


def test_several_reasons_are_counted_one_by_one(tmp_path: Path) -> None:
    bad = [Result(f"{n}.jpg", None, "failed", "too-large" if n else "damaged") for n in range(8)]
    said = summary(tmp_path, *bad)
    assert "0 published, 8 failed (1 damaged or cut off, 7 too large)" in said
    assert "too large: 1.jpg, 2.jpg, 3.jpg, 4.jpg, 5.jpg and 2 more" in said
    assert "before you post" not in said


def test_the_same_note_is_said_once(tmp_path: Path) -> None:
    said = summary(tmp_path, *(published(f"{n}.jpg", "HEIC is not written here") for n in range(3)))
    assert said.count("HEIC") == 1
    assert "note: 0.jpg and 2 more: HEIC is not written here" in said


def test_a_rehearsal_promises_nothing(tmp_path: Path) -> None:
    gone = Result("b.jpg", "c.jpg", "rehearsed", "must-not-be-seen", warnings=("c.jpg: would be taken away",))
    said = summary(tmp_path, Result("a.jpg", None, "rehearsed", faces=(HIDDEN,)), gone, dry_run=True)
    assert said == "1 would be published, 1 would be retracted; 1 face hidden, 0 shown"
    assert complaint(gone) == "would be retracted: c.jpg: would be taken away"


def test_what_the_check_objected_to_is_said() -> None:
    said = complaint(Result("a.jpg", None, "withheld", "not-verified", warnings=("the output has another size",)))
    assert said.startswith("withheld: a.jpg: copy did not pass the check: the output has another size; make it smaller")


@pytest.mark.parametrize("error", scrubber.PhotoError.__subclasses__(), ids=lambda error: error.reason)
def test_every_reason_has_words(tmp_path: Path, error: type[scrubber.PhotoError]) -> None:
    assert "did not pass" not in summary(tmp_path, Result("a.jpg", None, "failed", error.reason))


def test_the_bar_on_a_terminal_counts_as_the_run_goes_on(tmp_path: Path) -> None:
    pty = pytest.importorskip("pty", reason="terminals are POSIX's")
    for name in ("a", "b"):
        Image.new("RGB", (64, 48), "green").save(tmp_path / f"{name}.png")
    (tmp_path / "c.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    ours, theirs = pty.openpty()
    folder, out = str(tmp_path), str(tmp_path / "out")
    command = [sys.executable, str(ROOT / "cli.py"), "run", folder, "-o", out, "--preset", "fast"]
    environment = os.environ | {"COLUMNS": "160", "TERM": "xterm", "XDG_STATE_HOME": str(tmp_path / "state")}
    process = subprocess.Popen(command, stderr=theirs, stdout=subprocess.DEVNULL, env=environment)
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 4096)
        except OSError:  # how Linux tells that the other end was closed
            break
        if not part:
            break
        shown += part
    os.close(ours)
    assert process.wait() == 3
    for words in (b"3/3", b"photos/s", b"0 faces hidden, 0 withheld, 1 failed"):
        assert words in shown
