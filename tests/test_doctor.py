"""`scrubber doctor` names what is missing, what is lost without it, and the command that mends it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

OPTIONAL = {
    "pillow_heif": ("HEIC", "pip install pillow-heif"),
    "rawpy": ("camera raw", "pip install rawpy"),
    "pillow_jxl": ("JPEG XL", 'pip install "mediascrubber[jxl]"'),
    "pyrage": ("locked consent manifests", "pip install pyrage"),
    "tomlkit": ("cannot change them", "pip install tomlkit"),
    "mediapipe": ("YuNet and CenterFace alone", "pip install"),
}


def doctor(*options: str, without: tuple[str, ...] = (), broken: tuple[str, ...] = ()) -> tuple[int, str]:
    """Exit code and output of the command where some modules are not installed, or cannot be loaded."""
    code = (
        "import sys, importlib.abc, importlib.machinery\n"
        f"for name in {without!r}: sys.modules[name] = None\n"
        "class Broken(importlib.abc.MetaPathFinder, importlib.abc.Loader):\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        return importlib.machinery.ModuleSpec(name, self) if name in {broken!r} else None\n"
        "    def exec_module(self, module): raise ImportError('libmissing.so.1: no such file')\n"
        "sys.meta_path.insert(0, Broken())\n"
        "from scrubber.cli import main\n"
        f"sys.argv = ['scrubber', 'doctor', *{options!r}]\n"
        "sys.exit(main())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


@pytest.fixture(scope="module")
def bare() -> dict[str, dict[str, str]]:
    """What is said, by name, where nothing optional is installed."""
    code, out = doctor("--json", without=tuple(OPTIONAL))
    assert code == 0
    return {line["name"]: line for line in map(json.loads, out.splitlines())}


@pytest.mark.parametrize("name", OPTIONAL)
def test_what_is_lost_without_an_optional_part(bare: dict[str, dict[str, str]], name: str) -> None:
    lost, remedy = OPTIONAL[name]
    assert bare[name]["state"] == "warning"
    assert "not installed" in bare[name]["detail"]
    assert lost in bare[name]["detail"]
    assert remedy in bare[name]["remedy"]


def test_the_rest_still_works_without_any_of_them(bare: dict[str, dict[str, str]]) -> None:
    assert bare["try yunet"]["state"] == bare["try centerface"]["state"] == "ok"
    assert "try blazeface-full" not in bare


def test_the_same_for_people_to_read() -> None:
    code, out = doctor(without=("pillow_jxl",), broken=("rawpy",))
    assert code == 0
    lines = [line.split(maxsplit=2) for line in out.splitlines()]
    said = {line[1]: line for line in lines}
    assert said["pillow_jxl"][0] == said["rawpy"][0] == "warning"
    assert "JPEG XL is refused" in said["pillow_jxl"][2]
    assert "libmissing.so.1" in said["rawpy"][2]
    assert "camera raw" in said["rawpy"][2]
    after = lines[[line[1] for line in lines].index("pillow_jxl") + 1]
    assert " ".join(after).startswith('→ pip install "mediascrubber[jxl]"')


def test_something_that_is_needed_ends_in_code_5() -> None:
    code, out = doctor("--json", broken=("onnxruntime",))
    missing = {line["name"] for line in map(json.loads, out.splitlines()) if line["state"] == "missing"}
    assert code == 5
    assert "try yunet" in missing
