"""Promises 1 and 4: what is said of one file decides for all files of the same photo, at once and whatever their order.

Twins have the same pixels and other bytes, as tagging makes them; the manifest names one of them by its bytes.
"""

from __future__ import annotations

import hashlib
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
