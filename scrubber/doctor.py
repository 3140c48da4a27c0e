"""Looks whether everything that scrubber needs is there and works, and knows the remedy for what does not."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib import metadata as packages
from typing import Any, Final, Literal

from scrubber import weights
from scrubber.errors import ScrubberError

_OPENCV: Final = "opencv-contrib-python"
_RIVALS: Final = ("opencv-python", "opencv-python-headless", "opencv-contrib-python-headless")
_SILENT_BELOW: Final = (0, 10, 34)  # MediaPipe looks up a logging host from this version on


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. `state` is `missing` only if scrubber cannot work; `remedy` mends what is not ok."""

    name: str
    state: Literal["ok", "warning", "missing"]
    detail: str
    remedy: str = ""

    def as_json(self) -> dict[str, Any]:
        return {"name": self.name, "state": self.state, "detail": self.detail, "remedy": self.remedy}


def examine() -> Iterator[Check]:
    """All checks, one after the other; the models are loaded and tried on an empty picture."""
    yield Check("python", "ok", f"{platform.python_version()} on {platform.platform()}")
    for name in ("numpy", "pillow", "piexif", "pydantic", "pebble"):
        yield _package(name)
    yield _opencv()
    yield _mediapipe()
    for name in weights.NAMES:
        yield _tried(f"model {name}", partial(_weight, name))
    for name, trial in _trials().items():
        yield _tried(f"try {name}", trial)


def _weight(name: str) -> str:
    return f"{len(weights.load(name)):,} bytes, as on its card"


def _package(name: str) -> Check:
    try:
        return Check(name, "ok", packages.version(name))
    except packages.PackageNotFoundError:
        return Check(name, "missing", "not installed", f"pip install {name}")


def _opencv() -> Check:
    installed = {name for name in (_OPENCV, *_RIVALS) if _package(name).state == "ok"}
    rivals = ", ".join(sorted(installed - {_OPENCV}))
    if rivals:
        remedy = f"pip uninstall -y {rivals.replace(',', '')} {_OPENCV} && pip install {_OPENCV}"
        return Check(_OPENCV, "warning", f"{rivals} overwrites parts of it", remedy)
    return _package(_OPENCV)


def _mediapipe() -> Check:
    found = _package("mediapipe")
    if found.state == "missing":
        detail = "not installed: faces are found by OpenCV alone"
        return Check("mediapipe", "warning", detail, 'pip install "mediapipe>=0.10.30,<0.10.34", where it has wheels')
    version = tuple(int(part) for part in found.detail.split(".")[:3] if part.isdigit())
    if version >= _SILENT_BELOW:
        detail = f"{found.detail} looks up a host on the internet whenever it is used"
        return Check("mediapipe", "missing", detail, 'pip install "mediapipe>=0.10.30,<0.10.34"')
    return found


def _trials() -> dict[str, Callable[[], str]]:
    """Each model on an empty picture."""
    import numpy as np

    from scrubber.faces import blazeface, recogniser
    from scrubber.faces.centerface import CenterFace
    from scrubber.faces.yunet import YuNet
    from scrubber.types import Face

    empty = np.zeros((256, 256, 3), dtype=np.uint8)

    def detector(detect: Callable[[Any], list[Face]]) -> Callable[[], str]:
        return lambda: f"runs, {len(detect(empty))} faces in an empty picture"

    def recognise() -> str:
        return f"runs, {len(recogniser.describe(empty[: recogniser.SIDE, : recogniser.SIDE]))} numbers"

    trials = {
        "yunet": detector(YuNet().detect),
        "centerface": detector(CenterFace().detect),
        "sface": recognise,
    }
    if blazeface.available():
        trials["blazeface-short"] = detector(blazeface.BlazeFace("short").detect)
        trials["blazeface-full"] = detector(blazeface.BlazeFace("full").detect)
    return trials


def _tried(name: str, trial: Callable[[], str]) -> Check:
    try:
        return Check(name, "ok", trial())
    except ScrubberError as error:  # its message names the remedy
        return Check(name, "missing", str(error))
