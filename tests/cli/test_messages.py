"""What a new user meets who types something else than was meant: the words name the mistake and the way out."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import command_line
import pytest
from command_line import Outcome

FILM = b"\0\0\0\x18ftypisom\0\0\0\0isommp42" + bytes(4000)


@pytest.fixture
def desk(samples: Path, tmp_path: Path) -> Path:
    shutil.copy(samples / "astronaut.jpg", tmp_path / "a.jpg")
    shutil.copy(samples / "astronaut.jpg", tmp_path / "my photo.jpg")
    (tmp_path / "same.jpg").hardlink_to(tmp_path / "a.jpg")
    (tmp_path / "film.mp4").write_bytes(FILM)
    (tmp_path / "notes.txt").write_text("to do")
    (tmp_path / "empty").mkdir()
    (tmp_path / "people.toml").write_text(
        'schema = 1\n[[people]]\nid = "p-1"\ndecision = "allow"\npurposes = ["website"]\nexpires = 2099-12-31\n'
    )
    (tmp_path / "gone.toml").write_text(
        (tmp_path / "people.toml").read_text()
        + '[[events]]\nat = 2026-03-02T10:00:00Z\nperson = "p-1"\nwhat = "withdrawn"\n'
    )
    return tmp_path


def scrubber(desk: Path, *words: object) -> Outcome:
    return command_line.scrubber(*words, folder=desk)


@pytest.mark.parametrize(
    ("line", "code", "told"),
    [
        ("run my photo.jpg -o safe.jpg", 2, 'needs quotation marks: "my photo.jpg"'),
        ("consent no-photo my photo.jpg", 2, 'needs quotation marks: "my photo.jpg"'),
        ("consent hide --box 1,1,9,9 my photo.jpg", 2, 'needs quotation marks: "my photo.jpg"'),
        ("run none.jpg -o safe", 2, "none.jpg: there is no such file or folder"),
        ("verify empty", 0, "empty: no photos found"),
        ("inspect empty", 0, "empty: no photos found"),
        ("faces empty", 0, "empty: no photos found"),
        ("run empty -o safe", 0, "no photos found"),
        ("run film.mp4 -o safe", 3, "films are not handled yet; leave it out"),
        ("run notes.txt -o safe", 3, "→ leave it out; if it is a picture, convert it to JPEG or PNG"),
        ("run a.jpg -o a.jpg", 3, "a.jpg: this is the original, which is never written to; choose another output"),
        ("run a.jpg -o a.jpg --overwrite", 3, "a.jpg: this is the original"),
        ("run a.jpg -o same.jpg --dry-run", 3, "same.jpg: this is the original"),
        ("run a.jpg -o safe --for social", 2, "give --consent FILE, or leave out --for"),
        ("run a.jpg -o safe --consent people.toml", 2, "say what the photos are for: --for website"),
        ("run a.jpg -o safe --consent people.toml --for website --on 1.2.2026", 2, "write it as 2027-12-31"),
        ("run a.jpg -o safe --consent gone.toml --for website --on 2026-01-01", 2, "or give --despite-withdrawals to"),
    ],
)
def test_a_mistake_is_named_with_the_way_out(desk: Path, line: str, code: int, told: str) -> None:
    done = scrubber(desk, *line.split())
    assert done.code == code, done.err
    assert told in done.err
    assert "make room" not in done.err
    assert ("hint" in done.err) == ("my photo" in line)
    assert not (desk / "safe.jpg").exists()
    assert not list((desk / "safe").glob("*"))


def test_nothing_to_do_makes_no_folder(desk: Path) -> None:
    assert scrubber(desk, "run", "empty", "-o", "safe").code == 0
    assert not (desk / "safe").exists()


@pytest.mark.parametrize("name", ["film.mp4", "notes.txt"])
def test_a_verdict_on_what_is_no_photo_does_not_advise_to_run_it(desk: Path, name: str) -> None:
    said = scrubber(desk, "verify", name)
    assert said.code == 3
    assert "scrubber run" not in said.out
    assert "leave it out" in said.out


def test_nobody_needs_no_purpose_and_the_ledger_tells_what_is_out(desk: Path) -> None:
    """A copy that was made again is one copy; the text lists what is out, and JSON all that ever was."""
    words = ("run", "a.jpg", "-o", "safe", "--preset", "fast", "--consent", "people.toml", "--nobody")
    assert scrubber(desk, *words).code == 0
    assert scrubber(desk, *words, "--style", "solid").code == 0
    told = scrubber(desk, "published", "safe")
    [line] = told.out.splitlines()
    assert line.endswith("; everybody who was found in it is hidden")
    assert told.err == "1 copy out, 0 retracted; --json lists 1 earlier version of them, too\n"
    listed = [json.loads(each) for each in scrubber(desk, "published", "safe", "--json").out.splitlines()]
    assert [each["status"] for each in listed] == ["retracted", "published"]
    [copy] = (desk / "safe").iterdir()
    assert "everybody who was found in it is hidden" in scrubber(desk, "published", copy).out
    assert "no run has made this file" in scrubber(desk, "published", "a.jpg").err
    assert scrubber(desk, "published", copy, "--forget").code == 2
    copy.write_bytes(b"other hands")
    assert "the file that lies there now is another" in scrubber(desk, "published", copy).out
    scrubber(desk, "consent", "no-photo", "a.jpg", "--manifest", "people.toml")
    copy.unlink()
    assert scrubber(desk, *words).code == 3
    assert "everybody" not in scrubber(desk, "published", "safe").out


def test_faces_are_listed_by_number(desk: Path, samples: Path) -> None:
    told = scrubber(desk, "faces", samples / "solvay_conference_1927.jpg", "--preset", "fast").out
    numbers = [int(line.split()[0][1:]) for line in told.splitlines() if line.lstrip().startswith("#")]
    assert len(numbers) > 20
    assert numbers == sorted(numbers)


def test_a_long_list_of_faces_ends_with_a_summary(desk: Path) -> None:
    (desk / "broken.jpg").write_bytes((desk / "a.jpg").read_bytes()[:3000])
    done = scrubber(desk, "faces", "a.jpg", "my photo.jpg", "broken.jpg", "--preset", "fast")
    assert done.err.splitlines()[-1] == (
        "2 photos, 2 regions: 2 would be hidden, 0 shown; 1 photo could not be looked at"
    )
    assert "regions" not in done.out
    assert "regions" not in scrubber(desk, "faces", "a.jpg", "--preset", "fast").err
