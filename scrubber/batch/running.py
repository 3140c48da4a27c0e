"""Runs a plan, on one process or several; a photo that fails, or kills its worker, costs only itself."""

from __future__ import annotations

import atexit
import os
import signal
import sys
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

from scrubber import forking, memory, opencv
from scrubber.batch import guard, isolation
from scrubber.errors import PhotoError, PhotoTooLarge, ScrubberError, WorkerLost
from scrubber.faces import finding
from scrubber.pipeline import make_safe, scrub_file
from scrubber.terms import Terms
from scrubber.types import Result

if TYPE_CHECKING:
    from pebble import ProcessFuture, ProcessPool

    from scrubber.batch.plan import Task
    from scrubber.pipeline import SafeCopy

_AHEAD: Final = 4  # tasks handed out per worker, so that none waits while results are read in order
_NO_MEMORY: Final = -4  # OpenCV's code for it (Error::StsNoMem)
_MOST_KEPT: Final = 1536 * 1024**2  # bytes that a worker may hold on to between photos

Work: TypeAlias = Callable[[Path, Path, Terms, Sequence[str]], Result]
"""What is done with each task's source, target and extensions: `pipeline.scrub_file`, or its rehearsal."""

Outcome = TypeVar("Outcome")

_terms: Terms
_threads: int
_at_work = False


def workers(jobs: int | None, tasks: int) -> int:
    """How many processes to use: one per core unless told otherwise, never more than there are tasks."""
    return max(1, min(jobs or os.cpu_count() or 1, tasks))


def run(
    tasks: Sequence[Task],
    terms: Terms,
    jobs: int | None = None,
    work: Work = scrub_file,
) -> Iterator[Result]:
    """Do `work` for every task; yields one result for each, in the order of `tasks`.

    The results are the same on any number of workers; for one
    no other process is started, so a photo that breaks a decoder breaks the caller. Raises `MissingPart` if a model is
    not there.
    """
    count = workers(jobs, len(tasks))
    return _here(tasks, terms, jobs, work) if count == 1 else run_apart(tasks, terms, jobs, work)


def _here(tasks: Sequence[Task], terms: Terms, jobs: int | None, work: Work) -> Iterator[Result]:
    cv2 = opencv.load()
    before = cv2.getNumThreads()
    cv2.setNumThreads(before if jobs is None else jobs)
    try:
        with finding.kept_warm():
            for task in tasks:
                yield _settle(work, task, terms)
    finally:
        cv2.setNumThreads(before)


def run_apart(
    tasks: Sequence[Task],
    terms: Terms,
    jobs: int | None = None,
    work: Work = scrub_file,
) -> Iterator[Result]:
    """As `run`, but every photo is opened in another process, even if there is one only.

    So whatever a photo does to its process, and however long it takes, there is a result for it and for all others.
    """
    count = workers(jobs, len(tasks))
    waiting: deque[tuple[Task, ProcessFuture[Result] | Result]] = deque()
    rest = iter(tasks)
    with _pool(terms, count, jobs) as pool:
        while True:
            for task in islice(rest, count * _AHEAD - len(waiting)):
                waiting.append((task, pool.schedule(_do, args=[work, task])))
            if not waiting:
                return
            task, outcome = waiting.popleft()
            if isinstance(outcome, Result):
                yield outcome
            else:
                yield _attempt(task, partial(_fetched, str(task.source), outcome))


def make_apart(data: bytes, name: str, terms: Terms) -> SafeCopy:
    """As `pipeline.make_safe`, but in another process, so that whatever the photo does to it there is an answer.

    Raises `PhotoError` for a photo that cannot be opened, `MissingPart` if a model is not there.
    """
    with _pool(terms, 1, None) as pool:
        return _fetched(name, pool.schedule(_make, args=[data, name]))


@contextmanager
def _pool(terms: Terms, count: int, jobs: int | None) -> Iterator[ProcessPool]:
    """So many workers, which together use as many processors as `jobs` says, or all there are."""
    from pebble import ProcessPool

    threads = max(1, (jobs or os.cpu_count() or 1) // count)
    pool = ProcessPool(count, initializer=_begin, initargs=(terms, threads), context=forking.context())
    try:
        yield pool
    finally:
        pool.stop()  # type: ignore[no-untyped-call]
        pool.join()


def _fetched(name: str, future: ProcessFuture[Outcome]) -> Outcome:
    from pebble import ProcessExpired

    remedy = "leave it out, or open it in another program and save it anew"
    try:
        result: Outcome = future.result()
    except ProcessExpired as error:
        happened = "takes too long" if error.exitcode == guard.EXPIRED else "broke the process that worked on it"
        raise WorkerLost(f"{name}: it {happened}; {remedy}") from error
    except BrokenProcessPool as error:
        raise ScrubberError(
            "the processes that work on photos were ended from outside, perhaps for want of memory; give the same "
            "command again with --jobs 1: it carries on where this one stopped"
        ) from error
    return result


def _settle(work: Work, task: Task, terms: Terms) -> Result:
    return _attempt(task, partial(work, task.source, task.target, terms, task.extensions))


def _attempt(task: Task, outcome: Callable[[], Result]) -> Result:
    """What `outcome` gives, or a failed one: the rest of the folder goes on."""
    try:
        return outcome()
    except PhotoError as error:
        return _failed(task, error.reason, str(error))
    except ScrubberError:
        raise
    except Exception as error:  # noqa: BLE001 — whatever a hostile photo brings about, others must not pay for it
        if isinstance(error, MemoryError) or getattr(error, "code", None) == _NO_MEMORY:
            said = f"{task.source}: there is not enough memory for it; make it smaller, or give --jobs 1"
            return _failed(task, PhotoTooLarge.reason, said)
        said = "".join(traceback.format_exception_only(error)).strip().replace("\n", " ")[:300]
        place = traceback.extract_tb(error.__traceback__)[-1]
        said = f"{said}, at {Path(place.filename).name}:{place.lineno}"
        return _failed(task, "unforeseen", f"{task.source}: {said}; this is a mistake in scrubber, please report it")


def _failed(task: Task, reason: str, said: str) -> Result:
    return Result(str(task.source), None, "failed", reason, warnings=(said,))


def _begin(terms: Terms, threads: int) -> None:
    """What a worker process does once, before its first photo. What can be missing is asked for by the first photo."""
    global _terms, _threads
    _terms, _threads = terms, threads
    isolation.enter()
    memory.keep()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    signal.signal(signal.SIGTERM, _end)
    warm = ExitStack()
    warm.enter_context(finding.kept_warm())
    atexit.register(warm.close)


def _do(work: Work, task: Task) -> Result:
    with _guarded(_size(task.source)):
        return _settle(work, task, _terms)


def _make(data: bytes, name: str) -> SafeCopy:
    with _guarded(len(data)):
        return make_safe(data, name, _terms)


@contextmanager
def _guarded(size: int) -> Iterator[None]:
    global _at_work
    opencv.load().setNumThreads(_threads)
    try:
        _at_work = True
        with guard.watched(size, _terms.policy.limits):
            yield
    except SystemExit:
        os._exit(1)  # the pool would take it for this photo's outcome and go on with the next
    finally:
        _at_work = False
        memory.trim(_MOST_KEPT)


def _end(*_: object) -> None:
    """The pool wants this worker to go: with a photo in work, so that its temporary file is taken away."""
    if _at_work:
        sys.exit(1)
    os._exit(1)  # it may be on its way out already, where an exception would be printed


def _size(source: Path) -> int:
    """Bytes; 0 for what cannot be read, which its own turn will tell."""
    try:
        return source.stat().st_size
    except OSError:
        return 0
