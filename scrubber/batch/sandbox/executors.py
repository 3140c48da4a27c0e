"""Processes in which files are opened, so that what a file does to a decoder costs that file and nothing else.

An `Executor` only opens files: its workers analyse, render and stage. The coordinator plans, gives names and keeps the
ledger, and is the same for all of them. In a `Sandbox` a worker has no network where the system allows it, a limit on
memory and a limit on time. `Serial` calls in this process, with none of that: for whoever asks for it. The tests of
executors (tests/batch/test_executors.py) hold for each; a new one is added to them.
"""

from __future__ import annotations

import atexit
import os
import pickle
import signal
import sys
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from functools import lru_cache
from threading import Event, Lock
from typing import TYPE_CHECKING, Any, Final, Generic, ParamSpec, Protocol, TypeVar

from scrubber import forking, opencv
from scrubber.batch.sandbox import isolation, memory, watchdog
from scrubber.detection import presets
from scrubber.errors import Argument, ScrubberError, UsageError, WorkerLost

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from pebble import ProcessFuture, ProcessPool

    from scrubber.policy import Limits

P = ParamSpec("P")
Value = TypeVar("Value")
Outcome = TypeVar("Outcome", covariant=True)

_AHEAD: Final = 4  # calls handed out per worker, so that none waits while results are read in order
_MOST_KEPT: Final = 1536 * 1024**2  # bytes that a worker may hold on to between photos

_threads: int
_at_work = False


class Pending(Protocol[Outcome]):
    """Something that was handed out."""

    def result(self) -> Outcome:
        """What came of it; waits for it. Raises what the work raised, and `WorkerLost`."""


class Executor(Protocol):
    """Where files are opened."""

    @property
    def ahead(self) -> int:
        """How many calls may be out at a time: enough to keep every worker busy, and no more, for each needs memory."""

    def submit(
        self, name: str, size: int, limits: Limits, function: Callable[P, Value], *args: P.args, **kwargs: P.kwargs
    ) -> Pending[Value]:
        """Hand out one call. `name` is what messages call the file, `size` its bytes, on which time and memory hang."""

    def close(self) -> None:
        """Give up what was handed out. More may be handed out afterwards."""


class Shared(Generic[Value]):
    """A value that many calls need: it is pickled once, and unpickled once in each process."""

    def __init__(self, value: Value) -> None:
        self.value = value
        self._packed: bytes | None = None

    def __reduce__(self) -> tuple[Callable[[bytes], Shared[Value]], tuple[bytes]]:
        if self._packed is None:
            self._packed = pickle.dumps(self.value)
        return _unpacked, (self._packed,)


@lru_cache(maxsize=4)
def _unpacked(packed: bytes) -> Shared[Any]:
    return Shared(pickle.loads(packed))  # from a parent process of our own


