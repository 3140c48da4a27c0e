"""The public surface: small, complete, cheap to import, safe to pass between processes."""

from __future__ import annotations

import datetime
import pickle
import subprocess
import sys

import pytest

import scrubber
from scrubber.values import Decision

HEAVY = ("cv2", "mediapipe", "numpy", "PIL", "pydantic", "click", "pebble")


def modules_after(code: str) -> set[str]:
    script = f"{code}\nimport sys\nprint(*sys.modules)"
    return set(
        subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    )


def test_importing_scrubber_loads_nothing_heavy() -> None:
    assert not modules_after("import scrubber") & set(HEAVY)


def test_help_loads_no_model_and_no_opencv() -> None:
    code = "import scrubber.cli, contextlib\nwith contextlib.suppress(SystemExit):\n    scrubber.cli.cli(['--help'])"
    assert not modules_after(code) & {"cv2", "mediapipe", "numpy", "PIL", "pydantic"}


def test_working_on_photos_needs_nothing_that_reads_manifests() -> None:
    assert not modules_after("import scrubber.batch, scrubber.pipeline") & {"pydantic", "tomlkit"}


def test_all_lists_exactly_the_public_names() -> None:
    assert set(scrubber.__all__) == set(dir(scrubber))
    for name in scrubber.__all__:
        assert getattr(scrubber, name).__doc__ or name == "__version__"
    with pytest.raises(AttributeError, match="no attribute"):
        _ = scrubber.nonsense


def test_values_can_be_pickled() -> None:
    face = scrubber.Region(scrubber.Box(1, 2, 3, 4), 0.5, ("yunet",), scrubber.Landmarks(*[(1.0, 2.0)] * 5))
    decision = Decision(face, "hide", "no-manifest")
    consent = scrubber.Consent.loads("schema = 1")
    values = [
        face,
        decision,
        consent,
        consent.permissions("social", datetime.date(2026, 1, 1)),
        scrubber.Policy(style="solid"),
        scrubber.Leak("place", "EXIF GPS"),
        scrubber.Verdict("a.jpg", True),
        scrubber.Result("a.jpg", None, "failed", "damaged", (decision,)),
    ]
    for value in values:
        assert pickle.loads(pickle.dumps(value)) == value
    for error in (scrubber.DamagedPhoto("a.jpg: broken"), scrubber.ManifestError("c.toml:1: wrong")):
        again = pickle.loads(pickle.dumps(error))
        assert (type(again), str(again)) == (type(error), str(error))


@pytest.mark.parametrize(
    ("error", "code"),
    [("UsageError", 2), ("PhotoError", 3), ("UnsupportedFormat", 3), ("ManifestError", 4), ("MissingPart", 5)],
)
def test_exit_codes(error: str, code: int) -> None:
    assert issubclass(getattr(scrubber, error), scrubber.ScrubberError)
    assert getattr(scrubber, error).exit_code == code


@pytest.mark.parametrize("wrong", [{"style": "weak"}, {"preset": "best"}, {"names": "mine"}, {"format": "gif"}])
def test_a_policy_takes_known_values_only(wrong: dict[str, str]) -> None:
    with pytest.raises(scrubber.UsageError, match="choose one of"):
        scrubber.Policy(**wrong)  # type: ignore[arg-type]
