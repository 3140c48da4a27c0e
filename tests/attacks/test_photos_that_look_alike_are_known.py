"""Promises 1 and 4: what somebody said about a photo holds for another file of it, which is known by its looks.

Each of these published a whole photo that had been refused, with exit code 0 and at most a note.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest
from calling import call, copies
from PIL import Image

import scrubber

PASSPHRASE = "correct horse battery staple"


@pytest.mark.parametrize("order", ["before it", "after it", "in a later run"])
@pytest.mark.parametrize("how", ["smaller", "saved anew", "turned", "retouched"])
def test_another_file_of_a_withheld_photo_is_withheld(plain: Path, how: str, order: str) -> None:
    """Attack: the copy that a messenger made lies beside the original; NO PHOTO was said of the original alone."""
    assert call("consent no-photo photos/portrait.jpg") == 0
    target = plain / ("later" if "later" in order else "photos") / ("a.jpg" if order == "before it" else "z.jpg")
    target.parent.mkdir(exist_ok=True)
    with Image.open("photos/portrait.jpg") as opened:
        photo = opened.convert("RGB")
    if how == "smaller":
        photo.resize((256, 256)).save(target)
    elif how == "turned":
        photo.transpose(Image.Transpose.ROTATE_270).resize((400, 400)).save(target)
    else:
        if how == "retouched":
            photo.paste((90, 90, 90), (190, 80, 250, 150))
        photo.save(target, quality=70)
    assert call("run photos -o out --consent consent.toml --preset fast") == 3
    if "later" in order:
        assert call("run later -o out --consent consent.toml --preset fast") == 3
    assert copies("out") == []
    with (plain / "consent.toml").open("a") as file:
        file.write(f'\n[[photos]]\nsha256 = "{hashlib.sha256(target.read_bytes()).hexdigest()}"\nno_photo = false\n')
    call(f"run {target.parent.name} -o out --consent consent.toml --preset fast")
    assert len(copies("out")) == 1, "who says that it may be seen is believed"


@pytest.mark.parametrize("order", ["a.jpg", "z.jpg"])
def test_another_file_of_a_photo_with_hidden_places_is_told(
    plain: Path, order: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert call("consent hide photos/portrait.jpg --box 10,10,60,60") == 0
    with Image.open("photos/portrait.jpg") as opened:
        opened.convert("RGB").resize((256, 256)).save(plain / "photos" / order)
    capfd.readouterr()
    assert call("run photos -o out --consent consent.toml --preset fast") == 0
    assert "looks like portrait.jpg, in which places are hidden" in capfd.readouterr().err


def test_photos_of_other_scenes_do_not_look_alike(plain: Path, samples: Path) -> None:
    shutil.copy(samples / "solvay_conference_1927.jpg", plain / "photos" / "other.jpg")
    Image.new("RGB", (300, 200), (200, 200, 200)).save(plain / "photos" / "blank.png")
    Image.new("RGB", (300, 300), (0, 0, 0)).save(plain / "photos" / "dark.png")
    assert call("consent no-photo photos/portrait.jpg") == 0
    assert call("consent no-photo photos/blank.png") == 0
    assert call("run photos -o out --consent consent.toml --preset fast") == 3
    assert len(copies("out")) == 2


AGAIN = pytest.mark.parametrize("again", ["", " --style solid", " --restart"])


@AGAIN
@pytest.mark.parametrize("said", ["no-photo photos/portrait.jpg", "hide photos/portrait.jpg --box 9,9,40,40"])
@pytest.mark.usefixtures("plain")
def test_what_is_sealed_stays_in_doubt(said: str, again: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Attack: the same command twice. The first outcome, in doubt, was noted as if nothing were restricted."""
    assert call(f"consent {said}") == 0
    monkeypatch.setenv("SCRUBBER_PASSPHRASE", PASSPHRASE)
    assert call("consent lock consent.toml --remove") == 0
    monkeypatch.setenv("SCRUBBER_PASSPHRASE", PASSPHRASE)
    call("run photos -o out --consent consent.toml.age --preset fast")
    for _ in range(2):
        assert call(f"run photos -o out --consent plain.toml --preset fast{again}") == 3
        assert call("run photos/portrait.jpg -o out/x.jpg --consent plain.toml --preset fast") == 3
        assert call("run photos -o out --preset fast") == 2
        assert call("run photos/portrait.jpg -o out/x.jpg --preset fast") == 2
    assert copies("out") == []


