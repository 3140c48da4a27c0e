"""The work on a photo announces its stages, for whoever watches how far it has come."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, Literal, TypeAlias

Stage: TypeAlias = Literal["detect"]
"""`detect`: the file is opened, from now on only pixels are worked on."""

_listeners: Final = list[Callable[[Stage], None]]()


def announce(stage: Stage) -> None:
    """Tell everybody who listens that a stage begins now."""
    for listener in tuple(_listeners):
        listener(stage)


@contextmanager
def listening(listener: Callable[[Stage], None]) -> Iterator[None]:
    """Inside this block `listener` hears of each stage that begins in this process."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)
