"""Maker notes: blocks that each camera maker fills as it likes, with serials, owners, faces and previews.

There is no standard. Headers and tags below are those that the makers' files show and that the ExifTool,
Exiv2 and libexif projects document; only what identifies somebody is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from scrubber.inspection.binary import Order, uint
from scrubber.inspection.parts import Finding
from scrubber.inspection.readers.tiff import Directory, Entry, Tiff
from scrubber.inspection.wording import decode
from scrubber.values import Leak


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where the directory begins in a note that starts with `prefix`, and what its offsets count from.

    `base` is None if they count from the EXIF header, else the place in the note they count from.
    """

    prefix: bytes
    maker: str
    start: int
    base: int | None = None


_LAYOUTS = (
    _Layout(b"Nikon\0\2", "Nikon", 18, 10),
    _Layout(b"Nikon\0\1", "Nikon", 8),
    _Layout(b"OLYMPUS\0", "Olympus", 12, 0),
    _Layout(b"OM SYSTEM\0", "Olympus", 16, 0),
    _Layout(b"OLYMP\0", "Olympus", 8),
    _Layout(b"EPSON\0", "Olympus", 8),
    _Layout(b"MINOL\0", "Olympus", 8),
    _Layout(b"CAMER\0", "Olympus", 8),
    _Layout(b"Panasonic\0", "Panasonic", 12),
    _Layout(b"LEICA CAMERA AG\0", "Leica", 18),
    _Layout(b"LEICA0", "Leica", 8, 0),
    _Layout(b"LEICA\0\0\0", "Leica", 8, 8),
    _Layout(b"LEICA\0\x02", "Leica", 8),
    _Layout(b"LEICA\0", "Leica", 8, 0),
    _Layout(b"FUJIFILM", "Fujifilm", 12, 0),
    _Layout(b"GENERALE", "Fujifilm", 12, 0),
    _Layout(b"AOC\0", "Pentax", 6),
    _Layout(b"PENTAX \0", "Pentax", 10, 0),
    _Layout(b"RICOH\0II", "Pentax", 8, 0),
    _Layout(b"RICOH\0MM", "Pentax", 8, 0),
    _Layout(b"Ricoh", "Ricoh", 8),
    _Layout(b"RICOH", "Ricoh", 8),
    _Layout(b"SONY ", "Sony", 12),
    _Layout(b"Apple iOS\0", "Apple", 14, 0),
    _Layout(b"QVC\0", "Casio", 6),
    _Layout(b"SIGMA\0\0\0", "Sigma", 10),
    _Layout(b"FOVEON\0\0", "Sigma", 10),
    _Layout(b"MOT\0", "Motorola", 8, 0),
    _Layout(b"SANYO\0", "Sanyo", 8),
    _Layout(b"MM\0*\0\0\0\x08", "Kodak", 8, 0),
    _Layout(b"II*\0\x08\0\0\0", "Kodak", 8, 0),
)
# Makers whose notes begin with the directory itself, by the first word of the EXIF tag Make.
_HEADLESS = (
    "Canon",
    "Casio",
    "Nikon",
    "Samsung",
    "Sony",
    "DJI",
    "Minolta",
    "Konica",
    "Leica",
    "FLIR",
    "Hasselblad",
    "Nintendo",
)