@AGAIN
def test_a_photo_in_doubt_is_freed_by_no_hide_box_and_no_second_run(plain: Path, again: str) -> None:
    """Attack: a hide box in a corner of the other file; the second run took its own doubt for what was said of it."""
    (plain / "edited").mkdir()
    with Image.open("photos/portrait.jpg") as opened:
        opened.convert("RGB").save("edited/0.jpg", quality=80)
    assert call("consent no-photo photos/portrait.jpg") == 0
    assert call("run photos -o out --consent consent.toml --preset fast") == 3
    assert call("consent hide edited/0.jpg --box 0,0,9,9 --preset fast") == 0
    for _ in range(2):
        assert call(f"run photos edited -o out --consent consent.toml --preset fast{again}") == 3
        assert call("run edited/0.jpg -o out/0.jpg --consent consent.toml --preset fast") == 3
    assert copies("out") == []


@AGAIN
def test_a_twin_in_doubt_stays_in_doubt(plain: Path, again: str) -> None:
    """Attack: the twin took over the boxes as its own forgotten ones, and was published with a note."""
    (plain / "edited").mkdir()
    (plain / "edited" / "b.jpg").write_bytes(Path("photos/portrait.jpg").read_bytes() + b"x")
    assert call("consent hide photos/portrait.jpg --box 300,10,200,200 --preset fast") == 0
    text = (plain / "consent.toml").read_text()
    (plain / "consent.toml").write_text("\n".join(line for line in text.splitlines() if "pixels" not in line) + "\n")
    assert call("run photos -o out --consent consent.toml --preset fast") == 0
    before = copies("out")
    for _ in range(3):
        assert call(f"run edited -o out --consent consent.toml --preset fast{again}") == 3
        assert call("run edited/b.jpg -o out/b.jpg --consent consent.toml --preset fast") == 3
    assert copies("out") == before


@pytest.mark.parametrize("sealed", [False, True])
def test_leaving_out_the_manifest_frees_no_photo_that_looks_like_a_withheld_one(
    plain: Path, sealed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Image.open("photos/portrait.jpg") as opened:
        opened.convert("RGB").save(plain / "edited.jpg", quality=80)
    assert call("consent no-photo photos/portrait.jpg") == 0
    manifest = "consent.toml"
    if sealed:
        monkeypatch.setenv("SCRUBBER_PASSPHRASE", PASSPHRASE)
        assert call("consent lock consent.toml --remove") == 0
        monkeypatch.setenv("SCRUBBER_PASSPHRASE", PASSPHRASE)
        manifest = "consent.toml.age"
    assert call(f"run photos -o out --consent {manifest} --preset fast") == 3
    assert call("run edited.jpg -o out/x.jpg --preset fast") == 2
    assert call("run edited.jpg -o out/x.jpg --nobody --preset fast") == 2
    assert call("run edited.jpg -o out/x.jpg --consent plain.toml --preset fast") == 3
    with pytest.raises(scrubber.UsageError, match="give it again"):
        scrubber.scrub("edited.jpg", "out/y.jpg", policy=scrubber.Policy(preset="fast"))
    assert copies("out") == []


@pytest.mark.parametrize("way", ["folder", "file"])
def test_an_older_copy_that_looks_like_a_photo_withheld_now_is_taken_away(plain: Path, way: str) -> None:
    """Attack: the messenger's version was published long ago, and its original is gone."""
    (plain / "edited").mkdir()
    with Image.open("photos/portrait.jpg") as opened:
        opened.convert("RGB").resize((300, 300)).save("edited/0.jpg", quality=80)
    assert call("run edited -o out --consent consent.toml --preset fast") == 0
    shutil.rmtree("edited")
    assert call("consent no-photo photos/portrait.jpg") == 0
    target = "out" if way == "folder" else "out/x.jpg"
    source = "photos" if way == "folder" else "photos/portrait.jpg"
    assert call(f"run {source} -o {target} --consent consent.toml --preset fast") == 3
    assert copies("out") == []


def test_a_withheld_photo_is_known_as_a_later_page(plain: Path, samples: Path) -> None:
    (plain / "pages").mkdir()
    with Image.open(samples / "solvay_conference_1927.jpg") as first, Image.open("photos/portrait.jpg") as second:
        pages = [first.convert("RGB").resize((600, 400)), second.convert("RGB").resize((400, 400))]
    pages[0].save("pages/a.tif", save_all=True, append_images=pages[1:])
    assert call("consent no-photo photos/portrait.jpg") == 0
    assert call("run photos pages -o out --consent consent.toml --preset fast") == 3
    assert copies("out") == []


def test_a_dry_run_tells_of_photos_that_look_alike(plain: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with Image.open("photos/portrait.jpg") as opened:
        opened.convert("RGB").save(plain / "photos" / "a.jpg", quality=80)
    assert call("consent no-photo photos/portrait.jpg") == 0
    capfd.readouterr()
    assert call("run photos -o out --consent consent.toml --preset fast --dry-run") == 3
    said = capfd.readouterr().err
    assert "withheld: photos/a.jpg" in said
    assert "0 would be published, 2 withheld" in said
    assert not Path("out").exists()
