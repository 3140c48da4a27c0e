"""What every executor must keep: a run over any of them gives the same results, in order, with bounded work in flight.

A new executor gets a line in `EXECUTORS`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from scrubber import Limits, Policy, batch
from scrubber.batch.work import make_file
from scrubber.errors import DamagedPhoto, UsageError
from scrubber.terms import Terms

EXECUTORS: dict[str, Callable[[], AbstractContextManager[Any]]] = {
    "serial": batch.Serial,
    "one process": lambda: batch.Sandbox(1),
    "two processes": lambda: batch.Sandbox(2),
}
pytestmark = pytest.mark.usefixtures("own_workers")
ISOLATED = [name for name in EXECUTORS if name != "serial"]
TERMS = Terms.of(Policy(preset="fast"), None)


@pytest.fixture(params=list(EXECUTORS))
def executor(request: pytest.FixtureRequest) -> Iterator[batch.Executor]:
    with EXECUTORS[request.param]() as chosen:
        yield chosen


@pytest.fixture
def tasks(tmp_path: Path, scenery: np.ndarray) -> list[batch.Task]:
    """Nine photos and one that is damaged."""
    (tmp_path / "photos").mkdir()
    for number in range(9):
        Image.fromarray(np.roll(scenery, number, axis=1)).save(tmp_path / "photos" / f"{number}.png")
    (tmp_path / "photos" / "5-broken.png").write_bytes((tmp_path / "photos" / "5.png").read_bytes()[:200])
    return list(batch.plan([tmp_path / "photos"], tmp_path / "out").tasks)


def squared(number: int) -> int:
    return number * number


def refused(name: str) -> None:
    raise DamagedPhoto(f"{name}: the file is damaged; copy it again")


def submitted(executor: batch.Executor, function: Callable[..., Any], *arguments: Any) -> Any:
    return executor.submit("a.jpg", 100, Limits(), function, *arguments)


def test_a_call_gives_what_its_function_gives(executor: batch.Executor) -> None:
    calls = [submitted(executor, squared, number) for number in range(executor.ahead)]
    assert [call.result() for call in reversed(calls)] == [number**2 for number in reversed(range(executor.ahead))]


def test_a_call_raises_what_its_function_raises(executor: batch.Executor) -> None:
    with pytest.raises(DamagedPhoto, match=r"a\.jpg: the file is damaged"):
        submitted(executor, refused, "a.jpg").result()


def test_after_it_was_closed_it_can_be_used_again(executor: batch.Executor) -> None:
    submitted(executor, squared, 1)
    executor.close()
    assert submitted(executor, squared, 3).result() == 9


def test_only_so_much_is_in_flight_as_it_takes(executor: batch.Executor) -> None:
    out: list[int] = []
    most = 0

    def hand_out(item: int) -> Any:
        out.append(item)
        return submitted(executor, squared, item)

    for item, call in batch.in_order(executor, range(40), hand_out):
        most = max(most, len(out))
        out.remove(item)
        assert call.result() == item**2
    assert most == executor.ahead


def test_results_are_the_same_in_order_and_to_the_byte(
    executor: batch.Executor, tasks: list[batch.Task], tmp_path: Path
) -> None:
    results = list(batch.run(tasks, batch.Publisher(tmp_path / "out", TERMS), executor))
    assert [result.input for result in results] == [str(task.source) for task in tasks]
    assert {result.input: result.reason for result in results if result.status != "published"} == {
        str(tmp_path / "photos" / "5-broken.png"): "damaged"
    }
    with batch.Serial() as serial:
        again = list(batch.run(tasks, batch.Publisher(tmp_path / "again", TERMS), serial))
    assert copies(tmp_path / "out") == copies(tmp_path / "again")
    assert [told(result) for result in results] == [told(result) for result in again]


def test_workers_stage_and_the_coordinator_publishes(
    executor: batch.Executor, tasks: list[batch.Task], tmp_path: Path
) -> None:
    """A worker never gives a copy its final name, and never sees the ledger."""
    publisher = batch.Publisher(tmp_path / "out", TERMS)
    publisher.storage.prepare()
    made = submitted(executor, make_file, tasks[0].source, batch.Shared(TERMS), publisher.storage).result()
    assert made.staged is not None
    assert [path.name for path in (tmp_path / "out").iterdir()] == [made.staged.name]
    assert not publisher.ledger.path.exists()


@pytest.mark.parametrize("name", ISOLATED)
def test_a_worker_that_dies_costs_its_call(name: str) -> None:
    with EXECUTORS[name]() as executor:
        dead, alive = submitted(executor, os._exit, 9), submitted(executor, squared, 4)
        with pytest.raises(Exception, match=r"a\.jpg: it broke the process that worked on it"):
            dead.result()
        assert alive.result() == 16


@pytest.mark.parametrize("name", ISOLATED)
def test_a_call_that_is_out_when_it_is_closed_comes_back(name: str) -> None:
    with EXECUTORS[name]() as executor, ThreadPoolExecutor() as threads:
        begun = submitted(executor, squared, 2)
        waiting = [threads.submit(submitted(executor, time.sleep, 600).result) for _ in range(executor.ahead)]
        begun.result()
        executor.close()
        for each in waiting:
            with pytest.raises(
                UsageError, match=r"a\.jpg: the session was closed while this photo was being worked on"
            ):
                each.result(20)
    with pytest.raises(UsageError, match="was closed"):
        submitted(executor, squared, 3)


def copies(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def told(result: Any) -> tuple[Any, ...]:
    return result.status, result.reason, result.output and Path(result.output).name, result.faces, result.warnings
