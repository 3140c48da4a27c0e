"""Variables that tell loaders where to look, and libraries whether to call home.

An empty or relative element of a search path means the current folder, which may be one of photos from a stranger with
a `libz.so.1` among them. Two things put such an element there: OpenCV, which prepends a folder and a colon to whatever
`LD_LIBRARY_PATH` was, and shell profiles that do the same. A running process does not notice, because the system reads
the variable when it starts one; those that it starts do.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Final

_LOADER: Final = (
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "DYLD_FALLBACK_LIBRARY_PATH",
    "DYLD_FRAMEWORK_PATH",
    "DYLD_FALLBACK_FRAMEWORK_PATH",
)
"""Where Linux and macOS look for shared libraries."""
_SEARCH_PATHS: Final = (*_LOADER, "PATH", "PYTHONPATH")
_SILENCED: Final = {"ORT_DISABLE_TELEMETRY": "1"}
"""ONNX Runtime 1.29 and later send what they are used for to Microsoft, unless this is set before they are loaded.
`pyproject.toml` keeps them out; this holds where somebody installs one all the same."""
_LOCK = RLock()


def silence() -> None:
    """Tell libraries that are loaded later in this process to send nothing."""
    os.environ.update(_SILENCED)


def trust_own_path() -> None:
    """For the command line: import nothing more from the current folder, which `PYTHONPATH=:/x` puts on the path.

    The folder that scrubber itself lies in stays. What Python has loaded by now it has loaded.
    """
    own = str(Path(__file__).resolve().parents[1])
    here = os.path.realpath(os.getcwd())  # noqa: PTH109 — pathlib is not the point
    sys.path[:] = [
        folder
        for folder in sys.path
        if os.path.realpath(folder) == own or (os.path.isabs(folder) and os.path.realpath(folder) != here)  # noqa: PTH117
    ]


def restore(before: Mapping[str, str | None]) -> None:
    """Give variables back the values that they had; None for those that were not set."""
    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)  # another thread may have been quicker
        elif os.environ.get(name) != value:
            os.environ[name] = value


@contextmanager
def search_paths_kept() -> Iterator[None]:
    """In this block libraries are loaded that change search paths; afterwards these are what they were.

    One thread at a time: another would take what a library put there for what has to be restored.
    """
    with _LOCK:
        before = {name: os.environ.get(name) for name in _SEARCH_PATHS}
        try:
            yield
        finally:
            restore(before)


def for_children() -> dict[str, str]:
    """The environment for processes of ours: nothing in it means the current folder, and nobody is called."""
    return _without_current_folder(os.environ, _SEARCH_PATHS) | _SILENCED


def begin_again_if_searched() -> None:
    """Replace this process by one that loads no library from the current folder, if it was told to.

    For programs of our own, as their first step. What the system loaded with the interpreter itself it had loaded
    before that; whoever puts the current folder into `LD_LIBRARY_PATH` has asked for it in every program.
    """
    clean = _without_current_folder(os.environ, _LOADER)
    if sys.platform != "win32" and clean != dict(os.environ):
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], clean)


def _without_current_folder(environment: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    clean = dict(environment)
    for name in names:
        if name not in clean:
            continue
        separators = "[:;]" if name in _LOADER else re.escape(os.pathsep)
        elements = re.split(separators, clean[name])
        kept = [element for element in elements if Path(element).is_absolute() or element.startswith("$")]
        if kept == elements:
            continue
        if kept:
            clean[name] = os.pathsep.join(kept)
        else:
            del clean[name]
    return clean
