"""What a closer look at the data of a picture ends in."""

from __future__ import annotations

from dataclasses import dataclass

from scrubber.values import Leak


@dataclass(frozen=True, slots=True)
class Judged:
    """Leaks that were found, and sentences on what could not be judged."""

    leaks: tuple[Leak, ...] = ()
    not_judged: tuple[str, ...] = ()

    def __add__(self, other: Judged) -> Judged:
        return Judged((*self.leaks, *other.leaks), (*self.not_judged, *other.not_judged))
