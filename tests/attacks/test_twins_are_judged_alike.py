"""Promises 1 and 4: what is said of one file decides for all files of the same photo, at once and whatever their order.

Twins have the same pixels and other bytes, as tagging makes them; the manifest names one of them by its bytes.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from calling import call
from PIL import Image
from restricting import rated

RUN = "run photos -o out --consent consent.toml --preset fast"


@pytest.fixture
def twins(tmp_path: Path, samples: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Five files of one photo; `c.jpg` is the one that manifests are about."""
    (tmp_path / "photos").mkdir()
    data = (samples / "astronaut.jpg").read_bytes()
    for name in "cabde":
        (tmp_path / "photos" / f"{name}.jpg").write_bytes(data)
        data = rated(data)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "photos" / "c.jpg"


def say(photo: Path, words: str) -> None:
    digest = hashlib.sha256(photo.read_bytes()).hexdigest()
    Path("consent.toml").write_text(f'schema = 1\n[[photos]]\nsha256 = "{digest}"\n{words}\n')


def copies() -> list[Path]:
    return list(Path("out").iterdir()) if Path("out").exists() else []


@pytest.mark.parametrize("gone", [False, True])
@pytest.mark.parametrize("said", ["no_photo = true", "hide = [{ box = [10, 10, 40, 40] }]"])
def test_all_are_freed_at_once(twins: Path, said: str, gone: bool) -> None:
    """Attack on consistency: the second went out at once, the third with `--restart` only."""
    say(twins, said)
    for _ in range(2):
        assert call(RUN) == 3
        assert len(copies()) == ("hide" in said)
    say(twins, "no_photo = false")
    if gone:
        twins.unlink()
    assert call(RUN) == 0
    assert len(copies()) == 5 - gone + (gone and "hide" in said)
    say(Path("photos/e.jpg"), "no_photo = true") if gone else say(twins, said)
    assert call(RUN) == 3


def test_two_words_must_both_be_taken_back(twins: Path) -> None:
    other = Path("photos/d.jpg")
    say(twins, "no_photo = true")
    first = Path("consent.toml").read_text()
    say(other, "no_photo = true")
    both = first + Path("consent.toml").read_text().removeprefix("schema = 1\n")
    Path("consent.toml").write_text(both)
    assert call(RUN) == 3
    Path("consent.toml").write_text(both.replace("true", "false", 1))
    assert call(RUN) == 3
    assert len(copies()) == 1, "only the one of which it was said that it may be seen"
    Path("consent.toml").write_text(both.replace("true", "false"))
    assert call(RUN) == 0
    assert len(copies()) == 5


@pytest.mark.parametrize("dry", ["", " --dry-run"])
@pytest.mark.parametrize("other", ["twins", "look-alikes"])
def test_none_is_written_and_taken_away_again(
    twins: Path, other: str, dry: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """It was published, taken away in the same run if it came first, and counted as both."""
    say(twins, "no_photo = true")
    if other == "look-alikes":
        for number, path in enumerate(sorted(twins.parent.iterdir())):
            if path != twins:
                with Image.open(twins) as image:
                    image.convert("RGB").save(path, quality=70 + number)
    capfd.readouterr()
    assert call(f"{RUN} --json{dry}") == 3
    captured = capfd.readouterr()
    results = [json.loads(line) for line in captured.out.splitlines()]
    assert [(Path(one["input"]).name, one["status"]) for one in results] == [(f"{x}.jpg", "withheld") for x in "abcde"]
    assert "retracted" not in captured.err
    assert "0 published" in captured.err or "0 would be published" in captured.err
    assert not copies()
    assert not any('"what": "copy"' in path.read_text() for path in Path(twins).parents[1].rglob("*.ledger"))


def test_one_that_is_known_by_its_pixels_alone_counts_once(twins: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Which of the files it is can be told when it is opened, and no earlier: what was written before goes."""
    assert call(f"consent no-photo {twins}") == 0
    text = Path("consent.toml").read_text()
    [pixels] = [line for line in text.splitlines() if line.startswith("pixels")]
    Path("consent.toml").write_text(f"schema = 1\n[[photos]]\n{pixels}\nno_photo = true\n")
    for path in sorted(twins.parent.iterdir())[:2]:
        with Image.open(twins) as image:
            image.convert("RGB").save(path, quality=80)
    capfd.readouterr()
    assert call(RUN) == 3
    said = capfd.readouterr().err
    assert "0 published, 5 withheld" in said
    assert "retracted" not in said.splitlines()[-1]
    assert not copies()


def test_a_run_without_a_manifest_names_the_one_that_restricts(twins: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """It named the manifest of the last run, which knew of no restriction: giving that again helped nobody."""
    Path("plain.toml").write_text("schema = 1\n")
    for said in ("no_photo = true", "hide = [{ box = [10, 10, 40, 40] }]"):
        say(twins, said)
        call(RUN)
        for _ in range(2):
            call("run photos -o out --consent plain.toml --preset fast")
            capfd.readouterr()
            assert call("run photos -o out --preset fast") == 2
            assert "give it again: --consent consent.toml" in capfd.readouterr().out
