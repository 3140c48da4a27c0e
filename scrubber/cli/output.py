"""How results are shown: progress, complaints, a summary in plain words, JSON lines."""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from scrubber.errors import NotWritable

if TYPE_CHECKING:
    from scrubber.batch import Plan
    from scrubber.pipeline import Terms
    from scrubber.types import Result

_REASONS: Final = {
    "face-still-visible": "a face could still be seen in the output; hide it by a box in the manifest",
    "denied": "somebody who refused cannot be covered without doubt; add a hide box over both faces",
    "no-photo-sign": "somebody in it must not be shown at all, says the manifest",
}
_OTHERS_NAMED: Final = 5


def json_line(value: dict[str, Any]) -> str:
    """One line of JSON; bytes of file names that are no UTF-8 are escaped."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()


def counted(number: int, noun: str) -> str:
    """`1 face`, `2 faces`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def complaint(result: Result) -> str:
    """Why a photo has no output, as one line."""
    if result.status == "failed":
        return f"failed ({result.reason}): {'; '.join(result.warnings) or result.input}"
    return f"withheld: {result.input}: {_REASONS.get(result.reason or '', result.reason)}"


class Tally:
    """Counts results, and tells at the end what became of the photos."""

    def __init__(self, plan: Plan, terms: Terms, dry_run: bool) -> None:
        self._plan = plan
        self._dry_run = dry_run
        self._statuses: Counter[str] = Counter()
        self._faces: Counter[str] = Counter()
        self._warnings = list(terms.permissions.warnings) if terms.permissions else []

    def add(self, result: Result) -> None:
        self._statuses[result.status] += 1
        if result.status != "failed":
            self._faces.update(decision.action for decision in result.faces)
            self._warnings += [f"{result.input}: {warning}" for warning in result.warnings]

    @property
    def exit_code(self) -> int:
        return 3 if self._statuses["withheld"] or self._statuses["failed"] else 0

    def summary(self) -> str:
        lines = [f"note: {warning}" for warning in self._warnings]
        others = self._plan.others
        if others:
            named = ", ".join(path.name for path in others[:_OTHERS_NAMED])
            more = f" and {len(others) - _OTHERS_NAMED} more" if len(others) > _OTHERS_NAMED else ""
            lines.append(f"{counted(len(others), 'file')} left behind, not being photos: {named}{more}")
        if not self._plan.tasks:
            return "\n".join([*lines, "no photos found"])
        published = "would be published" if self._dry_run else "published"
        counts = [f"{self._statuses['published']} {published}"]
        counts += [
            f"{self._statuses[status]} {status}"
            for status in ("unchanged", "withheld", "failed")
            if self._statuses[status]
        ]
        lines.append(f"{', '.join(counts)}; {counted(self._faces['hide'], 'face')} hidden, {self._faces['show']} shown")
        if self.exit_code:
            lines.append("the photos that are withheld or failed have no output; the lines above say why")
        return "\n".join(lines)


def with_progress(results: Iterable[Result], total: int) -> Iterator[Result]:
    """The same results, with a progress bar on standard error if that is a terminal."""
    if not sys.stderr.isatty():
        yield from results
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]:.1f} photos/s"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[hidden]} faces hidden, {task.fields[held]} withheld or failed"),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        hidden = held = 0
        started = time.monotonic()
        task = bar.add_task("", total=total, hidden=hidden, held=held, rate=0.0)
        for done, result in enumerate(results, start=1):
            hidden += sum(decision.action == "hide" for decision in result.faces)
            held += result.status in ("withheld", "failed")
            bar.update(task, advance=1, hidden=hidden, held=held, rate=done / (time.monotonic() - started))
            yield result


@contextmanager
def written_to(report: Path | None) -> Iterator[Callable[[Result], None]]:
    """A function that adds results to the report, each whole as soon as it is there. Only its owner may read it."""
    if report is None:
        yield lambda _result: None
        return
    try:
        handle = os.open(report, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise NotWritable(f"{report}: {error.strerror}; choose another place for the report") from error
    with os.fdopen(handle, "w", encoding="utf-8") as file:

        def write(result: Result) -> None:
            file.write(json_line(result.as_json()) + "\n")
            file.flush()

        yield write
