"""Ids that a person takes for each other: a refusal written down under one of them would not hold for the other.

Ids are ASCII, so a short table does what Unicode's confusables (UTS 39) do for all scripts. No two digits share a
letter, so numbers never look alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

MIX_UP: Final = "one would be taken for the other; give this person an id that nobody mixes up"

_PAIRS: Final = (("rn", "m"), ("vv", "w"), ("cl", "d"))  # two letters that run together into one
_SINGLE: Final = str.maketrans("01i528q9_.", "ollszbgg--")
_SEPARATORS: Final = re.compile("-+")  # how many there are, and one at the end, is easily overlooked


def appearance(person: str) -> str:
    """The same text for all ids that look alike, and another one for ids that do not."""
    seen = person.casefold()
    for pair, one in _PAIRS:
        seen = seen.replace(pair, one)
    return _SEPARATORS.sub("-", seen.translate(_SINGLE)).strip("-")


def look_alike(person: str, others: Iterable[str]) -> str | None:
    """The first of `others` that looks like this id and is another one; None if there is none."""
    return next((other for other in others if other != person and appearance(other) == appearance(person)), None)
