"""Walks through a JPEG as it is, broken or not, and hands out what lies beside the picture.

Markers and segments: ITU-T T.81 annex B. Signatures of the application segments: JFIF 1.02, CIPA DC-008
(Exif), XMP specification part 3, ICC.1 annex B.4, CIPA DC-007 (MPF), ISO 19566-5 (JUMBF), and what cameras
really write.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from scrubber.inspection.binary import uint
from scrubber.inspection.parts import Finding, Part
from scrubber.values import Leak

SOI, EOI, SOS, COM = 0xD8, 0xD9, 0xDA, 0xFE
APP0, APP1, APP2, APP11, APP13 = 0xE0, 0xE1, 0xE2, 0xEB, 0xED
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})
_PICTURE = frozenset({0xDB, 0xC4, 0xCC, 0xDA, 0xDC, 0xDD, 0xDE, 0xDF, *range(0xC0, 0xD0)} - {0xC8})

# What may follow coded picture data. In damaged data other markers turn up by chance and are passed over.
_SCAN_END = re.compile(rb"\xff[\xc4\xd9-\xdd\xe0-\xef\xfe]")
_MARKER = re.compile(rb"\xff[\xc0-\xfe]")

_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_EXTENDED_XMP = b"http://ns.adobe.com/xmp/extension/\0"
_ICC = b"ICC_PROFILE\0"
_PHOTOSHOP = b"Photoshop 3.0\0"
MOST_SEGMENTS = 20_000


@dataclass(frozen=True, slots=True)
class Segment:
    """One marker with what belongs to it.

    `start` and `end` are offsets in the file; of SOS, `end` is where its scan ends.
    """

    marker: int
    start: int
    payload: bytes
    end: int


def segments(data: bytes, at: int = 0) -> Iterator[Segment]:
    """The segments of the JPEG that begins at `at`, up to and with EOI or where the data ends.

    Bytes that belong to no segment are passed over; the gap shows between one's `end` and the next one's
    `start`.
    """
    position = at + 2
    for _ in range(MOST_SEGMENTS):
        found = _MARKER.search(data, position)
        if found is None:
            return
        start, marker = found.start(), data[found.start() + 1]
        if marker == EOI or marker in _WITHOUT_LENGTH:
            yield Segment(marker, start, b"", start + 2)
            if marker == EOI:
                return
            position = start + 2
            continue
        if start + 4 > len(data):
            return
        end = start + 2 + max(uint(data, start + 2, 2), 2)
        payload = data[start + 4 : end]
        if marker == SOS:
            stop = _SCAN_END.search(data, end)
            end = stop.start() if stop else len(data)
        position = min(end, len(data))
        yield Segment(marker, start, payload, position)


def end_of(data: bytes, at: int = 0) -> int:
    """Offset after the EOI of the JPEG that begins at `at`; the length of `data` if it has none."""
    ends = (segment.end for segment in segments(data, at) if segment.marker == EOI)
    return next(ends, len(data))


def walk(part: Part) -> Iterator[Finding]:
    """Parts and leaks of a JPEG file."""
    data = part.payload
    pieces = _Pieces()
    position, stray, last = 2, 0, SOI
    for segment in segments(data):
        stray += len(data[position : segment.start].strip(b"\xff"))
        position, last = segment.end, segment.marker
        if segment.marker not in _PICTURE:
            yield from _look(segment, pieces)
    yield from pieces.parts()
    if stray:
        yield Leak("structure", "JPEG", f"{stray:,} stray bytes between segments")
    if last != EOI:
        yield Leak("structure", "JPEG", "the picture breaks off: no end marker")
    elif position < len(data):
        yield Part("trailing", "after JPEG end", data[position:])


@dataclass(slots=True)
class _Pieces:
    """Content that is spread over several segments, put together in the order of the file."""

    order: list[tuple[str, str, str]] = field(default_factory=list)
    collected: dict[tuple[str, str, str], list[bytes]] = field(default_factory=dict)

    def add(self, content: str, where: str, piece: bytes, key: str = "") -> None:
        name = (content, where, key)
        if name not in self.collected:
            self.order.append(name)
        self.collected.setdefault(name, []).append(piece)

    def parts(self) -> Iterator[Part]:
        for name in self.order:
            content, where, _ = name
            yield Part(content, where, b"".join(self.collected[name]))


def _look(segment: Segment, pieces: _Pieces) -> Iterator[Finding]:
    marker, payload = segment.marker, segment.payload
    if marker == COM:
        yield Part("text", "JPEG COM", payload)
    elif marker == APP0 and payload.startswith(b"JFIF\0"):
        if len(payload) > 14 and payload[12] * payload[13]:
            yield Leak("thumbnail", "JPEG APP0 JFIF", f"{payload[12]}×{payload[13]} px, {len(payload):,} bytes")
    elif marker == APP1 and payload.startswith(b"Exif\0"):
        _add_exif(payload[6:], segment, pieces)
    elif marker == APP1 and payload.startswith(_XMP):
        yield Part("xmp", "XMP", payload[len(_XMP) :])
    elif marker == APP1 and payload.startswith(_EXTENDED_XMP):
        # 32 bytes of GUID, 4 of the full length, 4 of this piece's offset (XMP part 3, 1.1.3.1).
        body = len(_EXTENDED_XMP) + 40
        pieces.add("xmp", "extended XMP", payload[body:], payload[len(_EXTENDED_XMP) : body - 8].hex())
    elif marker == APP2 and payload.startswith(_ICC):
        pieces.add("icc", "ICC profile", payload[len(_ICC) + 2 :])
    elif marker == APP2 and payload.startswith(b"MPF\0"):
        yield Part("mpf", "JPEG APP2 MPF", payload[4:])
    elif marker == APP11 and payload.startswith(b"JP"):
        _add_jumbf(payload, pieces)
    elif marker == APP13 and payload.startswith(_PHOTOSHOP):
        pieces.add("photoshop", "Photoshop", payload[len(_PHOTOSHOP) :])
    elif marker in range(APP0, APP0 + 16):
        yield Part("private", f"JPEG APP{marker - APP0}", payload)
    elif marker not in _WITHOUT_LENGTH and marker != EOI:
        yield Leak("structure", "JPEG", f"marker {marker:02X} does not belong here, {len(payload):,} bytes")


def _add_exif(body: bytes, segment: Segment, pieces: _Pieces) -> None:
    """A piece that has no TIFF header goes on where the one before it stopped, as large EXIF does."""
    begun = next((name for name in reversed(pieces.order) if name[0] == "exif"), None)
    if begun is None or body[:2] in (b"II", b"MM"):
        pieces.add("exif", "EXIF", body, str(segment.start))
    else:
        pieces.collected[begun].append(body)


def _add_jumbf(payload: bytes, pieces: _Pieces) -> None:
    """A packet: "JP", number of the box (2 bytes) and packet (4), the box's header again (8)."""
    number, packet = payload[2:4].hex(), payload[4:8]
    first = packet == b"\0\0\0\1"
    pieces.add("c2pa", "JPEG APP11 C2PA", payload[8:] if first else payload[16:], number)
