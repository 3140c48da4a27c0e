"""Promise: nothing that a file is called or holds is obeyed by the terminal of whoever looks at it.

Attack: names of files and folders, tags, comments and reports with sequences that clear the screen, set the title,
write to the clipboard, turn the line around or add a line of their own ("clean"); as inputs, in errors and as options,
for every command. Before, all of them came out raw, and a name with a line end forged a verdict.
"""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import scrubber
from PIL import Image, PngImagePlugin

from scrubber.printing import escaped, json_text

ROOT = Path(__file__).resolve().parents[2]
TITLE, CLIPBOARD, CLEAR = "\x1b]0;owned\x07", "\x1b]52;c;b3duZWQ=\x07", "\x1b[2J\x1b[H"
C1, BIDI, FORGED, SEPARATOR, BYTES = "\x9b31m", "\u202egpj.\u2066", "\nclean.jpg: clean\r", "\u2028\x85", "\udcff\udc9b"
HOSTILE = TITLE + CLIPBOARD + CLEAR + C1 + BIDI + FORGED + SEPARATOR + BYTES

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="names of this kind need Linux")


def acts(text: str) -> set[str]:
    """Characters that do something: all controls, separators and surrogates, and what changes the direction."""
    return {
        character
        for character in text
        if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") and character not in "\n\u200c\u200d"
    }


def forged(text: str) -> bool:
    return any(line.startswith("clean.jpg: clean") for line in text.split("\n"))