class Sandbox:
    """So many worker processes, which together use as many processors as `jobs` says, or all there are.

    They start with the first call. Safe to use from several threads, of which one may close it while others wait: their
    calls raise `UsageError` then. Use it in a `with` block, or `close` it. Behind the block it takes no calls.
    """

    def __init__(self, workers: int = 1, jobs: int | None = None) -> None:
        self.workers = workers
        self.ahead = _AHEAD * workers
        self._threads = max(1, (jobs or os.cpu_count() or 1) // workers)
        self._lock = Lock()
        self._running: _Running | None = None
        self._left = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._left = True
        self.close()

    def submit(
        self, name: str, size: int, limits: Limits, function: Callable[P, Value], *args: P.args, **kwargs: P.kwargs
    ) -> Pending[Value]:
        call = (size, limits, function, args, kwargs)
        with self._lock:  # or the pool could be stopped before the call is in it, and would never answer
            if self._left:
                raise given_up(name)
            self._running = self._running or _Running(self._new_pool())
            return self._running.submit(name, list(call))

    def close(self) -> None:
        """End the workers; what they are at is lost."""
        with self._lock:
            running, self._running = self._running, None
        if running is not None:
            running.end()

    def _new_pool(self) -> ProcessPool:
        from pebble import ProcessPool

        return ProcessPool(self.workers, initializer=_begin, initargs=(self._threads,), context=forking.context())


class _Running:
    """Worker processes from their first call to their end, and the calls that are out."""

    def __init__(self, pool: ProcessPool) -> None:
        self._pool = pool
        self._out = set[Any]()
        self._ended = Event()

    def submit(self, name: str, call: list[Any]) -> _Scheduled[Any]:
        try:
            future: ProcessFuture[Any] = self._pool.schedule(_call, args=call)
        except RuntimeError as error:  # the pool has noticed that all its workers are gone
            raise _ended_from_outside() from error
        self._out.add(future)
        future.add_done_callback(self._out.discard)
        return _Scheduled(name, future, self._ended)

    def end(self) -> None:
        """End the workers, then whoever waits for them: what a worker staged must not come later than its cleaner."""
        self._ended.set()
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()
        for future in list(self._out):
            future.set_exception(BrokenProcessPool())  # the pool leaves some without an answer


class Serial:
    """Calls in this process: a file that breaks a decoder breaks the caller, one that hangs it hangs.

    Models stay loaded inside its `with` block. A call is made when its result is asked for.
    """

    ahead = 1

    def __init__(self) -> None:
        self._warm = ExitStack()

    def __enter__(self) -> Self:
        self._warm.enter_context(presets.model_session())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._warm.close()

    def submit(
        self,
        name: str,  # noqa: ARG002
        size: int,  # noqa: ARG002
        limits: Limits,  # noqa: ARG002
        function: Callable[P, Value],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Pending[Value]:
        return _Deferred(lambda: function(*args, **kwargs))


class _Scheduled(Generic[Value]):
    def __init__(self, name: str, future: ProcessFuture[Value], ended: Event) -> None:
        self._name = name
        self._future = future
        self._ended = ended

    def result(self) -> Value:
        from pebble import ProcessExpired

        try:
            return self._future.result()
        except ScrubberError:
            raise
        except Exception as error:
            if self._ended.is_set():  # whatever the pool says of a call that it gave up
                raise given_up(self._name) from error
            if isinstance(error, ProcessExpired):
                raise self._lost(error.exitcode) from error
            if isinstance(error, BrokenProcessPool):
                raise _ended_from_outside() from error
            raise

    def _lost(self, exitcode: int) -> WorkerLost:
        happened = "takes too long" if exitcode == watchdog.EXPIRED else "broke the process that worked on it"
        return WorkerLost(f"{self._name}: it {happened}; leave it out, or open it in another program and save it anew")


class _Deferred(Generic[Value]):
    def __init__(self, call: Callable[[], Value]) -> None:
        self._call = call

    def result(self) -> Value:
        return self._call()


def given_up(name: str) -> UsageError:
    """What to raise for a call that was out when its executor was closed, or came after that."""
    return UsageError(
        f"{name}: the session was closed while this photo was being worked on; close it when all calls have come back"
    )


def _ended_from_outside() -> ScrubberError:
    return ScrubberError(
        (
            "the processes that work on photos were ended from outside, perhaps for want of memory; do the same again "
            "with ",
            Argument("jobs", 1),
            ": a run carries on where this one stopped",
        )
    )


def _begin(threads: int) -> None:
    """What a worker does once, before its first file. What can be missing is asked for by the first call."""
    global _threads
    _threads = threads
    isolation.enter()
    memory.keep()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    signal.signal(signal.SIGTERM, _end)
    warm = ExitStack()
    warm.enter_context(presets.model_session())
    atexit.register(warm.close)


def _call(
    size: int, limits: Limits, function: Callable[..., Value], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Value:
    global _at_work
    try:
        _at_work = True
        opencv.load().setNumThreads(_threads)
        with watchdog.watched(size, limits):
            return function(*args, **kwargs)
    except SystemExit:
        os._exit(1)  # the pool would take it for this file's outcome and go on with the next
    finally:
        _at_work = False
        memory.trim(_MOST_KEPT)


def _end(*_: object) -> None:
    """The pool wants this worker to go: with a file in work, so that its temporary file is taken away."""
    if _at_work:
        sys.exit(1)
    os._exit(1)  # it may be on its way out already, where an exception would be printed
