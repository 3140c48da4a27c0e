"""EXIF: where, when, by whom and with what a photo was taken, and the small copies of it (CIPA DC-008).

piexif reads the values first. It trusts counts and offsets, so it is given no block in which these are unsound, and
it gives up on a whole block for one bad tag. Our own tolerant reader reads what piexif refuses or does not know, and
tells where each tag lies, which piexif does not.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any, TypeAlias

from scrubber.inspection.parts import Finding, Part
from scrubber.inspection.readers import gps, makernote
from scrubber.inspection.readers.exif_tags import INNER, STRUCTURE, TAGS, TIME_PARTS, Tag
from scrubber.inspection.readers.picture import embedded_jpegs
from scrubber.inspection.readers.tiff import UNDEFINED, Directory, Entry, Tiff, Value
from scrubber.inspection.wording import LONGEST, decode, plain, size
from scrubber.values import Leak

_JPEG_AT, _JPEG_LENGTH = 0x0201, 0x0202
_STRIP_AT, _STRIP_LENGTH, _WIDTH, _HEIGHT = 0x0111, 0x0117, 0x0100, 0x0101
_MAKER_NOTE, _MAKE = 0x927C, 0x010F
_WITHOUT_SETTINGS = frozenset({"IFD1", "Interop"})  # directories with the settings of the small copy, or none
_PROCESSING_SOFTWARE = 0x000B  # of which raw files of Panasonic have a number
_LAST_OF_GPS = 0x001F
_CLASSIC = (b"II*\0", b"MM\0*")  # headers that piexif knows; BigTIFF and the variants of raw files are ours to read
_PIEXIF_NAMES = {"IFD0": "0th", "IFD1": "1st"}
_CODE_BYTES = 8  # "ASCII\0\0\0", "UNICODE\0" … before a coded text

# Values that are looked at; of all other tags it is enough that they are there.
_WANTED = frozenset({
    *TAGS, *(part for parts in TIME_PARTS.values() for part in parts),
    _JPEG_AT, _JPEG_LENGTH, _STRIP_AT, _STRIP_LENGTH, _WIDTH, _HEIGHT,
})  # fmt: skip

Table: TypeAlias = dict[int, Value]


def read(part: Part) -> Iterator[Finding]:
    """Everything in an EXIF block that tells something; the rest is counted. Thumbnails go on as parts."""
    if not part.payload.strip(b"\0"):
        yield Leak("metadata", part.where, f"empty block, {size(part.payload)}")
        return
    tiff = Tiff.parse(part.payload)
    directories = tiff.directories()
    tables = _tables(tiff, directories)
    yield from _told(part.where, tiff, directories, tables, _WITHOUT_SETTINGS)
    thumbnails: list[range] = []
    for directory, table in zip(directories, tables, strict=True):
        if directory.name not in ("IFD0", "GPS"):
            yield from _thumbnail(tiff, directory, table, f"{part.where} {directory.name}", thumbnails)
    yield from _previews(part, thumbnails)


def told(where: str, tiff: Tiff, directories: list[Directory]) -> Iterator[Finding]:
    """What the tags of a whole TIFF file tell, those of all its pages; its pictures are left to the caller."""
    yield from _told(where, tiff, directories, _tables(tiff, directories), frozenset())


def gps_block(part: Part) -> Iterator[Finding]:
    """A TIFF block of its own whose tags are those of a GPS directory, as CR3 files have it."""
    tiff = Tiff.parse(part.payload)
    directory = tiff.directory(tiff.first, "GPS")
    yield from gps.from_exif(part.where, {tag: tiff.value(entry) for tag, entry in directory.entries.items()})


def canon_note(part: Part) -> Iterator[Finding]:
    """A TIFF block of its own whose tags are those of Canon's maker note, as CR3 files have it."""
    tiff = Tiff.parse(part.payload)
    note = Entry(_MAKER_NOTE, UNDEFINED, len(part.payload) - tiff.first, tiff.first)
    yield from makernote.read(part.where, tiff, note, "Canon")


def _told(
    place: str, tiff: Tiff, directories: list[Directory], tables: list[Table], uncounted: frozenset[str]
) -> Iterator[Finding]:
    everything = _all(tables)
    settings = 0
    for directory, table in zip(directories, tables, strict=True):
        where = f"{place} {directory.name}"
        if directory.broken:
            yield Leak("metadata", where, f"damaged, read in part: {directory.broken}")
        if directory.name == "GPS":
            yield from gps.from_exif(where, table) if table else [Leak("place", where, "empty GPS block")]
        yield from _tags(place, directory, table, tiff, everything)
        if directory.name not in ("GPS", *uncounted):
            settings += len(directory.entries.keys() - TAGS.keys() - STRUCTURE)
    if settings:
        yield Leak("metadata", place, f"settings of the camera, such as exposure and lens: {settings}")
    yield from _maker_note(place, tiff, directories, everything)


def _tables(tiff: Tiff, directories: list[Directory]) -> list[Table]:
    """The values of each directory that tell something: those that piexif reads, and for the rest our own reading."""
    loaded = _load(tiff)
    tables = []
    for directory in directories:
        table = loaded.pop(_PIEXIF_NAMES.get(directory.name, directory.name), {})
        wanted = directory.entries if directory.name == "GPS" else directory.entries.keys() & _WANTED
        rest = [entry for tag, entry in directory.entries.items() if tag in wanted and tag not in table]
        tables.append(table | {entry.tag: tiff.value(entry) for entry in rest})
    return tables