_SERIAL, _LENS = "camera's serial number", "lens's serial number"
_IDENTIFIER = "identifier of the picture"
_TAGS: dict[str, dict[int, tuple[str, str]]] = {
    "Canon": {
        0x0009: ("identity", "owner of the camera"),
        0x000C: ("serial", _SERIAL),
        0x0028: ("provenance", _IDENTIFIER),
        0x0096: ("serial", "internal serial number"),
        0x4019: ("serial", _LENS),
    },
    "Nikon": {0x001D: ("serial", _SERIAL), 0x00A0: ("serial", _SERIAL), 0x0039: ("place", "location")},
    "Olympus": {0x0404: ("serial", _SERIAL), 0x101A: ("serial", _SERIAL)},
    "Olympus equipment": {
        0x0101: ("serial", _SERIAL),
        0x0102: ("serial", "internal serial number"),
        0x0202: ("serial", _LENS),
        0x0302: ("serial", "extender's serial number"),
        0x1003: ("serial", "flash's serial number"),
    },
    "Panasonic": {
        0x0025: ("serial", "internal serial number"),
        0x0052: ("serial", _LENS),
        0x0054: ("serial", "accessory's serial number"),
        0x0061: ("identity", "recognised faces with names"),
        0x0065: ("comment", "title"),
        0x0067: ("place", "country"),
        0x0069: ("place", "state"),
        0x006B: ("place", "city"),
        0x006D: ("place", "landmark"),
        0x006F: ("place", "place"),
    },
    "Leica": {
        0x0025: ("serial", "internal serial number"),
        0x0303: ("serial", _SERIAL),
        0x0305: ("serial", _SERIAL),
        0x0321: ("serial", _LENS),
        0x0500: ("serial", "internal serial number"),
        0x3103: ("serial", _SERIAL),
    },
    "Fujifilm": {0x0010: ("serial", "internal serial number")},
    "Pentax": {
        0x0023: ("place", "home town"),
        0x0024: ("place", "destination"),
        0x0215: ("serial", "internal serial number and date of manufacture"),
        0x0229: ("serial", _SERIAL),
    },
    "Nintendo": {0x1101: ("serial", "block that holds the internal serial number")},
    "Ricoh": {0x0005: ("serial", _SERIAL)},
    "Samsung": {
        0x0030: ("place", "location"),
        0xA002: ("serial", _SERIAL),
        0xA005: ("serial", _LENS),
    },
    "Sony": {
        0x2031: ("serial", _SERIAL),
        0x9050: ("serial", "enciphered block that holds the camera's internal serial number"),
    },
    "Apple": {
        0x0011: ("provenance", "links it to the video of its Live Photo"),
        0x0015: ("provenance", _IDENTIFIER),
        0x0020: ("provenance", _IDENTIFIER),
        0x002B: ("provenance", _IDENTIFIER),
    },
    "Sigma": {0x0002: ("serial", _SERIAL)},
    "Motorola": {0x5501: ("serial", _SERIAL), 0x5500: ("provenance", "build number")},
    "Minolta": {0x0081: ("thumbnail", "preview"), 0x0088: ("thumbnail", "preview, bytes from the start of EXIF")},
    "Kodak": {0xFA19: ("serial", _SERIAL)},
}
_INNER = {"Olympus": (0x2010, "Olympus equipment")}  # a directory within the note, and the name of its tags
_CONTROL = re.compile(rb"[\x01-\x08\x0e-\x1f]")  # a number in binary has some of these, text has not
_PHASE_ONE = (b"IIIITwaR", b"IIIICwaR", b"MMMMRawT", b"MMMMRawC")
_PHASE_ONE_SERIAL = 0x0102
_MOST_ENTRIES = 400  # directories of real notes have below 200; more means that this is none
_TEXT_SERIALS = (b"SERIAL NUMBER:", b"Serial Number", b"SerialNumber")
_KODAK_SERIAL = re.compile(rb"[CK][A-Z\d]{3} ?[A-Z\d]{1,2}\d{2}[A-Z\d]\d{4}(?=[ \0])")


def read(where: str, tiff: Tiff, entry: Entry, make: str) -> Iterator[Finding]:
    """Tell that there is a note, whose, how large, and what in it points to a person, a camera or a place."""
    note = tiff.raw(entry)
    layout = _layout(note, make)
    whose = layout.maker if layout else make or "unknown maker"
    words = "private block of the camera's maker; such blocks often hold serial numbers, faces and previews"
    yield Leak("device", where, f"{whose}, {len(note):,} bytes: {words}")
    if note.startswith(_PHASE_ONE):
        yield from _phase_one(where, note)
    elif layout is not None:
        yield from _identifying(where, tiff, entry, layout)
    yield from _texts(where, note, make)


