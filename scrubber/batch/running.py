"""Runs a plan, on one process or several; a photo that fails, or kills its worker, costs only itself."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import TimeoutError as TookTooLong
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from scrubber import opencv
from scrubber.batch import isolation
from scrubber.errors import PhotoError, WorkerLost
from scrubber.faces import finding
from scrubber.pipeline import Terms, scrub_file
from scrubber.types import Result

if TYPE_CHECKING:
    from pebble import ProcessFuture

    from scrubber.batch.journal import Journal
    from scrubber.batch.plan import Task

_LONGEST: Final = 120.0  # seconds for one photo; a hundred megapixels, thoroughly, take half of that
_AHEAD: Final = 4  # tasks handed out per worker, so that none waits while results are read in order

Work: TypeAlias = Callable[[Path, Path, Terms, Sequence[str]], Result]
"""What is done with each task's source, target and extensions: `pipeline.scrub_file`, or its rehearsal."""

_terms: Terms
_journal: Journal | None


def workers(jobs: int | None, tasks: int) -> int:
    """How many processes to use: one per core unless told otherwise, never more than there are tasks."""
    return max(1, min(jobs or os.cpu_count() or 1, tasks))


def run(
    tasks: Sequence[Task],
    terms: Terms,
    jobs: int | None = None,
    work: Work = scrub_file,
    journal: Journal | None = None,
) -> Iterator[Result]:
    """Do `work` for every task; yields one result for each, in the order of `tasks`.

    What the journal says was done already is `unchanged`. The results are the same on any number of workers. Raises
    `MissingPart` if a model is not there.
    """
    count = workers(jobs, len(tasks))
    return _alone(tasks, terms, work, journal) if count == 1 else _together(tasks, terms, count, work, journal)


def _alone(tasks: Sequence[Task], terms: Terms, work: Work, journal: Journal | None) -> Iterator[Result]:
    with finding.kept_warm():
        for task in tasks:
            yield (journal and journal.recall(task, terms)) or _settle(work, task, terms, journal)


def _together(tasks: Sequence[Task], terms: Terms, count: int, work: Work, journal: Journal | None) -> Iterator[Result]:
    from pebble import ProcessPool

    threads = max(1, (os.cpu_count() or 1) // count)
    # Workers start afresh: a forked one would inherit locks of threads that do not exist in it.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPool(max_workers=count, initializer=_begin, initargs=(terms, journal, threads), context=context)
    waiting: deque[tuple[Task, ProcessFuture[Result] | Result]] = deque()
    rest = iter(tasks)
    try:
        while True:
            for task in islice(rest, count * _AHEAD - len(waiting)):
                known = journal.recall(task, terms) if journal else None
                waiting.append((task, known or pool.schedule(_do, args=[work, task], timeout=_LONGEST)))
            if not waiting:
                return
            task, outcome = waiting.popleft()
            yield outcome if isinstance(outcome, Result) else _attempt(task, partial(_fetched, task, outcome))
    finally:
        pool.stop()  # type: ignore[no-untyped-call]
        pool.join()


def _fetched(task: Task, future: ProcessFuture[Result]) -> Result:
    from pebble import ProcessExpired

    remedy = "try it alone, or with --jobs 1, and leave it out if that fails too"
    try:
        result: Result = future.result()
    except TookTooLong as error:
        raise WorkerLost(f"{task.source}: it took longer than {_LONGEST:.0f} seconds; {remedy}") from error
    except ProcessExpired as error:
        raise WorkerLost(f"{task.source}: the process that worked on it died; {remedy}") from error
    return result


def _settle(work: Work, task: Task, terms: Terms, journal: Journal | None) -> Result:
    """Do the work of one task, and note at once what became of it."""
    result = _attempt(task, partial(work, task.source, task.target, terms, task.extensions))
    if journal is not None:
        journal.record(task, result, terms)
    return result


def _attempt(task: Task, outcome: Callable[[], Result]) -> Result:
    """What `outcome` gives, or a failed one: the rest of the folder goes on."""
    try:
        return outcome()
    except PhotoError as error:
        return Result(str(task.source), None, "failed", error.reason, warnings=(str(error),))


def _begin(terms: Terms, journal: Journal | None, threads: int) -> None:
    """What a worker process does once, before its first photo."""
    global _terms, _journal
    _terms, _journal = terms, journal
    isolation.enter()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that temporary files are taken away
    opencv.load().setNumThreads(threads)


def _do(work: Work, task: Task) -> Result:
    return _settle(work, task, _terms, _journal)
