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

from scrubber import environment, installed, plugins, weights
from scrubber.batch.sandbox import isolation
from scrubber.detection import blazeface, plugged
from scrubber.errors import MissingPart, ScrubberError
from scrubber.formats import Requirement, table
from scrubber.redaction import styles

_OPENCV: Final = "opencv-contrib-python"
_RIVALS: Final = ("opencv-python", "opencv-python-headless", "opencv-contrib-python-headless")
_OWN: Final = "mediascrubber"
_SILENT_BELOW: Final = {"mediapipe": (0, 10, 34), "onnxruntime": (1, 29)}
"""From these versions on they send word of their use over the internet."""
_SILENT: Final = {"mediapipe": '"mediapipe>=0.10.30,<0.10.34"', "onnxruntime": '"onnxruntime>=1.20,<1.29"'}
_NEEDED: Final = (
    "click", "filelock", "jinja2", "numpy", "onnxruntime", "pebble", "piexif", "pillow", "platformdirs", "pydantic",
    "rich",
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


_OPTIONAL: Final = (
    Requirement("pyrage", "pyrage", "locks consent manifests",
                "locked consent manifests can be neither opened nor made", "pip install pyrage"),
    Requirement("tomlkit", "tomlkit", "changes consent manifests",
              "consent manifests hold, but `scrubber consent` cannot change them", "pip install tomlkit"),
)  # fmt: skip
_MEDIAPIPE: Final = Requirement(
    "mediapipe", "mediapipe", "a third detector", "faces are found by YuNet and CenterFace alone",
    'pip install "mediapipe>=0.10.30,<0.10.34", where it has wheels',
)  # fmt: skip


def examine(verify: bool = False) -> Iterator[Check]:
    """All checks, one after the other; the models are loaded and tried on an empty picture.

    `verify` also compares every installed file of scrubber and of what it needs with what the installer wrote down.
    """
    # `platform.platform` would start a program to ask for the processor's name.
    yield Check("python", "ok", f"{platform.python_version()} on {platform.system()} {platform.release()}")
    for name in _NEEDED:
        yield _silent(_package(name))
    yield _opencv()
    yield _silent(_optional(_MEDIAPIPE, blazeface.load))
    for part in _optional_parts():
        yield _optional(part, partial(import_module, part.module))
    for name in weights.NAMES:
        yield _tried(f"model {name}", partial(_weight, name))
    for name, trial in _trials().items():
        yield _tried(f"try {name}", trial)
    yield _network()
    yield from map(_plugin, plugins.installed())
    if verify:
        yield from map(
            _verified, (_OWN, *_NEEDED, _OPENCV, _MEDIAPIPE.package, *(part.package for part in _optional_parts()))
        )


def _optional_parts() -> tuple[Requirement, ...]:
    """What single formats need, as the table of formats has it, and what locks and changes manifests."""
    return (*(known.needs for known in table.usable().values() if known.needs), *_OPTIONAL)


def _plugin(plugin: plugins.Plugin) -> Check:
    """Whether a plug-in can be loaded. Without a style other styles can be had; what else fails ends every run."""
    name, fault = f"plug-in {plugin.name}", None
    try:
        if plugin.group == table.GROUP:
            fault = table.faults().get(plugin.name)
        elif plugin.group == plugged.GROUP:
            plugged.made(plugin.name, plugins.load(plugin))
        else:
            plugins.load(plugin)
    except MissingPart as error:
        fault = error
    added = f"{plugin.package} {plugin.version} adds it to {plugin.group}"
    if fault is None:
        return Check(name, "ok", added)
    why, _, remedy = " ".join(str(fault).split()).rpartition("; ")
    return Check(name, "warning" if plugin.group == styles.GROUP else "missing", f"{added}; {why}", remedy)


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


def _optional(part: Requirement, load: Callable[[], object]) -> Check:
    """Whether the module can be loaded, for a package may be there and a library that it needs not."""
    if find_spec(part.module) is None:
        return Check(part.module, "warning", f"not installed: {part.without}", part.install)
    try:
        with environment.search_paths_kept():
            load()
    except (ImportError, OSError, RuntimeError, MissingPart) as error:
        why = " ".join(str(error).split())[:200]
        return Check(part.module, "warning", f"cannot be loaded ({why}): {part.without}", part.install)
    return Check(part.module, "ok", f"{_version(part.package)}, {part.good_for}")


def _version(package: str) -> str:
    try:
        return packages.version(package)
    except packages.PackageNotFoundError:
        return "unknown version"


def _silent(found: Check) -> Check:
    """The same, or a complaint if this version of the package calls home."""
    limit, version = _SILENT_BELOW.get(found.name), _version(found.name)
    numbers = tuple(int(part) for part in version.split(".")[:3] if part.isdigit())
    if limit is None or found.state != "ok" or numbers < limit:
        return found
    detail = f"{version} calls a host on the internet when it is used"
    return Check(found.name, "missing", detail, f"pip install {_SILENT[found.name]}")


def _network() -> Check:
    warning = isolation.network_warning()
    if warning:
        return Check("workers without network", "warning", warning, isolation.NETWORK_REMEDY)
    return Check("workers without network", "ok", "each is in an empty network namespace")


def _verified(package: str) -> Check:
    name = f"files of {package}"
    try:
        changed = installed.changed_files(package)
    except packages.PackageNotFoundError:
        return Check(name, "ok", "not installed as a package, nothing to compare with")
    if not changed:
        return Check(name, "ok", "as its installer wrote them")
    detail = f"{len(changed)} are gone or changed: {', '.join(changed[:3])}{' …' if changed[3:] else ''}"
    return Check(name, "missing", detail, f"pip install --force-reinstall --no-deps {package}")


def _trials() -> dict[str, Callable[[], str]]:
    """Each model on an empty picture."""
    import numpy as np

    from scrubber.detection.centerface import CenterFace
    from scrubber.detection.yunet import YuNet
    from scrubber.recognition import embedder
    from scrubber.values import Region

    empty = np.zeros((256, 256, 3), dtype=np.uint8)

    def detector(detect: Callable[[Any], list[Region]]) -> Callable[[], str]:
        return lambda: f"runs, {len(detect(empty))} faces in an empty picture"

    def recognise() -> str:
        return f"runs, {len(embedder.describe(empty[: embedder.SIDE, : embedder.SIDE]))} numbers"

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
