"""Promise 1: foreign code that fails costs its own files and no others, and it is said which it is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from test_plugins import call, environment

SICK = """
from scrubber.formats import Format, register
from scrubber import Region

def opens():
    register(Format("toy", "photo", ("toy",), (b"TOY",), open=lambda data: {}["opening"]))

def inspects():
    register(Format("toy", "photo", ("toy",), (b"TOY",), inspect=lambda part: {}["inspecting"]))

def recognises():
    register(Format("toy", "photo", ("toy",), recognises=lambda header: {}["looking"]))

def later():
    from scrubber.photos.source import Source
    from PIL import Image
    class Late(Source):
        def frames(self, check):
            {}["decoding"]
    image = Image.new("RGB", (9, 9))
    register(Format("toy", "photo", ("toy",), (b"TOY",), open=lambda data: Late(image, lossless=True)))

def white(patch):
    import numpy
    return numpy.full((*patch.shape, 3), 255, numpy.uint8)

def paints(patch):
    return {}["painting"]
"""
NAMED = ("sick-package", "SCRUBBER_PLUGINS=none")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return environment(tmp_path_factory.mktemp("sick") / "venv")


def installed(home: tuple[Path, Path], entry_points: str) -> Path:
    """A Python with a package that has these entry points, in the place of the one before."""
    python, target = home
    (target / "sick_module.py").write_text(SICK)
    (target / "sick-1.dist-info").mkdir(exist_ok=True)
    (target / "sick-1.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: sick-package\nVersion: 1\n")
    (target / "sick-1.dist-info" / "entry_points.txt").write_text(entry_points)
    return python


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    (tmp_path / "photos").mkdir()
    Image.fromarray(np.full((40, 60, 3), 90, np.uint8)).save(tmp_path / "photos" / "good.png")
    (tmp_path / "photos" / "bad.xyz").write_bytes(b"TOY and more")
    return tmp_path


@pytest.mark.parametrize(
    ("how", "why"), [("opens", "opening"), ("later", "decoding"), ("recognises", "looking"), ("inspects", "")]
)
def test_in_a_run_it_costs_its_own_file(home: tuple[Path, Path], photos: Path, how: str, why: str) -> None:
    """It said "a mistake in scrubber, please report it", or ended the run before the first photo."""
    python = installed(home, f"[scrubber.formats]\ntoy = sick_module:{how}\n")
    code, lines, said = call(python, "run photos -o out --preset fast --json", photos)
    told = {Path(line["input"]).name: line for line in lines}
    assert code == 3, said
    assert told["good.png"]["status"] == "published"
    assert told["bad.xyz"]["status"] == "failed"
    if why:
        assert all(word in str(told["bad.xyz"]["warnings"]) for word in (*NAMED, why, "bad.xyz"))
    assert "Traceback" not in said


@pytest.mark.parametrize("command", ["inspect", "verify --preset fast"])
@pytest.mark.parametrize(("how", "why"), [("inspects", "inspecting"), ("recognises", "looking")])
def test_inspect_and_verify_tell(home: tuple[Path, Path], photos: Path, command: str, how: str, why: str) -> None:
    python = installed(home, f"[scrubber.formats]\ntoy = sick_module:{how}\n")
    code, _, said = call(
        python, f"{command.replace(' ', ' photos ', 1) if ' ' in command else command + ' photos'}", photos
    )
    assert all(word in said for word in (*NAMED, why, "bad.xyz", "good.png")), said
    assert code == (0 if (how, command) == ("inspects", "inspect") else 3)
    assert "Traceback" not in said


def test_only_the_style_that_is_asked_for_is_loaded(home: tuple[Path, Path], photos: Path, samples: Path) -> None:
    """A style that cannot be loaded ended runs that use another one."""
    python = installed(
        home, "[scrubber.styles]\nabsent = sick_module:absent\npaints = sick_module:paints\nwhite = sick_module:white\n"
    )
    Image.open(samples / "astronaut.jpg").save(photos / "face.png")
    run = "run face.png -o {0}.png --preset fast --style {0}"
    code, _, said = call(python, run.format("white"), photos)
    assert code == 0, said
    code, _, said = call(python, run.format("paints"), photos)
    assert code == 1
    assert all(word in said for word in (*NAMED, "painting", "paints"))
    code, _, said = call(python, run.format("absent"), photos)
    assert code == 5
    assert all(word in said for word in (*NAMED, "absent"))
    assert not [path for path in photos.iterdir() if path.stem in ("paints", "absent")]
