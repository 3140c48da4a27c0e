"""Promise 1: a copy that other hands changed is named by every run, with exit code 3, until it is deleted.

The original, in clear, lay under the name of its copy, and the runs said nothing.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from calling import call


def put_original(copy: Path) -> None:
    shutil.copy("photos/portrait.jpg", copy)


def change_one_byte(copy: Path) -> None:
    data = bytearray(copy.read_bytes())
    data[-20] ^= 1
    copy.write_bytes(data)


def put_link(copy: Path) -> None:
    copy.unlink()
    copy.symlink_to(Path("photos/portrait.jpg").absolute())


def put_folder(copy: Path) -> None:
    copy.unlink()
    copy.mkdir()


@pytest.fixture
def desk(permitted_portrait: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(permitted_portrait)
    return permitted_portrait


@pytest.mark.parametrize("change", [put_original, change_one_byte, put_link, put_folder])
@pytest.mark.parametrize(
    "then", ["again", "without its original", "--dry-run", "--restart", "--nobody --consent consent.toml"]
)
@pytest.mark.usefixtures("desk")
def test_in_a_folder(change: Callable[[Path], None], then: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert call("run photos -o out --preset fast") == 0
    [copy] = Path("out").iterdir()
    change(copy)
    if then == "without its original":
        os.rename("photos/portrait.jpg", "elsewhere.jpg")  # noqa: PTH104
        shutil.copy("elsewhere.jpg", "photos/portrait.jpg")
        with open("photos/portrait.jpg", "ab") as file:  # noqa: PTH123
            file.write(b"another file")
    words = then if then.startswith("--") else ""
    for _ in range(2):
        capfd.readouterr()
        assert call(f"run photos -o out --preset fast --quiet {words}") == 3
        assert f"{copy}: it is not what was published under this name" in capfd.readouterr().err
    assert os.path.lexists(copy)
    copy.rmdir() if copy.is_dir() else copy.unlink()
    assert call(f"run photos -o out --preset fast {words}") == 0


@pytest.mark.usefixtures("desk")
def test_beside_a_file(capfd: pytest.CaptureFixture[str]) -> None:
    assert call("run photos/portrait.jpg -o one.jpg --preset fast") == 0
    put_original(Path("one.jpg"))
    assert call("run photos/portrait.jpg -o two.jpg --preset fast") == 3
    assert "one.jpg: it is not what was published" in capfd.readouterr().err
    assert call("run photos/portrait.jpg -o one.jpg --overwrite --preset fast") == 0


@pytest.mark.usefixtures("desk")
def test_a_copy_that_was_only_touched_is_what_it_was() -> None:
    assert call("run photos -o out --preset fast") == 0
    [copy] = Path("out").iterdir()
    copy.touch()
    assert call("run photos -o out --preset fast") == 0
