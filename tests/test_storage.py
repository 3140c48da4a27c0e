"""A file lies under its final name whole, or not at all; and it tells nothing by its times."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from pathlib import Path

import pytest

import scrubber
from scrubber.storage import LocalFolder, atomic_files, local


def publish(data: bytes, target: Path) -> None:
    folder = LocalFolder(target.parent)
    folder.commit(folder.stage(data), Path(target.name))


def test_times_and_permissions_are_the_same_for_all(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "photo.jpg"
    publish(b"safe", target)
    status = target.stat()
    assert status.st_mtime == local.MODIFIED
    plain = tmp_path / "plain"
    plain.touch()
    assert stat.S_IMODE(status.st_mode) == stat.S_IMODE(plain.stat().st_mode)
    assert [path.name for path in target.parent.iterdir()] == ["photo.jpg"]


def test_nothing_is_ever_replaced(tmp_path: Path) -> None:
    target = tmp_path / "photo.jpg"
    target.write_bytes(b"somebody's")
    (tmp_path / "dangling.jpg").symlink_to(tmp_path / "nowhere.jpg")
    for name in ("photo.jpg", "dangling.jpg"):
        with pytest.raises(atomic_files.NameTaken):
            publish(b"safe", tmp_path / name)
    assert target.read_bytes() == b"somebody's"
    assert not (tmp_path / "nowhere.jpg").exists()


def test_no_folder_on_the_way_is_a_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "sub").symlink_to(tmp_path / "elsewhere")
    folder = LocalFolder(tmp_path / "out")
    with pytest.raises(scrubber.NotWritable, match="a link"):
        folder.commit(folder.stage(b"safe"), Path("sub/photo.jpg"))
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_disk_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """FAT and exFAT, which cards and sticks have."""

    def link(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", link)
    publish(b"safe", tmp_path / "photo.jpg")
    assert (tmp_path / "photo.jpg").read_bytes() == b"safe"
    with pytest.raises(atomic_files.NameTaken):
        publish(b"other", tmp_path / "photo.jpg")


def test_only_files_of_the_own_run_are_swept(tmp_path: Path) -> None:
    one, other = LocalFolder(tmp_path), LocalFolder(tmp_path)
    staged = one.stage(b"half")
    (tmp_path / ".scrubber-notes.part").write_bytes(b"somebody's")
    other.sweep(other.token)
    assert (tmp_path / staged).exists()
    one.sweep(one.token)
    assert [path.name for path in tmp_path.iterdir()] == [".scrubber-notes.part"]


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
        publish(b"safe", tmp_path / "photo.jpg")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_takes_no_files_is_told_at_once(tmp_path: Path) -> None:
    LocalFolder(tmp_path / "deep" / "out").prepare()
    assert list((tmp_path / "deep" / "out").iterdir()) == []
    (tmp_path / "file").touch()
    with pytest.raises(scrubber.NotWritable, match="choose another"):
        LocalFolder(tmp_path / "file" / "out").prepare()


def test_the_original_is_never_written_to(tmp_path: Path, samples: Path) -> None:
    original = tmp_path / "photo.jpg"
    original.write_bytes((samples / "astronaut.jpg").read_bytes())
    other_way = tmp_path / "link.jpg"
    other_way.symlink_to(original)
    for target in (original, other_way, tmp_path / "." / "photo.jpg"):
        with pytest.raises(scrubber.NotWritable, match="original"):
            scrubber.scrub(original, target)
    assert original.read_bytes() == (samples / "astronaut.jpg").read_bytes()


def test_links_are_neither_copies_nor_taken_away(tmp_path: Path) -> None:
    folder, digest = LocalFolder(tmp_path), hashlib.sha256(b"safe").hexdigest()
    (tmp_path / "elsewhere.jpg").write_bytes(b"safe")
    (tmp_path / "link.jpg").symlink_to(tmp_path / "elsewhere.jpg")
    assert folder.digest(Path("link.jpg")) is None
    assert folder.state(Path("link.jpg"), digest) == "changed"
    assert not folder.retract(Path("link.jpg"), digest)
    assert (tmp_path / "link.jpg").is_symlink()


def test_a_name_that_was_only_reserved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a disk without hard links: it is free again after an error, and known as ours after a kill."""

    def refused(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refused)
    monkeypatch.setattr(Path, "replace", refused)
    with pytest.raises(scrubber.NotWritable, match="Operation not permitted"):
        publish(b"safe", tmp_path / "photo.jpg")
    assert not (tmp_path / "photo.jpg").exists()
    (tmp_path / "photo.jpg").write_bytes(atomic_files.RESERVED)
    assert LocalFolder(tmp_path).state(Path("photo.jpg"), "the hash of what was to come") == "intact"
