"""What became of the photos of a run, in plain words, and what to do next."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

from scrubber.cli.output import counted
from scrubber.output.outcomes import MATCHED_NOTHING, MUST_NOT_BE_SEEN, RENAMED, Outcome, outcome, said
from scrubber.printing import escaped

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scrubber.batch import Copy, Plan
    from scrubber.results import Result, Status
    from scrubber.terms import Terms

_NAMED: Final = 5  # files named in one line of the summary; the lines above it name all
_SEVERAL: Final = 2  # reasons from which on they are counted one by one
_OUT: Final[tuple[Status, ...]] = ("published", "rehearsed", "unchanged")
_WITHOUT_OUTPUT: Final[tuple[Status, ...]] = ("withheld", "failed")


def complaint(result: Result) -> str:
    """Why a photo has no output, as one line."""
    if result.reason == MUST_NOT_BE_SEEN and result.status == "rehearsed":
        return f"would be retracted: {'; '.join(result.warnings)}"
    if result.status == "retracted":
        return f"retracted: {'; '.join(result.warnings)}"
    if result.status == "failed":
        words = "; ".join(result.warnings)
        return f"failed ({result.reason}): {words if result.input in words else f'{result.input}: {words}'}"
    return f"withheld: {result.input}: {said(result)}; {outcome(result.reason).remedy}"


class Tally:
    """Counts results, and tells at the end what became of the photos."""

    def __init__(self, plan: Plan, terms: Terms, dry_run: bool, out: Path) -> None:
        self._plan = plan
        self._dry_run = dry_run
        self._out = out
        self._statuses: Counter[str] = Counter()
        self._faces: Counter[str] = Counter()
        self._reasons: dict[tuple[Status, Outcome], int] = {}
        self._named: dict[Outcome, list[str]] = {}
        self._notes: Counter[str] = Counter()
        self._about: dict[str, str] = {}
        self._orphans: dict[str, list[str]] = {}  # by why they are that
        self._counted: dict[str, Result] | None = {} if terms.permissions else None
        self._keeps_names = terms.policy.names == "keep"
        self._warnings = list(terms.permissions.warnings) if terms.permissions else []

    def add(self, result: Result) -> None:
        if result.reason == MATCHED_NOTHING:
            self._warnings += result.warnings
            return
        if result.reason == MUST_NOT_BE_SEEN:
            self._statuses["retracted"] += 1
            return
        if result.reason == RENAMED:
            self._statuses["renamed"] += 1
            self._note(result)
            return
        self._take_back(result)
        self._statuses[result.status] += 1
        if result.status in _WITHOUT_OUTPUT:
            reason = outcome(result.reason)
            key = (result.status, reason)
            self._reasons[key] = self._reasons.get(key, 0) + 1
            names = self._named.setdefault(reason, [])
            if len(names) < _NAMED:
                names.append(Path(result.input).name)
        if result.status not in _WITHOUT_OUTPUT:
            self._faces.update("dismissed" if face.reason == "dismissed" else face.action for face in result.faces)
        if result.status != "failed":
            self._note(result)

    def _note(self, result: Result) -> None:
        for warning in result.warnings:
            self._notes[warning] += 1
            self._about.setdefault(warning, result.input)

    def _take_back(self, result: Result) -> None:
        """No longer count a photo as published whose copy was taken away in the same run: what came of it counts."""
        before = None if self._counted is None else self._counted.pop(result.input, None)
        if before is not None:
            self._statuses[before.status] -= 1
            self._faces.subtract("dismissed" if face.reason == "dismissed" else face.action for face in before.faces)
        if self._counted is not None and result.status in _OUT:
            self._counted[result.input] = result

    def add_orphans(self, copies: Iterable[tuple[Copy, str]]) -> None:
        """Copies of earlier runs that stay, and what became of their originals."""
        for copy, why in copies:
            self._orphans.setdefault(why, []).append(copy.output or "")

    @property
    def exit_code(self) -> int:
        return 3 if self._statuses["withheld"] or self._statuses["failed"] else 0

    def summary(self) -> str:
        """One line for each thing to say; names that hold line ends are escaped."""
        return "\n".join(map(escaped, self._lines()))

    def notes(self) -> list[str]:
        """What had no effect, or not the one that was meant; said even where nothing else is."""
        notes = [f"note: {warning}" for warning in self._warnings]
        return notes + [f"note: {self._subject(warning)}: {warning}" for warning in self._notes]

    def _lines(self) -> list[str]:
        lines = self.notes()
        for why, orphans in self._orphans.items():
            lines.append(
                f"note: {_of_earlier(len(orphans))} {_either(len(orphans), 'stays', 'stay, each')}, whose original "
                f"{why}: {_listed(orphans[:_NAMED], len(orphans))}; delete what should not be out"
            )
        if self._plan.copies:
            lines.append(
                f"{_of_earlier(self._plan.copies)} left behind, "
                f"{_either(self._plan.copies, 'which is no original', 'which are no originals')}"
            )
        others = self._plan.others
        if others:
            named = _listed([path.name for path in others[:_NAMED]], len(others))
            kind = _either(len(others), "which is no photo", "which are no photos")
            lines.append(f"{counted(len(others), 'file')} left behind, {kind}: {named}")
        links = self._plan.other_names
        if links:
            named = _listed([path.name for path in links[:_NAMED]], len(links))
            which = _either(len(links), "which leads to a photo", "which lead to photos")
            lines.append(f"{counted(len(links), 'link')} left behind, {which} that is made once: {named}")
        films = self._plan.films
        if films:
            named = _listed([path.name for path in films[:_NAMED]], len(films))
            lines.append(f"{counted(len(films), 'film')} left behind, for films are not handled yet: {named}")
        if not self._plan.tasks and not self._statuses:
            return [*lines, "no photos found"]
        if self._keeps_names and not self._out.is_file():
            lines.append("note: the copies keep the names of their originals, which may name people, places and days")
        faces = f"{counted(self._faces['hide'], 'face')} hidden, {self._faces['show']} shown"
        if self._faces["dismissed"]:
            faces += f"; {counted(self._faces['dismissed'], 'place')} dismissed as no face"
        return [*lines, f"{', '.join(self._counts())}; {faces}", *self._next()]

    def _subject(self, warning: str) -> str:
        """Which photo a note is about; the first, where many have the same one."""
        more = self._notes[warning] - 1
        return self._about[warning] + (f" and {more} more" if more else "")

    def _counts(self) -> list[str]:
        published = "would be published" if self._dry_run else "published"
        done = self._statuses["rehearsed"] if self._dry_run else self._statuses["published"]
        counts = [f"{done} {published}"]
        if self._statuses["retracted"]:
            counts.append(f"{self._statuses['retracted']} {'would be ' if self._dry_run else ''}retracted")
        if self._statuses["renamed"]:
            older = counted(self._statuses["renamed"], "older copy", "older copies")
            counts.append(f"{older} {'would be ' if self._dry_run else ''}replaced under another name")
        if self._statuses["unchanged"]:
            counts.append(f"{self._statuses['unchanged']} unchanged since the last run")
        for status in _WITHOUT_OUTPUT:
            reasons = {reason: number for (kind, reason), number in self._reasons.items() if kind == status}
            if reasons:
                several = len(reasons) >= _SEVERAL
                words = (f"{number} {reason.words}" if several else reason.words for reason, number in reasons.items())
                counts.append(f"{self._statuses[status]} {status} ({', '.join(words)})")
        return counts

    def _next(self) -> list[str]:
        """What to do about photos without an output, and with those that have one."""
        lines = []
        numbers: Counter[Outcome] = Counter()
        for (_, reason), number in self._reasons.items():
            numbers[reason] += number
        for reason, number in numbers.items():
            lines += [f"  {reason.words}: {_listed(self._named[reason], number)}", f"    → {reason.remedy}"]
        if lines:
            lines.insert(0, "without an output, so that nothing unsafe gets out:")
        if not self._dry_run and self._statuses["published"] + self._statuses["unchanged"]:
            copies = f"the copies in {self._out}" if self._out.is_dir() else str(self._out)
            lines.append(f"next: look at {copies} before you post {'them' if self._out.is_dir() else 'it'}")
        return lines


def _either(number: int, one: str, several: str) -> str:
    return one if number == 1 else several


def _of_earlier(number: int) -> str:
    return f"{counted(number, 'copy', 'copies')} of {_either(number, 'an earlier run', 'earlier runs')}"


def _listed(names: list[str], number: int) -> str:
    """Some names, and how many there are besides."""
    more = f" and {number - len(names)} more" if number > len(names) else ""
    return ", ".join(names) + more
