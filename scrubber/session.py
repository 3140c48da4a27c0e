"""Making photos safe, as a library: one file, a folder, bytes, or a session that keeps its models between them.

What opens a file runs either in a worker process (`isolate`), which has no network where the system allows it and
limits on memory and time, or in the caller's own process. In the caller's process a file that breaks a decoder breaks
the caller: that is for files that the caller trusts not to be hostile.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, BinaryIO, Final

from scrubber import batch
from scrubber.batch.work import make_bytes
from scrubber.call_arguments import (
    UNNAMED,
    checked_bytes,
    checked_consent,
    checked_day,
    checked_jobs,
    checked_path,
    checked_policy,
    checked_purpose,
    checked_switch,
)
from scrubber.consent import Consent
from scrubber.errors import UsageError
from scrubber.policy import Policy
from scrubber.terms import Terms

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self, TypeAlias

    from scrubber.batch import Executor
    from scrubber.types import Result

    Path_: TypeAlias = str | os.PathLike[str]

_MEDIA_TYPES: Final = {
    ".jpg": "image/jpeg", ".png": "image/png", ".webp": "image/webp", ".gif": "image/gif", ".tif": "image/tiff",
    ".bmp": "image/bmp",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SafeCopy:
    """A safe copy in memory. `data` is None if the photo is withheld, and `result.reason` says why.

    `media_type` is such as `image/jpeg`, `extension` the file name extension with its dot; both are empty without data.
    """

    data: bytes | None
    media_type: str
    extension: str
    result: Result


class Session:
    """Keeps models loaded between photos. Safe to use from several threads. Use it in a `with` block.

    A day `on` after which somebody withdrew is refused unless `despite_withdrawals` is True.

    `isolate` opens files in worker processes, `jobs` of them (one per core if None); a file that breaks or hangs a
    decoder then costs itself only. Without it everything happens in this process, one photo after the other.

    Without `on` consent must hold on the day of each photo. The manifest is the one that was loaded: open a new session
    once somebody has withdrawn. Raises as `scrub` does.
    """

    _day: date

    def __init__(
        self,
        *,
        policy: Policy | None = None,
        consent: Consent | None = None,
        purpose: str | None = None,
        on: date | None = None,
        despite_withdrawals: bool = False,
        isolate: bool = False,
        jobs: int | None = None,
    ) -> None:
        self._policy = checked_policy(policy)
        self._consent, self._purpose, self._on = checked_consent(consent), checked_purpose(purpose), checked_day(on)
        self._despite_withdrawals = checked_switch("despite_withdrawals", despite_withdrawals)
        self._isolate, self._jobs = checked_switch("isolate", isolate), checked_jobs(jobs)
        self._stack = ExitStack()
        self._executor: Executor | None = None
        self._terms: Terms | None = None
        self._lock = Lock()

    def __enter__(self) -> Self:
        if self._isolate:
            self._executor = self._stack.enter_context(batch.Sandbox(batch.workers(self._jobs, 1 << 16), self._jobs))
        else:
            self._executor = self._stack.enter_context(batch.Direct())
        try:
            self._terms = self._resolved(self._executor)
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._executor = None
        self._stack.close()

    def scrub_bytes(self, data: bytes | BinaryIO) -> SafeCopy:
        """Make one photo safe that is in memory, or in a binary file that is read to its end.

        Raises `PhotoError` for what cannot be opened.
        """
        executor, terms = self._ready()
        limits = terms.policy.limits
        given = checked_bytes(data, limits.bytes)
        shared = batch.Shared(terms.for_workers())
        with self._turn():
            call = executor.submit(UNNAMED, len(given), limits, make_bytes, given, UNNAMED, shared)
            made = call.result()
        result = batch.with_idle_note(made.result(UNNAMED, None), terms)
        if made.data is None:
            return SafeCopy(None, "", "", result)
        return SafeCopy(made.data, _MEDIA_TYPES[made.extension], made.extension, result)

    def scrub(self, source: Path_, output: Path_, *, overwrite: bool = False) -> Result:
        """Make one photo safe and write the copy to the file `output`; see `scrubber.scrub`."""
        executor, terms = self._ready()
        target, overwrite = checked_path("output", output), checked_switch("overwrite", overwrite)
        given = checked_path("source", source)
        if target.is_dir():
            raise UsageError(f"{target}: this is a folder; name the file to write, or use scrub_folder")
        with self._turn():
            named = terms.named(target)
            taken = [text for one in batch.retract_beside(target, named, given) for text in one.warnings]
            result = batch.publish_one(given, target, named, executor, overwrite=overwrite)
        return replace(result, warnings=(*result.warnings, *taken))

    def _ready(self) -> tuple[Executor, Terms]:
        if self._executor is None or self._terms is None:
            raise UsageError("the session is not open; use it in a block: with scrubber.Session(...) as session")
        with self._lock:
            if self._on is None and self._day != date.today():  # a consent may have ended at midnight
                self._terms = self._resolved(self._executor)
        return self._executor, self._terms

    def _resolved(self, executor: Executor) -> Terms:
        self._day = date.today()
        judge = batch.judging(executor) if self._isolate else None
        return Terms.of(
            self._policy, self._consent, self._purpose, self._on or self._day, self._despite_withdrawals, judge
        )

    def _turn(self) -> ExitStack:
        """One at a time in this process; workers take as many at once as there are."""
        stack = ExitStack()
        if not self._isolate:
            stack.enter_context(self._lock)
        return stack


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
    given = [source] if isinstance(source, str | os.PathLike) else list(source)
    if not given:
        raise UsageError("source is empty; name at least one file or folder")
    return _folder(
        [checked_path("source", each) for each in given], checked_path("output", output),
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
            executor = stack.enter_context(batch.Direct())
        terms = Terms.of(
            policy, consent, purpose, on, despite_withdrawals, batch.judging(executor) if isolate else None
        )
        yield from batch.run(plan.tasks, batch.Publisher(output, terms, restart=restart), executor)
