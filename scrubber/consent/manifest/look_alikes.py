"""Ids that a person takes for each other: a refusal written down under one of them would not hold for the other.

Ids are ASCII, so a short table does what Unicode's confusables (UTS 39) do for all scripts. No two digits share a
letter, so numbers never look alike.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

MIX_UP: Final = "one would be taken for the other; give this person an id that nobody mixes up"

_DRAWN_ALIKE: Final = str.maketrans(
    {"0": "o", "1": "l", "i": "l", "5": "s", "2": "z", "8": "b", "q": "g", "9": "g"}
    | {"m": "rn", "w": "vv", "d": "cl"}  # one letter that two others run together into
    | dict.fromkeys("-_.", "")  # where they stand, and whether, is easily overlooked
)
"""Each character as the plainest that is drawn alike, none of which is translated again."""


def appearance(person: str) -> str:
    """The same text for all ids that look alike, and another one for ids that do not.

    Letters are taken apart and never joined: whichever of two ways `vvv` is read, it comes out the same.
    """
    return person.casefold().translate(_DRAWN_ALIKE)


def look_alike(person: str, others: Iterable[str]) -> str | None:
    """The first of `others` that looks like this id and is another one; None if there is none."""
    return next((other for other in others if other != person and appearance(other) == appearance(person)), None)
