"""The models that are used are the ones on the cards, or scrubber stops."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from scrubber import weights


@pytest.mark.parametrize("name", weights.NAMES)
def test_every_weight_has_a_true_card(root: Path, name: str) -> None:
    card = tomllib.loads((root / "models" / f"{name}.toml").read_text(encoding="utf-8"))
    data = (root / "models" / card["file"]).read_bytes()
    assert hashlib.sha256(data).hexdigest() == card["sha256"]
    assert (root / "models" / card["licence_file"]).read_text(encoding="utf-8")


def test_nothing_lies_in_models_without_a_card(root: Path) -> None:
    files = {path.name for path in (root / "models").iterdir() if path.is_file() and path.suffix != ".toml"}
    assert files == {weights.card(name).file for name in weights.NAMES}


@pytest.mark.parametrize("harm", ["changed", "missing"])
def test_a_changed_or_missing_weight_is_exit_5(root: Path, tmp_path: Path, harm: str) -> None:
    """A copy of the checkout with one weight harmed."""
    for part in ("scrubber", "models", "cli.py"):
        copy = shutil.copytree if (root / part).is_dir() else shutil.copy
        copy(root / part, tmp_path / part)
    weight = tmp_path / "models" / "yunet_2023mar.onnx"
    weight.chmod(0o644)
    if harm == "changed":
        weight.write_bytes(weight.read_bytes()[:-1] + b"x")
    else:
        weight.unlink()
    photo = root / "sample_media" / "astronaut.jpg"
    command = [sys.executable, "cli.py", "run", str(photo), "-o", str(tmp_path / "out")]
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 5
    assert "yunet_2023mar" in done.stderr
    assert "install scrubber again" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())
