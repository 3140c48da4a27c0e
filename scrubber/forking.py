"""Processes of our own: how they begin, and what they get from the program that begins them.

They never import the program's `__main__` module, so that a plain script, an interactive session and a notebook can
have them, and they import nothing from the current folder or from the script's, which may be one of photos from a
stranger. `multiprocessing` offers neither, so two of its functions are wrapped; they do something else only while a
process of ours is begun, in the thread that begins it, and whatever else the program does with `multiprocessing` stays
as it was.

On Linux a process can be kept that has loaded what workers need, and from which they are forked. Loading takes a worker
half a second; a forked one has it all at once, also one that takes the place of another that a photo broke. That
process begins to load while the program that started it still does so itself, and lives as long as that does, so it is
for programs of our own. Other systems' libraries do not bear forking.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.machinery import PathFinder
from multiprocessing import context as contexts
from multiprocessing import process, spawn
from multiprocessing.context import BaseContext
from pathlib import Path
from threading import local
from typing import TYPE_CHECKING, Any, Final

from scrubber import environment

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

_DEPENDENCIES: Final = ("click", "cv2", "filelock", "numpy", "onnxruntime", "pebble", "PIL", "platformdirs", "pydantic")
"""Modules without which nothing works. Optional ones are not among them: a file of that name must not be believed."""

_started = False
_this_thread = local()


def start(preloaded: Sequence[str] = ()) -> None:
    """From now on `context` forks workers from a process that has loaded these modules, where that can be done."""
    global _started
    if sys.platform != "linux":
        return
    from multiprocessing import forkserver

    multiprocessing.set_forkserver_preload(list(preloaded))
    _started = True
    with _beginning_ours():
        try:
            forkserver.ensure_running()
        except OSError:
            _started = False  # its socket needs room in the folder for temporary files; spawned workers do not


def context() -> BaseContext:
    """How to begin processes that work on photos: none of them has threads or locks of this one."""
    _wrap_multiprocessing()
    if sys.platform != "win32":
        from multiprocessing import resource_tracker

        with _beginning_ours():
            resource_tracker.ensure_running()
        if _started:
            return _ForkServerContext()
    return _SpawnContext()


def import_path() -> list[str]:
    """Where processes of ours import from: this program's path without the current folder and its script's.

    One of these stays if scrubber, or something that it cannot work without, is found nowhere else.
    """
    return _trusted(sys.path)


class _SpawnProcess(contexts.SpawnProcess):
    @staticmethod
    def _Popen(process_obj: BaseProcess) -> Any:  # noqa: N802 — multiprocessing calls it
        with _beginning_ours():
            return contexts.SpawnProcess._Popen(process_obj)


class _SpawnContext(contexts.SpawnContext):
    Process = _SpawnProcess


if sys.platform != "win32":

    class _ForkServerProcess(contexts.ForkServerProcess):
        @staticmethod
        def _Popen(process_obj: BaseProcess) -> Any:  # noqa: N802 — multiprocessing calls it
            with _beginning_ours():
                return contexts.ForkServerProcess._Popen(process_obj)

    class _ForkServerContext(contexts.ForkServerContext):
        Process = _ForkServerProcess


@contextmanager
def _beginning_ours() -> Iterator[None]:
    """In this block, and in this thread, whatever `multiprocessing` begins is one of our processes."""
    _wrap_multiprocessing()
    _this_thread.begins_ours = True
    try:
        if sys.platform == "win32":
            with _environment(PYTHONSAFEPATH="1"):  # there is no other way to tell them, and no harm in it
                yield
        else:
            yield
    finally:
        _this_thread.begins_ours = False


def _begins_ours() -> bool:
    return getattr(_this_thread, "begins_ours", False)


@cache
def _wrap_multiprocessing() -> None:
    preparation_data = spawn.get_preparation_data

    def get_preparation_data(name: str) -> dict[str, Any]:
        data = preparation_data(name)
        if _begins_ours():
            data.pop("init_main_from_name", None)
            data.pop("init_main_from_path", None)
            data["sys_path"] = import_path()
        return data

    spawn.get_preparation_data = get_preparation_data
    if sys.platform == "win32":
        return
    from multiprocessing import util

    os.register_at_fork(after_in_child=_disown)
    spawn_passing = util.spawnv_passfds

    def spawnv_passfds(path: bytes, args: Sequence[Any], passfds: Sequence[int]) -> int:
        return _spawned(path, args, passfds) if _begins_ours() else spawn_passing(path, args, passfds)

    util.spawnv_passfds = spawnv_passfds


def _disown() -> None:
    """In a fork of this process: at its end `multiprocessing` would end our processes, which are not its own."""
    children: set[BaseProcess] = getattr(process, "_children", set())
    children.difference_update([child for child in children if isinstance(child, (_SpawnProcess, _ForkServerProcess))])


def _spawned(path: bytes, args: Sequence[Any], passed: Sequence[int]) -> int:
    """Begins a Python that looks for modules and libraries where it should; gives its process id.

    The environment is handed over, not changed here: threads of this program may be reading it.
    """
    variables = environment.for_children() | {"PYTHONSAFEPATH": "1"}
    found = _trusted(filter(None, variables.pop("PYTHONPATH", "").split(os.pathsep)))
    if _started:
        # Before it knows what this program may import it has only Python's own path; OpenBLAS begins threads, too.
        found, variables["OPENBLAS_NUM_THREADS"] = import_path(), "1"
    if found:
        variables["PYTHONPATH"] = os.pathsep.join(found)
    begun = subprocess.Popen(
        list(args), executable=path, pass_fds=passed, env=variables, close_fds=True, restore_signals=False
    )
    begun.returncode = 0  # it is multiprocessing that waits for it
    return begun.pid


def _trusted(folders: Iterable[str]) -> list[str]:
    doubtful = _doubtful()
    return [str(Path(folder).absolute()) for folder in folders if Path(folder).resolve() not in doubtful]


def _doubtful() -> set[Path]:
    """The current folder, what was named from there, and the script's folder, but for those that are needed."""
    begun_in: str | None = getattr(process, "ORIGINAL_DIR", None)
    named = ["", begun_in or "", *(folder for folder in sys.path if not Path(folder).is_absolute())]
    doubtful = {Path(folder).resolve() for folder in named} | _script_folder()
    doubtful -= {Path(sysconfig.get_path(part)).resolve() for part in ("stdlib", "platstdlib")}
    doubtful.discard(Path(__file__).resolve().parents[1])
    elsewhere = [folder for folder in sys.path if Path(folder).resolve() not in doubtful]
    lacking = [name for name in _DEPENDENCIES if PathFinder.find_spec(name, elsewhere) is None]
    return {folder for folder in doubtful if not any(PathFinder.find_spec(name, [str(folder)]) for name in lacking)}


def _script_folder() -> set[Path]:
    """Where the script lies that this program was started with, if it was one: Python put that on the path."""
    main = sys.modules["__main__"]
    file, spec = getattr(main, "__file__", None), getattr(main, "__spec__", None)
    if file is None or (spec is not None and spec.name != "__main__"):
        return set()
    return {Path(file).resolve().parent}


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        environment.restore(before)
