"""From the bytes of a manifest to its values, or to a `ManifestError` that lists every mistake with its line.

What a damaged file can and cannot do. JSON that breaks off is never valid JSON. TOML that breaks off between
two lines is valid TOML, and what stood further down is gone: a withdrawal in `[[events]]`, a `hide` box,
a whole person who refused. The schema has no key that would tell, so three things guard against it:

* a file whose first line is `FIRST_LINE` is refused unless its last line is `LAST_LINE` (both are comments);
  what scrubber itself writes has both, a hand-written file may;
* some cuts leave a gap that is an error: an allow without purposes or expiry, a photo entry without orders;
* `decision = "deny"` in a person's own table holds even where the event that explains it got lost.

That is all a plain text can do. A hand-written TOML file without the two lines that breaks off exactly between
two others cannot be told from a shorter manifest, nor a line that somebody commented out from one that never
was, nor a changed digit in a date from another date. Keep a copy.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from scrubber.consent.manifest.locate import Places
from scrubber.consent.manifest.mistakes import dotted, problems
from scrubber.consent.manifest.model import Manifest
from scrubber.consent.manifest.rules import Problem, broken_rules
from scrubber.consent.vault.locking import LOCKED, is_locked
from scrubber.errors import ManifestError, PhotoError, PhotoTooLarge, UsageError
from scrubber.guarded import read_bytes

FIRST_LINE = "# Consent manifest of scrubber. It is whole only if its last line says so."
LAST_LINE = "# End of the consent manifest."

_LARGEST_LOCKED = 1 << 30  # bytes, with all reference photos
_LARGEST_CLEAR = 1 << 25  # bytes; a hundred thousand people need less
_MOST_LISTED = 20  # mistakes in one message; beyond that a person mends some and checks again
_TOML_POSITION = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_LIKE_A_DATE = re.compile(r"=\s*\d{1,4}[-./]\d{1,2}[-./]\d")
_CURLY_QUOTES = frozenset("“”„‟«»‘’")


def read(path: Path, name: str) -> bytes:
    """The bytes of the manifest. Raises `ManifestError`, with `name` in it, if there is no file to read."""
    try:
        content = read_bytes(path, _LARGEST_LOCKED)
    except FileNotFoundError as error:
        locked = locked_beside(path)
        if locked:
            raise ManifestError(f"{name}: is locked in {locked}; name that one") from error
        raise ManifestError(f"{name}: no such file; `scrubber consent init` makes a manifest") from error
    except OSError as error:
        raise ManifestError(f"{name}: cannot be read ({error.strerror}); check the path and its rights") from error
    except PhotoTooLarge as error:
        raise ManifestError(f"{name}: is far too large for a manifest; name the right file") from error
    except PhotoError as error:
        what = (
            "a folder; name the manifest in it"
            if path.is_dir()
            else "no file but a pipe or a device; name the manifest"
        )
        raise ManifestError(f"{name}: is {what}, such as consent.toml") from error
    if len(content) > _LARGEST_CLEAR and not is_locked(content):
        raise ManifestError(f"{name}: is far too large for a manifest; name the right file")
    return content


def locked_beside(path: Path) -> Path | None:
    """The locked file that `scrubber consent lock` made of the manifest at `path`; None if there is none."""
    locked = path.parent / f"{path.name}{LOCKED}"
    return locked if path.name and locked.exists() else None


def parse(content: bytes | str, name: str) -> Manifest:
    """The manifest in `content`: JSON if `name` ends so or the text starts with a brace, else TOML.

    Raises `ManifestError`, one line per mistake, each as `name:line:column: what is wrong; what to do`.
    """
    if isinstance(content, bytes):
        content = utf8_text(content, name, ManifestError, "again with the encoding UTF-8")
    text = content.replace("\r\n", "\n")
    if not text.strip():
        raise ManifestError(f"{name}: is empty; `scrubber consent init` makes a manifest")
    try:
        if is_json(text, name):
            return _parse_json(text, name)
        return _parse_toml(text, name)
    except RecursionError as error:
        raise ManifestError(f"{name}: brackets are nested too deeply; a manifest needs four levels at most") from error


def is_json(text: str, name: str) -> bool:
    """Whether the manifest in `text` is JSON: if its name ends so or it starts with a brace."""
    return name.lower().endswith(".json") or text.lstrip().startswith("{")


def utf8_text(content: bytes, name: str, wrong: type[UsageError | ManifestError], how: str) -> str:
    """The text in a file. Raises `wrong`, which names the line and says how to save the file, if it is not UTF-8."""
    try:
        return content.decode("utf-8-sig")  # Windows editors put a byte order mark in front
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise wrong(f"{name}:{line}: is not UTF-8 text; save it {how}") from error


def _parse_json(text: str, name: str) -> Manifest:
    try:
        values = json.loads(text)
    except json.JSONDecodeError as error:
        raise ManifestError(
            f"{name}:{error.lineno}:{error.colno}: is not valid JSON here: {error.msg}; "
            "if the file breaks off, restore it from a copy"
        ) from error
    except ValueError as error:
        raise ManifestError(f"{name}: holds a number that is far too long ({error}); correct it") from error
    places = Places.of_json(text)
    if places.repeated:
        raise _mistakes(name, places, [Problem(place, "is given twice; keep one") for place in places.repeated])
    return _manifest(values, name, text, Places.of_json)


def _parse_toml(text: str, name: str) -> Manifest:
    _check_last_line(text, name)
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _bad_toml(error, text, name) from error
    except ValueError as error:
        raise ManifestError(f"{name}: holds a number that is far too long ({error}); correct it") from error
    return _manifest(values, name, text, Places.of_toml)


def _check_last_line(text: str, name: str) -> None:
    lines = text.strip().split("\n")
    if lines[0].strip() == FIRST_LINE and lines[-1].strip() != LAST_LINE:
        raise ManifestError(
            f'{name}:{len(lines)}: the file breaks off before its last line "{LAST_LINE}"; '
            "restore it from a copy, or move that line to the end if something was added after it"
        )


def _bad_toml(error: tomllib.TOMLDecodeError, text: str, name: str) -> ManifestError:
    lines = text.split("\n")
    position = _TOML_POSITION.search(str(error))
    line, column = len(lines), len(lines[-1]) + 1
    if position and position[1]:
        line, column = int(position[1]), int(position[2])
    if _LIKE_A_DATE.search(lines[line - 1]):
        remedy = "a day is written year-month-day and without quotes, as in 2026-12-31"
    elif _CURLY_QUOTES & set(lines[line - 1]):
        remedy = 'replace the curly quotes by straight ones: "'
    else:
        remedy = 'text stands in straight quotes, as in decision = "allow", dates and true stand without'
    message = _TOML_POSITION.sub("", str(error))
    return ManifestError(f"{name}:{line}:{column}: is not valid TOML here: {message}; {remedy}")


def _manifest(values: Any, name: str, text: str, locate: Callable[[str], Places]) -> Manifest:
    try:
        manifest = Manifest.model_validate(values)
    except ValidationError as error:
        raise _mistakes(name, locate(text), list(problems(error))) from error
    broken = list(broken_rules(manifest))
    if broken:
        raise _mistakes(name, locate(text), broken)
    return manifest


def _mistakes(name: str, places: Places, found: Sequence[Problem]) -> ManifestError:
    located = [(places.line_and_column(problem.place), problem) for problem in found]
    located.sort(key=lambda pair: pair[0])
    lines = [
        f"{name}:{line}:{column}: {dotted(problem.place) or 'the manifest'} {problem.text}"
        for (line, column), problem in located
    ]
    hidden = len(lines) - _MOST_LISTED
    return ManifestError(*lines[:_MOST_LISTED], *[f"{name}: and {hidden} more"] * (hidden > 0))
