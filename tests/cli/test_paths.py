"""Paths that a user or a script gives by mistake."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

import scrubber
from scrubber.cli import cli


@pytest.mark.parametrize(
    "words",
    [
        ["run", "", "-o", "out"],
        ["run", "photo.png", "-o", ""],
        ["inspect", ""],
        ["verify", ""],
        ["faces", "photo.png", "--picture", ""],
        ["consent", "init", ""],
        ["published", ""],
    ],
    ids=" ".join,
)
def test_an_empty_path_is_no_folder(words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that a script forgot to set would have meant the folder that somebody stands in."""
    Image.new("RGB", (64, 48), "green").save(tmp_path / "photo.png")
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 2
    assert "the path is empty" in done.output
    assert [path.name for path in tmp_path.iterdir()] == ["photo.png"]


@pytest.mark.parametrize("place", [".", "/", "..", "photos"])
def test_no_manifest_takes_the_place_of_a_folder(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "photos").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(scrubber.UsageError, match="is there already"):
        cli.main(["consent", "init", place], standalone_mode=False)


def test_a_report_may_lie_in_a_folder_that_the_run_makes(tmp_path: Path) -> None:
    Image.new("RGB", (64, 48), "green").save(tmp_path / "photo.png")
    out = tmp_path / "out"
    words = ["run", str(tmp_path / "photo.png"), "-o", str(out), "--report", str(out / "private" / "report.jsonl")]
    assert cli.main([*words, "--preset", "fast"], standalone_mode=False) == 0
    assert (out / "private" / "report.jsonl").read_text().count("published") == 1


def test_nor_does_the_library_take_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for source, output in (("", "out"), ("photo.png", "")):
        with pytest.raises(scrubber.UsageError, match="the path is empty"):
            scrubber.scrub_folder(source, output)
        with pytest.raises(scrubber.UsageError, match="the path is empty"):
            scrubber.scrub(source, output)
