"""Promise 1: a picture of everybody, a report or a contact sheet takes no copy's place, and among copies it is told.

`faces --picture` with --overwrite put a picture of everybody under the name of a published copy, without a word.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from calling import call


@pytest.fixture
def copy(permitted_portrait: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(permitted_portrait)
    assert call("run photos -o out --preset fast --format png") == 0
    [copy] = Path("out").iterdir()
    return copy


@pytest.mark.parametrize("there", ["intact", "gone", "changed"])
@pytest.mark.parametrize(
    "command",
    [
        "faces photos/portrait.jpg --preset fast --picture {} --overwrite",
        "run photos -o out --preset fast --format png --report {} --overwrite",
        "run photos -o new --preset fast --contact-sheet {} --overwrite",
    ],
)
def test_no_copy_is_replaced(copy: Path, command: str, there: str, capfd: pytest.CaptureFixture[str]) -> None:
    if there == "gone":
        copy.unlink()
    elif there == "changed":
        copy.write_bytes(b"changed")
    before = copy.read_bytes() if copy.exists() else None
    assert call(command.format(copy)) == 2
    assert "is the name of a published copy" in capfd.readouterr().out
    assert (copy.read_bytes() if copy.exists() else None) == before


@pytest.mark.parametrize("folder", ["out", "out/below"])
@pytest.mark.usefixtures("copy")
def test_a_picture_among_the_copies_is_told(folder: str, capfd: pytest.CaptureFixture[str]) -> None:
    Path(folder).mkdir(exist_ok=True)
    assert call(f"faces photos/portrait.jpg --preset fast --picture {folder}") == 0
    assert "will lie among the copies" in capfd.readouterr().err
    assert call("faces photos/portrait.jpg --preset fast --picture numbered.png") == 0
    assert "among the copies" not in capfd.readouterr().err
