"""Promise: nothing is loaded from the folder a user stands in or the photos lie in, and no foreign program is run.

Attack: folders of photos hold a module under every name that Python and its packages import, and a shared library under
every name that they ask the system for. Users stand in one and give the other to every command and every call.

Before: OpenCV left an empty element, which means the current folder, in LD_LIBRARY_PATH. MediaPipe's import of
`sounddevice` started gcc and ld, which loaded `libjansson.so.4` from among the photos; workers loaded `libbz2.so.1.0`.
`doctor` looked for `uname` along PATH. `scrub_folder` in a plain script ran that script again in each worker.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from command_line import scrubber
from planting import Plants

ROOT = Path(__file__).resolve().parents[2]
WORDS = "four quite random words"

needs_compiler = pytest.mark.skipif(
    sys.platform != "linux" or not (shutil.which("gcc") and shutil.which("readelf")),
    reason="planted libraries are built with gcc on Linux: apt install gcc libc6-dev",
)

SCRIPT = """
import os, sys
print("the script begins")
FIRST
before = dict(os.environ)
import scrubber
policy, photos, out = scrubber.Policy(preset="fast"), sys.argv[1], sys.argv[2]
portrait = os.path.join(photos, "portrait.jpg")
assert scrubber.find_faces(portrait, preset="thorough")
assert scrubber.scrub(portrait, os.path.join(out, "one.jpg"), policy=policy).status == "published"
done = list(scrubber.scrub_folder(photos, os.path.join(out, "all"), policy=policy, jobs=1))
assert [each.status for each in done if each.input.endswith(".jpg")] == ["published", "published"], done
assert scrubber.verify(os.path.join(out, "one.jpg"), preset="fast").leaks == ()
assert scrubber.inspect(portrait) is not None
changed = {name for name in before | os.environ if before.get(name) != os.environ.get(name)}
assert changed <= {"ORT_DISABLE_TELEMETRY", "QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR"}, changed
assert not {"matplotlib", "matplotlib.pyplot", "sounddevice"} & set(sys.modules)
"""

COMMANDS = {
    "run": "run PHOTOS . -o OUT --preset fast",
    "run thorough": "run PHOTOS/portrait.jpg -o OUT/one.jpg --preset thorough",
    "run one from standard input": "run - -o OUT/two.jpg --preset fast",
    "rehearse": "run PHOTOS -o OUT --preset fast --dry-run",
    "inspect": "inspect PHOTOS .",
    "faces": "faces PHOTOS/portrait.jpg portrait.jpg --preset fast",
    "verify": "verify PHOTOS/portrait.jpg portrait.jpg --preset fast",
    "doctor": "doctor --verify",
    "help": "--help",
}
CONSENT = (
    "consent init MANIFEST",
    "consent add p-017 --manifest MANIFEST --for website --until 2099-01-01 --method written "
    "--photo PHOTOS/portrait.jpg --copy",
    "consent list MANIFEST",
    "consent check MANIFEST",
    "consent export MANIFEST --format csv",
    "consent import PHOTOS --manifest MANIFEST",
    "consent schema",
    "consent lock MANIFEST",
    "consent unlock MANIFEST.age -o OUT/unlocked",
    "run . -o OUT/shown --consent MANIFEST.age --for website --preset fast",
    "consent revoke p-017 --manifest MANIFEST",
)


@dataclass(frozen=True)
class Scene:
    """Two folders of photos with more in them than photos, and a folder outside for what is made."""

    here: Path
    photos: Path
    out: Path
    plants: Plants

    def trial(self, *words: object, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """Runs Python in the current folder `here`, and asserts that nothing foreign was loaded or even looked for."""
        log = self.out / "loader"
        shutil.rmtree(log, ignore_errors=True)
        log.mkdir()
        variables = {key: value for key, value in os.environ.items() if not key.startswith(("LD_", "PYTHON"))}
        variables |= {
            "LD_DEBUG": "libs",
            "LD_DEBUG_OUTPUT": str(log / "of"),
            "SCRUBBER_PASSPHRASE": WORDS,
        }
        done = subprocess.run(
            [sys.executable, *map(str, words)],
            cwd=self.here, env=variables, input=given, capture_output=True, check=False, timeout=120,
        )  # fmt: skip
        assert self.plants.that_ran() == [], done.stderr
        assert b"planted" not in done.stderr
        tried = {
            Path(line.rsplit("trying file=", 1)[1])
            for file in log.iterdir()
            for line in file.read_text(errors="replace").splitlines()
            if "trying file=" in line
        }
        assert not [path for path in tried if not path.is_absolute()]
        assert not [path for path in tried if path.is_relative_to(self.here) or path.is_relative_to(self.photos)]
        return done


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    base = tmp_path_factory.mktemp("foreign")
    scene = Scene(base / "here", base / "photos", base / "out", Plants(base / "marks"))
    scene.out.mkdir()
    compiler = sys.platform == "linux" and shutil.which("gcc") and shutil.which("readelf")
    for folder in (scene.here, scene.photos):
        folder.mkdir()
        for name, sample in (("portrait", "astronaut"), ("turned", "astronaut_sideways")):
            shutil.copy(ROOT / "sample_media" / f"{sample}.jpg", folder / f"{name}.jpg")
        scene.plants.modules_into(folder)
        if compiler:
            scene.plants.libraries_into(folder)
    return scene


def command(scene: Scene, line: str, out: Path) -> None:
    fill = {"PHOTOS": scene.photos, "OUT": out, "MANIFEST": out / "consent.toml"}
    for short, long in fill.items():
        line = line.replace(short, str(long))
    given = (scene.photos / "portrait.jpg").read_bytes() if " - " in line else b""
    done = scene.trial(ROOT / "cli.py", *line.split(), given=given)
    assert b"Traceback" not in done.stderr
    assert done.returncode in (0, 3), done.stderr  # 3: a photo with a face is not fit to publish


@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_loads_what_lies_among_the_photos(scene: Scene, name: str, tmp_path: Path) -> None:
    command(scene, COMMANDS[name], tmp_path)


@pytest.mark.slow
def test_no_consent_command_does(scene: Scene, tmp_path: Path) -> None:
    """From a manifest with nobody in it, over a locked one, to a withdrawal."""
    for line in CONSENT:
        command(scene, line, tmp_path)
        if line.startswith("consent lock"):
            lock_again_quickly(tmp_path / "consent.toml")


def lock_again_quickly(manifest: Path) -> None:
    """The same in this process, which takes `quick_passphrases`, so that no command needs a second to open it."""
    manifest.with_name("consent.toml.age").unlink()
    done = scrubber("consent", "lock", manifest, variables={"SCRUBBER_PASSPHRASE": WORDS})
    assert done.code == 0, done.err


@needs_compiler
@pytest.mark.parametrize("value", [":/opt/lib", "/opt/lib:", "/opt/lib::/usr/lib", ".", "lib;/opt/lib;"])
def test_a_search_path_that_names_the_current_folder_is_not_followed(scene: Scene, value: str) -> None:
    """A profile with `LD_LIBRARY_PATH=$LD_LIBRARY_PATH:/opt/lib` names it. Python itself has started by then, so the
    libraries that it starts with are not judged here."""
    variables = {"LD_LIBRARY_PATH": value}
    words = [ROOT / "cli.py", "run", scene.photos / "portrait.jpg", "-o", scene.out / "path", "--preset", "fast"]
    with_loader = subprocess.run(
        [sys.executable, *map(str, words)], cwd=empty_of_what_python_starts_with(scene), text=True,
        env=os.environ | variables, capture_output=True, check=False, timeout=120,
    )  # fmt: skip
    assert scene.plants.that_ran() == []
    assert with_loader.returncode == 0, with_loader.stderr


def empty_of_what_python_starts_with(scene: Scene) -> Path:
    """The folder `here` with planted libraries, but without those that any Python asks for when it starts."""
    folder = scene.out / "started"
    if not folder.exists():
        shutil.copytree(scene.here, folder)
        told = subprocess.run(
            [sys.executable, "-c", "pass"], capture_output=True, text=True, check=True,
            env=os.environ | {"LD_DEBUG": "libs"},
        )  # fmt: skip
        for line in told.stderr.splitlines():
            if "find library=" in line:
                (folder / line.split("find library=")[1].split()[0]).unlink(missing_ok=True)
    return folder


@pytest.mark.parametrize("first", ["", "import cv2"], ids=["alone", "after the program's own OpenCV"])
@pytest.mark.parametrize("way", ["script", "line", "standard input"])
@pytest.mark.slow
def test_the_library_loads_nothing_from_there_and_needs_no_guard(
    scene: Scene, first: str, way: str, tmp_path: Path
) -> None:
    """A plain script, one line, and a program from standard input; each begins once, and not again in every worker.

    For the latter two Python itself would look into the current folder, so it is told not to.
    """
    code, script = SCRIPT.replace("FIRST", first), tmp_path / "script.py"
    script.write_text(code)
    ways: dict[str, list[object]] = {"script": [script], "line": ["-P", "-c", code], "standard input": ["-P", "-"]}
    done = scene.trial(*ways[way], scene.photos, tmp_path, given=code.encode() if way == "standard input" else b"")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(b"the script begins") == 1
