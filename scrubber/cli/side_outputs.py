"""What a run writes besides copies, the report and the contact sheet: where it may lie, and what is said of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from scrubber.errors import UsageError
from scrubber.guarded import is_there
from scrubber.output.own_records import refuse_records
from scrubber.storage import LocalFolder, refuse_original

if TYPE_CHECKING:
    from scrubber.batch import Plan
    from scrubber.terms import Terms

STANDARD: Final = Path("-")
"""Standard input or output, instead of a file."""


def refuse_twice(*targets: Path | None) -> None:
    """Each output of a run has a name of its own. Raises `UsageError`."""
    named = [target.absolute() for target in targets if target is not None and target != STANDARD]
    for target in named:
        if named.count(target) > 1:
            raise UsageError(f"{target}: is asked for twice; give each output a name of its own")


def refuse_inputs(targets: list[Path], plan: Plan, terms: Terms) -> None:
    """No option makes a run write to a photo, to what lies beside it, or to what belongs to the manifest.

    Raises `UsageError`.
    """
    sources = [task.source for task in plan.tasks]
    for target in targets:
        for path in (*sources, *plan.others, *plan.films, *terms.reads):
            if is_there(target) and is_there(path) and target.samefile(path):
                raise UsageError(f"{target}: this is one of the files that the run reads; choose another name")


def refuse_copies(targets: Iterable[Path]) -> None:
    """No option makes a command write what is private to the place of a published copy. Raises `UsageError`."""
    from scrubber import batch

    for target in targets:
        copy = batch.copy_named(target)
        if copy is not None:
            raise UsageError(f"{target}: is the name of a published copy, of {copy.input}; choose another name")


def make_folders(targets: list[Path], out: Path) -> None:
    """The folders of files that are to lie in the output folder, which the first run has yet to make."""
    for target in targets:
        if target.absolute().is_relative_to(out.absolute()):
            LocalFolder(target.parent).prepare()


def private_notes(report: Path | None, sheet: Path | None, out: Path, terms: Terms) -> Iterator[str]:
    """Notes on files that must not be posted with the copies."""
    for target in filter(None, (report, sheet)):
        if terms.recipient is not None:
            yield f"note: {target}: will name people of the locked manifest in clear; keep it as safe as that"
        if out != STANDARD and target.absolute().is_relative_to(out.absolute()):
            yield f"note: {target}: will lie among the copies; do not post it with them"


def among_copies(target: Path) -> Iterator[str]:
    """A note where a file that is no copy goes to an output folder of some run."""
    from scrubber import batch

    out = batch.folder_of_copies(target)
    if out is not None:
        yield f"note: {target}: will lie among the copies in {out}; do not post it with them"


def refuse_as_output(out: Path, inputs: Sequence[Path]) -> None:
    """No photo goes to the place of an original, nor among scrubber's own records.

    Raises `NotWritable` for the one, before anything is said of room, and `UsageError` for the other.
    """
    if out == STANDARD:
        return
    from scrubber import batch

    for source in inputs if is_there(out) else ():
        if is_there(source):
            refuse_original(out, source)
    refuse_records(out)
    batch.refuse_below_a_file(out)
