"""A file lies under its final name whole, or not at all; and it tells nothing by its times."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

import scrubber
from scrubber import publishing


def test_times_and_permissions_are_the_same_for_all(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "photo.jpg"
    publishing.publish(b"safe", target)
    status = target.stat()
    assert status.st_mtime == publishing.MODIFIED
    plain = tmp_path / "plain"
    plain.touch()
    assert stat.S_IMODE(status.st_mode) == stat.S_IMODE(plain.stat().st_mode)
    assert [path.name for path in target.parent.iterdir()] == ["photo.jpg"]


def test_an_older_copy_is_replaced_whole(tmp_path: Path) -> None:
    """A shorter file over a longer one must leave nothing of it behind (CVE-2023-21036)."""
    target = tmp_path / "photo.jpg"
    target.write_bytes(b"long" * 1000)
    publishing.publish(b"short", target)
    assert target.read_bytes() == b"short"


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="extended attributes cannot be set on this system")
def test_extended_attributes_do_not_come_along(tmp_path: Path, samples: Path) -> None:
    original = tmp_path / "photo.jpg"
    original.write_bytes((samples / "astronaut.jpg").read_bytes())
    try:
        os.setxattr(original, "user.xdg.origin.url", b"https://example.org/march")
    except OSError:
        pytest.skip("this file system keeps no extended attributes")
    scrubber.scrub(original, tmp_path / "out.jpg")
    assert os.listxattr(tmp_path / "out.jpg") == []


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(scrubber.NotWritable, match="No space left"):
        publishing.publish(b"safe", tmp_path / "photo.jpg")
    assert list(tmp_path.iterdir()) == []


def test_copies_can_be_held_until_they_are_noted(tmp_path: Path) -> None:
    with publishing.held() as release:
        publishing.publish(b"one", tmp_path / "a.jpg")
        assert not (tmp_path / "a.jpg").exists()
        release()
        assert (tmp_path / "a.jpg").read_bytes() == b"one"
        publishing.publish(b"two", tmp_path / "b.jpg")
    assert [path.name for path in tmp_path.iterdir()] == ["a.jpg"]
    publishing.publish(b"three", tmp_path / "c.jpg")
    assert (tmp_path / "c.jpg").read_bytes() == b"three"


def test_a_held_copy_is_gone_after_an_interrupt(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), publishing.held():
        publishing.publish(b"one", tmp_path / "a.jpg")
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_takes_no_files_is_told_at_once(tmp_path: Path) -> None:
    publishing.prepare(tmp_path / "deep" / "out")
    assert list((tmp_path / "deep" / "out").iterdir()) == []
    (tmp_path / "file").touch()
    with pytest.raises(scrubber.NotWritable, match="choose another"):
        publishing.prepare(tmp_path / "file" / "out")


def test_the_original_is_never_written_to(tmp_path: Path, samples: Path) -> None:
    original = tmp_path / "photo.jpg"
    original.write_bytes((samples / "astronaut.jpg").read_bytes())
    other_way = tmp_path / "link.jpg"
    other_way.symlink_to(original)
    for target in (original, other_way, tmp_path / "." / "photo.jpg"):
        with pytest.raises(scrubber.NotWritable, match="original"):
            scrubber.scrub(original, target)
    assert original.read_bytes() == (samples / "astronaut.jpg").read_bytes()
