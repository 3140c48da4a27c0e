"""Finds the photos in files and folders, and says where each safe copy will go, before anything is written."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Final

from scrubber.batch.ledger.published import identified_copy, known_copy
from scrubber.errors import UnreadableFile, UnsupportedFormat, UsageError
from scrubber.formats import HEADER_BYTES, identify, medium_of, named_by
from scrubber.guarded import is_folder, is_there, read_start, resolved
from scrubber.output.own_records import refuse_records

_UNTOLD: Final = ""  # a format that no table has


@dataclass(frozen=True, slots=True)
class Task:
    """One photo to make safe. `relative` is its path below the input that it was found in; names are made from it."""

    source: Path
    relative: PurePath


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run will do: `tasks` in order. `others` are files that are not photos and stay behind, as do `films`.

    `copies` counts files that stay behind because earlier runs published them. `other_names` are links that lead to a
    photo of the plan: it is made once.
    """

    tasks: tuple[Task, ...]
    others: tuple[Path, ...] = ()
    films: tuple[Path, ...] = ()
    copies: int = 0
    other_names: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A file that may be a photo or a film: its path below the input it was found in, and its format by content."""

    source: Path
    relative: PurePath
    format: str | None
    other_names: list[Path] = field(default_factory=list)


def plan(inputs: Sequence[Path], out: Path) -> Plan:
    """Plan a run from files and folders into the folder `out`.

    Raises `UsageError` for an input that is not there or is `out` itself, and for an `out` among scrubber's own
    records; also if a file is in the way.
    """
    refuse_records(out)
    if is_there(out) and not is_folder(out):
        raise UsageError(f"{out}: this is a file; name a folder for the output")
    refuse_below_a_file(out)
    if any(is_folder(given) and resolved(given) == resolved(out) for given in inputs):
        raise UsageError(f"{out}: is input and output at once; name another folder for the copies")
    for given in inputs:
        inside = given.is_file() and resolved(given).is_relative_to(resolved(out))
        copy = identified_copy(given) if inside else None
        if copy is not None:
            raise UsageError(f"{given}: is a published copy of {copy.input}; name that one")
    found, others, films = search(inputs, out)
    copies = {each.source for each in found if each.source not in inputs and known_copy(each.source)}
    tasks = (Task(each.source, each.relative) for each in found if each.source not in copies)
    names = tuple(name for each in found for name in each.other_names if each.source not in copies)
    return Plan(tuple(tasks), tuple(others), tuple(film.source for film in films), len(copies), names)


def refuse_below_a_file(out: Path) -> None:
    """Raise `UsageError` for an output that would lie in a file."""
    for parent in out.parents:
        if is_there(parent):
            if not is_folder(parent):
                raise UsageError(f"{out}: {parent} is a file, and nothing can lie in it; name a folder")
            return


def search(inputs: Sequence[Path], out: Path | None = None) -> tuple[list[Found], list[Path], list[Found]]:
    """Photos, files that are none, and films, in files and folders; each file once, in a stable order.

    What lies in the output folder `out` is no input. A file named by itself is taken for a photo whatever it is; a
    folder that cannot be read is listed among the photos, so that its own turn tells. Films are known by content, and
    by name where the content tells nothing. Links to files are followed, links to folders are not, for they can lead
    in circles; pipes and devices are never opened. Raises `UsageError` for an input that is not there.
    """
    found: list[Found] = []
    others: list[Path] = []
    films: list[Found] = []
    seen: dict[Path, Found | None] = {}  # by where links lead; None for what is no photo
    for given in inputs:
        if not is_there(given):
            raise UsageError(f"{given}: there is no such file or folder; check the path")
        pairs = _walk(given, out and resolved(out)) if is_folder(given) else [(given, PurePath(given.name))]
        for source, relative in pairs:
            real = resolved(source)
            if real in seen:
                first = seen[real]
                if first is not None and source.absolute() != first.source.absolute():
                    first.other_names.append(source)
                continue
            known = _identify(source)
            photo = given == source or is_folder(source) or _looks_like_photo(source, known)
            each = Found(source, relative, known)
            seen[real] = each if photo else None
            if photo:
                found.append(each)
            elif _looks_like_film(source, known):
                films.append(each)
            else:
                others.append(source)
    return found, others, films


def _looks_like_photo(source: Path, known: str | None) -> bool:
    """A file that is named like a photo is never passed over in silence, whatever it holds; nor is a document."""
    picture = known is not None and medium_of(known) not in ("film", "sound")
    return not _is_side_file(source) and (picture or (known is None and named_by(source.suffix, "photo") is not None))


def _looks_like_film(source: Path, known: str | None) -> bool:
    """Also one that no first byte tells: a damaged film, a raw stream."""
    film = medium_of(known) == "film"
    return not _is_side_file(source) and (film or (known is None and named_by(source.suffix, "film") is not None))


def _is_side_file(source: Path) -> bool:
    """What macOS keeps beside a file on foreign disks; the small picture that cameras keep beside a clip."""
    return source.name.startswith("._") or source.suffix.lower() == ".thm"


def _walk(folder: Path, skipped: Path | None) -> Iterator[tuple[Path, PurePath]]:
    """Files below `folder`, without those below the folder `skipped`; and folders that cannot be read."""
    closed: list[Path] = []
    for current, folders, names in os.walk(folder, onerror=lambda error: closed.append(Path(error.filename))):
        here = Path(current)
        folders[:] = sorted(name for name in folders if resolved(here / name) != skipped)
        for name in sorted(names):
            yield here / name, (here / name).relative_to(folder)
    for each in closed:
        yield each, each.relative_to(folder)


def _identify(source: Path) -> str | None:
    """The format by content; None too where the file cannot be read, which its own turn will tell.

    It is `_UNTOLD` where a plug-in failed at that: then it may be a photo, and its own turn tells the same.
    """
    try:
        return identify(read_start(source, HEADER_BYTES))
    except (OSError, UnreadableFile):
        return None
    except UnsupportedFormat:
        return _UNTOLD
