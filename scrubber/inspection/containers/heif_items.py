"""The table of contents of HEIC and AVIF files: items, where their bytes lie, how they belong together.

ISO 14496-12, 8.11 (meta, pitm, iinf, iloc, iref, idat) and ISO 23008-12, 9.3 (iprp).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from scrubber.inspection.binary import uint
from scrubber.inspection.containers.boxes import Box, boxes, full, inner
from scrubber.inspection.parts import BrokenError
from scrubber.inspection.wording import decode

MOST_ITEMS = 20_000  # a 200-megapixel picture in tiles has about a thousand
MOST_EXTENTS = 100_000  # pieces of all items together
MOST_PROPERTIES = 255  # of one item
MOST_PROPERTY = 4_096  # bytes of one property; profiles are read apart
MOST_READ = 64 * 1024 * 1024  # bytes of one item
_LISTS = frozenset({b"pitm", b"iinf", b"iloc", b"iref", b"iprp", b"idat"})
_FILE, _IDAT, _ITEM = 0, 1, 2  # construction methods: what the offsets of an item count from


@dataclass(slots=True)
class Item:
    """A picture, a block of metadata, or a rule for putting pictures together."""

    number: int
    type: bytes
    name: str = ""
    content_type: str = ""
    encoding: str = ""
    method: int = _FILE
    extents: list[tuple[int, int]] = field(default_factory=list)
    properties: list[Box] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Bytes that it has in the file."""
        return sum(length for _, length in self.extents)

    @property
    def dimensions(self) -> tuple[int, int] | None:
        """Width and height in pixels, from its ispe property."""
        content = self.property(b"ispe")
        return (uint(content, 4, 4), uint(content, 8, 4)) if content is not None and len(content) >= 12 else None

    def property(self, kind: bytes) -> bytes | None:
        """What its first property of that kind begins with, or None."""
        found = next((box for box in self.properties if box.type == kind), None)
        return None if found is None else found.data[found.start : min(found.stop, found.start + MOST_PROPERTY)]


@dataclass(frozen=True, slots=True)
class Reference:
    """`thmb`, `auxl`, `dimg`, `cdsc` …: one item says something about others."""

    kind: bytes
    source: int
    targets: tuple[int, ...]


@dataclass(slots=True)
class Contents:
    """Everything in a file's `meta` box that tells which items there are. `data` is the whole file."""

    data: bytes
    primary: int = -1
    items: dict[int, Item] = field(default_factory=dict)
    references: list[Reference] = field(default_factory=list)
    properties: list[Box] = field(default_factory=list)
    """All that are listed, whether or not an item has them."""
    idat: bytes = b""
    others: list[Box] = field(default_factory=list)
    """What else is in the `meta` box."""

    @classmethod
    def parse(cls, data: bytes, meta: bytes) -> Contents:
        """Read the `meta` box of `data`. Raises `BrokenError` if its lists are cut off."""
        contents = cls(data)
        found: dict[bytes, Box] = {}
        for box in boxes(full(meta)[2]):
            if box.type in _LISTS and box.type not in found:
                found[box.type] = box
            else:
                contents.others.append(box)
        if b"pitm" in found:
            version, _, rest = full(found[b"pitm"].content)
            contents.primary = uint(rest, 0, 4 if version else 2)
        if b"iinf" in found:
            contents.items = {item.number: item for item in _infos(found[b"iinf"].content)}
        if b"iloc" in found:
            _locate(found[b"iloc"].content, contents.items)
        if b"iref" in found:
            contents.references = list(_references(found[b"iref"].content))
        if b"iprp" in found:
            contents.properties = list(boxes(inner(found[b"iprp"].content, b"ipco") or b""))
            _assign(found[b"iprp"].content, contents.items)
        if b"idat" in found:
            contents.idat = found[b"idat"].content
        return contents

    def read(self, item: Item, deeper: bool = True) -> bytes:
        """The bytes of an item, at most `MOST_READ`; an item made of another item's bytes, only one step deep."""
        source = self.data
        if item.method == _IDAT:
            source = self.idat
        elif item.method == _ITEM:
            made_of = [reference.targets for reference in self.references_from(item, b"iloc")]
            other = self.items.get(made_of[0][0]) if made_of and made_of[0] else None
            source = self.read(other, deeper=False) if other is not None and deeper else b""
        pieces, room = [], MOST_READ
        for start, length in item.extents:
            piece = source[start : start + (min(length, room) if length else room)]
            pieces.append(piece)
            room -= len(piece)
        return b"".join(pieces)

    def places(self) -> list[tuple[int, int]]:
        """Where items lie in the file: the first byte of each piece, and the one behind its last."""
        return [
            (start, start + length if length else len(self.data))
            for item in self.items.values()
            if item.method == _FILE
            for start, length in item.extents
        ]

    def references_from(self, item: Item, kind: bytes) -> list[Reference]:
        """What an item says about others."""
        return [reference for reference in self.references if (reference.source, reference.kind) == (item.number, kind)]


