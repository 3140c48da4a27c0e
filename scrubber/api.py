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
    from scrubber.results import Result

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

    Every face is hidden unless `consent` allows it for `purpose` on the day `on` (None: today). `policy` says how; None
    means the defaults of `Policy`. If somebody withdrew after the day `on`, the call is refused, unless
    `despite_withdrawals` is True; they stay hidden then, too.

    The result says whether the copy was published or withheld. An earlier copy at `output` is taken away first, so a
    file lies there only if it was published just now. A file that scrubber did not make is refused unless `overwrite`
    is True.

    The photo is opened in this process: a file that breaks or hangs its decoder breaks or hangs the caller. For photos
    from strangers give `isolate=True`, which opens it in a process of its own, or keep a `Session`.

    Raises `PhotoError` for a file that cannot be opened or written, `UsageError` for a consent without a purpose or
    for a file in the way, `ManifestError` for reference photos that cannot be used, `MissingPart` for a model that is
    missing.
    """
    with _for_one(policy, consent, purpose, on, despite_withdrawals, isolate) as session:
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
    """Find what is in a photo, and decide about each region. No copy is made; `render` does that.

    `source` is the path of a file or its bytes. The other arguments, and the errors, are those of `scrub`.

    The answer holds no pixels and no embeddings, but it tells who is where: keep it as private as the manifest. It can
    be stored (`Analysis.whole_as_json`), and a person may hide more in it (`Analysis.hiding`).
    """
    with _for_one(policy, consent, purpose, on, despite_withdrawals, isolate) as session:
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
    """Make the safe copy of a photo that was analysed before, and write it to the file `output`.

    Faces are searched for again only to check the copy. Consent is decided again: a face is shown only if both the
    analysis and `consent`, on this day, allow it. What the analysis hides stays hidden.

    The other arguments are those of `scrub`. Raises `UsageError` for the analysis of another photo, and what `scrub`
    raises.
    """
    with _for_one(policy, consent, purpose, on, despite_withdrawals, isolate) as session:
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
    """Make one photo safe in memory. No file is written, and nothing is noted in the ledger.

    `data` are the bytes of a photo, or an open binary file that is read to its end. `SafeCopy.data` is None if the
    photo is withheld. The other arguments, and the errors, are those of `scrub`.
    """
    with _for_one(policy, consent, purpose, on, despite_withdrawals, isolate) as session:
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
    """Make every photo in a folder and its subfolders safe; copies go to the folder `output`.

    `source` may also be a list of files and folders. Files that are no photos are passed over. No photo is opened
    before the iterator is read. It gives one `Result` per photo, in a stable order, while the run goes on, and one for
    each copy of an earlier run that must not be seen any more. A photo that is published already and has not changed
    is `unchanged`, unless `restart` makes all copies again.

    Photos are opened in worker processes unless `isolate` is False. `jobs` is their number (None: one per core); the
    outputs do not depend on it. A script needs no `__main__` guard.

    The other arguments, and the errors, are those of `scrub`. A photo that fails raises nothing: its result says so.
    """
    return _folder(
        checked_paths("source", source), checked_path("output", output),
        checked_policy(policy), checked_consent(consent),
        checked_purpose(purpose), checked_day(on), checked_switch("despite_withdrawals", despite_withdrawals),
        checked_jobs(jobs), checked_switch("isolate", isolate), checked_switch("restart", restart),
    )  # fmt: skip


def _for_one(
    policy: Policy | None, consent: Consent | None, purpose: str | None, on: date | None, despite_withdrawals: bool,
    isolate: bool,
) -> Session:  # fmt: skip
    """A session for a single photo."""
    return Session(
        policy=policy, consent=consent, purpose=purpose, on=on, despite_withdrawals=despite_withdrawals,
        isolate=isolate, jobs=1,
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
            policy, consent, purpose, on, despite_withdrawals, batch.reference_assessor(executor) if isolate else None
        )
        yield from batch.run(plan.tasks, batch.Publisher(output, terms, restart=restart), executor)
