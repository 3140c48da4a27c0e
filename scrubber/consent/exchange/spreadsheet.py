"""People of a manifest as a table of comma-separated values (RFC 4180), the way spreadsheets write and read it.

One row per person, one column per key of `[[people]]`, named alike. Lists are split by semicolons. What a spreadsheet
would take for a formula gets an apostrophe in front, which is taken off again when it is read; every item of a list
too, for some spreadsheets take its semicolons for the ends of cells.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Final

from scrubber.consent.editing.persons import person_of
from scrubber.consent.manifest.model import Person
from scrubber.consent.manifest.reading import utf8_text
from scrubber.errors import UsageError

COLUMNS: Final = tuple(Person.model_fields)
_LISTS: Final = ("purposes", "references")
_YES, _NO = frozenset({"true", "yes", "1", "x"}), frozenset({"false", "no", "0", ""})
_FORMULA: Final = re.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
"""What starts a formula (OWASP, CSV injection; the last four are wide), and what our own guard made of it."""
_NAMES: Final = frozenset({"name", "first name", "last name", "surname", "full name", "email", "phone", "address"})


def written(people: Iterable[Person]) -> str:
    """The table of `people`, with a heading and Windows line ends, as RFC 4180 and spreadsheets want it.

    Raises `UsageError` for what a table cannot hold.
    """
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(COLUMNS)
    for person in people:
        table.writerow([_cell(getattr(person, column)) for column in COLUMNS])
    return text.getvalue()


def people_in(content: bytes, name: str) -> tuple[Person, ...]:
    """The people of a table, each of whom stands up to all rules of the manifest.

    Columns may come in any order and be split by commas, semicolons or tabs. Raises `UsageError`, one line per
    mistake, each as `name:line: what is wrong; what to do`.
    """
    text = utf8_text(content, name, UsageError, "as CSV in UTF-8")
    heading = text.partition("\n")[0]
    separator = max(",;\t", key=heading.count)
    table = csv.DictReader(io.StringIO(text), delimiter=separator, restkey="", strict=True)
    try:
        unknown = list(_unknown_columns(table.fieldnames or ()))
        if unknown:
            raise UsageError(*(f"{name}:1: {mistake}" for mistake in unknown))
        return tuple(_rows(table, name))
    except csv.Error as error:
        raise UsageError(f"{name}:{table.line_num}: is no proper table ({error}); save it again as CSV") from error


def _rows(table: csv.DictReader[str], name: str) -> Iterator[Person]:
    mistakes: list[str] = []
    people: dict[str, Person] = {}
    for cells in table:
        where = f"{name}:{table.line_num}"
        if "" in cells:
            mistakes.append(f"{where}: has more cells than the heading; put lists into one cell, split by semicolons")
        elif any(cells.values()):
            person = _person({key: value or "" for key, value in cells.items()}, where, mistakes)
            if person and people.setdefault(person.id, person) is not person:
                mistakes.append(f"{where}: id {person.id} stands in a row above as well; put all into one row")
    if mistakes:
        raise UsageError(*mistakes)
    yield from people.values()


def _person(cells: Mapping[str, str], where: str, mistakes: list[str]) -> Person | None:
    try:
        return person_of({key: _value(key, cell.strip()) for key, cell in cells.items() if cell.strip()})
    except UsageError as error:
        mistakes += [f"{where}: {line}" for line in error.lines]
        return None


def _value(column: str, cell: str) -> Any:
    if column in _LISTS:
        return [_unguarded(part.strip()) for part in cell.split(";") if part.strip()]
    cell = _unguarded(cell)
    if column == "minor" and cell.lower() in _YES | _NO:
        return cell.lower() in _YES
    return cell


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        split = next((item for item in value if ";" in item), None)
        if split is not None:  # it would come back as two, and consent to one thing be consent to two others
            raise UsageError(f'"{split}" holds a semicolon, which splits lists in a table; write it without one')
        return "; ".join(map(_guarded, value))
    return ("true" if value else "false") if isinstance(value, bool) else _guarded(str(value))


def _guarded(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell[1:]) else cell


def _unknown_columns(columns: Iterable[str]) -> Iterator[str]:
    given = list(columns)
    for column in given:
        if column.strip().lower() in _NAMES:
            yield f'column "{column}" has no place in a manifest: real names stay out of it; take the column out'
        elif column not in COLUMNS:
            close = get_close_matches(column, COLUMNS, 1)
            remedy = f'did you mean "{close[0]}"?' if close else f"known are: {', '.join(COLUMNS)}"
            yield f'column "{column}" is not known; {remedy}'
    yield from (f'column "{column}" is missing; add it' for column in ("id", "decision") if column not in given)
