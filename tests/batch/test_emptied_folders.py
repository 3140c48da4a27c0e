"""A folder that scrubber made goes with its last copy; every other folder stays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from scrubber import Policy, scrub_folder

NEUTRAL = Policy(preset="fast")
KEEP = Policy(preset="fast", names="keep")


@pytest.fixture
def photos(tmp_path: Path, scenery: np.ndarray) -> Path:
    (tmp_path / "photos" / "march" / "square").mkdir(parents=True)
    Image.fromarray(scenery).save(tmp_path / "photos" / "march" / "square" / "a.png")
    return tmp_path / "photos"


def folders(out: Path) -> set[str]:
    return {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_dir()}


def run(photos: Path, out: Path, policy: Policy) -> None:
    assert {result.status for result in scrub_folder(photos, out, policy=policy, isolate=False)} <= {
        "published",
        "retracted",
    }


def test_folders_of_neutral_names_go_when_names_are_kept(photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(photos, out, NEUTRAL)
    assert len(folders(out)) == 2
    run(photos, out, KEEP)
    assert folders(out) == {"march", "march/square"}


def test_others_stay(photos: Path, tmp_path: Path) -> None:
    """What is not empty, what has another name, what no copy was ever in, and what a link leads to."""
    out = tmp_path / "out"
    run(photos, out, NEUTRAL)
    made = folders(out)
    [inner] = [out / name for name in made if "/" in name]
    (inner / "notes.txt").write_text("mine")
    for name in ("folder-abcdefgh", "folder-abc", "folder-abcdefgh-2", "mine"):
        (out / name).mkdir()
    (tmp_path / "folder-bcdefghi").mkdir()
    (out / "folder-bcdefghi").symlink_to(tmp_path / "folder-bcdefghi")
    run(photos, out, KEEP)
    assert made | {"folder-abcdefgh", "folder-abc", "folder-abcdefgh-2", "mine"} <= folders(out)
    assert (out / "folder-bcdefghi").is_symlink()
    assert (tmp_path / "folder-bcdefghi").is_dir()
    assert (inner / "notes.txt").read_text() == "mine"
    (inner / "notes.txt").unlink()
    run(photos, out, Policy(preset="fast", names="keep", style="solid"))
    assert not made & folders(out)
