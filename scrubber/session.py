"""Making photos safe, as a library: one file, a folder, bytes, or a session that keeps its models between them.

What opens a file runs either in a worker process (`isolate`), which has no network where the system allows it and
limits on memory and time, or in the caller's own process. In the caller's process a file that breaks a decoder breaks
the caller: that is for files that the caller trusts not to be hostile.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from threading import Lock
from typing import TYPE_CHECKING, BinaryIO, Final

from scrubber import batch
from scrubber.arguments import read, regions
from scrubber.batch.sandbox.executors import given_up
from scrubber.batch.work import analyse_bytes
from scrubber.call_arguments import (
    UNNAMED,
    checked_analysis,
    checked_bytes,
    checked_consent,
    checked_day,
    checked_jobs,
    checked_policy,
    checked_purpose,
    checked_switch,
)
from scrubber.consent import Consent
from scrubber.errors import UsageError
from scrubber.file_checks import inspect_in, verify_in
from scrubber.guarded import read_file
from scrubber.output.own_records import refuse_records
from scrubber.paths import checked_path
from scrubber.policy import Policy
from scrubber.terms import Terms

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self, TypeAlias

    from scrubber.analysis import Analysis
    from scrubber.arguments import RegionLike
    from scrubber.batch import Executor
    from scrubber.results import Result, Verdict
    from scrubber.values import Leak

    Path_: TypeAlias = str | os.PathLike[str]

_MEDIA_TYPES: Final = {
    ".jpg": "image/jpeg", ".png": "image/png", ".webp": "image/webp", ".gif": "image/gif", ".tif": "image/tiff",
    ".bmp": "image/bmp",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SafeCopy:
    """A safe copy in memory.

    `data` are the bytes of a file, or None if the photo is withheld; `result.reason` says why. `media_type` is like
    `image/jpeg`, `extension` like `.jpg`. Both are empty if there is no data.
    """

    data: bytes | None
    media_type: str
    extension: str
    result: Result


class Session:
    """Keeps models loaded between photos. Several threads may share it. Use it in one `with` block.

    Whoever leaves the block while calls of other threads are out ends those with a `UsageError`, or, without `isolate`,
    waits for the one that is at work. A session belongs to the process that entered the block: after `os.fork()` the
    child has neither the workers nor the threads of it, so calls there raise `UsageError`. Open one in each process,
    where a web server preloads after it has forked.

    With `isolate=True` photos are opened in worker processes, `jobs` of them (None: one per core). A file that breaks
    or hangs a decoder then costs its own result and nothing else. Without `isolate` all work is done in this process,
    one photo after the other.

    Consent is decided for the day `on`, or if that is None for the day on which each photo is handed in. The session
    keeps the manifest that it was given: open a new one after somebody withdrew.

    The other arguments, and the errors, are those of `scrub`; a session that is not open is a `UsageError`.
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
        self._process: int | None = None
        """The process in which the block was entered."""
        self._closed = False

    def __enter__(self) -> Self:
        with self._lock:
            if self._process is not None:
                raise UsageError("the session was opened before; make a new one for each block")
            self._process = os.getpid()
        if self._isolate:
            self._executor = self._stack.enter_context(batch.Sandbox(batch.workers(self._jobs, 1 << 16), self._jobs))
        else:
            self._executor = self._stack.enter_context(batch.Serial())
        try:
            self._terms = self._resolved(self._executor)
        except BaseException:
            self._stack.close()
            self._process = None
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed = True
        if self._process != os.getpid():
            return  # a fork of the one that has the workers
        with self._exclusive():  # what is at work in this process cannot be stopped
            self._stack.close()

    def scrub_bytes(self, data: bytes | BinaryIO) -> SafeCopy:
        """Make one photo safe in memory; see `scrubber.scrub_bytes`."""
        executor, terms = self._ready()
        given = checked_bytes(data, terms.policy.limits.bytes)
        with self._exclusive_while_open(UNNAMED):
            made, result = batch.make_one(given, UNNAMED, terms, executor)
        if made.data is None:
            return SafeCopy(None, "", "", result)
        return SafeCopy(made.data, _MEDIA_TYPES[made.extension], made.extension, result)

    def scrub(self, source: Path_, output: Path_, *, overwrite: bool = False) -> Result:
        """Make one photo safe and write the copy to the file `output`; see `scrubber.scrub`."""
        return self._publish(source, output, overwrite, None)

    def analyse(self, source: Path_ | bytes) -> Analysis:
        """Find what is in a photo, and decide about each region; see `scrubber.analyse`."""
        executor, terms = self._ready()
        limits = terms.policy.limits
        if isinstance(source, bytes | bytearray | memoryview):
            data, name = checked_bytes(source, limits.bytes), UNNAMED
        else:
            path = checked_path("source", source)
            data, name = read_file(path, limits), str(path)
        with self._exclusive_while_open(name):
            shared = batch.Shared(terms.for_workers())
            return executor.submit(name, len(data), limits, analyse_bytes, data, name, shared).result()

    def render(self, source: Path_, output: Path_, analysis: Analysis, *, overwrite: bool = False) -> Result:
        """Make the safe copy of a photo that was analysed before; see `scrubber.render`."""
        return self._publish(source, output, overwrite, checked_analysis(analysis))

    def inspect(self, source: Path_ | bytes) -> list[Leak]:
        """What a file gives away besides its picture; see `scrubber.inspect`."""
        executor, terms = self._ready()
        given = read(source, "source", terms.policy.limits)
        with self._exclusive_while_open(given.name):
            return inspect_in(executor, given, terms.policy.limits)

    def verify(self, source: Path_ | bytes, *, allowed: Iterable[RegionLike] = ()) -> Verdict:
        """Is this file fit to publish? Faces are looked for with the preset of the policy; see `scrubber.verify`."""
        executor, terms = self._ready()
        policy, places = terms.policy, regions(allowed, None, "allowed")
        given = read(source, "source", policy.limits)
        with self._exclusive_while_open(given.name):
            return verify_in(executor, given, policy.limits, policy.preset, places)

    def _publish(self, source: Path_, output: Path_, overwrite: bool, analysis: Analysis | None) -> Result:
        executor, terms = self._ready()
        target, overwrite = checked_path("output", output), checked_switch("overwrite", overwrite)
        given = checked_path("source", source)
        if target.is_dir():
            raise UsageError(f"{target}: this is a folder; name the file to write, or use scrub_folder")
        refuse_records(target)
        with self._exclusive_while_open(str(given)):
            named = terms.with_format_from(target)
            beside = batch.retract_beside(target, named, given, overwrite=overwrite)
            taken = [text for one in beside for text in one.warnings]
            result = batch.publish_one(given, target, named, executor, overwrite=overwrite, analysis=analysis)
        return replace(result, warnings=(*result.warnings, *taken))

    def _ready(self) -> tuple[Executor, Terms]:
        if self._process not in (None, os.getpid()):  # before any lock: a thread that is not here may hold it
            raise UsageError(
                "the session was opened before this process was forked, and works only where it was opened; open one "
                "in each process"
            )
        if self._closed:
            raise UsageError("the session is closed; make a new one")
        if self._executor is None or self._terms is None:
            raise UsageError("the session is not open; use it in a block: with scrubber.Session(...) as session")
        with self._lock:
            if self._on is None and self._day != date.today():  # a consent may have ended at midnight
                self._terms = self._resolved(self._executor)
        return self._executor, self._terms

    def _resolved(self, executor: Executor) -> Terms:
        self._day = date.today()
        assess = batch.reference_assessor(executor) if self._isolate else None
        return Terms.of(
            self._policy, self._consent, self._purpose, self._on or self._day, self._despite_withdrawals, assess
        )

    def _exclusive(self) -> ExitStack:
        """One at a time in this process; workers take as many at once as there are."""
        stack = ExitStack()
        if not self._isolate:
            stack.enter_context(self._lock)
        return stack

    @contextmanager
    def _exclusive_while_open(self, name: str) -> Iterator[None]:
        """The same for a call about the photo `name`, unless the session was closed meanwhile."""
        with self._exclusive():
            if self._closed:
                raise given_up(name)
            yield
