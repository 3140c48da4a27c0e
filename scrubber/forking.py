"""A process that has loaded what workers need, and from which they are forked; for programs of our own.

Loading takes a worker half a second. A forked one has it all at once, also one that takes the place of another that a
photo broke. The process begins to load while the program that started it still does so itself, and lives as long as
that does, so it is not for whoever uses scrubber as a library. Linux only: elsewhere libraries do not bear forking.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.context import BaseContext
from typing import Final

_LOADED: Final = ("scrubber.batch.running", "scrubber.batch.libraries")

_started = False


def start() -> None:
    """From now on `context` forks workers from a process of this kind, where that can be done."""
    global _started
    if sys.platform != "linux":
        return
    from multiprocessing import forkserver

    multiprocessing.set_forkserver_preload(list(_LOADED))
    # Before it knows what this program may import the process has only Python's own path; OpenBLAS begins threads, too.
    with own_path(), _environment(PYTHONPATH=os.pathsep.join(filter(None, sys.path)), OPENBLAS_NUM_THREADS="1"):
        try:
            forkserver.ensure_running()
        except OSError:
            return  # its socket needs room in the folder for temporary files; spawned workers do not
    _started = True


def context() -> BaseContext:
    """How to begin processes that work on photos: none of them has threads or locks of this one."""
    return multiprocessing.get_context("forkserver" if _started else "spawn")


@contextmanager
def own_path() -> Iterator[None]:
    """In this block Python processes are begun that import nothing from the current folder.

    Python looks there first, before its own library, when it is started the way `multiprocessing` does it; and the
    folder may be one of photos from a stranger, with a `pickle.py` among them.
    """
    with _environment(PYTHONSAFEPATH="1"):
        yield


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)  # another run in this program may have been quicker
            else:
                os.environ[name] = value
