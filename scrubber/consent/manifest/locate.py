"""Where in the text of a TOML or JSON file a key stands.

The parsers of the standard library give values without positions. This reader gives positions without values:
it walks over a text that such a parser has already accepted, so it needs to know where things start and end,
not what is valid. Inline tables of TOML and objects of JSON differ only in the sign after the key, and one
walk serves both.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable

from scrubber.consent.manifest.rules import Place

_BLANK = re.compile(r"(?:\s|#[^\n]*)*")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?:"{0,2})'  # up to two quotes may stand before the three that close
    r"|'''.*?'''(?:'{0,2})"
    r'|"(?:\\.|[^"\\])*"'
    r"|'[^']*'",
    re.DOTALL,
)
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_BARE_VALUE = re.compile(r"[^,\]}#\n]+")


class Places:
    """Positions of all keys, list elements and tables of `text`, which must be valid in its format.

    `repeated` lists keys that stand twice in one JSON object: the standard parser silently keeps the last,
    which could be the wrong one.
    """

    def __init__(self, text: str, name_of_key: Callable[[str], str]) -> None:
        self.repeated: list[Place] = []
        self._text = text
        self._name_of_key = name_of_key
        self._at = 0
        self._starts: dict[Place, int] = {}

    @classmethod
    def of_json(cls, text: str) -> Places:
        places = cls(text, json.loads)
        places._value(())
        return places

    @classmethod
    def of_toml(cls, text: str) -> Places:
        places = cls(text, _name_of_toml_key)
        places._tables()
        return places

    def line_and_column(self, place: Place) -> tuple[int, int]:
        """Both from 1. A key that is not there, as it may be missing, stands where its table starts."""
        while place and place not in self._starts:
            place = place[:-1]
        start = self._starts.get(place, 0)
        return self._text.count("\n", 0, start) + 1, start - self._text.rfind("\n", 0, start)

    def _tables(self) -> None:
        table: Place = ()
        last: dict[Place, int] = {}  # of each [[list]] the index of its newest table
        while self._next():
            if self._next() == "[":
                table = self._header(last)
            else:
                self._key_and_value(table)

    def _header(self, last: dict[Place, int]) -> Place:
        start = self._at
        brackets = 2 if self._text.startswith("[[", start) else 1
        self._at += brackets
        *parents, name = self._dotted_key()
        self._next()
        self._at += brackets
        table: Place = ()
        for parent in parents:
            table = self._newest((*table, parent), last)
            self._starts.setdefault(table, start)
        table = (*table, name)
        if brackets == 2:
            last[table] = last.get(table, -1) + 1
            self._starts.setdefault(table, start)
            table = (*table, last[table])
        self._starts[table] = start
        return table

    @staticmethod
    def _newest(table: Place, last: dict[Place, int]) -> Place:
        return (*table, last[table]) if table in last else table

    def _key_and_value(self, table: Place) -> None:
        self._next()
        start = self._at
        for name in self._dotted_key():
            table = (*table, name)
            self._starts.setdefault(table, start)
        if self._starts[table] != start:
            self.repeated.append(table)
            self._starts[table] = start
        self._next()
        self._at += 1  # "=" or ":"
        self._value(table)

    def _dotted_key(self) -> list[str]:
        names = [self._key()]
        while self._next() == ".":
            self._at += 1
            names.append(self._key())
        return names

    def _key(self) -> str:
        pattern = _STRING if self._next() in ('"', "'") else _BARE_KEY
        return self._name_of_key(self._take(pattern))

    def _value(self, place: Place) -> None:
        sign = self._next()
        if sign == "{":
            self._at += 1
            while self._next() != "}":
                self._key_and_value(place)
                self._skip_comma()
            self._at += 1
        elif sign == "[":
            self._elements(place)
        else:
            self._take(_STRING if sign in ('"', "'") else _BARE_VALUE)

    def _elements(self, place: Place) -> None:
        self._at += 1
        index = 0
        while self._next() != "]":
            self._starts[(*place, index)] = self._at
            self._value((*place, index))
            self._skip_comma()
            index += 1
        self._at += 1

    def _skip_comma(self) -> None:
        if self._next() == ",":
            self._at += 1

    def _next(self) -> str:
        """Passes over blanks and comments; the character that follows, or nothing at the end."""
        self._take(_BLANK)
        return self._text[self._at : self._at + 1]

    def _take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        if found is None:
            raise ValueError(f"the text is not valid at offset {self._at}")
        self._at = found.end()
        return found.group()


def _name_of_toml_key(written: str) -> str:
    return next(iter(tomllib.loads(f"{written} = 0")))
