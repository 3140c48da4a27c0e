"""Looks whether everything that scrubber needs is there and works, and knows the remedy for what does not."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from importlib import metadata as packages
from importlib.util import find_spec
from typing import Any, Final, Literal

from scrubber import weights
from scrubber.errors import ScrubberError

_OPENCV: Final = "opencv-contrib-python"
_RIVALS: Final = ("opencv-python", "opencv-python-headless", "opencv-contrib-python-headless")
_SILENT_BELOW: Final = (0, 10, 34)  # MediaPipe looks up a logging host from this version on
_NEEDED: Final = (
    "click", "filelock", "numpy", "onnxruntime", "pebble", "piexif", "pillow", "platformdirs", "pydantic", "rich",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. `state` is `missing` only if scrubber cannot work; `remedy` mends what is not ok."""

    name: str
    state: Literal["ok", "warning", "missing"]
    detail: str
    remedy: str = ""

    def as_json(self) -> dict[str, Any]:
        return {"name": self.name, "state": self.state, "detail": self.detail, "remedy": self.remedy}


@dataclass(frozen=True, slots=True)
class _Optional:
    """A package that scrubber can do without: the module to import, what it is good for, and what is lost without."""

    module: str
    package: str
    good_for: str
    without: str
    install: str


_OPTIONAL: Final = (
    _Optional("pillow_heif", "pillow-heif", "opens HEIC and HEIF", "HEIC and HEIF, which iPhones write, are refused",
              "pip install pillow-heif"),
    _Optional("rawpy", "rawpy", "opens camera raw", "camera raw (DNG, CR2, NEF, …) is refused", "pip install rawpy"),
    _Optional("pillow_jxl", "pillow-jxl-plugin", "opens JPEG XL", "JPEG XL is refused",
              'pip install "mediascrubber[jxl]"; an extra, because its licence is the GPL'),
    _Optional("pyrage", "pyrage", "locks consent manifests", "locked consent manifests can be neither opened nor made",
              "pip install pyrage"),
    _Optional("tomlkit", "tomlkit", "changes consent manifests",
              "consent manifests hold, but `scrubber consent` cannot change them", "pip install tomlkit"),
)  # fmt: skip
_MEDIAPIPE: Final = _Optional(
    "mediapipe", "mediapipe", "a third detector", "faces are found by YuNet and CenterFace alone",
    'pip install "mediapipe>=0.10.30,<0.10.34", where it has wheels',
)  # fmt: skip


def examine() -> Iterator[Check]:
    """All checks, one after the other; the models are loaded and tried on an empty picture."""
    yield Check("python", "ok", f"{platform.python_version()} on {platform.platform()}")
    for name in _NEEDED:
        yield _package(name)
    yield _opencv()
    yield _mediapipe()
    for part in _OPTIONAL:
        yield _optional(part)
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


def _optional(part: _Optional) -> Check:
    """Whether the module can be imported, for a package may be there and a library that it needs not."""
    if find_spec(part.module) is None:
        return Check(part.module, "warning", f"not installed: {part.without}", part.install)
    try:
        import_module(part.module)
    except (ImportError, OSError, RuntimeError) as error:
        why = " ".join(str(error).split())[:200]
        return Check(part.module, "warning", f"cannot be loaded ({why}): {part.without}", part.install)
    return Check(part.module, "ok", f"{_version(part.package)}, {part.good_for}")


def _version(package: str) -> str:
    try:
        return packages.version(package)
    except packages.PackageNotFoundError:
        return "unknown version"


def _mediapipe() -> Check:
    found, version = _optional(_MEDIAPIPE), _version(_MEDIAPIPE.package)
    numbers = tuple(int(part) for part in version.split(".")[:3] if part.isdigit())
    if found.state == "ok" and numbers >= _SILENT_BELOW:
        detail = f"{version} looks up a host on the internet whenever it is used"
        return Check(_MEDIAPIPE.module, "missing", detail, 'pip install "mediapipe>=0.10.30,<0.10.34"')
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
