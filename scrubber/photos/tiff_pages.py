"""Puts TIFFs together (revision 6.0, 1992): the header, the directories with their values, then all strips.

Pillow compresses; the container is made here, because Pillow leaves a header that belongs to nothing in front of each
further page. Only strips may have an odd length, and they come last: so nothing needs to be aligned by spare bytes.
"""

from __future__ import annotations

import struct
from dataclasses import replace
from io import BytesIO
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from scrubber.photos.source import open_with_pillow
from scrubber.photos.stack import save

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scrubber.photos.photo import Frame, Photo

    Tag = tuple[int, str, tuple[int, ...]]
    """Number, type as `struct` calls it, values."""

_HEADER: Final = struct.pack("<2sHI", b"II", 42, 8)  # the first directory follows at once
_TYPES: Final = {"H": 3, "I": 4}  # SHORT and LONG
_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC, _STRIPS = 256, 257, 258, 259, 262, 273
_SAMPLES, _ROWS, _STRIP_BYTES, _PLANES, _EXTRA = 277, 278, 279, 284, 338
_DEFLATE, _RGB, _INTERLEAVED, _UNASSOCIATED = 8, 2, 1, 2


def assembled(photo: Photo) -> bytes:
    """The bytes of a TIFF with one page for each frame."""
    pages = [_page(replace(photo, frames=(frame,))) for frame in photo.frames]
    place = len(_HEADER)
    strips_at = place + sum(len(_directory(_tags(*page, 0), 0, last=True)) for page in pages)
    directories, strips = [_HEADER], list[bytes]()
    for number, page in enumerate(pages, 1):
        directories.append(_directory(_tags(*page, strips_at), place, last=number == len(pages)))
        place += len(directories[-1])
        strips += page[2]
        strips_at += sum(map(len, page[2]))
    return b"".join([*directories, *strips])


def _page(photo: Photo) -> tuple[Frame, int, list[bytes]]:
    """The only frame, how many rows a strip has, and the compressed strips, cut out of a file that Pillow writes."""
    target = BytesIO()
    save(photo, target, "TIFF", compression="tiff_adobe_deflate")
    data = target.getvalue()
    with open_with_pillow(data, "TIFF") as image:
        tags = image.tag_v2  # type: ignore[attr-defined]
        spans = zip(tags[_STRIPS], tags[_STRIP_BYTES], strict=True)
        return photo.frames[0], tags[_ROWS], [data[start : start + size] for start, size in spans]


def _tags(frame: Frame, rows: int, strips: Iterable[bytes], at: int) -> list[Tag]:
    """The tags of a page whose strips lie one behind the other from `at` on."""
    height, width = frame.size
    samples = 3 if frame.alpha is None else 4
    sizes = tuple(map(len, strips))
    starts = tuple(accumulate(sizes[:-1], initial=at))
    tags: list[Tag] = [
        (_WIDTH, "H", (width,)),
        (_HEIGHT, "H", (height,)),
        (_BITS, "H", (8,) * samples),
        (_COMPRESSION, "H", (_DEFLATE,)),
        (_PHOTOMETRIC, "H", (_RGB,)),
        (_STRIPS, "I", starts),
        (_SAMPLES, "H", (samples,)),
        (_ROWS, "H", (rows,)),
        (_STRIP_BYTES, "I", sizes),
        (_PLANES, "H", (_INTERLEAVED,)),
    ]
    return tags if frame.alpha is None else [*tags, (_EXTRA, "H", (_UNASSOCIATED,))]


def _directory(tags: list[Tag], place: int, *, last: bool) -> bytes:
    """A directory that lies at `place`, and behind it the values that do not fit in; the next one follows these."""
    end = place + 2 + 12 * len(tags) + 4
    entries, values = [struct.pack("<H", len(tags))], b""
    for tag, kind, numbers in tags:
        packed = struct.pack(f"<{len(numbers)}{kind}", *numbers)
        entries.append(struct.pack("<HHI", tag, _TYPES[kind], len(numbers)))
        if len(packed) <= 4:
            entries.append(packed.ljust(4, b"\0"))
        else:
            entries.append(struct.pack("<I", end + len(values)))
            values += packed
    return b"".join([*entries, struct.pack("<I", 0 if last else end + len(values)), values])
