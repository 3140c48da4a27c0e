"""What attacks start from."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest


@pytest.fixture
def permitted_portrait(tmp_path: Path, samples: Path) -> Path:
    """A folder with a portrait in `photos`, and a `consent.toml` that shows whom it shows."""
    (tmp_path / "photos").mkdir()
    portrait = Path(shutil.copy(samples / "astronaut.jpg", tmp_path / "photos" / "portrait.jpg"))
    digest = hashlib.sha256(portrait.read_bytes()).hexdigest()
    (tmp_path / "consent.toml").write_text(
        'schema = 1\n[[people]]\nid = "p-1"\ndecision = "allow"\npurposes = ["social"]\nexpires = 2045-01-01\n'
        f'[[photos]]\nsha256 = "{digest}"\nshow = [{{ person = "p-1", box = [180, 66, 90, 111] }}]\n'
    )
    return tmp_path
