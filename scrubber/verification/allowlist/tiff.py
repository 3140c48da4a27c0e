"""Allow-list for TIFF (revision 6.0, 1992; Deflate: Adobe Photoshop TIFF technical notes, 2002): deflated RGB pages.

A dozen tags, each of one type and in order, on pages that follow each other: no directory below them, no smaller copy,
no private tag. Every byte of the file belongs to the header, a directory, a value or a strip, and to one only; what
aligns the next of them is zero.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from scrubber.values import Leak
from scrubber.verification.allowlist.inflating import Stream

_HEADER_BYTES = 8
_ALIGNMENT = 16  # bytes; no padding is as long as this
_ENOUGH = 100  # objections after which the rest of a file is not looked at: it has failed anyhow
_MOST_PAGES = 10_000
_MOST_VALUES = 1 << 20  # of all tags together
_MOST_BYTES = 1 << 32  # uncompressed, all pages together: a thousand megapixels

_SHORT, _LONG = 3, 4
_TYPE_BYTES = {_SHORT: 2, _LONG: 4}
_WIDTH, _HEIGHT, _BITS, _STRIPS, _SAMPLES, _ROWS, _STRIP_BYTES, _EXTRA = 256, 257, 258, 273, 277, 278, 279, 338
# Tags that must have one value: compression (Deflate), photometric interpretation (RGB), planes (interleaved).
_FIXED = {259: 8, 262: 2, 284: 1}
_REQUIRED = frozenset({_WIDTH, _HEIGHT, _BITS, _STRIPS, _SAMPLES, _ROWS, _STRIP_BYTES, *_FIXED})
_ALLOWED = _REQUIRED | {_EXTRA}
_UNASSOCIATED = 2  # meaning of the fourth sample: alpha that colours were not multiplied by
_KINDS = {
    270: "comment", 271: "device", 272: "device", 305: "device", 306: "time", 315: "identity", 316: "identity",
    330: "hidden-picture", 33432: "identity", 34675: "colour-profile", 34853: "place",
}  # fmt: skip


class _PageError(ValueError):
    """A page that cannot be what it should be; the message says why."""


@dataclass(frozen=True, slots=True)
class _Page:
    """The values of a page's tags."""

    values: dict[int, tuple[int, ...]]

    def one(self, tag: int) -> int:
        values = self.values.get(tag, ())
        if len(values) != 1:
            raise _PageError(f"tag {tag} is missing, or has several values")
        return values[0]


@dataclass(slots=True)
class _Parser:
    """Goes along the chain of directories and notes which bytes it used; `found` collects the objections."""

    data: bytes
    order: Literal["little", "big"]
    found: list[Leak] = field(default_factory=list)
    used: list[tuple[int, int]] = field(default_factory=lambda: [(0, _HEADER_BYTES)])
    room: int = _MOST_VALUES

    def object(self, kind: str, where: str, detail: str) -> None:
        self.found.append(Leak(kind, where, detail))

    def number(self, at: int, size: int) -> int:
        return int.from_bytes(self.data[at : at + size], self.order)

    def pages(self) -> list[_Page]:
        """All pages; stops at a directory that lies outside of the file or was there before."""
        found: list[_Page] = []
        seen = set[int]()
        at = self.number(4, 4)
        while at and len(self.found) < _ENOUGH:
            count = self.number(at, 2)
            end = at + 2 + 12 * count + 4
            if at in seen or end > len(self.data) or not count or len(found) >= _MOST_PAGES:
                raise _PageError("a directory that is empty, cut off, or there twice")
            seen.add(at)
            self.used.append((at, end))
            found.append(_Page(self._values(at + 2, count)))
            at = self.number(end - 4, 4)
        return found

    def _values(self, start: int, count: int) -> dict[int, tuple[int, ...]]:
        values: dict[int, tuple[int, ...]] = {}
        before = 0
        for at in range(start, start + 12 * count, 12):
            tag, kind, number = self.number(at, 2), self.number(at + 2, 2), self.number(at + 4, 4)
            if tag not in _ALLOWED:
                self.object(_KINDS.get(tag, "metadata"), f"TIFF tag {tag}", f"not on the list, {number:,} values")
            elif tag <= before or kind not in _TYPE_BYTES:
                self.object("structure", f"TIFF tag {tag}", "there twice, out of order, or of a strange type")
            else:
                values[tag] = self._value(at + 8, kind, number)
            before = tag
        return values

    def _value(self, at: int, kind: int, count: int) -> tuple[int, ...]:
        """The numbers of a tag, in its last four bytes if they fit, else where those point."""
        size = _TYPE_BYTES[kind]
        start = at if count * size <= 4 else self.number(at, 4)
        end = start + count * size
        self.room -= count
        if end > len(self.data) or self.room < 0:
            raise _PageError("a value outside of the file, or more values than can be checked")
        if start != at:
            self.used.append((start, end))
        elif any(self.data[end : at + 4]):
            self.object("structure", "TIFF", "bytes behind a value that is shorter than its field")
        return tuple(self.number(place, size) for place in range(start, end, size))


