"""The wheel works without the checkout and without a network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from scrubber import weights


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(out)]
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    [built] = out.glob("*.whl")
    return built


def test_the_wheel_holds_weights_and_licences(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for name in weights.NAMES:
        assert f"scrubber/_models/{weights.card(name).file}" in names
        assert f"scrubber/_models/{name}.toml" in names
    assert "scrubber/py.typed" in names
    for licence in ("LICENSE", "NOTICE", "models/licences/MIT-YuNet.txt"):
        assert any(name.endswith(f"licenses/{licence}") for name in names), licence
    assert not any(name.startswith(("tests/", "bench/")) for name in names)


@pytest.mark.slow
def test_an_installed_wheel_does_the_job_in_an_empty_folder(wheel: Path, samples: Path, tmp_path: Path) -> None:
    """In a new virtual environment that sees this one's dependencies, but not the checkout."""
    environment = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    python = environment / ("Scripts" if os.name == "nt" else "bin") / "python"
    install = [str(python), "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    [site] = environment.rglob("site-packages")
    dependencies = tmp_path / "dependencies"
    dependencies.mkdir()
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        # An editable install would bring the checkout in through the back door.
        if "mediascrubber" not in entry.name:
            (dependencies / entry.name).symlink_to(entry)
    (site / "dependencies.pth").write_text(f"{dependencies}\n")
    empty = tmp_path / "empty"
    empty.mkdir()
    shutil.copy(samples / "astronaut.jpg", empty)
    command = python.with_name("scrubber")
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "PIP", "VIRTUAL"))}
    where = subprocess.run(
        [python, "-c", "import scrubber; print(scrubber.__file__)"],
        cwd=empty, env=clean, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert str(site) in where.stdout
    done = subprocess.run(
        [command, "run", "astronaut.jpg", "-o", "clean"],
        cwd=empty, env=clean, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "1 face hidden" in done.stderr
    assert [path.suffix for path in (empty / "clean").iterdir()] == [".jpg"]
