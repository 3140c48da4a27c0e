"""Hands out work ahead of its turn, and gives what came of it in the order of the items."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from scrubber.batch.sandbox.executors import Executor, Pending
from scrubber.errors import PhotoError
from scrubber.guarded import size_of

if TYPE_CHECKING:
    from scrubber.policy import Limits

P = ParamSpec("P")
Item = TypeVar("Item")
Value = TypeVar("Value")


def in_order(
    executor: Executor, items: Iterable[Item], hand_out: Callable[[Item], Value]
) -> Iterator[tuple[Item, Value]]:
    """Each item with what `hand_out` gave for it, so many of which are out at a time as the executor takes."""
    waiting: deque[tuple[Item, Value]] = deque()
    rest = iter(items)
    while True:
        waiting.extend((item, hand_out(item)) for item in islice(rest, executor.ahead - len(waiting)))
        if not waiting:
            return
        yield waiting.popleft()


def map_files(
    executor: Executor,
    files: Sequence[Path],
    limits: Limits,
    function: Callable[Concatenate[Path, P], Value],
    *args: P.args,
    **kwargs: P.kwargs,
) -> Iterator[tuple[Path, Value | PhotoError]]:
    """What `function` gives for each file, opened where the executor opens files; or why it could not be opened."""

    def hand_out(file: Path) -> Pending[Any]:
        return executor.submit(str(file), size_of(file), limits, function, file, *args, **kwargs)

    for file, call in in_order(executor, files, hand_out):
        try:
            yield file, call.result()
        except PhotoError as error:
            yield file, error
