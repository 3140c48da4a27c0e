"""The README is true: its commands run, its links lead somewhere, its manifest is valid."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import scrubber

from scrubber import Consent


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


@pytest.fixture(scope="module")
def readme(root: Path) -> str:
    return (root / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def desk(samples: Path, tmp_path: Path) -> Path:
    """A folder with what the README's commands name."""
    shutil.copytree(samples, tmp_path / "sample_media")
    (tmp_path / "photos").mkdir()
    shutil.copy(samples / "astronaut.jpg", tmp_path / "photos")
    shutil.copy(samples / "solvay_conference_1927.jpg", tmp_path / "march.jpg")
    shutil.copy(samples / "consent.toml", tmp_path)
    return tmp_path


def test_every_command_works(readme: str, desk: Path) -> None:
    lines = "\n".join(blocks(readme, "sh")).splitlines()
    commands = [
        shlex.split(match[1], comments=True) for line in lines if (match := re.search(r"\bscrubber (.*)", line))
    ]
    assert len(commands) >= 5
    drawing = next(words for words in commands if "--picture" in words)
    for words in [*commands, drawing]:  # a picture that is drawn again takes the place of the first
        done = scrubber(*words, folder=desk)
        assert done.code == 0, (words, done.err)
    assert (desk / "safe.jpg").is_file()
    assert len(list((desk / "safe").glob("photo-*.jpg"))) == 1
    assert len(list((desk / "clean").glob("photo-*.jpg"))) == 3


def test_the_python_example_works(readme: str, desk: Path, root: Path) -> None:
    [code] = blocks(readme, "python")
    environment = {**os.environ, "PYTHONPATH": str(root)}
    done = subprocess.run([sys.executable, "-c", code], cwd=desk, env=environment, capture_output=True, check=True)
    assert done.stdout.split() == [b"published", b"29", b"image/jpeg", b"published"]


def test_the_set_up_is_the_one_that_ci_uses(readme: str, root: Path) -> None:
    assert "pip install -e '.[dev]' && .venv/bin/pytest" in readme
    ci = (root / ".ci" / "run").read_text(encoding="utf-8")
    assert "--editable '.[dev]'" in ci
    [packages] = re.findall(r"apt install ([\w. -]+)", readme)
    assert all(package in ci for package in packages.split())


PAGES = ["README.md", "SECURITY.md", "CHANGELOG.md", "CONTRIBUTING.md"]
PAGES += [f"docs/{name}.md" for name in ("architecture", "consent", "decisions", "detection", "ledger", "threat-model")]


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(root: Path, page: str) -> None:
    text = (root / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", text):
        assert ((root / page).parent / target).exists(), target


def test_the_picture_of_the_house_is_true(root: Path) -> None:
    """A path or module that it names is there, and constants and functions are in the module named with them."""
    text = (root / "docs" / "architecture.md").read_text(encoding="utf-8")
    house = root / "scrubber"
    for name in re.findall(r"`([\w/]+/|[\w/]+\.py)`", text):
        there = (house / name).exists() or (root / name).exists()
        assert there or ("/" not in name and any(house.rglob(name))), name
    for thing, module in re.findall(r"`(\w+)` in `([\w/]+\.py)`", text):
        assert re.search(rf"\b{thing}\b", (house / module).read_text(encoding="utf-8")), (thing, module)


def test_contributors_are_sent_to_files_that_are_there(root: Path) -> None:
    text = (root / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = re.findall(r"\b(?:docs|tests|models|scrubber|sample_media)/[\w/-]+(?:\.\w+)?", text)
    assert len(named) > 10
    for name in set(named):
        assert (root / name).exists(), name


def test_the_manifest_in_the_docs_is_valid(root: Path) -> None:
    [manifest] = blocks((root / "docs" / "consent.md").read_text(encoding="utf-8"), "toml")
    assert Consent.loads(manifest).people[0].id == "p-017"
