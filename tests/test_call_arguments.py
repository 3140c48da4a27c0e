"""A wrong argument is an error that names it; above all, a word is never taken for yes."""

from __future__ import annotations

import datetime
import pickle
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

import scrubber


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("despite_withdrawals", "no"),
        ("isolate", "no"),
        ("isolate", 1),
        ("on", "2026-01-01"),
        ("on", datetime.datetime(2026, 1, 1)),
        ("policy", "blur"),
        ("consent", "consent.toml"),
        ("purpose", 3),
    ],
)
@pytest.mark.parametrize("call", ["scrub", "scrub_bytes", "scrub_folder", "Session"])
def test_a_wrong_argument_is_named(call: str, name: str, value: Any, samples: Path, tmp_path: Path) -> None:
    photo = samples / "astronaut.jpg"
    places: dict[str, tuple[Any, ...]] = {
        "scrub": (photo, tmp_path / "out.jpg"),
        "scrub_bytes": (photo.read_bytes(),),
        "scrub_folder": (photo, tmp_path / "out"),
        "Session": (),
    }
    with pytest.raises(TypeError, match=f"^{name} must be"):
        getattr(scrubber, call)(*places[call], **{name: value})
    assert list(tmp_path.iterdir()) == []


def test_other_switches(samples: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine.jpg"
    mine.write_bytes(b"somebody's")
    with pytest.raises(TypeError, match=r"^overwrite must be"):
        scrubber.scrub(samples / "astronaut.jpg", mine, overwrite="False")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"^restart must be"):
        scrubber.scrub_folder(samples, tmp_path / "out", restart="no")  # type: ignore[arg-type]
    with pytest.raises(scrubber.UsageError, match=r"^jobs=0"):
        scrubber.Session(jobs=0)
    with pytest.raises(TypeError, match=r"^passphrase must be"):
        scrubber.Consent.load(samples / "consent.toml", passphrase=3)  # type: ignore[arg-type]
    assert mine.read_bytes() == b"somebody's"


class Gives:
    """A path object that gives something else than text."""

    def __init__(self, given: Any) -> None:
        self.given = given

    def __fspath__(self) -> Any:
        return self.given


NO_PATHS = [
    (None, "None"),
    (3, "int"),
    (b"a.jpg", "bytes"),
    (Gives(b"a.jpg"), "bytes"),
    (Gives(3), "Gives"),
    (["a.jpg", None], "list|None"),
    ("", "empty"),
    ("a\0b", "zero byte"),
    ("a\ud800b.jpg", "half a character"),
    ("none/" + "a" * 300 + ".jpg", "longer than any"),
    ("a/" * 3000, "longer than any"),
    (Path("a\0b"), "zero byte"),
]
PATHS: dict[str, Any] = {
    "scrub source": lambda path, _: scrubber.scrub(path, "out.jpg"),
    "scrub output": lambda path, photo: scrubber.scrub(photo, path),
    "scrub_folder source": lambda path, _: scrubber.scrub_folder(path, "out"),
    "scrub_folder source[0]": lambda path, _: scrubber.scrub_folder([path], "out"),
    "scrub_folder output": lambda path, photo: scrubber.scrub_folder(photo, path),
    "render source": lambda path, _: scrubber.render(path, "out.jpg", analysis_of_nothing()),
    "render output": lambda path, photo: scrubber.render(photo, path, analysis_of_nothing()),
    "analyse source": lambda path, _: scrubber.analyse(path),
    "find_faces picture": lambda path, _: scrubber.find_faces(path),
    "preview picture": lambda path, _: scrubber.preview(path, analysis_of_nothing()),
    "inspect source": lambda path, _: scrubber.inspect(path),
    "verify source": lambda path, _: scrubber.verify(path),
    "Consent.load path": lambda path, _: scrubber.Consent.load(path),
}
TAKE_BYTES = ("analyse", "find_faces", "preview", "inspect", "verify")


def analysis_of_nothing() -> scrubber.Analysis:
    values: dict[str, Any] = dict.fromkeys(scrubber.Analysis.__dataclass_fields__)
    return scrubber.Analysis(**values)


