"""What flows through this room: parts of a file, and the leaks that readers find in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from scrubber.values import Leak


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a file that some reader understands.

    `content` says which one ("exif", "xmp", "thumbnail", … the keys of `inventory.READERS`), `where` how its
    place in the file is called, in words that come from us and never from the file, so that a report may
    repeat them.
    """

    content: str
    where: str
    payload: bytes


Finding: TypeAlias = Leak | Part
Reader: TypeAlias = Callable[[Part], Iterator[Finding]]


class BrokenError(ValueError):
    """A reader cannot go on; the message completes the sentence "could not be read: …"."""
