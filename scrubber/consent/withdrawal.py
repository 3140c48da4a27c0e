"""What is already out: published files that show somebody, as the reports of past runs tell it.

A report has no dates and files change hands, so nothing is left out on a guess: a file counts as long as any report
says that it shows the person, even if another report says that it was made again without them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from scrubber.errors import UsageError

_OUT = ("published", "unchanged")
_KEYS = frozenset({"input", "output", "status", "faces"})


@dataclass(frozen=True, slots=True)
class Published:
    """A published file that shows the person. `input` is its original, `report` the report that says so.

    `there` tells whether the file still lies where the report says.
    """

    output: str
    input: str
    report: str
    there: bool

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def published_with(person: str, reports: Iterable[Path]) -> tuple[Published, ...]:
    """Every published file that shows the person with this id, each once, in the order of the reports.

    Reports are those that `scrubber run --report` writes. Raises `UsageError` for a file that is none.
    """
    found: dict[str, Published] = {}
    for report in reports:
        for entry in _entries(report):
            if entry["status"] in _OUT and entry["output"] and _shows(entry, person):
                output = str(entry["output"])
                found.setdefault(output, Published(output, str(entry["input"]), str(report), Path(output).exists()))
    return tuple(found.values())


def _shows(entry: dict[str, Any], person: str) -> bool:
    return any(face["person"] == person and face["decision"] == "show" for face in entry["faces"])


def _entries(report: Path) -> Iterator[dict[str, Any]]:
    try:
        lines = report.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{report}: cannot be read ({error}); name the file that `run --report` wrote") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _entry(line, f"{report}:{number}")


def _entry(line: str, where: str) -> dict[str, Any]:
    remedy = "name the file that `run --report` wrote, and mend or take out this line if the run broke off there"
    try:
        entry: Any = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{where}: is not the report of a run ({error}); {remedy}") from error
    if not isinstance(entry, dict) or not entry.keys() >= _KEYS or not isinstance(entry["faces"], list):
        raise UsageError(f"{where}: is not the report of a run; {remedy}")
    if not all(isinstance(face, dict) and {"person", "decision"} <= face.keys() for face in entry["faces"]):
        raise UsageError(f"{where}: has faces without a decision; {remedy}")
    return entry
