"""Runs a plan: files are opened by an executor, results come in order, and one process publishes them."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from scrubber.batch.emptied_folders import remove_emptied_folders
from scrubber.batch.idle_restrictions import idle_restrictions
from scrubber.batch.in_order import in_order
from scrubber.batch.ledger.copies import at_work
from scrubber.batch.sandbox.executors import Executor, Pending, Sandbox, Shared
from scrubber.batch.work import Made, make_file
from scrubber.errors import PhotoError, PhotoTooLarge, ScrubberError
from scrubber.guarded import size_of
from scrubber.results import Result
from scrubber.values import SourceId

if TYPE_CHECKING:
    from scrubber.batch.plan import Task
    from scrubber.batch.publisher import Publisher
    from scrubber.storage import Storage
    from scrubber.terms import Terms

_NO_MEMORY: Final = -4  # OpenCV's code for it (Error::StsNoMem)

Work = Callable[[Path, "Shared[Terms]", "Storage | None"], Made]
"""What is done with each task's source: `work.make_file`, or what a test puts in its place."""


def workers(jobs: int | None, tasks: int) -> int:
    """How many processes to use: one per core unless told otherwise, never more than there are tasks."""
    return max(1, min(jobs or os.cpu_count() or 1, tasks))


def run(
    tasks: Sequence[Task], publisher: Publisher, executor: Executor | None = None, work: Work = make_file
) -> Generator[Result, None, None]:
    """Make every photo of `tasks` safe and publish it; yields one result for each, in their order.

    Before them come results on copies of earlier runs that must not be seen and cannot be taken away, behind them those
    that were taken away. What is published already and has not changed is `unchanged`. The results are the same in any
    executor; without one a sandbox is started. Raises `MissingPart` if a model is not there, `UsageError` if another
    run is at work in the folder.
    """
    with ExitStack() as stack:
        if not publisher.rehearse:
            publisher.storage.prepare()
            stack.enter_context(at_work(publisher.ledger, publisher.storage))
            publisher.ledger.refresh()
        if executor is None:
            executor = stack.enter_context(Sandbox(workers(None, len(tasks))))
        try:
            yield from publisher.begin(tasks)
            seen: list[SourceId] = []
            for result in _all_results(tasks, publisher, executor, work):
                seen += [result.source] if result.source else []
                yield result
            yield from publisher.finish()
            if not publisher.rehearse:
                remove_emptied_folders(publisher.ledger)
            yield from idle_restrictions(publisher.terms, seen)
        except BaseException:
            executor.close()  # before what it staged is cleared away, or it would stage more
            raise


@dataclass(frozen=True, slots=True)
class _Handed:
    """What was handed out, and the terms under which it is made."""

    pending: Pending[Made]
    terms: Terms


class _Work:
    """Hands tasks out under the terms that the publisher goes by then."""

    def __init__(self, publisher: Publisher, executor: Executor, work: Work) -> None:
        self.publisher = publisher
        self.executor = executor
        self._work = work
        self._storage = None if publisher.rehearse else publisher.storage
        self._terms = publisher.terms
        self._shared = Shared(self._terms.for_workers())

    def hand_out(self, task: Task) -> _Handed:
        if self._terms is not self.publisher.terms:
            self._terms = self.publisher.terms
            self._shared = Shared(self._terms.for_workers())
        size, limits = size_of(task.source), self._terms.policy.limits
        call = self.executor.submit(
            str(task.source), size, limits, self._work, task.source, self._shared, self._storage
        )
        return _Handed(call, self._terms)


def _all_results(tasks: Sequence[Task], publisher: Publisher, executor: Executor, work: Work) -> Iterator[Result]:
    """The results of the tasks, and again of those about which something was said while the run was going on."""
    handing = _Work(publisher, executor, work)
    waiting = tasks
    while waiting:
        yield from _results(waiting, handing)
        yield from publisher.catch_up()
        waiting = publisher.outdated(tasks)


def _results(tasks: Sequence[Task], work: _Work) -> Iterator[Result]:
    publisher, executor = work.publisher, work.executor

    def hand_out(task: Task) -> _Handed | list[Result]:
        if task in done:
            return done.pop(task)
        known = publisher.recall(task)
        return work.hand_out(task) if known is None else [known]

    def results_of(task: Task, outcome: _Handed | list[Result]) -> Iterable[Result]:
        return outcome if isinstance(outcome, list) else _task_results(task, outcome, work)

    done: dict[Task, list[Result]] = {}
    done |= {task: list(results_of(task, out)) for task, out in in_order(executor, publisher.first_of(tasks), hand_out)}
    for task, outcome in in_order(executor, tasks, hand_out):
        yield from results_of(task, outcome)


def _task_results(task: Task, handed: _Handed, work: _Work) -> Iterator[Result]:
    """The results of one task, or a failed one: the rest of the folder goes on."""
    publisher = work.publisher
    try:
        made = handed.pending.result()
        yield from list(publisher.catch_up())
        while publisher.is_outdated(made, handed.terms):
            if made.staged is not None:
                publisher.storage.discard(made.staged)
            handed = work.hand_out(task)
            made = handed.pending.result()
            yield from list(publisher.catch_up())
        yield from list(publisher.publish(task, made))
    except PhotoError as error:
        outcome_of_failure = failed(task.source, error)
    except ScrubberError:
        raise
    except Exception as error:  # noqa: BLE001 — whatever a hostile photo brings about, others must not pay for it
        outcome_of_failure = _unforeseen(task.source, error)
    else:
        return
    yield outcome_of_failure
    yield from publisher.withdraw(task, "has an original that could not be made safe this time")


def failed(source: Path, error: PhotoError) -> Result:
    """The result for a photo that could not be made safe."""
    return _failed(source, error.reason, str(error))


def _unforeseen(source: Path, error: Exception) -> Result:
    if isinstance(error, MemoryError) or getattr(error, "code", None) == _NO_MEMORY:
        said = f"{source}: there is not enough memory for it; make it smaller, or give --jobs 1 (jobs=1)"
        return _failed(source, PhotoTooLarge.reason, said)
    said = "".join(traceback.format_exception_only(error)).strip().replace("\n", " ")[:300]
    place = traceback.extract_tb(error.__traceback__)[-1]
    said = f"{said}, at {Path(place.filename).name}:{place.lineno}"
    return _failed(source, "unforeseen", f"{source}: {said}; this is a mistake in scrubber, please report it")


def _failed(source: Path, reason: str, said: str) -> Result:
    return Result(str(source), None, "failed", reason, warnings=(said,))