def _layout(note: bytes, make: str) -> _Layout | None:
    for layout in _LAYOUTS:
        if note.startswith(layout.prefix):
            return layout
    brand = next((name for name in _HEADLESS if make.lower().startswith(name.lower())), None)
    return _Layout(b"", "Minolta" if brand == "Konica" else brand, 0) if brand else None


def _identifying(where: str, tiff: Tiff, entry: Entry, layout: _Layout) -> Iterator[Finding]:
    """Read the note's directories; a value whose offset leads nowhere is still reported as present."""
    if layout.base is None:
        block, start = tiff.data, entry.at + layout.start
    else:
        block, start = tiff.data[entry.at + layout.base :], layout.start - layout.base
    if layout.maker == "Fujifilm":
        start = int.from_bytes(block[8:12], "little")
    inner = Tiff(block, _order(block, start, tiff.order))
    directories = [inner.directory(start, layout.maker)]
    pointer, name = _INNER.get(layout.maker, (-1, ""))
    if pointer in directories[0].entries:
        directories.append(inner.directory(_inner_start(inner, directories[0].entries[pointer]), name))
    for directory in directories:
        if len(directory.entries) <= _MOST_ENTRIES:
            yield from _told(where, inner, directory)


def _order(block: bytes, start: int, default: Order) -> Order:
    """Notes need not share the byte order of the block around them.

    The right one gives the smaller count of entries.
    """
    pair = block[start : start + 2]
    if len(pair) < 2 or pair[0] == pair[1]:
        return default
    return "little" if pair[1] < pair[0] else "big"


def _inner_start(inner: Tiff, entry: Entry) -> int:
    """Newer notes point to an inner directory by a number, older ones hold it as the value itself."""
    value = inner.value(entry)
    return value if isinstance(value, int) and entry.size == 4 else entry.at


def _told(where: str, tiff: Tiff, directory: Directory) -> Iterator[Finding]:
    for number, (kind, words) in _TAGS.get(directory.name, {}).items():
        if number in directory.entries:
            text = _value(tiff, directory.entries[number])
            if text:
                yield Leak(kind, where, f"{words}: {text}")


def _value(tiff: Tiff, entry: Entry) -> str:
    """A value as text, as hexadecimal if it is none; nothing if it is blank or zero."""
    if entry.size > len(tiff.raw(entry)):
        return "there, but not where the note says"
    value = tiff.value(entry)
    if not isinstance(value, bytes):
        return str(value)[:60] if value else ""
    text = decode(value.strip(b"\xff"), 60)
    if text.isascii() and not _CONTROL.search(value):
        return text
    return value[:16].hex()


def _phase_one(where: str, note: bytes) -> Iterator[Finding]:
    """Phase One's and Leaf's own directory.

    Its offset stands at 8; each entry has 16 bytes: tag, format, size, and the value or its offset in the note.
    """
    order: Order = "little" if note.startswith(b"I") else "big"
    start = uint(note, 8, 4, order)
    for entry in range(start + 8, start + 8 + 16 * min(uint(note, start, 4, order), _MOST_ENTRIES), 16):
        if uint(note, entry, 4, order) == _PHASE_ONE_SERIAL:
            length, place = uint(note, entry + 8, 4, order), uint(note, entry + 12, 4, order)
            value = note[entry + 12 : entry + 16] if length <= 4 else note[place : place + length]
            yield Leak("serial", where, f"{_SERIAL}: {decode(value)}")


def _texts(where: str, note: bytes, make: str) -> Iterator[Finding]:
    """Notes that are plain text (HP, Kodak, Vivitar) or begin with the serial number (Kodak)."""
    for label in _TEXT_SERIALS:
        at = note.find(label)
        if at >= 0:
            value = decode(note[at + len(label) : at + len(label) + 40].split(b"\0")[0].strip(b" :="))
            yield Leak("serial", where, f"{_SERIAL}: {value}")
            return
    serial = _KODAK_SERIAL.match(note) if "kodak" in make.lower() else None
    if serial:
        yield Leak("serial", where, f"{_SERIAL}: {decode(serial[0])}")