@pytest.mark.parametrize("call", PATHS)
@pytest.mark.parametrize(("path", "said"), NO_PATHS, ids=lambda value: ascii(value)[:20])
def test_a_path_that_is_none_is_named(
    call: str, path: Any, said: str, samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some came out as an `OSError`, a `UnicodeEncodeError` or a word about something else."""
    if isinstance(path, bytes) and call.split()[0] in TAKE_BYTES:
        pytest.skip("takes the bytes of a file, too")
    monkeypatch.chdir(tmp_path)
    with pytest.raises((TypeError, scrubber.UsageError), match=said) as caught:
        PATHS[call](path, samples / "astronaut.jpg")
    argument = "source" if call == "scrub_folder source" else call.split()[1]
    assert str(caught.value).startswith(argument)
    assert list(tmp_path.iterdir()) == []


def test_an_output_behind_links_in_a_circle(samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("loop").symlink_to("loop")
    with pytest.raises(scrubber.NotWritable, match="loop"):
        scrubber.scrub(samples / "astronaut.jpg", "loop/a.jpg", policy=scrubber.Policy(preset="fast"))
    with pytest.raises(scrubber.NotWritable, match="loop"):
        list(scrubber.scrub_folder(samples / "astronaut.jpg", "loop", isolate=False))


@pytest.mark.parametrize("frame", ["x", 1.5, None, True])
def test_a_frame_that_is_none(frame: Any, samples: Path) -> None:
    with pytest.raises(TypeError, match=r"^frame must be a whole number"):
        scrubber.preview(samples / "astronaut.jpg", analysis_of_nothing(), frame=frame)


def test_text_that_is_no_manifest() -> None:
    with pytest.raises(TypeError, match=r"^text must be"):
        scrubber.Consent.loads(None)  # type: ignore[arg-type]


def test_numbers_of_numpy_are_numbers() -> None:
    limits: Any = {"pixels": np.int32(9), "seconds": np.float32(2)}
    size, jobs = cast(Any, np.int64(300)), cast(Any, np.int64(2))
    policy = scrubber.Policy(max_size=size, limits=scrubber.Limits(**limits))
    assert policy == scrubber.Policy(max_size=300, limits=scrubber.Limits(pixels=9, seconds=2))
    assert "np." not in repr(policy)
    scrubber.Session(jobs=jobs)


@pytest.mark.parametrize("value", [True, 1.5, 0, -3, "300", float("nan")])
def test_sizes_that_are_none(value: Any) -> None:
    with pytest.raises(scrubber.UsageError, match=r"^max_size="):
        scrubber.Policy(max_size=value)


@pytest.mark.parametrize("value", [None, 3])
def test_limits_that_are_none(value: Any) -> None:
    with pytest.raises(scrubber.UsageError, match=r"^limits must be"):
        scrubber.Policy(limits=value)
    with pytest.raises(scrubber.UsageError, match=r"^limits must be"):
        scrubber.Limits(seconds=float("nan"))


def test_messages_speak_of_arguments_and_of_no_option(samples: Path) -> None:
    photo = (samples / "astronaut.jpg").read_bytes()
    with pytest.raises(scrubber.UsageError, match=r"give consent=, or leave out purpose=; then"):
        scrubber.scrub_bytes(photo, purpose="social")
    consent = scrubber.Consent.loads(MANIFEST)
    with pytest.raises(scrubber.UsageError, match=r"purpose='press' or purpose='social'$"):
        scrubber.scrub_bytes(photo, consent=consent)
    day = datetime.date(2026, 1, 1)
    with pytest.raises(scrubber.UsageError, match=r"or give despite_withdrawals=True to go on") as caught:
        scrubber.scrub_bytes(photo, consent=consent, purpose="social", on=day)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


MANIFEST = """
schema = 1
people = [ { id = "p-1", decision = "allow", purposes = ["social", "press"], expires = 2099-12-31 } ]
events = [ { at = 2026-03-02T10:00:00Z, person = "p-1", what = "withdrawn" } ]
"""
