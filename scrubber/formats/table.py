"""The table itself. A format is one module in `scrubber.handlers`, or in an outside package, that registers itself.

The table is filled when somebody asks it first. So modules that only need to know what a file is load nothing else.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from threading import RLock
from types import MappingProxyType
from typing import Any, BinaryIO, Final, Literal, TypeAlias

from scrubber import plugins
from scrubber.errors import MissingPart, UnsupportedFormat, UsageError
from scrubber.values import Leak

GROUP: Final = "scrubber.formats"
HEADER_BYTES: Final = 4096
"""How much of a file tells what it is; the first directory of a TIFF mostly lies within."""

Medium: TypeAlias = Literal["photo", "film", "sound", "document"]
"""What people take a file for. A photo with a film behind it is a photo."""

_ORDER: Final[tuple[Medium, ...]] = ("photo", "film", "sound", "document")
"""Of two formats that could be meant, the one of the earlier medium is: a film is never handled as a photo by chance,
for photos are known by more of their bytes."""

_table: Final = dict[str, "Format"]()
_faults: Final = dict[str, MissingPart]()
_filling: Final = RLock()
_filled = False
_registering_plugins = False
_adding: plugins.Plugin | None = None


@dataclass(frozen=True, slots=True)
class Requirement:
    """A package that a format needs and that may be missing here: what `scrubber doctor` tells of it.

    `module` is what it installs, `package` its name, `good_for` and `without` say what it brings and what is lost
    without it, `install` is the command that mends it.
    """

    module: str
    package: str
    good_for: str
    without: str
    install: str


@dataclass(frozen=True, slots=True)
class Writer:
    """How a format is written: `write` takes what is to be in the file, and where its bytes go, from first to last.

    What it takes hangs on the medium: a whole photo, but the frames of a film one after the other, so that nothing ever
    holds all of them, and the parts of a document.
    `alpha`, `moving` and `pages` say whether such a file can be transparent, hold an animation, hold several pages.
    """

    write: Callable[[Any, BinaryIO], object]
    alpha: bool = False
    moving: bool = False
    pages: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Format:
    """All that scrubber knows of one kind of file. What cannot be done with it stays None.

    A file is of this format if it begins with one of `magic`, or if `recognises` says so of its first `HEADER_BYTES`.
    `extensions` are those that people know it by, in small letters and without a dot; copies get the first.

    `open` takes the bytes (anything that can be sliced like bytes, so that a film can be mapped and need not be read)
    and gives what its medium goes on with; for photos that is a `photos.source.Source`, whose frames are decoded one
    after the other. `inspect` takes a part (`inspection.parts.Part`) and gives leaks and further parts: a document is
    inspected as the parts it is made of. `audit` names every byte of a file that is not on a short list; it must share
    no code with what writes it. `needs` is a package without which it cannot be opened.
    """

    name: str
    medium: Medium
    extensions: tuple[str, ...] = ()
    magic: tuple[bytes, ...] = ()
    recognises: Callable[[bytes], bool] | None = None
    open: Callable[[bytes], Any] | None = None
    writer: Writer | None = None
    inspect: Callable[[Any], Iterator[Any]] | None = None
    audit: Callable[[bytes], list[Leak]] | None = None
    needs: Requirement | None = None
    plugin: bool = False
    """Whether an outside package registered it. `register` says so."""
    added_by: str = ""
    """Which plug-in and package that is, in words for messages."""

    @property
    def extension(self) -> str:
        """Of copies in this format, with its dot."""
        return f".{self.extensions[0]}"

    def matches(self, header: bytes) -> bool:
        """Whether a file that begins with `header` is of this format."""
        return header.startswith(self.magic) or (self.recognises is not None and self.recognises(header))


def register(new: Format) -> None:
    """Add a format to the table. Raises `UsageError` for what is no format, and a plug-in that would judge itself.

    A plug-in opens and inspects what it knows; copies are written in formats of scrubber's own, for whoever writes a
    file must not be the one who says that it is clean.
    """
    if not isinstance(new, Format):
        raise UsageError(f"{new!r} is no Format; register one")
    if new.medium not in _ORDER:
        raise UsageError(f"the format {new.name!r} is of no medium {new.medium!r}; take one of {', '.join(_ORDER)}")
    if new.name in _table:
        raise UsageError(f"there is a format {new.name!r} already; give the new one another name")
    if _registering_plugins and (new.writer or new.audit):
        raise UsageError(f"the format {new.name!r} of a plug-in cannot be written or audited by it; leave both out")
    _table[new.name] = replace(new, plugin=_registering_plugins, added_by=str(_adding or "a plug-in"))


def formats() -> Mapping[str, Format]:
    """All formats by name: those of scrubber, then those of plug-ins. Raises `MissingPart` if a plug-in fails."""
    for fault in faults().values():
        raise MissingPart(*fault.args) from fault
    return MappingProxyType(_table)


def usable() -> Mapping[str, Format]:
    """The same without what plug-ins failed to add; to look at, and not to work with."""
    faults()
    return MappingProxyType(_table)


def faults() -> Mapping[str, MissingPart]:
    """By the name of each plug-in that failed to add its formats, the error that says why and what to do."""
    if not _filled:
        _fill()
    return MappingProxyType(_faults)


def get(name: str | None) -> Format | None:
    """The format of that name, or None."""
    return formats().get(name or "")


def identify(header: bytes) -> str | None:
    """Name the format of the file that begins with `header` (`HEADER_BYTES` of it, or all), or None.

    The file's name is never believed. Not everything that has a name can be opened; the other names serve to say what
    was refused. A plug-in is asked last, so that it cannot take over what scrubber knows.

    Raises `UnsupportedFormat` if a plug-in fails at that: nobody can tell whether it is one of its files.
    """
    return next((known.name for known in _asked_in_turn() if _matches(known, header)), None)


def _matches(known: Format, header: bytes) -> bool:
    try:
        return bool(known.matches(header))
    except Exception as error:
        if not known.plugin:
            raise
        said = plugins.said_of(known.added_by, error)
        raise UnsupportedFormat(f"what this file is cannot be told, for {said}") from error


def medium_of(name: str | None) -> Medium | None:
    """What people take a file of the format `name` for."""
    known = get(name)
    return known.medium if known else None


def named_by(extension: str, medium: Medium | None = None) -> Format | None:
    """The format that people know by this extension, with or without its dot, in whichever case; of one medium only.

    It says what a file is meant to be, and nothing about what it is.
    """
    return _by_extension().get((extension.lower().removeprefix("."), medium))


def missing(name: str) -> str | None:
    """The module without which the format `name` cannot be opened here, or None."""
    known = get(name)
    module = known.needs.module if known and known.needs else None
    return module if module is not None and find_spec(module) is None else None


@cache
def _asked_in_turn() -> tuple[Format, ...]:
    return tuple(sorted(formats().values(), key=lambda known: (known.plugin, _ORDER.index(known.medium))))


@cache
def _by_extension() -> dict[tuple[str, Medium | None], Format]:
    found: dict[tuple[str, Medium | None], Format] = {}
    for known in _asked_in_turn():
        for extension in known.extensions:
            found.setdefault((extension, None), known)
            found.setdefault((extension, known.medium), known)
    return found


def _fill() -> None:
    """Let every module in `scrubber.handlers` register itself, and then every plug-in."""
    global _filled, _registering_plugins
    with _filling:
        if _filled:
            return
        home = import_module("scrubber.handlers")
        for module in pkgutil.iter_modules(home.__path__, "scrubber.handlers."):
            import_module(module.name)
        _registering_plugins = True
        for plugin in plugins.installed():
            if plugin.group == GROUP:
                _add(plugin)
        _filled = True


def _add(plugin: plugins.Plugin) -> None:
    """Let a plug-in register its formats, all of them or none."""
    global _adding
    before, _adding = dict(_table), plugin
    try:
        plugins.load(plugin)()
    except Exception as error:  # noqa: BLE001 — whatever foreign code raises; `formats` raises it
        _table.clear()
        _table.update(before)
        _faults[plugin.name] = error if isinstance(error, MissingPart) else plugins.unusable(plugin.name, error)
    finally:
        _adding = None
