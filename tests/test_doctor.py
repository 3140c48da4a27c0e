"""`scrubber doctor` names what is missing, what is lost without it, and the command that mends it."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest

OPTIONAL = {
    "pillow_heif": ("HEIC", "pip install pillow-heif"),
    "rawpy": ("camera raw", "pip install rawpy"),
    "pillow_jxl": ("JPEG XL", 'pip install "mediascrubber[jxl]"'),
    "pyrage": ("locked consent manifests", "pip install pyrage"),
    "tomlkit": ("cannot change them", "pip install tomlkit"),
    "mediapipe": ("YuNet and CenterFace alone", "pip install"),
}


def doctor(
    *options: str, without: tuple[str, ...] = (), broken: tuple[str, ...] = (), first: str = "pass"
) -> tuple[int, str]:
    """Exit code and output of the command where some modules are not installed, or cannot be loaded."""
    code = (
        f"{first}\n"
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


REFUSED = "import scrubber.batch.sandbox.isolation as isolation; isolation.network_warning = lambda: 'network!'"
OTHER_VERSION = """
import importlib.metadata as metadata
real = metadata.version
metadata.version = lambda name: {"onnxruntime": "1.32.0", "mediapipe": "0.10.35"}.get(name) or real(name)
"""


def test_workers_that_keep_the_network_are_named() -> None:
    code, out = doctor("--json", first=REFUSED)
    [check] = [line for line in map(json.loads, out.splitlines()) if line["name"] == "workers without network"]
    assert code == 0
    assert check["state"] == "warning"
    assert check["detail"] == "network!"
    assert check["remedy"]


def test_versions_that_call_home_are_not_accepted() -> None:
    code, out = doctor("--json", first=OTHER_VERSION)
    missing = {line["name"]: line for line in map(json.loads, out.splitlines()) if line["state"] == "missing"}
    assert code == 5
    assert "internet" in missing["onnxruntime"]["detail"]
    assert "<1.29" in missing["onnxruntime"]["remedy"]
    assert "internet" in missing["mediapipe"]["detail"]


def changed_package(folder: Path) -> None:
    """A package of one's own that stands in for click: of three files one is changed and one gone."""
    (folder / "click-9.dist-info").mkdir()
    (folder / "click-9.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: click\nVersion: 9\n")
    rows = []
    for name in ("good.py", "changed.py", "gone.py"):
        (folder / name).write_text(name)
        digest = urlsafe_b64encode(hashlib.sha256(name.encode()).digest()).decode().rstrip("=")
        rows.append(f"{name},sha256={digest},{len(name)}\n")
    (folder / "click-9.dist-info" / "RECORD").write_text("".join(rows) + "click-9.dist-info/RECORD,,\n")
    (folder / "changed.py").write_text("something else")
    (folder / "gone.py").unlink()


def test_installed_files_are_compared_with_what_was_written_down(tmp_path: Path) -> None:
    changed_package(tmp_path)
    code, out = doctor("--verify", "--json", first=f"import sys; sys.path.insert(0, {str(tmp_path)!r})")
    files = {line["name"]: line for line in map(json.loads, out.splitlines()) if line["name"].startswith("files of")}
    assert code == 5
    assert files["files of click"]["state"] == "missing"
    assert files["files of click"]["detail"] == "2 are gone or changed: changed.py, gone.py"
    assert "--force-reinstall" in files["files of click"]["remedy"]
    assert files["files of numpy"]["state"] == "ok"
