"""Files that show or name people: for their owner only, whole or not at all, never in the place of something else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import scrubber
from scrubber.output.private_files import private_file


def write(target: Path, data: bytes, overwrite: bool = False) -> None:
    with private_file(target, overwrite) as file:
        file.write(data)


def test_a_new_file_is_whole_and_private(tmp_path: Path) -> None:
    write(tmp_path / "a", b"one")
    assert (tmp_path / "a").read_bytes() == b"one"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    if os.name == "posix":
        assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600


def test_nothing_is_written_over_unless_somebody_says_so(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"mine")
    with pytest.raises(scrubber.UsageError, match="--overwrite"):
        write(tmp_path / "a", b"one")
    assert (tmp_path / "a").read_bytes() == b"mine"
    write(tmp_path / "a", b"one", overwrite=True)
    assert (tmp_path / "a").read_bytes() == b"one"


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("there", [True, False])
def test_links_are_not_followed(tmp_path: Path, overwrite: bool, there: bool) -> None:
    if there:
        (tmp_path / "elsewhere").write_bytes(b"mine")
    (tmp_path / "a").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(scrubber.UsageError, match="a link"):
        write(tmp_path / "a", b"one", overwrite)
    assert (tmp_path / "elsewhere").exists() == there
    assert not there or (tmp_path / "elsewhere").read_bytes() == b"mine"


def test_a_second_name_of_the_file_keeps_what_it_held(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(b"mine")
    os.link(tmp_path / "elsewhere", tmp_path / "a")
    write(tmp_path / "a", b"one", overwrite=True)
    assert (tmp_path / "elsewhere").read_bytes() == b"mine"


@pytest.mark.parametrize("with_links", [True, False])
def test_whoever_is_quicker_keeps_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, with_links: bool) -> None:
    """A file or a link that appears while ours is written is not written over; nor where there are no second names."""
    if not with_links:
        monkeypatch.setattr(os, "link", _no_links)
    with pytest.raises(scrubber.NotWritable), private_file(tmp_path / "a", overwrite=False) as file:
        file.write(b"one")
        (tmp_path / "a").symlink_to(tmp_path / "elsewhere")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    (tmp_path / "a").unlink()
    write(tmp_path / "a", b"one")
    assert (tmp_path / "a").read_bytes() == b"one"


def _no_links(*_: object, **__: object) -> None:
    raise OSError(1, "Operation not permitted")


def test_there_is_nothing_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), private_file(tmp_path / "a", overwrite=False) as file:
        file.write(b"one")
        raise KeyboardInterrupt
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(scrubber.NotWritable, match="choose another place"):
        write(tmp_path / "nowhere" / "a", b"one")
