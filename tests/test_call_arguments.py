"""A wrong argument is an error that names it; above all, a word is never taken for yes."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

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
