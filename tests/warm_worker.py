"""One worker process that many tests use one after the other: to begin one and load its models takes a second.

It is a sandbox like any other, with the same limits. Tests of sandboxes themselves begin their own.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import ParamSpec, TypeVar

from scrubber.batch.sandbox.executors import Pending, Sandbox
from scrubber.policy import Limits

P = ParamSpec("P")
Value = TypeVar("Value")


class WarmWorker(Sandbox):
    """Goes on after its `with` block, unless an error ended that: then what was handed out is given up, as ever."""

    def __init__(self) -> None:
        super().__init__(workers=1, jobs=1)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self.close()

    def submit(
        self, name: str, size: int, limits: Limits, function: Callable[P, Value], *args: P.args, **kwargs: P.kwargs
    ) -> Pending[Value]:
        call = partial(function, *args, **kwargs)
        return super().submit(name, size, limits, _called_in, Path.cwd(), call)


def _called_in(folder: Path, call: Callable[[], Value]) -> Value:
    """A worker that is begun anew stands where its command does; this one goes there."""
    os.chdir(folder)
    return call()