@pytest.fixture(scope="module")
def folder(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Photos, a film, a fragment, a text and a manifest with hostile names; tags and comments that are as bad."""
    place = tmp_path_factory.mktemp("names") / f"a{HOSTILE}"
    place.mkdir()
    exif = Image.Exif()
    exif.update(
        {0x010F: f"Make{HOSTILE}", 0x010E: HOSTILE.encode("utf-8", "replace"), 0x9286: b"ASCII\0\0\0\x1b]0;x\x07"}
    )
    picture = Image.new("RGB", (64, 48), "green")
    clean = HOSTILE.encode("utf-8", "replace")
    picture.save(place / f"tags{HOSTILE}.jpg", exif=exif, comment=clean)
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "\x1b]0;owned\x07\x9b31m\n")
    text.add_itxt("Author", HOSTILE.encode("utf-8", "replace").decode())
    picture.save(place / f"text{HOSTILE}.png", pnginfo=text)
    shutil.copy(samples / "astronaut.jpg", place / f"face{HOSTILE}.jpg")
    (place / f"half{HOSTILE}.jpg").write_bytes((samples / "astronaut.jpg").read_bytes()[:9000])
    (place / f"lie{HOSTILE}.jpg").write_text("no picture")
    (place / f"note{HOSTILE}.txt").write_text("to do")
    (place / f"film{HOSTILE}.mp4").write_bytes(b"\0\0\0\x18ftypisom\0\0\0\0isommp42")
    (place / f"bad{HOSTILE}.toml").write_text('schema = 1\n"\\u001b]0;x" = 1\n[[people]]\nid = "\\u009b31m"\n')
    (place / f"good{HOSTILE}.toml").write_text('schema = 1\n[[people]]\nid = "p-1"\ndecision = "deny"\n')
    (place / f"people{HOSTILE}.csv").write_text("id,decision,\x1b]0;x\x07\n\x9b31m,allow,1\n", encoding="utf-8")
    (place / f"report{HOSTILE}.jsonl").write_text('{"output": "\\u001b]0;x"\n')
    return place


COMMANDS = {
    "run": ["run", "{}", "-o", "{out}", "--preset", "fast", "--report", "{out}.jsonl", "--contact-sheet", "{out}.html"],
    "run, one photo": ["run", "{}/face*.jpg", "-o", "{out}/a{hostile}.jpg", "--preset", "fast"],
    "run, as JSON": ["run", "{}", "-o", "{out}", "--json", "--preset", "fast"],
    "run, not there": ["run", "{}/gone{hostile}", "-o", "{out}"],
    "run, in the way": ["run", "{}", "-o", "{}/note*.txt"],
    "inspect": ["inspect", "{}"],
    "inspect, as JSON": ["inspect", "{}", "--json"],
    "faces": ["faces", "{}", "--preset", "fast", "--picture", "{out}{hostile}"],
    "faces, as JSON": ["faces", "{}/face*.jpg", "--json"],
    "faces, in the way": ["faces", "{}/face*.jpg", "--picture", "{}/text*.png"],
    "verify": ["verify", "{}", "--preset", "fast"],
    "verify, as JSON": ["verify", "{}", "--json"],
    "verify, no report": ["verify", "{}", "--report", "{}/report*.jsonl"],
    "doctor": ["doctor"],
    "consent check": ["consent", "check", "{}/good*.toml"],
    "consent check, mistakes": ["consent", "check", "{}/bad*.toml"],
    "consent list": ["consent", "list", "{}/good*.toml"],
    "consent init": ["consent", "init", "{out}{hostile}.toml"],
    "consent init, in the way": ["consent", "init", "{}/good*.toml"],
    "consent import": ["consent", "import", "{}/people*.csv", "--manifest", "{}/good*.toml"],
    "consent import, photos": ["consent", "import", "{}/tags*.jpg", "--manifest", "{}/good*.toml"],
    "consent export": ["consent", "export", "{}/good*.toml", "--format", "csv"],
    "consent unlock": ["consent", "unlock", "{}/note*.txt"],
    "consent revoke": ["consent", "revoke", "p{hostile}", "--manifest", "{}/good*.toml"],
    "a wrong option": ["run", "--{hostile}"],
    "a wrong command": ["{hostile}"],
    "a wrong choice": ["run", "{}", "-o", "{out}", "--style", "{hostile}"],
    "a wrong path": ["verify", "{}", "--report", "{}/gone{hostile}"],
}


def words(command: list[str], folder: Path, out: Path) -> Iterator[str]:
    for word in command:
        whole = word.replace("{}", str(folder)).replace("{out}", str(out)).replace("{hostile}", HOSTILE)
        found = re.fullmatch(r"\{\}/(\w+)\*(\.\w+)", word)
        yield str(folder / f"{found[1]}{HOSTILE}{found[2]}") if found else whole


def environment(tmp_path: Path) -> dict[str, str]:
    return os.environ | {"XDG_STATE_HOME": str(tmp_path / "state"), "SCRUBBER_PASSPHRASE": "twelve words are enough"}


@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_prints_what_a_terminal_obeys(folder: Path, tmp_path: Path, name: str) -> None:
    done = scrubber(*words(COMMANDS[name], folder, tmp_path / "out"), folder=tmp_path, variables=environment(tmp_path))
    for said in (done.out, done.err):  # names that are no UTF-8 do not make it anything else
        assert not acts(said), sorted(acts(said))
        assert not forged(said)
        assert "Traceback" not in said
    if "JSON" in name:
        lines = [json.loads(line) for line in done.out.splitlines()]
        assert any(HOSTILE in line["input"] for line in lines)  # what is meant is still what the file is called


@pytest.mark.parametrize("name", ["run", "inspect", "faces", "verify", "a wrong path"])
def test_nor_when_it_is_a_terminal(folder: Path, tmp_path: Path, name: str) -> None:
    pty = pytest.importorskip("pty", reason="terminals are POSIX's")
    ours, theirs = pty.openpty()
    command = [sys.executable, str(ROOT / "cli.py"), *words(COMMANDS[name], folder, tmp_path / "out")]
    process = subprocess.Popen(command, stdout=theirs, stderr=theirs, env=environment(tmp_path) | {"TERM": "xterm"})
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 4096)
        except OSError:  # how Linux tells that the other end was closed
            break
        shown += part
    os.close(ours)
    process.wait()
    said = shown.decode("utf-8").replace("\r\n", "\n")
    said = re.sub(r"\x1b\[(?:\?25[lh]|[0-9;]*m|1A|2K)|\r", "", said)  # what the progress bar needs
    assert not acts(said), sorted(acts(said))
    assert not forged(said)


def test_a_mistake_of_ours_does_not_either() -> None:
    """An exception that nobody foresaw prints a traceback, which holds the name of the file."""
    code = (
        "import sys, scrubber.cli as cli\n"
        "def broken(*_): raise RuntimeError(sys.argv[1])\n"
        "cli.cli.main = lambda **_: broken()\n"
        "cli.main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code, HOSTILE], capture_output=True, check=False, cwd=ROOT)
    said = done.stderr.decode("utf-8")
    assert "RuntimeError: \\x1b]0;owned" in said
    assert not acts(said)
    assert not forged(said)


def test_all_text_goes_through_one_door() -> None:
    """What a new command prints is escaped because nothing else in these modules prints."""
    for path in sorted((ROOT / "scrubber").rglob("*.py")):
        if path.name == "output.py" and path.parent.name == "cli":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                assert called not in {"print", "click.echo", "click.secho", "click.echo_via_pager"}, (path, node.lineno)
                assert not re.fullmatch(r"sys\.(?:stdout|stderr)\.write(?:lines)?", called), (path, node.lineno)


@pytest.mark.parametrize(
    "code", [*range(0x20), 0x7F, *range(0x80, 0xA0), 0x200E, 0x202E, 0x2066, 0x2028, 0xDCFF, 0xE0041]
)
def test_every_one_of_them_is_shown_as_what_it_is(code: int) -> None:
    shown = escaped(f"a{chr(code)}b")
    assert re.fullmatch(r"a\\(?:[nrt]|x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8})b", shown)
    text = json_text({"name": f"a{chr(code)}b"})
    assert not acts(text)
    assert json.loads(text) == {"name": f"a{chr(code)}b"}


@pytest.mark.parametrize("name", ["Zoë 旅行 مسيرة.jpg", "نمی\u200cدانم.jpg", "👩\u200d👧 ½.png", "C:\\photos\\a.jpg"])
def test_names_in_any_script_stay_as_they_are(name: str) -> None:
    assert escaped(name) == name
    assert name.replace("\\", "\\\\") in json_text({"name": name})
