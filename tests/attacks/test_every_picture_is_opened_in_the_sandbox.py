"""Promise 5: every picture is opened in a worker process with limits, by every command; the library says when not.

Two documents said so while `faces`, `verify`, references, `consent import` and one-file runs decoded in the main
process, where a hostile file breaks or hangs the whole command.
"""

from __future__ import annotations

import io
import shutil
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import scrubber
from scrubber import Policy
from scrubber.cli import cli

FAST = Policy(preset="fast")
PERSON = '[[people]]\nid = "p-1"\ndecision = "allow"\npurposes = ["social"]\nexpires = 2045-01-01\n'


@pytest.fixture
def desk(tmp_path: Path, samples: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, in a process in which no picture can be opened: workers are other processes."""
    (tmp_path / "photos").mkdir()
    for name in ("photos/portrait.jpg", "a.jpg"):
        shutil.copy(samples / "astronaut.jpg", tmp_path / name)
    (tmp_path / "consent.toml").write_text(f"schema = 1\n{PERSON}")
    (tmp_path / "known.toml").write_text(f'schema = 1\n{PERSON}references = ["a.jpg"]\n')
    monkeypatch.chdir(tmp_path)

    def opened_here(*_: Any, **__: Any) -> None:
        raise AssertionError("a picture was opened in the main process")

    for name in (
        "scrubber.photos.open_photo",
        "scrubber.verification.verdict.audit",
        "scrubber.inspection.inventory",
        "scrubber.verification.checking.audit",
    ):
        monkeypatch.setattr(name, opened_here)
    monkeypatch.setattr(Image, "open", opened_here)
    return tmp_path


COMMANDS = [
    "run photos -o clean --preset fast --jobs 1",
    "run a.jpg -o one.jpg --preset fast",
    "run a.jpg -o one.jpg --preset fast --dry-run",
    "run a.jpg -o - --preset fast",
    "run - -o two.jpg --preset fast",
    "run photos -o clean --preset fast --consent known.toml --for social",
    "faces photos --preset fast",
    "faces a.jpg --preset fast --picture numbered.png",
    "faces a.jpg --preset fast --consent known.toml --for social",
    "inspect photos a.jpg",
    "verify photos --preset fast",
    "consent add p-2 --for social --until 2045-01-01 --method written --given-by self --photo a.jpg",
    "consent check known.toml photos --preset fast",
    "consent import photos",
    "consent point a.jpg --face 1 --person p-1 --preset fast",
    "consent hide a.jpg --box 10,10,20,20 --preset fast",
    "consent dismiss a.jpg --face 1 --preset fast",
    "consent lock known.toml",
]


@pytest.mark.parametrize("words", COMMANDS)
def test_no_command_opens_a_picture_itself(desk: Path, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRUBBER_PASSPHRASE", "correct horse battery staple")
    data = io.BytesIO((desk / "a.jpg").read_bytes())
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(data))
    code = cli.main(words.split(), standalone_mode=False)
    assert code in (None, 0, 3)  # 3: an original is not fit to publish


def test_the_library_does_not_either_when_asked_to_isolate(desk: Path) -> None:
    data = (desk / "a.jpg").read_bytes()
    with scrubber.Session(policy=FAST, isolate=True, jobs=1) as session:
        assert session.scrub_bytes(data).data is not None
        assert session.scrub(desk / "a.jpg", desk / "one.jpg").status == "published"
        for given in (data, desk / "a.jpg"):
            assert session.verify(given).faces_visible == 1
            assert session.inspect(given) == scrubber.inspect(given, isolate=True)
    assert scrubber.scrub(desk / "a.jpg", desk / "two.jpg", policy=FAST, isolate=True).status == "published"
    assert scrubber.scrub_bytes(io.BytesIO(data), policy=FAST, isolate=True).result.status == "published"
    assert scrubber.verify(data, preset="fast", isolate=True).faces_visible == 1
    consent = scrubber.Consent.load(desk / "known.toml")
    terms = {"policy": FAST, "consent": consent, "purpose": "social", "jobs": 1}
    [result] = scrubber.scrub_folder(desk / "photos", desk / "clean", **terms)  # type: ignore[arg-type]
    assert result.status == "published"


def test_the_documents_say_where_the_library_opens_photos(root: Path) -> None:
    assert "this process" in (scrubber.scrub.__doc__ or "")
    for page in ("README.md", "docs/threat-model.md"):
        assert "isolate=True" in (root / page).read_text(encoding="utf-8")
