"""Outside packages add a format, a detector and a style: the template of docs/plugins.md, built and installed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import venv
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import scrubber

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "plugins.md").read_text(encoding="utf-8")
RED = (slice(20, 60), slice(100, 180))


def block(language: str) -> str:
    [found] = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return str(found)


def environment(home: Path) -> tuple[Path, Path]:
    """A Python of its own that has all that this one has, and its folder for packages."""
    venv.create(home, with_pip=False)
    executable = home / ("Scripts" if os.name == "nt" else "bin") / "python"
    asked: list[str | Path] = [executable, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    target = Path(subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip())
    (target / "all.pth").write_text(f"{ROOT}\n{sysconfig.get_path('purelib')}\n")
    return executable, target


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python of its own that has all that this one has, and the plug-in, built and installed as a package."""
    if find_spec("hatchling") is None or find_spec("pip") is None:
        pytest.skip("hatchling or pip is not installed, with which the plug-in is built")
    home = tmp_path_factory.mktemp("plugin")
    source = home / "scrubber-example"
    source.mkdir()
    (source / "pyproject.toml").write_text(block("toml"))
    (source / "scrubber_example.py").write_text(block("python"))
    executable, target = environment(home / "venv")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-build-isolation"]
    subprocess.run([*pip, "--target", target, source], check=True)
    return executable


@pytest.fixture
def photo(tmp_path: Path, scenery: np.ndarray) -> Path:
    """A picture in a format that only the plug-in opens, with a red plate that only the plug-in finds."""
    pixels = scenery.copy()
    pixels[RED] = (230, 10, 10)
    Image.fromarray(pixels).save(tmp_path / "photo.ppm")
    head, _, rest = (tmp_path / "photo.ppm").read_bytes().partition(b"\n")
    (tmp_path / "photo.ppm").write_bytes(head + b"\n# by Anna\n" + rest)
    return tmp_path / "photo.ppm"


def call(python: Path, words: str, folder: Path, **variables: str) -> tuple[int, list[dict[str, Any]], str]:
    """The command, as a user gives it: its exit code, its JSON lines, and what it says besides."""
    variables = {**os.environ, "XDG_STATE_HOME": str(folder / "state"), **variables}
    done = subprocess.run(
        [python, "-P", ROOT / "cli.py", *words.split()], cwd=folder, env=variables, capture_output=True, text=True
    )
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return done.returncode, lines, done.stdout + done.stderr


def test_a_plugin_opens_finds_and_paints(python: Path, photo: Path) -> None:
    code, [result], said = call(python, "run photo.ppm -o out --preset fast --style yellow --json", photo.parent)
    assert code == 0, said
    [plate] = result["faces"]
    assert (plate["kind"], plate["detectors"], plate["decision"]) == ("plate", ["red-dots"], "hide")
    with Image.open(photo.parent / result["output"]) as copy:
        assert copy.format in ("PNG", "JPEG")
        assert np.abs(np.asarray(copy)[RED].astype(int) - (255, 210, 0)).mean() < 4
    code, [told], _ = call(python, "inspect photo.ppm --json", photo.parent)
    assert "comment" in {leak["kind"] for leak in told["leaks"]}


def test_doctor_names_plugins(python: Path, photo: Path) -> None:
    _, _, said = call(python, "doctor", photo.parent)
    assert all(f"plug-in {name}" in said for name in ("netpbm", "dots", "yellow"))


def test_plugins_can_be_switched_off(python: Path, photo: Path) -> None:
    code, _, said = call(python, "run photo.ppm -o out --preset fast", photo.parent, SCRUBBER_PLUGINS="none")
    assert code == 3
    assert "this is not a picture" in said
    assert call(python, "run photo.ppm -o out --style yellow", photo.parent, SCRUBBER_PLUGINS="none")[0] == 2


def test_no_plugin_has_a_say_in_verification(python: Path, photo: Path) -> None:
    code, [verdict], _ = call(python, "verify photo.ppm --preset fast --json", photo.parent)
    assert code == 3
    assert not verdict["clean"]
    call(python, "run photo.ppm -o out --preset fast --nobody", photo.parent)
    Image.fromarray(np.full((90, 200, 3), (230, 10, 10), np.uint8)).save(photo.parent / "plate.png")
    _, [verdict], _ = call(python, "verify plate.png --preset fast --json", photo.parent)
    assert verdict["faces_visible"] == 0


def test_a_plugin_cannot_say_that_a_file_is_clean() -> None:
    """Attack: a format that writes and audits itself, so that it may call clean whatever it likes."""
    from scrubber.formats import table

    table.formats()
    for key in ("writer", "audit"):
        with pytest.raises(scrubber.UsageError, match="cannot be written or audited"):
            table.register(table.Format("toy", "photo", **{key: lambda *_: []}))  # type: ignore[arg-type]
    with pytest.raises(scrubber.UsageError, match="already"):
        table.register(table.Format("jpeg", "photo"))


