"""A worker has no network and limited memory, and hostile files cost themselves only."""

from __future__ import annotations

import errno
import mmap
import os
import shutil
import socket
import subprocess
import sys
from multiprocessing import forkserver
from pathlib import Path

import pytest
from PIL import Image

import scrubber
from scrubber import Policy, batch, forking
from scrubber.batch.sandbox.executors import Shared
from scrubber.batch.work import Made, make_file
from scrubber.errors import DamagedPhoto, NotWritable
from scrubber.results import Result
from scrubber.storage import Storage
from scrubber.terms import Terms

pytestmark = pytest.mark.usefixtures("own_workers")

linux = pytest.mark.skipif(sys.platform != "linux", reason="namespaces and limits on data are Linux's")


@pytest.fixture
def tasks(tmp_path: Path) -> list[batch.Task]:
    """Two tasks, so that they are done by workers; what is done is up to the test."""
    for name in ("a", "b"):
        Image.new("RGB", (32, 32)).save(tmp_path / f"{name}.png")
    return [batch.Task(tmp_path / f"{name}.png", Path(f"{name}.png")) for name in ("a", "b")]


def outcomes(tasks: list[batch.Task], work: batch.running.Work) -> list[Result]:
    terms, out = Terms.of(None, None), tasks[0].source.parent / "out"
    with batch.Sandbox(2) as executor:
        return list(batch.run(tasks, batch.Publisher(out, terms), executor, work))


def reaches_out(source: Path, _terms: Shared[Terms], _folder: Storage | None) -> Made:
    """Fails as not writable if the network can be reached, as damaged if not."""
    try:
        with socket.socket() as client:
            client.connect(("127.0.0.1", int(os.environ["LISTENER"])))
    except OSError as error:
        raise DamagedPhoto(f"{source}: {error}") from error
    raise NotWritable(f"{source}: connected")


def takes_memory(source: Path, _terms: Shared[Terms], _folder: Storage | None) -> Made:
    """Fails as damaged if 2 GiB cannot be had, as not writable if they can."""
    try:
        mmap.mmap(-1, 2 * 1024**3, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS).close()
    except OSError as error:
        raise DamagedPhoto(f"{source}: {error}") from error
    raise NotWritable(f"{source}: took two GiB")


def plots(source: Path, terms: Shared[Terms], folder: Storage | None) -> Made:
    """Fails as not writable if looking for faces loads a plotting or a sound library, as damaged if not."""
    make_file(source, terms, folder)
    if {"matplotlib", "matplotlib.pyplot", "sounddevice"} & set(sys.modules):
        raise NotWritable(f"{source}: plotted")
    raise DamagedPhoto(f"{source}: not plotted")


def test_workers_load_nothing_for_plots_and_sound(tasks: list[batch.Task]) -> None:
    assert [result.reason for result in outcomes(tasks, plots)] == ["damaged", "damaged"]


@linux
def test_workers_are_spawned_where_no_process_can_be_kept_to_fork_them(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room() -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(forkserver, "ensure_running", no_room)
    forking.start()
    assert forking.context().get_start_method() == "spawn"


@linux
def test_workers_have_no_network(tasks: list[batch.Task], monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        monkeypatch.setenv("LISTENER", str(listener.getsockname()[1]))
        reasons = {result.reason for result in outcomes(tasks, reaches_out)}
    if reasons == {"not-writable"} and os.getuid() != 0:
        pytest.skip("this system gives no empty network namespace to ordinary users")
    assert reasons == {"damaged"}


REFUSED = """
import os, socket, sys
from scrubber.batch.sandbox import isolation
print(isolation.network_warning())
pair = socket.socketpair()
print(isolation.enter())
for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX, socket.AF_NETLINK):
    try:
        socket.socket(family, socket.SOCK_DGRAM)
    except PermissionError:
        continue
    sys.exit(f"a socket of {family}")
pair[0].send(b"x")
assert pair[1].recv(1) == b"x" and open(__file__).read()
"""


@linux
@pytest.mark.skipif(not shutil.which("gcc"), reason="a system that refuses is made with gcc: apt install gcc libc6-dev")
def test_where_a_namespace_is_refused_sockets_are_and_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "refuse.c").write_text("int unshare(int flags) { (void)flags; return -1; }")
    (tmp_path / "script.py").write_text(REFUSED)
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", tmp_path / "refuse.so", tmp_path / "refuse.c"], check=True)
    variables = os.environ | {"LD_PRELOAD": str(tmp_path / "refuse.so")}
    words = [sys.executable, str(tmp_path / "script.py")]
    told = subprocess.run(words, env=variables, capture_output=True, text=True, check=True).stdout
    warning, left = told.splitlines()
    assert "no empty network namespace" in warning
    if left == "open":
        pytest.skip("the filter of system calls does not know this processor")
    assert left == "filtered"


@linux
def test_memory_is_what_a_photo_of_that_size_can_need(tasks: list[batch.Task]) -> None:
    """A small file that asks for two GiB is a bomb; a photo of a hundred megapixels, which has its size, may."""
    with tasks[1].source.open("r+b") as photo:
        photo.truncate(20_000_000)
    assert [result.reason for result in outcomes(tasks, takes_memory)] == ["damaged", "not-writable"]


@pytest.mark.slow
def test_hostile_files_cost_themselves_only(shared: Path, tmp_path: Path, samples: Path) -> None:
    hostile = sorted(path for path in (shared / "hostile").iterdir() if path.is_file())
    good = [samples / "astronaut.jpg", samples / "astronaut_sideways.jpg"]
    policy = Policy(preset="fast")
    results = {result.input: result for result in scrubber.scrub_folder([*hostile, *good], tmp_path, policy=policy)}
    assert len(results) == len(hostile) + len(good)
    for photo in good:
        assert results[str(photo)].status == "published"
    for path in hostile:
        result = results[str(path)]
        assert result.reason is not None or result.status == "published", path.name
        assert result.reason != "worker-lost", path.name
        assert result.output is None or scrubber.verify(result.output, preset="fast").leaks == (), path.name
