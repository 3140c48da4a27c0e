"""Promises 1 and 6: what was published is known again wherever it went, and by whichever name.

Each of these left a copy out that showed somebody who had withdrawn, with exit code 0 and without a word.
"""

from __future__ import annotations

import hashlib
import shutil
import threading
from pathlib import Path

import numpy as np
import pytest
from calling import call
from PIL import Image

import scrubber
from scrubber import batch

CONSENT = "--consent consent.toml --for social --preset fast"


@pytest.fixture
def desk(tmp_path: Path, samples: Path, scenery: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "photos").mkdir()
    with Image.open(samples / "astronaut.jpg") as image:
        image.save(tmp_path / "photos" / "portrait.png")
    Image.fromarray(scenery).save(tmp_path / "other.png")
    write_manifest(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write_manifest(desk: Path, more: str = "") -> None:
    digest = hashlib.sha256((desk / "photos" / "portrait.png").read_bytes()).hexdigest()
    (desk / "consent.toml").write_text(
        'schema = 1\n[[people]]\nid = "p-1"\ndecision = "allow"\npurposes = ["social"]\nexpires = 2045-01-01\n'
        f'[[photos]]\nsha256 = "{digest}"\nshow = [{{ person = "p-1", box = [180, 66, 90, 111] }}]\n{more}'
    )


def pictures(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("went", ["behind a link", "its name was used again", "copied", "an earlier version"])
def test_a_folder_that_moved_keeps_its_record(desk: Path, went: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert call(f"run photos -o out {CONSENT}") == 0
    shown = pictures(desk / "out")
    out = Path("out")
    if went == "behind a link":
        (desk / "disk").mkdir()
        out.rename(desk / "disk" / "out")
        out.symlink_to(desk / "disk" / "out")
    elif went == "its name was used again":
        out = out.rename("march")
        assert call("run other.png -o out --preset fast") == 0
    elif went == "copied":
        out = Path(shutil.copytree("out", "posted"))
    else:
        [copy] = out.iterdir()
        shutil.copy(copy, "posted.png")
        assert call(f"run photos -o out {CONSENT} --max-size 300") == 0
        shutil.move("posted.png", out / "posted.png")
        out = out.rename("march")
    capfd.readouterr()
    assert call("consent revoke p-1") == 0
    assert "showed p-1" in capfd.readouterr().err
    assert call(f"run photos -o {out} {CONSENT}") == 0
    assert not set(shown) & set(pictures(out))
    assert len(pictures(out)) == 1, "the photo is not there twice"


@pytest.mark.parametrize("back", ["its own name", "another name"])
@pytest.mark.parametrize("said", ["hide", "no-photo"])
def test_a_copy_that_is_put_back_is_known(desk: Path, back: str, said: str) -> None:
    """One that showed nobody by consent, but what a hide box covers by now, was not looked for."""
    shutil.copy("other.png", "photos/view.png")
    (desk / "photos" / "portrait.png").rename(desk / "portrait.png")
    assert call("run photos -o out --preset fast") == 0
    [copy] = (desk / "out").iterdir()
    old, kept = copy.read_bytes(), copy
    box = "--box 10,10,60,60" if said == "hide" else ""
    assert call(f"consent {said} photos/view.png {box} --manifest boxes.toml") == 0
    call("run photos -o out --preset fast --consent boxes.toml")
    (kept if back == "its own name" else desk / "out" / "x.png").write_bytes(old)
    call("run photos -o out --preset fast --consent boxes.toml")
    assert old not in pictures(desk / "out")


def test_names_that_differ_in_case_are_two_files(desk: Path, samples: Path) -> None:
    """An original, and a stranger's portrait, counted as the copy whose name differs from theirs in case only."""
    assert call(f"run photos -o out {CONSENT}") == 0
    [copy] = (desk / "out").iterdir()
    other = copy.with_name(copy.name.upper())
    if other.exists():
        pytest.skip("this disk knows no case")
    shutil.copy(samples / "solvay_conference_1927.jpg", other)
    assert call(f"verify {other}") == 3
    other.unlink()
    copy.rename(other)
    assert call("consent revoke p-1") == 0
    assert call(f"run photos -o out {CONSENT}") == 0
    assert not other.exists()
    assert call("run other.png -o OTHER.png --preset fast") == 0
    assert call("consent hide other.png --box 10,10,20,20 --manifest boxes.toml") == 0


def test_an_original_of_another_folder_stays(desk: Path) -> None:
    """A lossless original that equals its copy was deleted when the folder of the copy was gone."""
    assert call(f"run photos -o first {CONSENT}") == 0
    [clean] = (desk / "first").iterdir()
    library = desk / "library"
    library.mkdir()
    mine = Path(shutil.move(clean, library / "mine.png"))
    shutil.rmtree("first")
    digest = hashlib.sha256(mine.read_bytes()).hexdigest()
    write_manifest(desk, f'[[photos]]\nsha256 = "{digest}"\nshow = [{{ person = "p-1", box = [180, 66, 90, 111] }}]\n')
    assert call(f"run library -o second {CONSENT}") == 0
    assert pictures(desk / "second") == [mine.read_bytes()]
    shutil.rmtree("second")
    assert call("consent revoke p-1") == 0
    call(f"run other.png -o library {CONSENT}")
    assert mine.exists()


@pytest.mark.parametrize("round_", range(3))
def test_two_writers_to_one_file_leave_a_record_of_the_winner(desk: Path, round_: int) -> None:
    shutil.copy("other.png", "photos/view.png")
    target = desk / f"x{round_}.png"
    with scrubber.Session(policy=scrubber.Policy(preset="fast"), isolate=True, jobs=2) as session:
        outcomes: list[object] = []

        def write(name: str) -> None:
            try:
                outcomes.append(session.scrub(desk / "photos" / name, target))
            except scrubber.ScrubberError as error:
                outcomes.append(error)

        threads = [threading.Thread(target=write, args=(name,)) for name in ("portrait.png", "view.png")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert batch.known_copy(target) is not None, outcomes


@pytest.mark.parametrize(
    ("why", "counted"),
    [
        ("made again", "1 published, 1 older copy replaced under another name"),
        ("withdrawn", "1 published, 1 retracted"),
    ],
)
def test_every_copy_that_goes_is_named(desk: Path, why: str, counted: str, capfd: pytest.CaptureFixture[str]) -> None:
    """A copy with a name of its own went without a word, if its photo got another one."""
    assert call(f"run photos/portrait.png -o out/flyer.png {CONSENT}") == 0
    if why == "withdrawn":
        assert call("consent revoke p-1") == 0
    capfd.readouterr()
    assert call(f"run photos -o out {CONSENT} --dry-run") == 0
    assert "1 would be published, 1 older copy would be replaced under another name" in capfd.readouterr().err
    assert call(f"run photos -o out {CONSENT}") == 0
    said = capfd.readouterr().err
    assert "flyer.png: was taken away" in said
    assert counted in said
    assert [path.name for path in (desk / "out").iterdir() if "flyer" in path.name] == []


@pytest.mark.parametrize("what", ["a link", "emptied"])
def test_what_is_no_whole_copy_is_not_taken_for_one(desk: Path, what: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert call(f"run photos -o out {CONSENT}") == 0
    [copy] = (desk / "out").iterdir()
    if what == "emptied":
        copy.write_bytes(b"")
        assert call(f"run photos -o out {CONSENT}") == 3, "it was changed by other hands"
        assert b"" in pictures(desk / "out"), "it may be somebody's by now"
        assert len(pictures(desk / "out")) == 2
        return
    moved = copy.rename(desk / "elsewhere.png")
    (desk / "out" / "link.png").symlink_to(moved)
    assert call("consent revoke p-1") == 0
    capfd.readouterr()
    assert call(f"run photos -o out {CONSENT}") == 3
    assert "link.png: it shows p-1" in capfd.readouterr().err
    assert moved.exists()


def test_an_original_folder_is_no_moved_output_folder(desk: Path) -> None:
    """One picture that equals its copy made the originals' folder inherit the record, and the original was deleted."""
    assert call(f"run photos -o first {CONSENT}") == 0
    [clean] = (desk / "first").iterdir()
    (desk / "library").mkdir()
    mine = Path(shutil.move(clean, desk / "library" / "mine.png"))
    assert call("run library -o second --names keep --preset fast") in (0, 2)
    (desk / "second").mkdir(exist_ok=True)
    assert call("consent no-photo library/mine.png --manifest boxes.toml") in (0, 2)
    for words in ("-o library", "-o library/view.png"):
        call(f"run other.png {words} --preset fast --consent boxes.toml")
        assert mine.exists()


def test_of_several_records_the_right_one_is_taken(desk: Path) -> None:
    """The first that knew one of the copies was taken; a copy that only the other one knew stayed out."""
    (desk / "views").mkdir()
    shutil.copy("other.png", "views/view.png")
    shutil.copy("other.png", "photos/view.png")
    assert call("run views -o one --preset fast") == 0
    assert call(f"run photos -o two {CONSENT}") == 0
    shutil.copytree("two", "backup")
    assert call(f"run views -o backup {CONSENT}") == 0
    assert call("consent revoke p-1") == 0
    before = set(pictures(desk / "backup"))
    assert call(f"run views -o backup {CONSENT}") == 0
    assert len(before - set(pictures(desk / "backup"))) == 1


def test_a_folder_with_a_record_of_its_own_holds_copies_of_others(desk: Path) -> None:
    assert call("run other.png -o out-old --preset fast") == 0
    assert call(f"run photos -o out {CONSENT}") == 0
    shown = pictures(desk / "out")
    shutil.rmtree("out-old")
    Path("out").rename("out-old")
    assert call("run other.png -o out --preset fast") == 0
    assert call("consent revoke p-1") == 0
    assert call(f"run other.png -o out-old {CONSENT}") == 0
    assert not set(shown) & set(pictures(desk / "out-old"))


def test_one_copy_among_files_of_ones_own_brings_no_record_along(desk: Path) -> None:
    shutil.copy("other.png", "photos/view.png")
    assert call(f"run photos -o out {CONSENT}") == 0
    (desk / "web").mkdir()
    for copy in list((desk / "out").iterdir())[:1]:
        shutil.copy(copy, desk / "web")
    assert call("run other.png -o web --preset fast --dry-run") == 0
    assert call("run other.png -o web --preset fast") in (0, 3)
    assert len([one for one in batch.published(desk / "web") if one.status == "published"]) == 1


def test_a_record_that_cannot_be_read_stops_nothing_else(desk: Path, state: Path) -> None:
    assert call(f"run photos -o out {CONSENT}") == 0
    (state / "scrubber" / "ledgers" / "0.ledger").mkdir()
    text = b'{"what": "folder", "schema": 99, "folder": "/nowhere", "said": "refused"}'
    line = hashlib.sha256(text).hexdigest()[:16].encode() + b" " + text + b"\n"
    (state / "scrubber" / "ledgers" / "1.ledger").write_bytes(line)
    assert call(f"run photos -o new {CONSENT}") == 0
    call("consent revoke p-1")
    write_manifest(desk)
    assert call(f"run photos -o out {CONSENT}") == 0
    assert [one.shows for one in batch.published(desk / "out") if one.status == "published"] == [()]


def test_what_was_taken_back_in_so_many_words_stays_so(desk: Path) -> None:
    """A withheld outcome of long ago was called back for a photo whose copy was out since."""
    digest = hashlib.sha256((desk / "other.png").read_bytes()).hexdigest()
    for name, said in (("no", "no_photo = true"), ("yes", "no_photo = false"), ("none", "")):
        entry = f'[[photos]]\nsha256 = "{digest}"\n{said}\n' if said else ""
        (desk / f"{name}.toml").write_text(f"schema = 1\n{entry}")
    for name, code in (("no", 3), ("none", 3), ("yes", 0), ("none", 0)):
        assert call(f"run other.png -o out --preset fast --consent {name}.toml") == code, name
        assert len(list((desk / "out").iterdir())) == (code == 0)
