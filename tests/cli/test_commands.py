"""The command line as a user meets it: words, exit codes, data on stdout and everything else on stderr."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import Outcome, scrubber
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = (
    ["run"],
    ["inspect"],
    ["faces"],
    ["verify"],
    ["doctor"],
    ["consent"],
    ["consent", "list"],
    ["consent", "check"],
)


def process(*words: object, given: bytes | None = None) -> Outcome:
    """The command in a process of its own."""
    command = [sys.executable, str(ROOT / "cli.py"), *map(str, words)]
    done = subprocess.run(command, input=given, capture_output=True, check=False)
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return Outcome(done.returncode, done.stdout, done.stderr.decode())


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself_with_an_example(command: list[str]) -> None:
    help_ = scrubber(*command, "--help")
    assert help_.code == 0
    assert "Example:\n    scrubber " + " ".join(command) in help_.out


@pytest.fixture(scope="module")
def mixed(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five good photos, and a lie, a fragment and an empty file among them."""
    folder = tmp_path_factory.mktemp("mixed")
    whole = (samples / "astronaut.jpg").read_bytes()
    for name in ("a.jpg", "b.jpg", "sub/c.jpg"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(whole)
    Image.new("RGB", (64, 48), "green").save(folder / "d.png")
    Image.new("RGB", (64, 48), "green").save(folder / "e.webp")
    (folder / "text.jpg").write_text("this is a text")
    (folder / "half.jpg").write_bytes(whole[: len(whole) // 2])
    (folder / "empty.jpg").touch()
    return folder


def test_a_mixed_folder(mixed: Path, tmp_path: Path) -> None:
    done = process(
        "run", mixed, "-o", tmp_path / "out", "--preset", "fast", "--names", "keep", "--report", tmp_path / "run.jsonl"
    )
    assert done.code == 3
    outputs = sorted(path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.*"))
    assert outputs == ["a.jpg", "b.jpg", "d.png", "e.webp", "sub/c.jpg"]
    for name, reason in (("text.jpg", "unsupported-format"), ("half.jpg", "damaged"), ("empty.jpg", "damaged")):
        assert any(name in line and reason in line for line in done.err.splitlines()), name
    assert "5 published, 3 failed" in done.err
    assert done.out == ""
    report = [json.loads(line) for line in (tmp_path / "run.jsonl").read_text().splitlines()]
    assert sorted(entry["reason"] for entry in report if entry["status"] == "failed") == [
        "damaged",
        "damaged",
        "unsupported-format",
    ]
    keys = {"input", "output", "status", "reason", "faces", "leaks_removed", "seconds"}
    assert all(keys <= entry.keys() for entry in report)


def test_json_is_alone_on_standard_output(samples: Path, tmp_path: Path) -> None:
    done = scrubber("run", samples / "astronaut.jpg", "-o", tmp_path, "--json", "--preset", "fast")
    [line] = done.lines
    assert line["status"] == "published"
    [face] = line["faces"]
    assert face["decision"] == "hide"
    assert face["reason"] == "no-manifest"
    assert face["person"] is None
    assert all(isinstance(value, int) for value in face["box"])


def test_faces(samples: Path) -> None:
    options = ("--consent", samples / "consent.toml", "--for", "social", "--on", "2026-12-01", "--json")
    [line] = scrubber("faces", samples / "solvay_conference_1927.jpg", *options).lines
    assert (line["width"], line["height"]) == (3000, 2171)
    assert [face["person"] for face in line["faces"] if face["decision"] == "show"] == ["p-017"]
    upright, sideways = (
        scrubber("faces", samples / f"{name}.jpg", "--preset", "fast", "--json").lines[0]["faces"][0]["box"]
        for name in ("astronaut", "astronaut_sideways")
    )
    assert all(abs(one - other) <= 4 for one, other in zip(upright, sideways, strict=True))


def test_inspect(samples: Path) -> None:
    [line] = scrubber("inspect", samples / "astronaut.jpg", "--json").lines
    assert line["format"] == "jpeg"
    told = {leak["kind"]: leak["detail"] for leak in line["leaks"]}
    assert told.keys() >= {"place", "time", "device", "serial", "thumbnail", "identity"}
    assert "0.01000" in told["place"]
    assert "-30.01000" in told["place"]
    plain = scrubber("inspect", samples / "astronaut.jpg").out
    assert "place" in plain.splitlines()[1]


def test_verify(samples: Path, tmp_path: Path) -> None:
    dirty = scrubber("verify", samples / "astronaut.jpg", "--json")
    assert dirty.code == 3
    assert dirty.lines[0]["clean"] is False
    assert dirty.lines[0]["faces_visible"] == 1
    assert "place" in {leak["kind"] for leak in dirty.lines[0]["leaks"]}
    scrubber("run", samples / "astronaut.jpg", "-o", tmp_path / "out.jpg")
    clean = scrubber("verify", tmp_path / "out.jpg", "--json")
    assert clean.code == 0
    [line] = clean.lines
    assert line == {"schema": 2, "input": str(tmp_path / "out.jpg"), "clean": True} | {
        "leaks": [], "faces_visible": 0, "faces": [], "not_judged": []
    }  # fmt: skip


def test_verify_says_where_and_what_to_do(samples: Path) -> None:
    photo = samples / "astronaut.jpg"
    box = ",".join(map(str, scrubber("verify", photo, "--json").lines[0]["faces"][0]["box"]))
    said = scrubber("verify", photo).out
    assert f"face            at {box}\n" in said
    assert f"scrubber consent hide {photo} --box {box}" in said
    assert f"scrubber run {photo} -o OUT" in said


def test_boxes_of_a_smaller_copy_are_those_of_its_original(samples: Path, tmp_path: Path) -> None:
    """Who was shown is known in the copy, and who is to be hidden is named in the pixels of the original."""
    photo, manifest = samples / "solvay_conference_1927.jpg", samples / "consent.toml"
    options = ("--consent", manifest, "--for", "social", "--report", tmp_path / "run.jsonl", "--max-size", "900")
    assert scrubber("run", photo, "-o", tmp_path / "out.jpg", *options).code == 0
    assert scrubber("verify", tmp_path / "out.jpg", "--report", tmp_path / "run.jsonl").code == 0
    entry = json.loads((tmp_path / "run.jsonl").read_text())
    entry["faces"] = []
    assert scrubber("published", tmp_path, "--forget").code == 0
    (tmp_path / "nobody.jsonl").write_text(json.dumps(entry))
    said = scrubber("verify", tmp_path / "out.jpg", "--report", tmp_path / "nobody.jsonl").out
    [line] = [line for line in said.splitlines() if "to hide that face" in line][:1]
    assert str(photo) in line
    x, _, width, _ = map(int, line.rpartition(" ")[2].split(","))
    assert x > 900 or width > 30, "pixels of the original"


def test_verify_knows_from_the_ledger_or_the_report_who_agreed(samples: Path, tmp_path: Path) -> None:
    photo, manifest = samples / "solvay_conference_1927.jpg", samples / "consent.toml"
    options = ("--consent", manifest, "--for", "social", "--report", tmp_path / "run.jsonl")
    assert scrubber("run", photo, "-o", tmp_path / "out.jpg", *options).code == 0
    assert scrubber("verify", tmp_path / "out.jpg").code == 0
    assert scrubber("published", tmp_path, "--forget").code == 0
    assert scrubber("verify", tmp_path / "out.jpg").code == 3
    assert scrubber("verify", tmp_path / "out.jpg", "--report", tmp_path / "run.jsonl").code == 0


def test_standard_input_and_output(samples: Path, tmp_path: Path) -> None:
    photo = samples / "astronaut.jpg"
    piped = process("run", "-", "-o", "-", given=photo.read_bytes())
    scrubber("run", photo, "-o", tmp_path / "out.jpg")
    assert piped.data == (tmp_path / "out.jpg").read_bytes()
    assert scrubber("run", "-", "-o", "-", given=b"no picture").code == 3


def test_the_name_of_the_output_gives_its_format(samples: Path, tmp_path: Path) -> None:
    assert scrubber("run", samples / "astronaut.jpg", "-o", tmp_path / "out.png").code == 0
    with Image.open(tmp_path / "out.png") as image:
        assert image.format == "PNG"
    assert scrubber("run", samples / "astronaut.jpg", "-o", tmp_path / "no.png", "--format", "jpeg").code == 2


def test_a_dry_run_writes_nothing(samples: Path, tmp_path: Path) -> None:
    done = scrubber("run", samples / "astronaut.jpg", "-o", tmp_path / "out", "--dry-run", "--json")
    assert done.lines[0]["status"] == "rehearsed"
    assert done.lines[0]["output"] is None
    assert done.lines[0]["faces"]
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["run", "nowhere.jpg", "-o", "out"], 2, "nowhere.jpg"),
        (["run", "{photo}"], 2, "--output"),
        (["run", "{photo}", "-o", "out", "--style", "weak"], 2, "weak"),
        (["run", "{photo}", "-o", "out", "--consent", "{manifest}"], 2, "--for website"),
        (["run", "{photo}", "-o", "out", "--for", "social"], 2, "manifest"),
        (["run", "{photo}", "-o", "out", "--consent", "{photo}", "--for", "social"], 4, "astronaut.jpg"),
        (["run", "{photo}", "-o", "{photo}"], 3, "original"),
        (["consent", "check", "nowhere.toml"], 4, "no such file"),
        (["verify", "{photo}", "--report", "{photo}"], 2, "not the report"),
    ],
)
def test_errors_have_a_code_and_a_remedy(samples: Path, tmp_path: Path, words: list[str], code: int, said: str) -> None:
    photo = Path(shutil.copy(samples / "astronaut.jpg", tmp_path))
    filled = [word.format(photo=photo, manifest=samples / "consent.toml") for word in words]
    filled = [str(tmp_path / word) if word == "out" else word for word in filled]
    done = scrubber(*filled)
    assert done.code == code
    assert said in done.err
    assert done.out == ""
    assert not (tmp_path / "out").exists()
    assert photo.read_bytes() == (samples / "astronaut.jpg").read_bytes()


def test_an_invalid_manifest_stops_the_run_before_anything_is_written(samples: Path, tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text('schema = 1\n[[people]]\nid = "p"\ndecision = "allow"\npurpose = ["social"]\n')
    done = scrubber("run", samples, "-o", tmp_path / "out", "--consent", tmp_path / "c.toml", "--for", "social")
    assert done.code == 4
    assert "c.toml:5" in done.err
    assert not (tmp_path / "out").exists()


def test_consent_list_and_check(samples: Path) -> None:
    [person] = scrubber("consent", "list", samples / "consent.toml", "--on", "2026-12-01", "--json").lines
    assert (person["person"], person["status"]) == ("p-017", "valid")
    checked = scrubber("consent", "check", samples / "consent.toml", "--on", "2045-12-20")
    assert checked.code == 0
    assert "ends on 2045-12-31" in checked.out


def test_doctor() -> None:
    done = process("doctor", "--json")
    states = {line["name"]: line["state"] for line in done.lines}
    assert done.code == 0
    assert states["model yunet_2023mar"] == states["try centerface"] == "ok"


@pytest.mark.parametrize("fault", ["ImportError('libGL.so.1')", "AttributeError('no DictValue in cv2.dnn')"])
def test_a_broken_opencv_has_a_remedy(
    samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    (tmp_path / "cv2.py").write_text(f"raise {fault}")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    done = process("run", samples / "astronaut.jpg", "-o", tmp_path / "out")
    assert done.code == 5
    assert "OpenCV" in done.err
    assert "opencv-contrib-python" in done.err


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_no_network_call_is_made(samples: Path, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    command = ["strace", "-f", "-e", "trace=network", "-o", str(trace), sys.executable, str(ROOT / "cli.py"), "run"]
    subprocess.run([*command, samples / "astronaut.jpg", "-o", tmp_path / "out"], check=True, capture_output=True)
    foreign = [line for line in trace.read_text().splitlines() if "AF_INET" in line or "sendto" in line]
    assert foreign == []


def test_nobody_is_shown_under_the_chatham_house_rule(samples: Path, tmp_path: Path) -> None:
    photo, manifest = samples / "solvay_conference_1927.jpg", samples / "consent.toml"
    options = ("--consent", manifest, "--for", "social", "--nobody", "--preset", "fast", "--json")
    [line] = scrubber("run", photo, "-o", tmp_path / "out.jpg", *options).lines
    assert {face["decision"] for face in line["faces"]} == {"hide"}
