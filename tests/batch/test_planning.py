"""What goes in, and where it comes out, is settled before anything is written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image

import scrubber
from scrubber import Policy, batch


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two photos with colliding names, one below a folder, a text, a lying text, and what macOS leaves behind."""
    source = tmp_path / "in"
    (source / "sub").mkdir(parents=True)
    picture = Image.new("RGB", (8, 8))
    picture.save(source / "a.jpg")
    picture.save(source / "a.png")
    picture.save(source / "sub" / "b.jpg")
    (source / "notes.txt").write_text("to do")
    (source / "lie.jpg").write_text("no picture")
    (source / "._a.jpg").write_bytes(b"\0\5\x16\7")
    return source


def found(plan: batch.Plan) -> list[str]:
    return [task.relative.as_posix() for task in plan.tasks]


def copies(out: Path) -> list[str]:
    return sorted(path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file())


KEPT = Policy(preset="fast", names="keep")


def test_what_is_a_photo_is_planned_in_order(folder: Path, tmp_path: Path) -> None:
    plan = batch.plan([folder], tmp_path / "out")
    assert found(plan) == ["a.jpg", "a.png", "lie.jpg", "sub/b.jpg"]
    assert [path.name for path in plan.others] == ["._a.jpg", "notes.txt"]


@pytest.mark.parametrize("name", ["old.CRW", "sigma.x3f", "minolta.mrw", "scan.fff"])
def test_a_file_that_is_a_photo_by_its_name_only_is_not_passed_over(folder: Path, tmp_path: Path, name: str) -> None:
    (folder / name).write_bytes(b"of a kind that nothing here knows")
    plan = batch.plan([folder], tmp_path / "out")
    assert name in [task.source.name for task in plan.tasks]


def test_a_file_named_by_itself_is_never_passed_over(folder: Path, tmp_path: Path) -> None:
    plan = batch.plan([folder / "notes.txt"], tmp_path / "out")
    assert len(plan.tasks) == 1


def test_the_same_file_twice_is_one_photo(folder: Path, tmp_path: Path) -> None:
    plan = batch.plan([folder / "a.jpg", folder, folder / "sub" / ".." / "a.jpg"], tmp_path / "out")
    assert len(plan.tasks) == 4


def test_outputs_of_an_earlier_run_are_no_input(folder: Path) -> None:
    out = folder / "clean"
    out.mkdir()
    Image.new("RGB", (8, 8)).save(out / "a.jpg")
    assert found(batch.plan([folder], out)) == ["a.jpg", "a.png", "lie.jpg", "sub/b.jpg"]


def test_folders_are_kept_and_names_made_unique(folder: Path, tmp_path: Path) -> None:
    policy = Policy(preset="fast", names="keep", format="jpeg")
    list(scrubber.scrub_folder(folder, tmp_path / "out", policy=policy, isolate=False))
    assert copies(tmp_path / "out") == ["a-2.jpg", "a.jpg", "sub/b.jpg"]


def test_no_output_takes_the_place_of_an_original(folder: Path) -> None:
    """The originals lie below the output folder, under the very names that the outputs would get."""
    before = (folder / "a.jpg").read_bytes()
    given = [folder / "sub", folder / "a.jpg"]
    results = list(scrubber.scrub_folder(given, folder, policy=KEPT, isolate=False))
    assert [Path(result.output or "").name for result in results] == ["b.jpg", "a-2.jpg"]
    assert (folder / "a.jpg").read_bytes() == before
    with pytest.raises(scrubber.UsageError, match="input and output at once"):
        batch.plan([folder], folder)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_pipes_links_and_circles(folder: Path, tmp_path: Path) -> None:
    os.mkfifo(folder / "pipe.jpg")
    (folder / "circle").symlink_to(folder)
    (folder / "again.jpg").symlink_to(folder / "a.jpg")
    (folder / "broken.jpg").symlink_to(folder / "gone.jpg")
    assert found(batch.plan([folder], tmp_path / "out")) == [
        "a.jpg",
        "a.png",
        "broken.jpg",
        "lie.jpg",
        "pipe.jpg",
        "sub/b.jpg",
    ]


def test_missing_inputs_and_a_file_in_the_way(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(scrubber.UsageError, match="no such file"):
        batch.plan([tmp_path / "nowhere"], tmp_path / "out")
    with pytest.raises(scrubber.UsageError, match="name a folder"):
        batch.plan([folder], folder / "a.jpg")
