"""Outside packages that add detectors, styles and formats, found by their entry points (PyPA entry points, 2017).

An entry point of the group `scrubber.detectors`, `scrubber.styles` or `scrubber.formats` names something to be called
without arguments; what it must do is said in docs/plugins.md. Plug-ins are code that runs with your photos: whoever
wants none sets `SCRUBBER_PLUGINS=none`.

Only packages count that are installed where Python keeps packages. The current folder and the folder of a script are
searched by Python as well, but photos from strangers may lie there, with a package among them.
"""

from __future__ import annotations

import os
import site
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from scrubber.errors import MissingPart

VARIABLE: Final = "SCRUBBER_PLUGINS"
GROUPS: Final = ("scrubber.detectors", "scrubber.styles", "scrubber.formats")


@dataclass(frozen=True, slots=True)
class Plugin:
    """Something that an outside package adds: its name, the package and its version."""

    group: str
    name: str
    package: str
    version: str

    def __str__(self) -> str:
        return f"the plug-in {self.name!r} of {' '.join(filter(None, (self.package, self.version))) or 'no package'}"


def off() -> bool:
    """Whether the user wants no plug-in to be loaded."""
    return os.environ.get(VARIABLE, "").strip().casefold() == "none"


def installed() -> tuple[Plugin, ...]:
    """All plug-ins that would be loaded, in a stable order; none is loaded for that."""
    return tuple(_described(point) for group in GROUPS for point in _points(group))


@cache
def load(plugin: Plugin) -> Callable[[], Any]:
    """What the entry point of one plug-in names; loaded once. Raises `MissingPart` if it cannot be loaded."""
    return _load(next(point for point in _points(plugin.group) if _described(point) == plugin))


def unusable(name: str, error: Exception) -> MissingPart:
    """The error for a plug-in that was loaded and then failed at what it is loaded for."""
    return MissingPart(
        f"the plug-in {name!r} cannot be used ({type(error).__name__}: {error}); mend or uninstall it, or set "
        f"{VARIABLE}=none"
    )


def said_of(plugin: object, error: BaseException) -> str:
    """The end of a message about a plug-in that failed at its work: which it is, and what can be done."""
    why = " ".join(f"{type(error).__name__}: {error}".split())[:200]
    return f"{plugin} failed ({why}); mend or uninstall it, or set {VARIABLE}=none"


def find(group: str, name: str) -> Plugin:
    """The plug-in of this name, the last one if there are several. Raises `KeyError` if there is none."""
    return {plugin.name: plugin for plugin in installed() if plugin.group == group}[name]


def names(group: str) -> tuple[str, ...]:
    """The names of a group's entry points, which are not loaded for that."""
    return tuple(point.name for point in _points(group))


def _described(point: metadata.EntryPoint) -> Plugin:
    package = point.dist
    return Plugin(point.group, point.name, package.name if package else "", package.version if package else "")


def _points(group: str) -> list[metadata.EntryPoint]:
    if off():
        return []
    return sorted((point for point in _all_points() if point.group == group), key=lambda point: point.name)


@cache
def _all_points() -> tuple[metadata.EntryPoint, ...]:
    """Of all groups that are ours. Only those packages are taken in that name one: reading all takes longer."""
    lists = (path for home in _homes() for path in sorted(Path(home).glob("*.dist-info/entry_points.txt")))
    ours = (metadata.Distribution.at(path.parent) for path in lists if b"[scrubber." in path.read_bytes())
    return tuple(point for package in ours for point in package.entry_points if point.group in GROUPS)


@cache
def _homes() -> tuple[str, ...]:
    """Where Python keeps installed packages: of this environment, and the user's own if they count."""
    own = [site.getusersitepackages()] if site.ENABLE_USER_SITE else []
    return tuple(dict.fromkeys([*site.getsitepackages(), *own]))


def _refuse_foreign(point: metadata.EntryPoint) -> None:
    """Raise `MissingPart` if a file in the current folder, or beside a script, would be loaded for the plug-in."""
    found = find_spec(point.module.partition(".")[0])
    places = [*(found.submodule_search_locations or ()), found.origin or ""] if found else []
    here = {os.path.realpath(folder or ".") for folder in ("", sys.path[0])} - {*map(os.path.realpath, _homes())}
    if any(os.path.realpath(os.path.dirname(place)) in here for place in places if place):  # noqa: PTH120
        raise MissingPart(
            f"the plug-in {point.name!r} would be loaded from the current folder, not from where it is installed; "
            f"give the command elsewhere, or set {VARIABLE}=none"
        )


def _load(point: metadata.EntryPoint) -> Callable[[], Any]:
    _refuse_foreign(point)
    try:
        found = point.load()
    except Exception as error:  # whatever a foreign module raises when it is imported
        raise MissingPart(
            f"{_described(point)} ({point.value}) cannot be loaded: {error}; mend or uninstall it, or set "
            f"{VARIABLE}=none"
        ) from error
    if not callable(found):
        raise MissingPart(
            f"{_described(point)} ({point.value}) is nothing that can be called; mend or uninstall it, or set "
            f"{VARIABLE}=none"
        )
    return found  # type: ignore[no-any-return]