def _infos(content: bytes) -> Iterator[Item]:
    version, _, rest = full(content)
    for number, box in enumerate(boxes(rest, 4 if version else 2)):
        if number >= MOST_ITEMS:
            return
        version, _, body = full(box.content)
        wide = 4 if version == 3 else 2
        # number, two bytes about protection, a type (from version 2 on), then a name and what it is in words
        kind, text = (b"mime", body[4:]) if version < 2 else (body[wide + 2 : wide + 6], body[wide + 6 :])
        name, content_type, encoding, *_ = (*map(decode, text.split(b"\0", 3)), "", "", "")
        if kind not in (b"mime", b"uri "):
            content_type = encoding = ""
        yield Item(uint(body, 0, wide), kind, name, content_type, encoding)


def _locate(content: bytes, items: dict[int, Item]) -> None:
    """iloc: how many bytes each number has, then for each item where its pieces lie."""
    version, _, rest = full(content)
    sizes = uint(rest, 0, 2)
    offset_size, length_size, base_size, index_size = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
    wide = 4 if version == 2 else 2
    reader = _Numbers(rest, 2)
    room = MOST_EXTENTS
    for _ in range(min(reader.next(wide), MOST_ITEMS)):
        number = reader.next(wide)
        method = reader.next(2) & 15 if version else _FILE
        reader.next(2)  # which file: always this one
        base = reader.next(base_size)
        extents = []
        count = reader.next(2)
        room -= count
        if room < 0:
            raise BrokenError("items in more pieces than any camera writes")
        for _ in range(count):
            reader.next(index_size if version else 0)
            start = reader.next(offset_size)
            extents.append((base + start, reader.next(length_size)))
        if number in items:
            items[number].method, items[number].extents = method, extents


@dataclass(slots=True)
class _Numbers:
    """Numbers of different sizes, one after the other."""

    data: bytes
    position: int

    def next(self, size: int) -> int:
        """The next number, of `size` bytes; 0 if that is none."""
        value = uint(self.data, self.position, size)
        self.position += size
        return value


def _references(content: bytes) -> Iterator[Reference]:
    version, _, rest = full(content)
    wide = 4 if version else 2
    for number, box in enumerate(boxes(rest)):
        if number >= MOST_ITEMS:
            return
        body = box.content
        count = min(uint(body, wide, 2), MOST_ITEMS)
        yield Reference(
            box.type,
            uint(body, 0, wide),
            tuple(uint(body, at, wide) for at in range(wide + 2, wide + 2 + count * wide, wide)),
        )


def _assign(content: bytes, items: dict[int, Item]) -> None:
    """iprp: a list of properties, and for each item the numbers of its own, from one on."""
    known: list[Box] = []
    for box in boxes(content):
        if box.type == b"ipco":
            known = list(boxes(box.content))
        elif box.type == b"ipma":
            version, flags, rest = full(box.content)
            wide, mask = (2, 0x7FFF) if flags & 1 else (1, 0x7F)
            reader = _Numbers(rest, 0)
            for _ in range(min(reader.next(4), MOST_ITEMS)):
                number = reader.next(4 if version else 2)
                indices = [reader.next(wide) & mask for _ in range(reader.next(1))]
                if number in items and len(items[number].properties) < MOST_PROPERTIES:
                    items[number].properties += [known[index - 1] for index in indices if 0 < index <= len(known)]
