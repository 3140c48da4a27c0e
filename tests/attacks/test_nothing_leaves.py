"""Promise: nothing leaves the machine. No network call by us or by any dependency, no file left outside OUT and our own
state folder, and no program started but Python.

Attack: the command line and the library run for longer than a telemetry uploader waits, in a home where nothing has
been decided yet, without the variables by which libraries know a test machine, and on a system that refuses network
namespaces, so that a call would go through. strace writes down every socket and every program.

Before: ONNX Runtime 1.29 and later looked up `mobile.events.data.microsoft.com` after some seconds and left a device id
and a database in the cache; no test saw it, for `CI=true` silences it. MediaPipe's import left a font cache of
matplotlib, and started ldconfig, gcc and ld.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import platformdirs
import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
LONG = 16.0  # seconds; ONNX Runtime 1.29 called after some 10
TELLING = ("CI", "GITHUB_ACTIONS", "TF_BUILD", "ORT_RUNNING_UNIT_TESTS", "ORT_DISABLE_TELEMETRY")
LACKING = [tool for tool in ("strace", "gcc") if not shutil.which(tool)]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        sys.platform != "linux" or bool(LACKING), reason=f"needs Linux and: apt install {' '.join(LACKING)}"
    ),
]

REFUSE = "#include <errno.h>\nint unshare(int flags) { (void)flags; errno = EPERM; return -1; }\n"

LIBRARY = """
import pathlib, sys, time
import scrubber
photos, out, long = sys.argv[1], pathlib.Path(sys.argv[2]), float(sys.argv[3])
portrait = f"{photos}/a.jpg"
assert scrubber.find_faces(portrait, preset="thorough")
scrubber.scrub(portrait, out / "one.jpg", policy=scrubber.Policy(preset="thorough"))
scrubber.verify(out / "one.jpg"), scrubber.inspect(portrait)
for number, result in enumerate(scrubber.scrub_folder(photos, out / "all", jobs=2)):
    if number == 0:
        time.sleep(long)  # here and in the workers everything is loaded
"""
COMMAND = """
import os, sys
with open(sys.argv.pop(1), "w") as file:
    file.write(str(os.getpid()))
from scrubber.cli import main
main()
"""
OTHERS = (
    "inspect PHOTOS",
    "faces PHOTOS/a.jpg --preset thorough",
    "verify PHOTOS/a.jpg",
    "consent init OUT/consent.toml",
    "consent add p-017 --manifest OUT/consent.toml --for web --until 2099-01-01 --method written "
    "--photo PHOTOS/a.jpg --copy",
    "consent check OUT/consent.toml",
    "consent lock OUT/consent.toml",
    "run PHOTOS/a.jpg -o OUT/b.jpg --consent OUT/consent.toml.age --for web",
    "doctor --verify",
)


@dataclass(frozen=True)
class House:
    """An empty home with its own folder for temporary files, and what strace wrote about whatever ran in it."""

    base: Path

    def begin(self, name: str, *words: object) -> subprocess.Popen[str]:
        home = self.base / "home"
        variables = {
            key: value for key, value in os.environ.items() if not key.startswith("XDG_") and key not in TELLING
        }
        variables |= {"HOME": str(home), "TMPDIR": str(self.base / "tmp"), "LD_PRELOAD": str(self.base / "refuse.so")}
        trace = ["strace", "-f", "--seccomp-bpf", "-o", str(self.base / f"{name}.trace"), "-e", "trace=network,execve"]
        return subprocess.Popen(
            [*trace, sys.executable, *map(str, words)],
            cwd=self.base / "photos", env=variables | {"SCRUBBER_PASSPHRASE": "four quite random words"},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def traces(self) -> Iterator[str]:
        for file in self.base.glob("*.trace"):
            yield from file.read_text(errors="replace").splitlines()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    house = House(tmp_path_factory.mktemp("house"))
    for folder in ("home", "tmp", "photos", "out"):
        (house.base / folder).mkdir()
    with Image.open(ROOT / "sample_media" / "astronaut.jpg") as image:
        for number, name in enumerate("abcd"):
            image.convert("RGB").save(house.base / "photos" / f"{name}.jpg", quality=90 + number)
    (house.base / "refuse.c").write_text(REFUSE)
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", house.base / "refuse.so", house.base / "refuse.c"], check=True)
    return house


@pytest.fixture(scope="module")
def told(house: House) -> str:
    """What `doctor` said. All of it runs side by side, for most of the time is waiting."""
    photos, out = house.base / "photos", house.base / "out"
    (house.base / "library.py").write_text(LIBRARY)
    (house.base / "command.py").write_text(COMMAND)
    library = house.begin("library", house.base / "library.py", photos, out, LONG)
    command = ["run", photos, "-o", out / "run", "--preset", "thorough", "--jobs", "1"]
    run = house.begin("run", house.base / "command.py", house.base / "pid", *command)
    hold(house, out / "run", run)
    said = ""
    began = time.monotonic()
    for number, line in enumerate(OTHERS):
        words = line.replace("PHOTOS", str(photos)).replace("OUT", str(out)).split()
        other = house.begin(f"other{number}", ROOT / "cli.py", *words)
        said, complaint = other.communicate(timeout=120)
        assert other.returncode in (0, 3), complaint
    time.sleep(max(0.0, LONG - (time.monotonic() - began)))
    os.kill(int((house.base / "pid").read_text()), signal.SIGCONT)
    for process in (library, run):
        _, complaint = process.communicate(timeout=120)
        assert process.returncode == 0, complaint
    return said


def hold(house: House, out: Path, run: subprocess.Popen[str]) -> None:
    """Stops the command once its first copy is there; its worker has loaded everything, waits, and is not stopped."""
    while not list(out.glob("*.jpg")):
        assert run.poll() is None, run.communicate()
        time.sleep(0.01)
    os.kill(int((house.base / "pid").read_text()), signal.SIGSTOP)
    assert run.poll() is None


@pytest.mark.usefixtures("told")
def test_no_socket_to_the_internet_is_opened(house: House) -> None:
    lines = list(house.traces())
    assert any("AF_UNIX" in line for line in lines)  # strace did see what there was
    assert [line for line in lines if re.search(r"AF_INET|AF_PACKET|sin6?_port|htons\(53\)", line)] == []


@pytest.mark.usefixtures("told")
def test_no_program_but_python_is_started(house: House) -> None:
    begun = {Path(found[1]) for line in house.traces() if (found := re.search(r'execve\("([^"]+)"', line))}
    assert {path.resolve() for path in begun} == {Path(sys.executable).resolve()}


@pytest.mark.usefixtures("told")
def test_no_file_is_left_outside_our_own_state_folder(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    home = house.base / "home"
    monkeypatch.delenv("XDG_STATE_HOME")  # the house has none
    own = home / platformdirs.user_state_path("scrubber").relative_to(Path.home())
    left = [path for path in home.rglob("*") if not path.is_relative_to(own) and not own.is_relative_to(path)]
    assert left == []
    assert list((house.base / "tmp").iterdir()) == []
    assert sorted(path.name for path in (house.base / "photos").iterdir()) == ["a.jpg", "b.jpg", "c.jpg", "d.jpg"]


def test_doctor_says_that_workers_keep_the_network(told: str) -> None:
    [line] = [line for line in told.splitlines() if "workers without network" in line]
    assert line.startswith("warning")
    assert "no empty network namespace" in line
