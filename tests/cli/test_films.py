"""Films are not handled yet: they are named, in one line, and fail only where somebody asks for one by name."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from command_line import scrubber

from scrubber import batch

FILM = b"\0\0\0\x18ftypisom\0\0\0\0isommp42" + bytes(4000)


@pytest.fixture
def folder(samples: Path, tmp_path: Path) -> Path:
    """A photo, a photo with a film behind it, a film, one that hides its name, and a damaged one."""
    source = tmp_path / "in"
    source.mkdir()
    shutil.copy(samples / "astronaut.jpg", source / "a.jpg")
    (source / "motion.jpg").write_bytes((samples / "astronaut.jpg").read_bytes() + FILM)
    (source / "clip.mp4").write_bytes(FILM)
    (source / "hidden.dat").write_bytes(FILM)
    (source / "damaged.mts").write_bytes(b"nothing that is known")
    (source / "notes.txt").write_text("to do")
    return source


def test_a_search_tells_films_from_photos_and_the_rest(folder: Path, tmp_path: Path) -> None:
    photos, others, films = batch.search([folder])
    assert [found.source.name for found in photos] == ["a.jpg", "motion.jpg"]
    assert [path.name for path in others] == ["notes.txt"]
    assert [(found.source.name, found.format) for found in films] == [
        ("clip.mp4", "mp4"),
        ("damaged.mts", None),
        ("hidden.dat", "mp4"),
    ]
    plan = batch.plan([folder], tmp_path / "out")
    assert [path.name for path in plan.films] == ["clip.mp4", "damaged.mts", "hidden.dat"]


def test_films_in_a_folder_are_named_and_fail_nothing(folder: Path, tmp_path: Path) -> None:
    done = scrubber("run", folder, "-o", tmp_path / "out", "--preset", "fast")
    assert done.code == 0
    line = "3 films left behind, for films are not handled yet: clip.mp4, damaged.mts, hidden.dat"
    assert line in done.err.splitlines()
    assert "2 published" in done.err
    assert len(list((tmp_path / "out").rglob("*.jpg"))) == 2


def test_a_film_that_is_asked_for_fails_and_says_why(folder: Path, tmp_path: Path) -> None:
    done = scrubber("run", folder / "clip.mp4", "-o", tmp_path / "out", "--json")
    assert done.code == 3
    [result] = map(json.loads, done.out.splitlines())
    assert (result["status"], result["reason"], result["output"]) == ("failed", "unsupported-format", None)
    assert "films are not handled yet" in result["warnings"][0]
    assert not list((tmp_path / "out").glob("*")) if (tmp_path / "out").exists() else True


def test_films_are_still_looked_into_and_judged(folder: Path, tmp_path: Path) -> None:
    """A film among the copies is not passed over by whoever asks whether they may be published."""
    (folder / "clip.mp4").rename(tmp_path / "clip.mp4")
    only = tmp_path / "only"
    only.mkdir()
    (tmp_path / "clip.mp4").rename(only / "clip.mp4")
    assert "clip.mp4: MP4" in scrubber("inspect", only).out
    done = scrubber("verify", only)
    assert done.code == 3
    assert "not fit to publish" in done.out
    assert "films are not handled yet" in scrubber("faces", only).err
