"""The pictures in a TIFF or raw file: pages, previews, masks, and bytes that no directory owns up to.

TIFF 6.0 (NewSubfileType); DNG 1.7 (depth maps and masks). Which picture of a raw file is the photo itself differs from
maker to maker; it is always by far the largest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scrubber.inspection.parts import Finding, Part
from scrubber.inspection.readers import exif
from scrubber.inspection.readers.exif_tags import INNER
from scrubber.inspection.readers.picture import embedded_jpegs
from scrubber.inspection.readers.tiff import MOST_DIRECTORIES, Directory, Tiff
from scrubber.values import Leak

_KIND, _OLD_KIND, _WIDTH, _HEIGHT = 0x00FE, 0x00FF, 0x0100, 0x0101
_PLACES = ((0x0111, 0x0117), (0x0144, 0x0145), (0x0201, 0x0202))  # offsets and lengths of strips, tiles, a JPEG
_REDUCED, _MASK, _DEPTH, _SEMANTIC = 1, 4, 8, 0x10004
_OLD_REDUCED = 2
_JPEG = b"\xff\xd8\xff"
_SMALL_COPY = "small copy, may still show what was hidden or cut away later"
_CR2, _PHOTO_OF_CR2 = b"CR", "IFD3"  # the three before it hold copies, and may be all that a broken file has
_SLACK = 32  # bytes between two parts of a file that programs leave to align the second
_MOST_GAPS = 100


@dataclass(frozen=True, slots=True)
class _Picture:
    """One directory's picture: which it is, what the directory says of it, and the bytes that it has in the file.

    `stated` is how many it should have; some may be missing.
    """

    directory: Directory
    kind: int
    measure: tuple[int, int] | None
    spans: list[tuple[int, int]]
    stated: int

    @property
    def words(self) -> str:
        shown = f"{self.measure[0]}×{self.measure[1]} px, " if self.measure else ""
        return f"{shown}{self.stated:,} bytes"


def read(part: Part) -> Iterator[Finding]:
    """Everything that a TIFF file gives away: its tags, its pages but the first, and what lies between and behind."""
    tiff, directories, pictures = _parse(part)
    yield from exif.told(part.where, tiff, directories)
    pages = [picture for picture in pictures if not picture.kind and picture.directory.name.startswith("IFD")]
    if len(pages) > 1:
        yield Leak("structure", "TIFF", f"{len(pages)} pages, of which many viewers show only the first")
    yield from _others(part.where, tiff, [other for other in pictures if other not in pages], "hidden-picture")
    if not pictures:
        yield Leak("structure", "TIFF", "no picture in it")
    yield from _previews(part, directories, pictures)
    if len({directory.at for directory in directories}) < MOST_DIRECTORIES:
        yield from _left_over(part, tiff, directories, pictures)


def raw(part: Part) -> Iterator[Finding]:
    """Everything that a raw file gives away: its tags and its previews."""
    tiff, directories, pictures = _parse(part)
    yield from exif.told(part.where, tiff, directories)
    if part.payload[8:10] == _CR2:
        photo = next((picture for picture in pictures if picture.directory.name == _PHOTO_OF_CR2), None)
    else:
        photo = max(pictures, key=lambda picture: picture.stated, default=None)
    yield from _others(part.where, tiff, [picture for picture in pictures if picture is not photo], "thumbnail")
    yield from _previews(part, directories, pictures)


def _parse(part: Part) -> tuple[Tiff, list[Directory], list[_Picture]]:
    tiff = Tiff.parse(part.payload)
    directories = tiff.directories()
    pictures = [picture for directory in directories if (picture := _picture(tiff, directory)) is not None]
    return tiff, directories, pictures


def _picture(tiff: Tiff, directory: Directory) -> _Picture | None:
    """The picture of a directory, or None if it has none."""
    entries = directory.entries
    spans, stated = [], 0
    for offsets, lengths in _PLACES:
        for start, length in zip(tiff.numbers(entries.get(offsets)), tiff.numbers(entries.get(lengths)), strict=False):
            stated += length
            spans.append((min(start, len(tiff.data)), min(start + length, len(tiff.data))))
    if not spans:
        return None
    kind, old, width, height = (
        (tiff.numbers(entries.get(tag)) or [0])[0] for tag in (_KIND, _OLD_KIND, _WIDTH, _HEIGHT)
    )
    measure = (width, height) if width and height else None
    return _Picture(directory, kind or (_REDUCED if old == _OLD_REDUCED else 0), measure, spans, stated)


def _others(where: str, tiff: Tiff, pictures: list[_Picture], otherwise: str) -> Iterator[Finding]:
    """The pictures besides the one that is shown; `otherwise` is the kind of those of which the file says nothing."""
    for picture in pictures:
        place = f"{where} {picture.directory.name}"
        start, end = picture.spans[0]
        if picture.kind & _DEPTH:
            yield Leak("depth", place, f"{picture.words}: depth map, shows the shapes of faces and bodies")
        elif picture.kind & _SEMANTIC == _SEMANTIC:
            yield Leak("hidden-picture", place, f"{picture.words}: outline of something in the picture")
        elif picture.kind & _MASK:
            yield Leak("structure", place, f"{picture.words}: transparency, under which colours may lie hidden")
        elif picture.kind & _REDUCED or otherwise == "thumbnail":
            if len(picture.spans) == 1 and tiff.data[start : start + 3] == _JPEG:
                yield Part("thumbnail", place, tiff.data[start:end])
            else:
                yield Leak("thumbnail", place, f"{picture.words}: {_SMALL_COPY}")
        else:
            yield Leak(otherwise, place, f"{picture.words}: further picture that viewers do not show")


def _previews(part: Part, directories: list[Directory], pictures: list[_Picture]) -> Iterator[Finding]:
    """Whole JPEGs that no directory points to, such as those in maker notes."""
    read = [span for picture in pictures for span in picture.spans]
    for directory in directories:
        read += [(entry.at, entry.at + entry.size) for tag, entry in directory.entries.items() if tag in INNER]
    for start, end in _gaps(read, len(part.payload))[:_MOST_GAPS]:
        between = part.payload[start:end]
        for first, last in embedded_jpegs(between):
            yield Part("thumbnail", f"{part.where} preview", between[first:last])


def _left_over(part: Part, tiff: Tiff, directories: list[Directory], pictures: list[_Picture]) -> Iterator[Finding]:
    """Bytes that belong to no tag and no picture: behind everything else, or left from before a change."""
    used = [(0, 2 * tiff.wide), *(span for picture in pictures for span in picture.spans)]
    for directory in directories:
        used.append((directory.at, directory.at + directory.span))
        used += [(entry.at, entry.at + entry.size) for entry in directory.entries.values()]
    data = part.payload
    gaps = [(start, end) for start, end in _gaps(used, len(data)) if data[start:end].strip(b"\0")]
    if gaps and gaps[-1][1] == len(data):
        start, end = gaps.pop()
        yield Part("trailing", "after TIFF end", data[start:end])
    between = sum(end - start for start, end in gaps if end - start > _SLACK)
    if between:
        words = f"{between:,} bytes that nothing points to, perhaps of an earlier version"
        yield Leak("trailing-data", "TIFF", words)


def _gaps(used: list[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    """What `used` leaves of the bytes from 0 to `length`."""
    found, position = [], 0
    for start, end in sorted(used):
        if start > position:
            found.append((position, start))
        position = max(position, end)
    return [*found, (position, length)] if position < length else found