def objections(data: bytes) -> list[Leak]:
    """Everything in the TIFF file `data` that is not on the list."""
    parser = _Parser(data, "little" if data[:2] == b"II" else "big")
    if parser.number(2, 2) != 42:
        return [Leak("structure", "TIFF", "BigTIFF, or no TIFF")]
    try:
        pages = parser.pages()
        if not pages:
            raise _PageError("no page")
        room = _MOST_BYTES
        for page in pages:
            room -= _check(parser, page, room)
    except _PageError as problem:
        return [*parser.found, Leak("structure", "TIFF", str(problem))]
    return parser.found + _gaps(parser)


def _check(parser: _Parser, page: _Page, room: int) -> int:
    """Judge the tags and strips of one page; return how many bytes its pixels are, at most `room`."""
    if not page.values.keys() >= _REQUIRED:
        raise _PageError("a page without all tags that it needs")
    for tag, only in _FIXED.items():
        if page.one(tag) != only:
            parser.object("structure", f"TIFF tag {tag}", f"not {only}")
    width, height, samples, rows = (page.one(tag) for tag in (_WIDTH, _HEIGHT, _SAMPLES, _ROWS))
    extra = page.values.get(_EXTRA, ())
    if (samples, extra) not in ((3, ()), (4, (_UNASSOCIATED,))) or page.values[_BITS] != (8,) * samples:
        raise _PageError("neither RGB nor RGBA with 8 bits per sample")
    if not width or not height or not 0 < rows <= height or width * height * samples > room:
        raise _PageError("a page without size, or with more picture than can be checked")
    starts, sizes = page.values[_STRIPS], page.values[_STRIP_BYTES]
    if len(starts) != -(-height // rows) or len(sizes) != len(starts):
        raise _PageError("more or fewer strips than its rows need")
    for number, (start, size) in enumerate(zip(starts, sizes, strict=True)):
        if start + size > len(parser.data):
            raise _PageError("a strip outside of the file")
        parser.used.append((start, start + size))
        stream = Stream([parser.data[start : start + size]])
        fault = stream.check(width * samples * min(rows, height - number * rows))
        if fault:
            parser.object("trailing-data" if "behind" in fault else "structure", "TIFF strip", fault)
    return width * height * samples


def _gaps(parser: _Parser) -> list[Leak]:
    """Bytes that are used twice, and those that are not used and not merely padding."""
    found = []
    spans = sorted(parser.used)
    if any(start < end for (_, end), (start, _) in pairwise(spans)):
        found.append(Leak("structure", "TIFF", "parts that overlap"))
    for (_, end), (start, _) in pairwise(spans):
        gap = parser.data[end:start]
        if not _is_padding(gap):
            found.append(Leak("trailing-data", "TIFF", f"{len(gap):,} bytes that belong to nothing"))
    end = max(end for _, end in spans)
    rest = parser.data[end:]
    if not _is_padding(rest) or (rest and len(parser.data) % _ALIGNMENT):
        found.append(Leak("trailing-data", "after TIFF end", f"{len(rest):,} bytes"))
    return found


def _is_padding(gap: bytes) -> bool:
    return len(gap) < _ALIGNMENT and not any(gap)
