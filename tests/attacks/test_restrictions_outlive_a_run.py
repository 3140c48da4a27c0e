"""Promises 1 and 4: what was said about a photo or a person once is not undone by leaving something out.

A new user left out `--consent` once, and every hide box and NO PHOTO was gone, with exit code 0.
"""

from __future__ import annotations

import hashlib
import io
import shutil
from pathlib import Path

import numpy as np
import pytest
from calling import call
from PIL import Image, PngImagePlugin

import scrubber

PERSON = '[[people]]\nid = "p-1"\ndecision = "allow"\npurposes = ["social"]\nexpires = 2045-01-01\n'


@pytest.fixture
def desk(tmp_path: Path, scenery: np.ndarray, samples: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Photos of nobody, one of them NO PHOTO, and one with a hide box; and a portrait that may be shown."""
    (tmp_path / "photos").mkdir()
    for name, shift in (("secret.png", 0), ("hidden.png", 50), ("other.png", 100)):
        Image.fromarray(np.roll(scenery, shift, axis=1)).save(tmp_path / "photos" / name)
    shutil.copy(samples / "astronaut.jpg", tmp_path / "portrait.jpg")
    digests = {path.stem: hashlib.sha256(path.read_bytes()).hexdigest() for path in tmp_path.rglob("*.*")}
    (tmp_path / "consent.toml").write_text(
        f"schema = 1\n{PERSON}"
        f'[[photos]]\nsha256 = "{digests["secret"]}"\nno_photo = true\n'
        f'[[photos]]\nsha256 = "{digests["hidden"]}"\nhide = [{{ box = [10, 10, 40, 40] }}]\n'
        f'[[photos]]\nsha256 = "{digests["portrait"]}"\nshow = [{{ person = "p-1", box = [180, 66, 90, 111] }}]\n'
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


RUN = "run photos -o clean --preset fast"
CONSENT = "--consent consent.toml --for social"


def test_leaving_out_the_manifest_undoes_nothing(desk: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert call(f"{RUN} {CONSENT}") == 3  # one is withheld
    before = {path.name: path.read_bytes() for path in (desk / "clean").iterdir()}
    assert len(before) == 2
    capfd.readouterr()
    for words in (RUN, f"{RUN} --dry-run", f"{RUN} --restart"):
        assert call(words) == 2
        assert "--consent consent.toml" in capfd.readouterr().out
    with pytest.raises(scrubber.UsageError, match=r"consent\.toml"):
        list(scrubber.scrub_folder(desk / "photos", desk / "clean", isolate=False))
    assert {path.name: path.read_bytes() for path in (desk / "clean").iterdir()} == before


def test_nor_for_one_file(desk: Path) -> None:
    assert call(f"run photos/hidden.png -o one.png --preset fast {CONSENT}") == 0
    before = (desk / "one.png").read_bytes()
    assert call("run photos/hidden.png -o one.png --preset fast") == 2
    with pytest.raises(scrubber.UsageError, match=r"consent\.toml"):
        scrubber.scrub(desk / "photos" / "hidden.png", desk / "one.png")
    assert (desk / "one.png").read_bytes() == before
    assert call("run photos/other.png -o two.png --preset fast") == 0


@pytest.mark.parametrize("says", ["nothing", "a hide box elsewhere"])
def test_another_manifest_that_says_less_is_noticed(desk: Path, says: str, capfd: pytest.CaptureFixture[str]) -> None:
    """`consent init` beside a locked manifest made an empty one, under which the NO PHOTO picture was published."""
    call(f"{RUN} {CONSENT}")
    text = "schema = 1\n"
    if says != "nothing":
        for name in ("secret", "hidden"):
            digest = hashlib.sha256((desk / "photos" / f"{name}.png").read_bytes()).hexdigest()
            text += f'[[photos]]\nsha256 = "{digest}"\nhide = [{{ box = [100, 100, 20, 20] }}]\n'
    (desk / "other.toml").write_text(text)
    for options in ("", "--restart", ""):
        capfd.readouterr()
        assert call(f"{RUN} --consent other.toml {options}") == 3
        said = capfd.readouterr().err
        assert "hidden.png: an earlier manifest hid a place in this photo that other.toml does not" in said
        assert "secret.png: an earlier manifest withheld this photo; if it may be seen, write no_photo = false" in said
        assert len(list((desk / "clean").iterdir())) == 2
    digest = hashlib.sha256((desk / "photos" / "secret.png").read_bytes()).hexdigest()
    (desk / "other.toml").write_text(f'schema = 1\n[[photos]]\nsha256 = "{digest}"\nno_photo = false\n')
    assert call(f"{RUN} --consent other.toml") == 0
    assert len(list((desk / "clean").iterdir())) == 3


@pytest.mark.parametrize("first", ["a", "z"])
@pytest.mark.parametrize("entry", ["no_photo = true", "hide = [{ box = [10, 10, 40, 40] }]"])
def test_what_is_said_of_a_file_counts_for_its_tagged_twin(desk: Path, first: str, entry: str) -> None:
    """An entry that names a file by its bytes alone let the same picture out that lay beside it with a comment."""
    (desk / "twins").mkdir()
    named, twin = desk / "twins" / "m.png", desk / "twins" / f"{first}.png"
    with Image.open(desk / "photos" / "other.png") as image:
        image.save(named)
        note = PngImagePlugin.PngInfo()
        note.add_text("Comment", "rated")
        image.save(twin, pnginfo=note)
    digest = hashlib.sha256(named.read_bytes()).hexdigest()
    (desk / "twins.toml").write_text(f'schema = 1\n[[photos]]\nsha256 = "{digest}"\n{entry}\n')
    for _ in range(2):
        call("run twins -o outside --preset fast --consent twins.toml")
        for copy in (desk / "outside").iterdir():
            with Image.open(copy) as image, Image.open(named) as original:
                assert image.getpixel((20, 20)) != original.getpixel((20, 20)), "the place is seen in one of them"
        assert len(list((desk / "outside").iterdir())) == ("hide" in entry)


@pytest.mark.parametrize("by", ["a file", "standard output", "quietly", "bytes"])
def test_a_restriction_that_matched_nothing_is_said_for_one_photo_too(
    desk: Path, capfd: pytest.CaptureFixture[str], by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only runs of folders said so: a cropped NO PHOTO picture was published without a word."""
    with Image.open(desk / "photos" / "secret.png") as image:
        image.crop((0, 0, 200, 200)).save(desk / "cropped.png")
    if by == "bytes":
        consent = scrubber.Consent.load("consent.toml")
        data = (desk / "cropped.png").read_bytes()
        said = str(scrubber.scrub_bytes(data, consent=consent, purpose="social").result.warnings)
    else:
        monkeypatch.setattr("sys.stdout", io.TextIOWrapper(io.BytesIO()))
        out = "-" if by == "standard output" else "out.png"
        quiet = "--quiet" if by == "quietly" else ""
        assert call(f"run cropped.png -o {out} --preset fast {CONSENT} {quiet}") == 0
        said = capfd.readouterr().err
    assert "consent.toml restricts photos, and none of them is this one" in said


@pytest.mark.usefixtures("desk")
def test_verify_knows_whether_consent_still_holds(capfd: pytest.CaptureFixture[str]) -> None:
    """After `revoke`, and before the next run, it called a copy that shows the person clean."""
    assert call(f"run portrait.jpg -o out.jpg --preset fast {CONSENT}") == 0
    capfd.readouterr()
    assert call("verify out.jpg") == 0
    assert "whether those who are shown by consent may be seen today" in capfd.readouterr().out
    assert call(f"verify out.jpg {CONSENT}") == 0
    assert call("consent revoke p-1") == 0
    capfd.readouterr()
    assert call(f"verify out.jpg {CONSENT}") == 3
    assert "shows p-1, who may not be seen now (withdrawn)" in capfd.readouterr().out


def test_a_report_vouches_only_for_the_file_that_was_published(desk: Path, samples: Path) -> None:
    """It went by the path, so that another face in the place of the one that was allowed was called clean."""
    words = f"run portrait.jpg -o out.jpg --preset fast {CONSENT} --report run.jsonl"
    assert call(words) == 0
    assert call("published . --forget") == 0
    assert call("verify out.jpg --report run.jsonl") == 0
    with Image.open(samples / "astronaut.jpg") as image:
        other = image.convert("RGB").transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        other.save(desk / "out.jpg", "JPEG", quality=95, subsampling=0)
    assert call("verify out.jpg --report run.jsonl") == 3


@pytest.mark.usefixtures("desk")
def test_somebody_who_withdraws_learns_of_copies_that_were_posted_before(capfd: pytest.CaptureFixture[str]) -> None:
    """One run in between, and `revoke` said that nothing had ever been published."""
    assert call(f"run portrait.jpg -o out.jpg --preset fast {CONSENT}") == 0
    assert call("run portrait.jpg -o out.jpg --preset fast") == 0
    capfd.readouterr()
    for _ in range(2):
        assert call("consent revoke p-1") == 0
        [line] = capfd.readouterr().out.splitlines()
        assert "out.jpg  (as published on " in line


def test_copies_are_no_originals(desk: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """An output folder inside of the input folder was taken for photos by the next run into another one."""
    assert call(f"run photos -o photos/safe --preset fast {CONSENT}") == 3
    capfd.readouterr()
    call(f"run photos -o elsewhere --preset fast {CONSENT}")
    assert len(list((desk / "elsewhere").rglob("*.png"))) == 2
    assert "2 copies of earlier runs left behind, which are no originals" in capfd.readouterr().err
