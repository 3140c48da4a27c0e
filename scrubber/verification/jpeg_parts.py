"""Takes a JPEG apart as far as its coded picture goes (ITU-T T.81, annex B); what else is in it is not looked at."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

_EOI, _SOS, _DQT, _DHT, _DRI = 0xD9, 0xDA, 0xDB, 0xC4, 0xDD
_BASELINE: Final = (0xC0, 0xC1)
_PROGRESSIVE: Final = 0xC2
_OTHER_FRAMES: Final = frozenset({0xC3, *range(0xC5, 0xD0)} - {0xC8, 0xCC})
_WITHOUT_LENGTH: Final = frozenset({0x01, *range(0xD0, 0xD9)})
_MARKER: Final = re.compile(rb"\xff([\x01-\xfe])")
_SCAN_END: Final = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
_RESTART: Final = re.compile(rb"\xff[\xd0-\xd7]")
_COEFFICIENTS: Final = 64
_MOST_SEGMENTS: Final = 20_000


class PartsError(ValueError):
    """The coded picture cannot be followed; the message says why."""


@dataclass(frozen=True, slots=True)
class HuffmanTable:
    """How many codes there are of each length from 1 to 16 bits, and what they stand for, in order."""

    counts: bytes
    symbols: bytes


@dataclass(frozen=True, slots=True)
class Component:
    """One channel: its number, how many blocks of it an MCU has across and down, and its quantisation table."""

    number: int
    across: int
    down: int
    table: int


@dataclass(frozen=True, slots=True)
class Scan:
    """One pass over the picture: `components` as pairs of component and its two Huffman tables (DC, AC).

    `start` and `end` are where its coded data lies in the file, `interval` how many MCUs lie between two restarts.
    `band` are the first and the last coefficient; bits from `low` on are sent, and those from `high` on were before
    (0: none).
    """

    components: tuple[tuple[Component, HuffmanTable | None, HuffmanTable | None], ...]
    start: int
    end: int
    interval: int
    band: tuple[int, int]
    high: int
    low: int


@dataclass(slots=True)
class Parts:
    """The picture header, tables and scans. `size` is width and height in pixels; tables are in zigzag order.

    `used` are the symbols of each Huffman table that occur; they are known when the scans have been decoded.
    """

    progressive: bool = False
    size: tuple[int, int] = (0, 0)
    components: dict[int, Component] = field(default_factory=dict)
    quantisation: dict[int, tuple[int, ...]] = field(default_factory=dict)
    huffman: dict[tuple[int, int], HuffmanTable] = field(default_factory=dict)
    all_huffman: list[tuple[int, HuffmanTable]] = field(default_factory=list)
    scans: list[Scan] = field(default_factory=list)
    interval: int = 0
    used: dict[HuffmanTable, set[int]] = field(default_factory=dict)

    @property
    def most(self) -> tuple[int, int]:
        """How many blocks across and down the component with most of them has in an MCU."""
        components = self.components.values()
        return max(each.across for each in components), max(each.down for each in components)

    def blocks(self, component: Component) -> tuple[int, int]:
        """Columns and rows of blocks that hold some of the picture."""
        width, height = self.samples(component)
        return -(-width // 8), -(-height // 8)

    def units(self, scan: Scan) -> tuple[int, int]:
        """MCUs of a scan across and down (A.2): blocks of its component if it is alone, else groups of all."""
        if len(scan.components) == 1:
            return self.blocks(scan.components[0][0])
        across, down = self.most
        return -(-self.size[0] // (8 * across)), -(-self.size[1] // (8 * down))

    def samples(self, component: Component) -> tuple[int, int]:
        """Width and height of a component in samples of its own (T.81, A.1.1)."""
        across, down = self.most
        return -(-self.size[0] * component.across // across), -(-self.size[1] * component.down // down)


def parts(data: bytes) -> Parts:
    """The parts of the first picture in the JPEG `data`. Raises `PartsError` if they do not hold together."""
    found = Parts()
    position = 2
    for _ in range(_MOST_SEGMENTS):
        match = _MARKER.search(data, position)
        if match is None:
            break
        marker, position = match[1][0], match.end()
        if marker == _EOI:
            break
        if marker in _WITHOUT_LENGTH:
            continue
        end = position + int.from_bytes(data[position : position + 2], "big")
        payload, position = data[position + 2 : end], max(end, position + 2)
        if end > len(data):
            raise PartsError("a segment breaks off")
        if marker == _SOS:
            match = _SCAN_END.search(data, position)
            end = match.start() if match else len(data)
            found.scans.append(_scan(payload, found, position, end))
            position = end
        else:
            _take(marker, payload, found)
    if not found.components or not found.scans:
        raise PartsError("no whole picture")
    return found


def restarts(data: bytes, scan: Scan) -> list[bytes]:
    """The coded data of a scan between its restart markers, with stuffed zeros taken out."""
    return [piece.replace(b"\xff\x00", b"\xff") for piece in _RESTART.split(data[scan.start : scan.end])]


def _take(marker: int, payload: bytes, found: Parts) -> None:
    if marker == _DQT:
        _quantisation(payload, found)
    elif marker == _DHT:
        _huffman(payload, found)
    elif marker == _DRI:
        found.interval = int.from_bytes(payload[:2], "big")
    elif marker in (*_BASELINE, _PROGRESSIVE):
        _frame(marker, payload, found)
    elif marker in _OTHER_FRAMES:
        raise PartsError("neither baseline nor progressive")


def _quantisation(payload: bytes, found: Parts) -> None:
    at = 0
    while at < len(payload):
        size = 1 + (payload[at] >> 4)
        raw = payload[at + 1 : at + 1 + _COEFFICIENTS * size]
        if size > 2 or len(raw) != _COEFFICIENTS * size:
            raise PartsError("a quantisation table breaks off")
        values = tuple(int.from_bytes(raw[i : i + size], "big") for i in range(0, len(raw), size))
        if not all(values):
            raise PartsError("a quantisation table with a step of 0")
        found.quantisation[payload[at] & 15] = values
        at += 1 + len(raw)


def _huffman(payload: bytes, found: Parts) -> None:
    at = 0
    while at < len(payload):
        counts = payload[at + 1 : at + 17]
        symbols = payload[at + 17 : at + 17 + sum(counts)]
        codes = sum(count << (16 - length) for length, count in enumerate(counts, 1))
        if payload[at] >> 4 > 1 or len(counts) != 16 or len(symbols) != sum(counts) or codes > 1 << 16:
            raise PartsError("a Huffman table that is none")
        table = HuffmanTable(counts, symbols)
        found.huffman[payload[at] >> 4, payload[at] & 15] = table
        found.all_huffman.append((payload[at] >> 4, table))
        at += 17 + len(symbols)


def _frame(marker: int, payload: bytes, found: Parts) -> None:
    if found.components or len(payload) < 6 or payload[0] != 8 or len(payload) != 6 + 3 * payload[5]:
        raise PartsError("a second picture header, or one that is none")
    found.progressive = marker == _PROGRESSIVE
    found.size = int.from_bytes(payload[3:5], "big"), int.from_bytes(payload[1:3], "big")
    for at in range(6, len(payload), 3):
        number, sampling, table = payload[at : at + 3]
        if not all(found.size) or not 0 < sampling >> 4 <= 4 or not 0 < sampling & 15 <= 4:
            raise PartsError("a picture without size, or of strange shape")
        found.components[number] = Component(number, sampling >> 4, sampling & 15, table)


def _scan(payload: bytes, found: Parts, start: int, end: int) -> Scan:
    count = payload[0] if payload else 0
    if not count or len(payload) != 4 + 2 * count:
        raise PartsError("a scan without components")
    chosen = []
    for at in range(1, 1 + 2 * count, 2):
        component = found.components.get(payload[at])
        if component is None:
            raise PartsError("a scan of a component that the picture does not have")
        dc, ac = (found.huffman.get((kind, number)) for kind, number in enumerate(divmod(payload[at + 1], 16)))
        chosen.append((component, dc, ac))
    first, last, bits = payload[-3:]
    if not first <= last < _COEFFICIENTS:
        raise PartsError("a scan of coefficients that there are not")
    return Scan(tuple(chosen), start, end, found.interval, (first, last), bits >> 4, bits & 15)
