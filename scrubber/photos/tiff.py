"""TIFF: pages of 8-bit RGB, with alpha where there is any, deflated; no tag that a reader can do without."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Final, Literal

from scrubber.photos import tiff_deep, tiff_pages
from scrubber.photos.source import Source, open_with_pillow

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from PIL import Image

    from scrubber.photos.photo import Photo

_NEW_SUBFILE_TYPE: Final = 254
_REDUCED_OR_MASK: Final = 0b101  # bit 0: a smaller copy of another page; bit 2: its transparency (TIFF 6.0, page 36)
_SIZE: Final = frozenset({256, 257})  # width and height
_CONTENT: Final = frozenset({273, 324, 513})  # strips, tiles, a JPEG
_BITS: Final = 258  # of each channel
_MOST: Final = 100_000  # directories and tags in them, together: one can be listed a thousand times over
_SHORT, _LONG = 3, 4  # types of tags


def read(data: bytes) -> Source:
    """All pages that are pictures of their own. Those that hold no picture at all are counted in a note."""
    pages = list(_directories(data))
    pictures = [number for number, (_, tags) in enumerate(pages) if tags.keys() & (_SIZE | _CONTENT)]
    own = [number for number in pictures if not pages[number][1].get(_NEW_SUBFILE_TYPE, 0) & _REDUCED_OR_MASK]
    for number in own:
        if not pages[number][1].keys() >= _SIZE:
            raise OSError(f"page {number + 1} of {len(pages)} does not say how large it is")
    first = (own or pictures or [0])[0]
    chosen = own or [first]
    others = len(pages) - len(pictures)
    notes = (f"{others} of {len(pages)} pages hold no picture and were left out",) if others else ()
    deep = {number: pages[number] for number in chosen} if pictures else {}
    image = None
    if not any(tiff_deep.wanted(tags) for _, tags in deep.values()):
        image = _open_page(data, pages[first][0] if first else 0)
    if image is None:
        image = open_with_pillow(tiff_deep.as_plain(data, deep), "TIFF")
        chosen, first = list(range(len(deep))), 0
    # Pillow turns each page as it should be when it decodes it.
    numbers = [number - first for number in chosen]
    bits = max((pages[number][1].get(_BITS, 1) for number in own), default=8)
    return Source(image, numbers, lossless=True, notes=notes, upright=True, before=first, bits=bits)


def write(photo: Photo, sink: BinaryIO) -> None:
    """A TIFF, one page per frame."""
    sink.write(tiff_pages.assembled(photo))


def _open_page(data: bytes, place: int) -> Image.Image | None:
    """The file as Pillow opens it, from the directory at `place` on if that is not 0; None if it cannot."""
    from PIL import UnidentifiedImageError

    try:
        # Pillow opens no file that begins with something else than a picture.
        return open_with_pillow(_beginning_at(data, place) if place else data, "TIFF")
    except UnidentifiedImageError:
        return None


def _directories(data: bytes) -> Iterator[tuple[int, Mapping[int, int]]]:
    """Each directory's place and tags (TIFF 6.0, page 14; BigTIFF: 8 bytes for 4), with first whole numbers."""
    order, wide = _layout(data)
    counted, entry = (8, 20) if wide == 8 else (2, 12)

    def number(at: int, size: int) -> int:
        return int.from_bytes(data[at : at + size], order)

    def first(place: int) -> int:
        size, value = {_SHORT: 2, _LONG: 4}.get(number(place + 2, 2), 0), place + 4 + wide
        fits = size * number(place + 4, wide) <= wide
        return number(value if fits else number(value, wide), size)

    seen: set[int] = set()
    work, at = 0, number(wide, wide)
    while at and at not in seen:
        seen.add(at)
        start, count = at + counted, number(at, counted)
        end = start + count * entry
        work += 1 + count
        if end > len(data):
            raise OSError(f"page {len(seen)} lies behind the end of the file")
        if work > _MOST:
            raise OSError("it lists more pages than a photo has")
        yield at, {number(place, 2): first(place) for place in range(start, end, entry)}
        at = number(end, wide)


def _layout(data: bytes) -> tuple[Literal["little", "big"], int]:
    """The byte order, and how many bytes an offset has."""
    return "little" if data[:2] == b"II" else "big", 8 if b"+" in data[2:4] else 4


def _beginning_at(data: bytes, place: int) -> bytes:
    """The same file, but with the directory at `place` as its first."""
    order, wide = _layout(data)
    return data[:wide] + place.to_bytes(wide, order) + data[2 * wide :]
