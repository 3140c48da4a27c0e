"""Finds the photos in files and folders, and says where each safe copy will go, before anything is written."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Final

from scrubber.errors import NotWritable, UsageError
from scrubber.formats import HEADER_BYTES, identify

_MEDIA: Final = frozenset(
    "jpg jpeg jpe jfif mpo png apng webp gif tif tiff bmp dib heic heif hif avif jxl jp2 j2k jpf psd "
    "dng cr2 cr3 crw nef nrw arw srf sr2 srw orf rw2 rwl pef raf raw x3f mrw 3fr fff iiq mef mos erf kdc dcr gpr "
    "mp4 m4v mov avi mkv webm 3gp mpg mpeg mts m2ts wmv".split()
)
"""Extensions of what people take for photos and clips: a file with one of these is never passed over in silence."""


@dataclass(frozen=True, slots=True)
class Task:
    """One photo to make safe. `relative` is its path below the input that it was found in; names are made from it."""

    source: Path
    relative: PurePath


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run will do: `tasks` in order. `others` are files that are not photos and stay behind."""

    tasks: tuple[Task, ...]
    others: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A file that may be a photo: its path below the input it was found in, and its format by content."""

    source: Path
    relative: PurePath
    format: str | None


def plan(inputs: Sequence[Path], out: Path) -> Plan:
    """Plan a run from files and folders into the folder `out`.

    Raises `UsageError` for an input that is not there or is `out` itself, `NotWritable` if a file is in the way.
    """
    if out.exists() and not out.is_dir():
        raise NotWritable(f"{out}: this is a file; name a folder for the output")
    if any(given.is_dir() and given.resolve() == out.resolve() for given in inputs):
        raise UsageError(f"{out}: this is the folder with the originals; name another one for the copies")
    found, others = search(inputs, out)
    return Plan(tuple(Task(each.source, each.relative) for each in found), tuple(others))


def search(inputs: Sequence[Path], out: Path | None = None) -> tuple[list[Found], list[Path]]:
    """Photos, and files that are none, in files and folders; each file once, in a stable order.

    What lies in the output folder `out` is no input. A file named by itself is taken for a photo whatever it is; a
    folder that cannot be read is listed among the photos, so that its own turn tells. Links to files are followed,
    links to folders are not, for they can lead in circles; pipes and devices are never opened. Raises `UsageError`
    for an input that is not there.
    """
    found: list[Found] = []
    others: list[Path] = []
    seen: set[Path] = set()
    for given in inputs:
        if not given.exists():
            raise UsageError(f"{given}: there is no such file or folder; check the path")
        pairs = _walk(given, out and out.resolve()) if given.is_dir() else [(given, PurePath(given.name))]
        for source, relative in pairs:
            real = source.resolve()
            if real in seen:
                continue
            seen.add(real)
            known = _identify(source)
            if given == source or source.is_dir() or _looks_like_photo(source, known):
                found.append(Found(source, relative, known))
            else:
                others.append(source)
    return found, others


def _looks_like_photo(source: Path, known: str | None) -> bool:
    suffix = source.suffix.lower().lstrip(".")
    # What macOS keeps beside a file on foreign disks; the small picture that cameras keep beside a clip.
    side_file = source.name.startswith("._") or suffix == "thm"
    return not side_file and (known is not None or suffix in _MEDIA)


def _walk(folder: Path, skipped: Path | None) -> Iterator[tuple[Path, PurePath]]:
    """Files below `folder`, without those below the folder `skipped`; and folders that cannot be read."""
    closed: list[Path] = []
    for current, folders, names in os.walk(folder, onerror=lambda error: closed.append(Path(error.filename))):
        here = Path(current)
        folders[:] = sorted(name for name in folders if (here / name).resolve() != skipped)
        for name in sorted(names):
            yield here / name, (here / name).relative_to(folder)
    for each in closed:
        yield each, each.relative_to(folder)


def _identify(source: Path) -> str | None:
    """The format by content; None too where the file cannot be read, which its own turn will tell."""
    try:
        if not source.is_file():  # to open a pipe is to wait for ever
            return None
        with source.open("rb") as file:
            return identify(file.read(HEADER_BYTES))
    except OSError:
        return None
