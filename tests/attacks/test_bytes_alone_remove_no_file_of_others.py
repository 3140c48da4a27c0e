"""Promise 6: a file that holds the bytes of a copy is not removed where it may be somebody else's.

Before, `-o FILE` deleted a reference photo and an input that had the bytes of a copy, and copies of other folders.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import numpy as np
import pytest
from calling import call
from PIL import Image

import scrubber

CONSENT = "--consent consent.toml --for social --preset fast --quiet"


@pytest.fixture
def desk(tmp_path: Path, samples: Path, scenery: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A portrait that may be shown, as a camera and as scrubber would have written it; `one.jpg` is its copy."""
    with Image.open(samples / "astronaut.jpg") as image:
        image.save(tmp_path / "portrait.png")
    Image.fromarray(scenery).save(tmp_path / "other.jpg")
    digest = hashlib.sha256((tmp_path / "portrait.png").read_bytes()).hexdigest()
    (tmp_path / "consent.toml").write_text(
        'schema = 1\n[[people]]\nid = "p-1"\ndecision = "allow"\npurposes = ["social"]\nexpires = 2045-01-01\n'
        f'[[photos]]\nsha256 = "{digest}"\nshow = [{{ person = "p-1", box = [180, 66, 90, 111] }}]\n'
    )
    monkeypatch.chdir(tmp_path)
    assert call(f"run portrait.png -o one.png {CONSENT}") == 0
    return tmp_path


@pytest.mark.parametrize("where", ["beside", "below", "deep below"])
def test_a_file_beside_an_output_file_stays_and_is_told(
    desk: Path, where: str, capfd: pytest.CaptureFixture[str]
) -> None:
    place = {"beside": desk, "below": desk / "people", "deep below": desk / "people" / "p-1"}[where]
    place.mkdir(parents=True, exist_ok=True)
    kept = Path(shutil.copy(desk / "one.png", place / "01.png"))
    assert call("consent revoke p-1") == 0
    capfd.readouterr()
    assert call(f"run other.jpg -o two.jpg {CONSENT}") == (3 if where == "beside" else 0)
    assert kept.exists()
    assert not (desk / "one.png").exists()
    assert ("01.png: it shows p-1" in capfd.readouterr().err) is (where == "beside")


def test_a_copy_that_is_given_as_input_is_refused_and_stays(desk: Path) -> None:
    for name in ("one.png", "mine.png"):
        copy = desk / name if name == "one.png" else Path(shutil.copy(desk / "one.png", desk / name))
        assert call(f"run {name} -o three.png {CONSENT}") == 2
        assert copy.exists()
        with pytest.raises(scrubber.UsageError, match="published copy"):
            scrubber.scrub(name, "three.png")
    (desk / "out").mkdir()
    call(f"run portrait.png -o out {CONSENT}")
    [inside] = (desk / "out").iterdir()
    renamed = inside.rename(desk / "out" / "mine.png")
    assert call("consent revoke p-1") == 0
    assert call(f"run {renamed} other.jpg -o out {CONSENT}") == 2
    assert renamed.exists()


def test_an_original_that_equals_its_copy_stays(desk: Path) -> None:
    """A photo that scrubber made once, got from a colleague: its copy has the same bytes."""
    clean = (desk / "one.png").rename(desk / "received.png")
    digest = hashlib.sha256(clean.read_bytes()).hexdigest()
    with (desk / "consent.toml").open("a") as file:
        file.write(f'[[photos]]\nsha256 = "{digest}"\nshow = [{{ person = "p-1", box = [180, 66, 90, 111] }}]\n')
    assert call("published . --forget") == 0
    assert call(f"run received.png -o again.png {CONSENT}") == 0
    assert (desk / "again.png").read_bytes() == clean.read_bytes()
    assert call("consent revoke p-1") == 0
    assert call(f"run other.jpg -o two.jpg {CONSENT}") == 0
    assert clean.exists()
    assert not (desk / "again.png").exists()


def test_a_copy_of_another_output_folder_below_is_left_to_that_folder(desk: Path) -> None:
    assert call(f"run portrait.png -o out {CONSENT}") == 0
    assert call(f"run portrait.png -o out/inner {CONSENT}") == 0
    [inner] = (desk / "out" / "inner").iterdir()
    assert call("consent revoke p-1") == 0
    assert call(f"run other.jpg -o out {CONSENT}") == 0
    assert [path.name for path in (desk / "out").glob("*.png")] == []
    assert inner.exists(), "the run did not go there, and its purpose may be another"
    assert call(f"run other.jpg -o out/inner {CONSENT}") == 0
    assert not inner.exists()


@pytest.mark.parametrize("reads", ["reference", "input by a link"])
def test_what_the_run_reads_stays_and_is_told(desk: Path, reads: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert call(f"run portrait.png -o out {CONSENT}") == 0
    [copy] = (desk / "out").iterdir()
    kept = copy.rename(desk / "out" / "mine.png")
    given = "other.jpg"
    if reads == "reference":
        manifest = desk / "consent.toml"
        manifest.write_text(manifest.read_text().replace("[[photos]]", 'references = ["out/mine.png"]\n[[photos]]', 1))
    else:
        (desk / "photos").mkdir()
        (desk / "photos" / "link.png").symlink_to(kept)
        given = "photos"
    assert call("consent revoke p-1") == 0
    capfd.readouterr()
    assert call(f"run {given} -o out {CONSENT}") == 3
    assert kept.exists()
    assert "is one of the files that this run reads" in capfd.readouterr().err