def test_a_package_among_the_photos_is_no_plugin(tmp_path: Path) -> None:
    """Attack: a folder of photos that looks like an installed package, for a library call from within it."""
    home = tmp_path / "evil-1.dist-info"
    home.mkdir()
    (home / "METADATA").write_text("Metadata-Version: 2.1\nName: evil\nVersion: 1\n")
    (home / "entry_points.txt").write_text("[scrubber.styles]\nevil = evil:paint\n[scrubber.formats]\nevil = evil:go\n")
    (tmp_path / "evil.py").write_text("open('ran', 'w')\n")
    code = "import scrubber.formats, scrubber.policy; print(scrubber.policy.styles(), len(scrubber.formats.formats()))"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert "evil" not in done.stdout
    assert not (tmp_path / "ran").exists()
    assert done.returncode == 0, done.stderr


def test_a_module_among_the_photos_takes_no_plugins_place(python: Path, tmp_path: Path) -> None:
    """Attack: the plug-in is installed, and a file of its name lies in the folder that a script is called from."""
    (tmp_path / "scrubber_example.py").write_text("open('ran', 'w')\n")
    done = subprocess.run(
        [python, "-c", "import scrubber.formats; scrubber.formats.formats()"],
        cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert not (tmp_path / "ran").exists()
    assert "would be loaded from the current folder" in done.stderr


def test_a_detector_that_fails_ends_the_run(python: Path, photo: Path) -> None:
    """A photo in which one of the detectors did not look must not pass for one that is safe."""
    code = (
        "import scrubber, scrubber_example as e\n"
        "e.RedDots.detect = lambda self, picture: 1 / 0\n"
        "scrubber.find_faces('photo.ppm', preset='fast')"
    )
    done = subprocess.run([python, "-P", "-c", code], cwd=photo.parent, capture_output=True, text=True)
    assert "ScrubberError: the detector 'red-dots' of a plug-in failed (ZeroDivisionError" in done.stderr


BROKEN = """
from scrubber.formats import Format, register

def raises():
    register(Format("half", "photo", ("half",)))
    raise ValueError("out of paper")

def no_format():
    register("a text")

def nonsense():
    register(Format("toy", "nonsense"))

class Blind:
    name = "blind"

paint = 3
"""


@pytest.mark.parametrize(
    ("group", "value", "why"),
    [
        ("formats", "raises", "ValueError: out of paper"),
        ("formats", "no_format", "'a text' is no Format"),
        ("formats", "nonsense", "of no medium 'nonsense'"),
        ("formats", "absent", "has no attribute 'absent'"),
        ("detectors", "absent", "has no attribute 'absent'"),
        ("detectors", "Blind", "has no attribute 'detect'"),
        ("styles", "absent", "has no attribute 'absent'"),
        ("styles", "paint", "nothing that can be called"),
    ],
)
def test_a_plugin_that_cannot_be_used_is_named(tmp_path: Path, group: str, value: str, why: str) -> None:
    """Whoever installed it is told which it is and how to go on, and `doctor` goes on with the other checks."""
    python = with_package(tmp_path / "venv", f"[scrubber.{group}]\nsick = sick_plugin:{value}\n")
    Image.fromarray(np.full((40, 60, 3), 90, np.uint8)).save(tmp_path / "photo.png")
    code, lines, said = call(python, "doctor --json", tmp_path)
    told = {line["name"]: line for line in lines}
    assert code == (0 if group == "styles" else 5), said
    assert why in told["plug-in sick"]["detail"]
    assert "SCRUBBER_PLUGINS=none" in told["plug-in sick"]["remedy"]
    assert lines[-1]["name"] == "plug-in sick"
    assert "Traceback" not in said
    code, _, said = call(python, f"run photo.png -o out --style {'sick' if group == 'styles' else 'blur'}", tmp_path)
    assert code == 5 or group == "styles", said
    if group != "styles":
        assert why in said
        assert "'sick'" in said
        assert "SCRUBBER_PLUGINS=none" in said
    assert "Traceback" not in said


def with_package(home: Path, entry_points: str) -> Path:
    """A Python of its own with a package that has these entry points."""
    executable, target = environment(home)
    (target / "sick_plugin.py").write_text(BROKEN)
    (target / "sick-1.dist-info").mkdir()
    (target / "sick-1.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: sick\nVersion: 1\n")
    (target / "sick-1.dist-info" / "entry_points.txt").write_text(entry_points)
    return executable
