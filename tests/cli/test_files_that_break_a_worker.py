"""What `verify` and `inspect` say of a file that takes too long, breaks its worker or cannot be opened."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scrubber.batch.sandbox.executors import Serial
from scrubber.cli import cli
from scrubber.errors import WorkerLost

WORDS = "bad.jpg: it takes too long; leave it out"


@pytest.fixture
def folder(tmp_path: Path, samples: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two photos, of which one ends the worker that opens it."""
    from scrubber.batch import work

    def breaking(function: Any) -> Any:
        def opened(path: Path, *rest: Any) -> Any:
            if path.name == "bad.jpg":
                raise WorkerLost(WORDS)
            return function(path, *rest)

        return opened

    for name in ("verify_file", "inspect_file"):
        monkeypatch.setattr(work, name, breaking(getattr(work, name)))
    monkeypatch.setattr("scrubber.batch.Sandbox", lambda _jobs: Serial())
    for name in ("bad.jpg", "good.jpg"):
        (tmp_path / name).write_bytes((samples / "astronaut.jpg").read_bytes())
    return tmp_path


@pytest.mark.parametrize("command", ["verify", "inspect"])
def test_json_has_an_object_for_each_file(folder: Path, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A program that reads the lines took a file without one for a file without leaks."""
    assert cli.main([command, str(folder), "--json"], standalone_mode=False) == 3
    said = capsys.readouterr()
    bad, good = map(json.loads, said.out.splitlines())
    assert (bad["input"], good["input"]) == (str(folder / "bad.jpg"), str(folder / "good.jpg"))
    assert bad["leaks"] == [{"kind": "structure", "where": "file", "detail": WORDS}]
    assert bad.keys() == good.keys()
    assert bad.get("clean") == (False if command == "verify" else None)
    assert WORDS in said.err


@pytest.mark.parametrize("command", ["verify", "inspect"])
def test_people_are_told_on_standard_error(folder: Path, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([command, str(folder)], standalone_mode=False) == 3
    said = capsys.readouterr()
    assert WORDS in said.err
    assert "bad.jpg" not in said.out
