"""The Python interface, as INTERFACE names it: one call each for what the command line does."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from scrubber import batch
from scrubber.errors import UsageError
from scrubber.pictures import find_faces, hide, inspect, verify
from scrubber.pipeline import scrub_file
from scrubber.policy import Policy
from scrubber.terms import Terms

if TYPE_CHECKING:
    from datetime import date

    from scrubber.arguments import Path_
    from scrubber.consent import Consent
    from scrubber.types import Result

__all__ = ["find_faces", "hide", "inspect", "scrub", "scrub_folder", "verify"]


def scrub(
    source: Path_,
    output: Path_,
    *,
    policy: Policy | None = None,
    consent: Consent | None = None,
    purpose: str | None = None,
    on: date | None = None,
) -> Result:
    """Make one photo safe and write the copy to the file `output`.

    Faces are hidden unless `consent` allows them for `purpose` on the day `on` (today if None). The result says
    whether the copy was published or withheld; nothing lies at `output` unless it was published just now.

    Raises `PhotoError` for a file that cannot be opened or written, `UsageError` for a consent without a purpose,
    `ManifestError` for reference photos that cannot be used, `MissingPart` if a model is not there.
    """
    target = Path(output)
    if target.is_dir():
        raise UsageError(f"{target}: this is a folder; name the file to write, or use scrub_folder")
    return scrub_file(Path(source), target, Terms.of(policy, consent, purpose, on).named(target))


def scrub_folder(
    source: Path_ | Sequence[Path_],
    output: Path_,
    *,
    policy: Policy | None = None,
    consent: Consent | None = None,
    purpose: str | None = None,
    on: date | None = None,
    jobs: int | None = None,
) -> Iterator[Result]:
    """Make every photo below a folder (or in a list of files and folders) safe; copies go to the folder `output`.

    Yields one result per file, in a stable order, while the run goes on. `jobs` is the number of processes, one
    per core if None; the outputs do not depend on it. Scripts on Windows and macOS need the usual
    `if __name__ == "__main__":` around the loop. Raises as `scrub` does, but a failed photo is a result.
    """
    policy = policy or Policy()
    given = [source] if isinstance(source, str | os.PathLike) else source
    terms = Terms.of(policy, consent, purpose, on)
    plan = batch.plan([Path(each) for each in given], Path(output), policy, terms.labels)
    yield from batch.run(plan.tasks, terms, jobs)
