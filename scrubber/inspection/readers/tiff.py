"""Walks through a TIFF structure as far as it holds: the skeleton of EXIF, MPF, maker notes and raw files.

TIFF 6.0 (Adobe, 1992); BigTIFF as the libtiff project defines it: the same with offsets and counts of eight bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from scrubber.inspection.binary import Order, cut, uint
from scrubber.inspection.parts import BrokenError

# Values come in the shapes that piexif uses: a number, bytes for text and raw data, `(numerator,
# denominator)` for a rational, or a tuple of such.
Value: TypeAlias = int | float | bytes | tuple[Any, ...]

ASCII, UNDEFINED = 2, 7
UTF8 = 129  # of Exif 3.0
# TIFF type number: bytes of one value, letter for `struct`. Rationals are two numbers each.
_TYPES = {
    1: (1, "B"), 2: (1, "s"), 3: (2, "H"), 4: (4, "I"), 5: (8, "II"), 6: (1, "b"),
    7: (1, "s"), 8: (2, "h"), 9: (4, "i"), 10: (8, "ii"), 11: (4, "f"), 12: (8, "d"), 13: (4, "I"),
    16: (8, "Q"), 17: (8, "q"), 18: (8, "Q"),
    UTF8: (1, "s"),
}  # fmt: skip
_RATIONALS = frozenset({5, 10})
_UNSIGNED = frozenset({1, 3, 4, 13, 16, 18})

# Tags that point to further directories, and how we call those.
_POINTERS = {0x8769: "Exif", 0x8825: "GPS", 0xA005: "Interop", 0x014A: "SubIFD"}
MOST_ENTRIES = 5_461  # as many as a segment of a JPEG has room for
MOST_DIRECTORIES = 128
MOST_IN_ALL = 65_536  # entries of all directories, which may overlap to cost time
MOST_REPEATED = 16  # of one tag in a directory
# Of one entry; nothing that we read for its meaning has more.
MOST_VALUES = 4_096
MOST_TEXT = 65_536
MOST_NUMBERS = 100_000  # offsets of strips or tiles
_BIG = 43  # instead of 42 in the header


@dataclass(frozen=True, slots=True)
class Entry:
    """One tag: its type and count as stated, and the offset at which its value begins."""

    tag: int
    type: int
    count: int
    at: int

    @property
    def size(self) -> int:
        """Bytes of the value as stated, whether or not they are there; 0 for a type that does not exist."""
        return self.count * _TYPES[self.type][0] if self.type in _TYPES else 0


@dataclass(frozen=True, slots=True)
class Directory:
    """The entries of one directory by tag. `broken` says why some could not be read, if that is so.

    Readers do not agree which of several entries of one tag counts. The first ones are in `entries`, all second ones in
    the first table of `repeated`, all third ones in the next, and so on. It fills `span` bytes from the offset `at` on.
    """

    name: str
    entries: dict[int, Entry]
    next: int = 0
    broken: str = ""
    at: int = 0
    span: int = 0
    repeated: tuple[dict[int, Entry], ...] = ()


@dataclass(frozen=True, slots=True)
class Tiff:
    """Bytes with a byte order; offsets count from the first byte and have `wide` bytes, 4 or 8."""

    data: bytes
    order: Order
    first: int = 0
    wide: int = 4

    @classmethod
    def parse(cls, data: bytes) -> Tiff:
        """Read the header. Raises `BrokenError` if there is none."""
        order: Order = "little" if data[:2] == b"II" else "big"
        if data[:2] not in (b"II", b"MM") or len(data) < 8:
            raise BrokenError("no TIFF header")
        if uint(data, 2, 2, order) == _BIG:
            return cls(data, order, uint(data, 8, 8, order), 8)
        return cls(data, order, uint(data, 4, 4, order))

    def directory(self, at: int, name: str) -> Directory:
        """The directory at offset `at`. Never raises: what is cut off shows in `broken`."""
        tables: list[dict[int, Entry]] = [{}]
        following, broken, end = 0, "", at
        width = 4 + 2 * self.wide  # bytes of an entry: tag, type, count, value
        try:
            start = at + self.wide // 4 * 6 - 4  # behind a count of 2 or 8 bytes
            count = uint(self.data, at, start - at, self.order)
            for index in range(min(count, MOST_ENTRIES)):
                entry = self._entry(start + width * index)
                if not _put(entry, tables):
                    broken = f"only {MOST_REPEATED} of the entries with the same tag"
            if count > MOST_ENTRIES:
                broken = f"only {MOST_ENTRIES:,} of {count:,} entries"
            end = start + width * count + self.wide
            if end <= len(self.data):
                following = uint(self.data, end - self.wide, self.wide, self.order)
        except BrokenError as problem:
            broken = str(problem)
        return Directory(name, tables[0], following, broken, at, end - at, tuple(tables[1:]))

    def _entry(self, at: int) -> Entry:
        raw = cut(self.data, at, 4 + 2 * self.wide)
        tag, kind, count = (uint(raw, *place, self.order) for place in ((0, 2), (2, 2), (4, self.wide)))
        inline = Entry(tag, kind, count, at + 4 + self.wide)
        return (
            inline
            if inline.size <= self.wide
            else Entry(tag, kind, count, uint(raw[-self.wide :], 0, self.wide, self.order))
        )

    def directories(self) -> list[Directory]:
        """IFD0, the chain behind it (IFD1 …) and what they point to; loops are cut.

        Entries whose tag stood there before are in directories of the same name, right behind; see `Directory`.
        """
        found: list[Directory] = []
        waiting = [(self.first, "IFD0")]
        seen = {0}
        chain = 0
        while waiting:
            at, name = waiting.pop(0)
            if at in seen:
                continue
            if len(seen) > MOST_DIRECTORIES or sum(len(one.entries) for one in found) > MOST_IN_ALL:
                found[-1] = replace(found[-1], broken=f"only the first {len(seen) - 1} directories")
                break
            seen.add(at)
            directory = self.directory(at, name)
            each = [directory, *_repetitions(directory)]
            found += each
            for tag, inner in _POINTERS.items():
                for entry in (one.entries[tag] for one in each if tag in one.entries):
                    waiting.extend((offset, inner) for offset in self._offsets(entry))
            if name.startswith("IFD"):
                chain += 1
                waiting.append((directory.next, f"IFD{min(chain, 9)}"))
        return found

    def _offsets(self, entry: Entry) -> list[int]:
        value = self.value(entry)
        values = value if isinstance(value, tuple) else (value,)
        return [number for number in values[:MOST_DIRECTORIES] if isinstance(number, int)]

    def numbers(self, entry: Entry | None) -> list[int]:
        """Up to `MOST_NUMBERS` unsigned numbers of an entry, such as the offsets of strips; none if it is not there."""
        if entry is None or entry.type not in _UNSIGNED:
            return []
        size, letter = _TYPES[entry.type]
        count = min(entry.count, MOST_NUMBERS)
        raw = self.data[entry.at : entry.at + count * size]
        mark = "<" if self.order == "little" else ">"
        return list(struct.unpack(f"{mark}{len(raw) // size}{letter}", raw[: len(raw) // size * size]))

    def raw(self, entry: Entry) -> bytes:
        """The bytes of a value, fewer than stated where the data ends."""
        return self.data[entry.at : entry.at + entry.size]

    def value(self, entry: Entry) -> Value:
        """The value of an entry; of text the first `MOST_TEXT` bytes, NUL included. What is cut off is left out."""
        raw = self.data[entry.at : entry.at + min(entry.size, MOST_TEXT)]
        if entry.type in (ASCII, UTF8, UNDEFINED) or entry.type not in _TYPES:
            return raw
        size, letter = _TYPES[entry.type]
        count = min(len(raw) // size, MOST_VALUES)
        mark = "<" if self.order == "little" else ">"
        numbers = struct.unpack(f"{mark}{letter * count}", raw[: count * size])
        values: tuple[Any, ...] = numbers
        if entry.type in _RATIONALS:
            values = tuple(zip(numbers[::2], numbers[1::2], strict=True))
        return values[0] if len(values) == 1 else values

    def sound(self) -> bool:
        """Whether a reader that trusts counts, types and offsets may be let near. Never raises.

        True if all entries that can be reached lie within the data, end in NUL if they are text, are no lists of
        thousands of numbers, and each is the only one of its tag in its directory; and if all values together are not
        many times as large as the data.
        """
        waiting, seen, total = [self.first], set[int](), 0
        try:
            while waiting:
                at = waiting.pop()
                if at in seen:
                    continue
                seen.add(at)
                count = uint(self.data, at, 2, self.order)
                entries = [self._entry(at + 2 + 12 * index) for index in range(min(count, MOST_ENTRIES))]
                total += sum(entry.size for entry in entries)
                if count > MOST_ENTRIES or len(seen) > MOST_DIRECTORIES or total > 2 * len(self.data):
                    return False
                if len({entry.tag for entry in entries}) < count or not all(map(self._sound, entries)):
                    return False
                waiting += [uint(self.data, entry.at, 4, self.order) for entry in entries if entry.tag in _POINTERS]
                following = uint(self.data, at + 2 + 12 * count, 4, self.order)
                waiting += [following] if following else []
        except BrokenError:
            return False
        return True

    def _sound(self, entry: Entry) -> bool:
        most = len(self.data) if entry.type in (ASCII, UNDEFINED) else MOST_VALUES
        end = entry.at + entry.size
        if entry.type not in _TYPES or entry.type == UTF8 or not 0 < entry.count <= most or end > len(self.data):
            return False
        if entry.tag in _POINTERS and (entry.size, entry.count) != (4, 1):
            return False
        return entry.type != ASCII or self.data[end - 1] == 0


def _put(entry: Entry, tables: list[dict[int, Entry]]) -> bool:
    """Put an entry into the first table that has none of its tag; False if it is one too many."""
    free = next((table for table in tables if entry.tag not in table), None)
    if free is None and len(tables) == MOST_REPEATED:
        return False
    if free is None:
        tables.append({entry.tag: entry})
    else:
        free[entry.tag] = entry
    return True


def _repetitions(directory: Directory) -> Iterator[Directory]:
    """A directory for each table of repeated entries. A place is made of several entries, so that those need all."""
    for table in directory.repeated:
        entries = directory.entries | table if directory.name == "GPS" else table
        yield Directory(directory.name, entries, at=directory.at)
