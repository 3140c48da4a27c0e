"""The library's calls on whole photos and folders; those on single pictures are in `pictures`.

What opens a file runs either in a worker process (`isolate`), which has no network where the system allows it and
limits on memory and time, or in the caller's own process. In the caller's process a file that breaks a decoder breaks
the caller: that is for files that the caller trusts not to be hostile.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from scrubber import batch
from scrubber.call_arguments import (
    checked_consent,
    checked_day,
    checked_jobs,
    checked_policy,
    checked_purpose,
    checked_switch,
)
from scrubber.paths import checked_path, checked_paths
from scrubber.pictures import find_faces, hide, inspect, preview, verify
from scrubber.session import SafeCopy, Session
from scrubber.terms import Terms

if TYPE_CHECKING:
    from datetime import date
    from typing import TypeAlias

    from scrubber.analysis import Analysis
    from scrubber.batch import Executor
    from scrubber.consent import Consent
    from scrubber.policy import Policy
    from scrubber.values import Result

    Path_: TypeAlias = str | os.PathLike[str]

__all__ = [
    "SafeCopy",
    "Session",
    "analyse",
    "find_faces",
    "hide",
    "inspect",
    "preview",
    "render",
    "scrub",
    "scrub_bytes",
    "scrub_folder",
    "verify",
]


def scrub(
    source: Path_,
    output: Path_,
    *,
    policy: Policy | None = None,
    consent: Consent | None = None,
    purpose: str | None = None,
    on: date | None = None,
    despite_withdrawals: bool = False,
    isolate: bool = False,
    overwrite: bool = False,
) -> Result:
    """Make one photo safe and write the copy to the file `output`.

    Faces are hidden unless `consent` allows them for `purpose` on the day `on` (today if None). The result says
    whether the copy was published or withheld; nothing lies at `output` unless it was published just now: an earlier
    copy is taken away first. A file that scrubber did not make is left alone unless `overwrite` says so.

    The photo is opened in this process: one that breaks a decoder breaks the caller, one that hangs it hangs. For
    photos from strangers give `isolate=True`, or keep a `Session` open.

    Raises `PhotoError` for a file that cannot be opened or written, `UsageError` for a consent without a purpose,
    `ManifestError` for reference photos that cannot be used, `MissingPart` if a model is not there.
    """
    with Session(
        policy=policy,
        consent=consent,
        purpose=purpose,
        on=on,
        despite_withdrawals=despite_withdrawals,
        isolate=isolate,
        jobs=1,
    ) as session:
        return session.scrub(source, output, overwrite=overwrite)


def analyse(
    source: Path_ | bytes,
    *,
    policy: Policy | None = None,
    consent: Consent | None = None,
    purpose: str | None = None,
    on: date | None = None,
    despite_withdrawals: bool = False,
    isolate: bool = False,
) -> Analysis:
    """What is in a photo, and what would be decided for each region; `source` is its path or its bytes.

    The answer holds no pixels and no embeddings, but it tells who is where: keep it as private as the manifest. It can
    be stored (`whole_as_json`), and a person may hide more in it (`hiding`). Raises as `scrub` does.
    """
    with Session(
        policy=policy, consent=consent, purpose=purpose, on=on, despite_withdrawals=despite_withdrawals,
        isolate=isolate, jobs=1,
    ) as session:  # fmt: skip
        return session.analyse(source)


def render(
    source: Path_,
    output: Path_,
    analysis: Analysis,
    *,
    policy: Policy | None = None,
    consent: Consent | None = None,
    purpose: str | None = None,
    on: date | None = None,
    despite_withdrawals: bool = False,
    isolate: bool = False,
    overwrite: bool = False,
) -> Result:
    """Write the safe copy of a photo that was analysed before to the file `output`, as `scrub` would.

    No face is searched for again but to check the copy. Consent is asked for again: whoever is shown must be allowed by
    the analysis and by `consent` today. What the analysis hides stays hidden.

    Raises `UsageError` for the analysis of another photo, and what `scrub` raises.
    """
    with Session(
        policy=policy, consent=consent, purpose=purpose, on=on, despite_withdrawals=despite_withdrawals,
        isolate=isolate, jobs=1,
    ) as session:  # fmt: skip
        return session.render(source, output, analysis, overwrite=overwrite)


def scrub_bytes(
    data: bytes | BinaryIO,
    *,
    policy: Policy | None = None,
    consent: Consent | None = None,
    purpose: str | None = None,
    on: date | None = None,
    despite_withdrawals: bool = False,
    isolate: bool = False,
) -> SafeCopy:
    """The same from memory to memory, or from a binary file that is read to its end. No file is written.

    `data` of the answer is None if the photo is withheld. Raises as `scrub` does.
    """
    with Session(
        policy=policy,
        consent=consent,
        purpose=purpose,
        on=on,
        despite_withdrawals=despite_withdrawals,
        isolate=isolate,
        jobs=1,
    ) as session:
        return session.scrub_bytes(data)


def scrub_folder(
    source: Path_ | Sequence[Path_],
    output: Path_,
    *,
    policy: Policy | None = None,
    consent: Consent | None = None,
    purpose: str | None = None,
    on: date | None = None,
    despite_withdrawals: bool = False,
    jobs: int | None = None,
    isolate: bool = True,
    restart: bool = False,
) -> Iterator[Result]:
    """Make every photo below a folder (or in a list of files and folders) safe; copies go to the folder `output`.

    Yields one result per file, in a stable order, while the run goes on, and one for each copy of an earlier run that
    must not be seen any more. What is published already and has not changed is `unchanged`, unless `restart` makes all
    copies again. `jobs` is the number of processes, one per core if None; the outputs do not depend on it. Photos are
    opened in worker processes unless `isolate` is False; no `__main__` guard is needed. Raises as `scrub` does, but a
    failed photo is a result.
    """
    return _folder(
        checked_paths("source", source), checked_path("output", output),
        checked_policy(policy), checked_consent(consent),
        checked_purpose(purpose), checked_day(on), checked_switch("despite_withdrawals", despite_withdrawals),
        checked_jobs(jobs), checked_switch("isolate", isolate), checked_switch("restart", restart),
    )  # fmt: skip


def _folder(
    source: list[Path], output: Path, policy: Policy, consent: Consent | None, purpose: str | None, on: date | None,
    despite_withdrawals: bool, jobs: int | None, isolate: bool, restart: bool,
) -> Iterator[Result]:  # fmt: skip
    plan = batch.plan(source, output)
    with ExitStack() as stack:
        executor: Executor
        if isolate:
            executor = stack.enter_context(batch.Sandbox(batch.workers(jobs, len(plan.tasks)), jobs))
        else:
            executor = stack.enter_context(batch.Serial())
        terms = Terms.of(
            policy, consent, purpose, on, despite_withdrawals, batch.judging(executor) if isolate else None
        )
        yield from batch.run(plan.tasks, batch.Publisher(output, terms, restart=restart), executor)
