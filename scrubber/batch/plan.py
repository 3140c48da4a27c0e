"""Finds the photos in files and folders, and says where each safe copy will go, before anything is written."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Final

from scrubber import photos
from scrubber.batch.names import Namer
from scrubber.errors import NotWritable, UsageError
from scrubber.formats import HEADER_BYTES, identify

if TYPE_CHECKING:
    from scrubber.policy import Policy

_MEDIA: Final = frozenset(
    "jpg jpeg jpe jfif mpo png apng webp gif tif tiff bmp dib heic heif hif avif jxl jp2 j2k jpf psd "
    "dng cr2 cr3 nef nrw arw srf sr2 orf rw2 pef raf raw mp4 m4v mov avi mkv webm 3gp mpg mpeg wmv".split()
)
"""Extensions of what people take for photos and clips: a file with one of these is never passed over in silence."""


@dataclass(frozen=True, slots=True)
class Task:
    """One photo to make safe. `target` is where its safe copy goes."""

    source: Path
    target: Path


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run will do: `tasks` in order, and the files that are not photos and stay behind."""

    tasks: tuple[Task, ...]
    others: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A file that may be a photo: its path below the input it was found in, and its format by content."""

    source: Path
    relative: PurePath
    format: str | None


def plan(inputs: Sequence[Path], out: Path, policy: Policy) -> Plan:
    """Plan a run from files and folders into the folder `out`.

    Raises `UsageError` for an input that is not there, `NotWritable` if `out` is in the way.
    """
    if out.exists() and not out.is_dir():
        raise NotWritable(f"{out}: this is a file; name a folder for the output")
    found, others = search(inputs, out)
    namer = Namer(policy.names)
    originals = {each.source.resolve() for each in found}
    tasks = []
    for each in found:
        extension = photos.extension(each.format, policy.format) or each.relative.suffix
        target = out / namer.name(each.relative, extension)
        while target.resolve() in originals:  # a folder that is cleaned into itself
            target = out / namer.name(each.relative, extension)
        tasks.append(Task(each.source, target))
    return Plan(tuple(tasks), tuple(others))


def search(inputs: Sequence[Path], out: Path | None = None) -> tuple[list[Found], list[Path]]:
    """Photos, and files that are none, in files and folders; each file once, in a stable order.

    What lies in the output folder `out` is no input, unless that is the folder searched. A file named by itself is
    taken for a photo whatever it is. Raises `UsageError` for an input that is not there.
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
            if given == source or _looks_like_photo(source, known):
                found.append(Found(source, relative, known))
            else:
                others.append(source)
    return found, others


def _looks_like_photo(source: Path, known: str | None) -> bool:
    side_file = source.name.startswith("._")  # what macOS keeps beside a file on foreign disks
    return not side_file and (known is not None or source.suffix.lower().lstrip(".") in _MEDIA)


def _walk(folder: Path, skipped: Path | None) -> Iterator[tuple[Path, PurePath]]:
    """Files below `folder`, without those below the folder `skipped`, unless they are the same folder."""

    def refuse(error: OSError) -> None:
        raise UsageError(f"{error.filename}: this folder cannot be read ({error.strerror}); mend its permissions")

    inside = skipped != folder.resolve()
    for current, folders, names in os.walk(folder, onerror=refuse):
        here = Path(current)
        folders[:] = sorted(name for name in folders if not (inside and (here / name).resolve() == skipped))
        for name in sorted(names):
            yield here / name, (here / name).relative_to(folder)


def _identify(source: Path) -> str | None:
    """The format by content; None too where the file cannot be read, which its own turn will tell."""
    try:
        with source.open("rb") as file:
            return identify(file.read(HEADER_BYTES))
    except OSError:
        return None
