"""A session among threads and processes: whoever is cut off is told at once and in words, and nobody waits for ever."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import pytest

import scrubber
from scrubber import Policy

FAST = Policy(preset="fast")
SOON = 20  # seconds within which a call must come back when its session is closed


def until_it_fails(call: Callable[[], Any], begun: Event) -> Exception:
    """What a call raises that is made again and again."""
    while True:
        try:
            call()
        except Exception as error:  # noqa: BLE001 — of whatever kind it is, is what the test asks
            return error
        begun.set()


@pytest.mark.parametrize("isolate", [True, False])
def test_calls_that_are_out_when_the_session_is_closed(isolate: bool, samples: Path, tmp_path: Path) -> None:
    photo = samples / "astronaut.jpg"
    data, begun = photo.read_bytes(), Event()
    session = scrubber.Session(policy=FAST, isolate=isolate, jobs=2)
    with ThreadPoolExecutor(6) as threads:
        with session:
            calls: list[Callable[[], Any]] = [
                *[lambda: session.scrub_bytes(data)] * 3,
                lambda: session.analyse(photo),
                lambda: session.scrub(photo, tmp_path / "one.jpg"),
                lambda: session.scrub(photo, tmp_path / "two.jpg"),
            ]
            out = [threads.submit(until_it_fails, call, begun) for call in calls]
            assert begun.wait(60)
        closed = time.monotonic()
        errors = [each.result(SOON) for each in out]
        assert time.monotonic() - closed < SOON
    assert {type(error) for error in errors} == {scrubber.UsageError}
    assert all("session" in str(error) and "closed" in str(error) for error in errors), errors
    assert not list(tmp_path.glob(".scrubber-*"))


def test_calls_before_and_after(samples: Path) -> None:
    session = scrubber.Session(policy=FAST)
    data = (samples / "astronaut.jpg").read_bytes()
    with pytest.raises(scrubber.UsageError, match="not open; use it in a block"):
        session.scrub_bytes(data)
    with session:
        pass
    with pytest.raises(scrubber.UsageError, match="the session is closed; make a new one"):
        session.scrub_bytes(data)


def test_a_session_is_opened_once(samples: Path) -> None:
    with scrubber.Session(policy=FAST) as session:
        with pytest.raises(scrubber.UsageError, match="opened before"):
            session.__enter__()
        assert session.scrub_bytes((samples / "astronaut.jpg").read_bytes()).data is not None
    with pytest.raises(scrubber.UsageError, match="opened before"):
        session.__enter__()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning")
@pytest.mark.parametrize("isolate", [True, False])
def test_a_forked_process_is_told_to_open_its_own(isolate: bool, samples: Path, tmp_path: Path) -> None:
    """Web servers load a program once and fork it then; calls in the child waited for ever."""
    data = (samples / "astronaut.jpg").read_bytes()
    with scrubber.Session(policy=FAST, isolate=isolate, jobs=1) as session:
        session.scrub_bytes(data)
        child = os.fork()
        if not child:
            try:
                with session._exclusive():  # as if a thread of the parent had been at work
                    session.scrub_bytes(data)
            except scrubber.UsageError as error:
                (tmp_path / "told").write_text(str(error))
            finally:
                session.__exit__(None, None, None)
                os._exit(0)
        assert ended(child)
        assert "open one in each process" in (tmp_path / "told").read_text()
        assert session.scrub_bytes(data).data is not None


def ended(child: int) -> bool:
    """Whether a process ended by itself."""
    until = time.monotonic() + SOON
    while time.monotonic() < until:
        if os.waitpid(child, os.WNOHANG)[0]:
            return True
        time.sleep(0.05)
    os.kill(child, 9)
    os.waitpid(child, 0)
    return False


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_process_that_ends_takes_no_worker_with_it(samples: Path, tmp_path: Path) -> None:
    """`multiprocessing` ends all children that it knows at its exit, and a fork knows those of its parent."""
    (tmp_path / "server.py").write_text(SERVER)
    words = [sys.executable, "-W", "ignore", "server.py", str(samples / "astronaut.jpg")]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert (done.stdout.split(), done.stderr) == (["published", "published"], "")


SERVER = """
import os, pathlib, sys, scrubber
data = pathlib.Path(sys.argv[1]).read_bytes()
with scrubber.Session(policy=scrubber.Policy(preset="fast"), isolate=True, jobs=1) as session:
    print(session.scrub_bytes(data).result.status, flush=True)
    child = os.fork()
    if not child:
        sys.exit()
    os.waitpid(child, 0)
    print(session.scrub_bytes(data).result.status)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.parametrize("begun", ["os.fork", "multiprocessing", "in a session"])
def test_a_fork_looks_for_faces_with_threads_of_its_own(begun: str, samples: Path, tmp_path: Path) -> None:
    """The parent's threads and MediaPipe's do not live on in a fork, and whoever waited for them waited for ever."""
    (tmp_path / "forks.py").write_text(FORKS)
    words = [sys.executable, "-W", "ignore", "forks.py", begun, str(samples / "astronaut.jpg")]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout.split() == ["1", "1", "published"], done.stderr


FORKS = """
import contextlib, multiprocessing, os, pathlib, sys, scrubber, scrubber.opencv
begun, photo = sys.argv[1:]
scrubber.opencv.load().setNumThreads(2)  # also where there is one processor
policy = scrubber.Policy(preset="fast")

def work():
    print(len(scrubber.find_faces(photo, "fast")), flush=True)
    with scrubber.Session(policy=policy) as session:
        print(session.scrub_bytes(pathlib.Path(photo).read_bytes()).result.status, flush=True)

with scrubber.Session(policy=policy) if begun == "in a session" else contextlib.nullcontext():
    print(len(scrubber.find_faces(photo, "fast")), flush=True)
    if begun == "multiprocessing":
        child = multiprocessing.get_context("fork").Process(target=work, daemon=True)
        child.start()
        child.join(50)
    else:
        child = os.fork()
        if not child:
            import signal
            signal.alarm(50)
            work()
            os._exit(0)
        os.waitpid(child, 0)
"""
