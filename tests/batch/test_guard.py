"""A photo that holds its worker is given up; one that only takes long, because there is much in it, is not."""

from __future__ import annotations

import ctypes
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from scrubber import Limits, Policy, batch
from scrubber.batch.sandbox.executors import Shared
from scrubber.batch.work import Made, make_file
from scrubber.detection import presets
from scrubber.errors import DamagedPhoto
from scrubber.results import Result
from scrubber.storage import Storage
from scrubber.terms import Terms

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("own_workers")]

SHORT = 5.0  # seconds to open a photo in these tests
FOR_EVER = 30.0  # seconds; a trap that lasts longer than it may opens then, and shows
LARGE = 1_500_000  # bytes; a photo of so many may take many times as long, once it is opened


def search_for(seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        presets.find(np.zeros((600, 800, 3), dtype=np.uint8), "fast")
        time.sleep(0.5)  # what is watched is the clock, and not how busy the processor is


def sleeps() -> None:
    time.sleep(FOR_EVER)


def locks() -> None:
    """As a decoder that does not give the interpreter's lock back: no thread of Python runs any more."""
    if os.name == "posix":
        ctypes.PyDLL(None).sleep(int(FOR_EVER))
    else:
        sleeps()


def stops_late() -> None:
    """Opened, but never done with."""
    search_for(1)
    sleeps()


def searches_long() -> None:
    """As a huge photo on an old laptop."""
    search_for(1.5 * SHORT)


def stumbles() -> None:
    raise KeyError("what nobody foresaw")


def runs_out_of_memory() -> None:
    raise MemoryError


def dies() -> None:
    os._exit(9)


TRAPS: dict[str, tuple[Callable[[], None], int]] = {
    "sleeps": (sleeps, 0),
    "sleeps, large": (sleeps, LARGE),
    "locks": (locks, 0),
    "stops late": (stops_late, 0),
    "searches long": (searches_long, LARGE),
    "stumbles": (stumbles, 0),
    "runs out of memory": (runs_out_of_memory, 0),
    "dies": (dies, 0),
}
"""Names of photos, what happens in the worker that gets them, and how many bytes are added to them."""


def work(source: Path, terms: Shared[Terms], folder: Storage | None) -> Made:
    if source.stem in TRAPS:
        TRAPS[source.stem][0]()
    return make_file(source, terms, folder)


def tasks(folder: Path, samples: Path, names: Sequence[str]) -> list[batch.Task]:
    whole = (samples / "astronaut.jpg").read_bytes()
    for name in names:
        # What trails the picture is not looked at.
        (folder / f"{name}.jpg").write_bytes(whole + bytes(TRAPS[name][1] if name in TRAPS else LARGE))
    return [batch.Task(folder / f"{name}.jpg", Path(f"{name}.jpg")) for name in names]


def terms() -> Terms:
    return Terms.of(Policy(preset="fast", limits=Limits(seconds=SHORT)), None, None, None)


@pytest.fixture(scope="module")
def results(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Result]:
    """One run with a good photo before and after every trap."""
    names = [name for number, trap in enumerate(TRAPS) for name in (f"good {number}", trap)] + ["good last"]
    folder = tmp_path_factory.mktemp("traps")
    return dict(zip(names, run(tasks(folder, samples, names), folder / "out", 2), strict=True))


def run(tasks: list[batch.Task], out: Path, jobs: int) -> list[Result]:
    with batch.Sandbox(jobs, jobs) as executor:
        return list(batch.run(tasks, batch.Publisher(out, terms(), rehearse=True), executor, work))


def test_all_others_come_through(results: dict[str, Result]) -> None:
    good = {result.status for name, result in results.items() if name.startswith("good")}
    assert good == {"rehearsed"}


@pytest.mark.parametrize("name", ["sleeps", "sleeps, large", "locks", "stops late"])
def test_a_photo_that_hangs_is_given_up(results: dict[str, Result], name: str) -> None:
    assert results[name].reason == "worker-lost"
    assert f"{name}.jpg: it takes too long; leave it out" in results[name].warnings[0]


def test_a_large_photo_may_take_longer_once_it_is_opened(results: dict[str, Result]) -> None:
    assert results["searches long"].status == "rehearsed"


@pytest.mark.parametrize(
    ("name", "reason", "said"),
    [
        ("stumbles", "unforeseen", "what nobody foresaw"),
        ("runs out of memory", "too-large", "memory"),
        ("dies", "worker-lost", "broke the process"),
    ],
)
def test_what_nobody_foresaw_costs_one_photo(results: dict[str, Result], name: str, reason: str, said: str) -> None:
    assert results[name].status == "failed"
    assert results[name].reason == reason
    assert f"{name}.jpg" in results[name].warnings[0]
    assert said in results[name].warnings[0]


def test_a_photo_on_its_own_is_watched_too(tmp_path: Path, samples: Path) -> None:
    [result] = run(tasks(tmp_path, samples, ["dies"]), tmp_path / "out", 1)
    assert result.reason == "worker-lost"


def test_bytes_are_opened_apart_too(samples: Path) -> None:
    data = (samples / "astronaut.jpg").read_bytes()
    with batch.Sandbox() as executor:
        assert batch.make_one(data, "given", terms(), executor)[0].withheld is None
        with pytest.raises(DamagedPhoto, match="given"):
            batch.make_one(data[:3000], "given", terms(), executor)
