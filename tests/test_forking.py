"""Processes of our own leave the program that begins them alone, and take nothing from where it happens to stand."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

WORKER = "import json, os, sys; print(json.dumps([sys.path, os.environ.get('LD_LIBRARY_PATH'), " + (
    "os.environ.get('ORT_DISABLE_TELEMETRY'), os.environ.get('SCRUBBER_PASSPHRASE'), "
    "getattr(sys.modules['__main__'], '__file__', None)]), flush=True)"
)
PROGRAM = f"""
import multiprocessing, os, sys
from scrubber import forking
print("begins", flush=True)
if KIND == "forkserver":
    forking.start()
before = dict(os.environ)
process = forking.context().Process(target=exec, args=({WORKER!r},))
process.start()
process.join()
assert process.exitcode == 0
assert before == dict(os.environ)
"""
GUARDED = f"""
import multiprocessing
from scrubber import forking
if __name__ != "__main__":
    print("imported again", flush=True)
else:
    if KIND == "forkserver":
        forking.start()
    for context in (forking.context(), multiprocessing.get_context("spawn")):
        process = context.Process(target=exec, args=({WORKER!r},))
        process.start()
        process.join()
"""

kinds = pytest.mark.parametrize("kind", ["spawn", "forkserver"])


def begin(folder: Path, *words: str, given: str = "", **variables: str) -> list[str]:
    """What the program and its processes print, run in `folder`."""
    done = subprocess.run(
        [sys.executable, *words], cwd=folder, env=os.environ | variables, input=given, capture_output=True, text=True,
        check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@kinds
@pytest.mark.parametrize("way", ["script", "-c", "stdin", "-m", "folder"])
def test_the_program_runs_once_and_its_folders_stay_out(way: str, kind: str, tmp_path: Path) -> None:
    """A plain script, a line, a program from standard input, a module and a folder; without any guard."""
    here, there = tmp_path / "here", tmp_path / "there"
    (there / "pack").mkdir(parents=True)
    here.mkdir()
    code = PROGRAM.replace("KIND", repr(kind))
    for file in (there / "script.py", there / "pack" / "__main__.py", here / "module.py"):
        file.write_text(code)
    words = {
        "script": [str(there / "script.py")],
        "-c": ["-c", code],
        "stdin": ["-"],
        "-m": ["-m", "module"],
        "folder": [str(there / "pack")],
    }[way]
    variables = {"LD_LIBRARY_PATH": "/opt/lib:", "PYTHONPATH": f"{os.pathsep}/opt/python"}
    begun, told = begin(here, *words, given=code if way == "stdin" else "", **variables)
    path, libraries, silenced, _, main = json.loads(told)
    assert begun == "begins"
    assert not {"", str(here), str(there), str(there / "pack")} & set(path)
    assert "/opt/python" in path
    assert libraries == "/opt/lib"
    assert silenced == "1"
    assert main is None or Path(main).is_relative_to(sys.base_prefix)


@kinds
def test_other_processes_of_the_program_are_begun_as_ever(kind: str, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(GUARDED.replace("KIND", repr(kind)))
    ours, again, theirs = begin(tmp_path, str(script))
    assert again == "imported again"
    assert str(tmp_path) not in json.loads(ours)[0]
    assert str(tmp_path) in json.loads(theirs)[0]


def test_a_folder_that_holds_scrubber_itself_stays(root: Path) -> None:
    [_, told] = begin(root, "-c", PROGRAM.replace("KIND", "'spawn'"))
    assert json.loads(told)[0]