def _load(tiff: Tiff) -> dict[str, Table]:
    """The tables that piexif reads, by its own names of directories; none if it refuses the block.

    A block is kept from it if counts or offsets are unsound. It would take memory for whatever they state.
    """
    if tiff.data[:4] not in _CLASSIC or not tiff.sound():
        return {}
    import piexif

    try:
        loaded = piexif.load(tiff.data)
    except (struct.error, ValueError, LookupError, TypeError):
        return {}
    return {name: table for name, table in loaded.items() if isinstance(table, dict)}


def _all(tables: list[Table]) -> Table:
    merged: Table = {}
    for table in reversed(tables):
        merged |= table
    return merged


def _tags(where: str, directory: Directory, table: Table, tiff: Tiff, everything: Table) -> Iterator[Finding]:
    for number, entry in directory.entries.items():
        if directory.name == "GPS" and number <= _LAST_OF_GPS:
            continue
        if number in INNER:
            yield Part(*INNER[number], tiff.raw(entry))
        elif (
            number in TAGS and number in table and (number != _PROCESSING_SOFTWARE or isinstance(table[number], bytes))
        ):
            tag = TAGS[number]
            text = _text(tag, table[number], tiff)
            if number in TIME_PARTS:
                text = _time(text, [everything.get(part) for part in TIME_PARTS[number]])
            if text:
                yield Leak(tag.kind, f"{where} {tag.name}", f"{tag.words}: {text}")


def _text(tag: Tag, value: Value, tiff: Tiff) -> str:
    """The value in words; empty if it holds nothing but padding."""
    if isinstance(value, tuple) and tag.encoding in ("text", "utf-16"):
        value = _bytes(value)
    if isinstance(value, int):
        return str(value)
    if not isinstance(value, bytes):
        amount = gps.number(value)
        return f"{amount:g}" if amount is not None else plain(str(value)[:LONGEST])
    if tag.encoding == "utf-16":
        return plain(value[: LONGEST * 4].decode("utf-16-le", "ignore").strip("\0 "))
    if tag.encoding == "coded":
        code, body = value[:_CODE_BYTES], value[_CODE_BYTES:]
        if code.startswith(b"UNICODE"):
            wide = "utf-16-le" if tiff.order == "little" else "utf-16-be"
            return plain(body[: LONGEST * 4].decode(wide, "ignore").strip("\0 "))
        return decode(body if code.strip(b"\0") in (b"", b"ASCII", b"JIS") else value)
    return size(value) if tag.encoding == "other" else decode(value)


def _bytes(value: tuple[Any, ...]) -> Value:
    """Text that is stored as numbers, one for each byte; the same if these are no bytes."""
    return bytes(value) if all(isinstance(b, int) and 0 <= b < 256 for b in value) else value


def _time(text: str, parts: list[Value | None]) -> str:
    """ "2024:05:06 12:13:14" as "2024-05-06 12:13:14.250 +02:00"."""
    if not text.strip(": 0"):
        return ""
    zone, fraction = (decode(part) if isinstance(part, bytes) else "" for part in parts)
    date, _, clock = text.partition(" ")
    return f"{date.replace(':', '-')} {clock}{'.' + fraction if fraction else ''} {zone}".strip()


def _thumbnail(tiff: Tiff, directory: Directory, table: Table, where: str, seen: list[range]) -> Iterator[Finding]:
    start, length = table.get(_JPEG_AT), table.get(_JPEG_LENGTH)
    strip, strip_length = table.get(_STRIP_AT), table.get(_STRIP_LENGTH)
    if isinstance(start, int) and isinstance(length, int):
        raw = tiff.data[start : start + length]
        seen.append(range(start, start + len(raw)))
        if raw:
            yield Part("thumbnail", where, raw)
        else:
            yield Leak("thumbnail", where, f"announced with {length:,} bytes, but not there")
    elif directory.name != "Exif" and strip is not None and strip_length is not None:
        measure = f"{table.get(_WIDTH, '?')}×{table.get(_HEIGHT, '?')} px"
        yield Leak("thumbnail", where, plain(f"{measure}: uncompressed small copy, may still show what was hidden"))


def _maker_note(where: str, tiff: Tiff, directories: list[Directory], everything: Table) -> Iterator[Finding]:
    stated = everything.get(_MAKE)
    make = decode(stated) if isinstance(stated, bytes) else ""
    for directory in directories:
        if _MAKER_NOTE in directory.entries:
            yield from makernote.read(f"{where} MakerNote", tiff, directory.entries[_MAKER_NOTE], make)


def _previews(part: Part, thumbnails: list[range]) -> Iterator[Finding]:
    """Whole pictures in the block that no directory of ours points to.

    Cameras keep larger previews in their maker notes.
    """
    for start, end in embedded_jpegs(part.payload):
        if not any(start in known or start <= known.start < end for known in thumbnails):
            yield Part("thumbnail", f"{part.where} preview", part.payload[start:end])
