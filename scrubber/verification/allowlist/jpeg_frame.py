"""Keeps count of a JPEG's tables and coefficients, so that none is there for nothing.

ITU-T T.81: annex B for segments, C for Huffman tables, G for progressive scans.
"""

from __future__ import annotations

from dataclasses import dataclass, field

_PROGRESSIVE = 0xC2
_COMPONENT_IDS = {1: bytes([1]), 3: bytes([1, 2, 3])}  # grey, and Y Cb Cr as JFIF numbers them
_COEFFICIENTS = 64
_DC, _AC = 0, 1


class FrameError(ValueError):
    """Something in the frame that has no business there; the message says what."""


@dataclass(slots=True)
class _Component:
    horizontal: int
    vertical: int
    # For each of 64 coefficients the lowest bit that was sent so far; None before its first scan.
    sent: list[int | None] = field(default_factory=lambda: [None] * _COEFFICIENTS)


class Frame:
    """State of one picture while its segments go by.

    Each method takes a segment's payload and raises `FrameError`.
    """

    def __init__(self) -> None:
        self._marker: int | None = None
        self._size = (0, 0)
        self._components: dict[int, _Component] = {}
        self._quantisation: dict[int, bool] = {}  # table number: used by a component?
        self._huffman: dict[tuple[int, int], bool] = {}  # class and number: used since it was defined?
        self._interval = 0  # MCUs between restart markers; 0 means that there are none
        self._interval_used = True

    def quantisation(self, payload: bytes) -> None:
        """DQT: one or more tables of 65 or 129 bytes, each number once."""
        at = 0
        while at < len(payload):
            wide, number = payload[at] >> 4, payload[at] & 15
            values = payload[at + 1 : at + 1 + _COEFFICIENTS * (1 + wide)]
            if wide > 1 or number > 3 or len(values) != _COEFFICIENTS * (1 + wide):
                raise FrameError("a table of the wrong length or number")
            if number in self._quantisation or self._marker is not None:
                raise FrameError("a table that replaces another or comes too late")
            self._quantisation[number] = False
            at += 1 + len(values)
        if not payload:
            raise FrameError("a segment without a table")

    def huffman(self, payload: bytes) -> None:
        """DHT: tables of exactly the length that their 16 counts state, none redefined before it was used."""
        at = 0
        while at < len(payload):
            key = payload[at] >> 4, payload[at] & 15
            counts = payload[at + 1 : at + 17]
            total = sum(counts)
            codes = sum(count << (16 - length) for length, count in enumerate(counts, 1))
            if key[0] > 1 or key[1] > 3 or len(counts) != 16 or at + 17 + total > len(payload):
                raise FrameError("a table of the wrong length or number")
            values = payload[at + 17 : at + 17 + total]
            if not 0 < total <= 256 or codes > 1 << 16 or len(set(values)) != total:
                raise FrameError("a table with impossible codes")
            if self._huffman.get(key) is False:
                raise FrameError("a table that replaces one which nothing used")
            self._huffman[key] = False
            at += 17 + total
        if not payload:
            raise FrameError("a segment without a table")

    def restart(self, payload: bytes) -> None:
        """DRI: two bytes that change the interval for the scans that follow, of which there must be one."""
        interval = int.from_bytes(payload, "big")
        if len(payload) != 2 or interval == self._interval or not self._interval_used:
            raise FrameError("not two bytes, or no use")
        self._interval, self._interval_used = interval, False

    def start(self, marker: int, payload: bytes) -> None:
        """SOF: 8 bits per sample, one or three components, nothing behind them."""
        if self._marker is not None:
            raise FrameError("a second picture header")
        self._marker = marker
        if len(payload) < 6 or payload[0] != 8:
            raise FrameError("not 8 bits per sample")
        count = payload[5]
        self._size = int.from_bytes(payload[3:5], "big"), int.from_bytes(payload[1:3], "big")
        entries = [payload[at : at + 3] for at in range(6, len(payload), 3)]
        if not all(self._size) or len(payload) != 6 + 3 * count:
            raise FrameError("no size, or of the wrong length")
        if bytes(entry[0] for entry in entries) != _COMPONENT_IDS.get(count):
            raise FrameError("neither grey nor Y Cb Cr")
        for number, sampling, table in entries:
            horizontal, vertical = sampling >> 4, sampling & 15
            if not 1 <= horizontal <= 4 or not 1 <= vertical <= 4 or table not in self._quantisation:
                raise FrameError("impossible sampling, or a table that is not there")
            self._quantisation[table] = True
            self._components[number] = _Component(horizontal, vertical)

    def scan(self, payload: bytes, restarts: int) -> None:
        """SOS: components of the frame, tables that are there, coefficients that were not sent before.

        `restarts` is the number of restart markers in the scan's data: as many as the interval demands.
        """
        count = payload[0] if payload else 0
        if not 1 <= count <= 4 or len(payload) != 4 + 2 * count:
            raise FrameError("of the wrong length")
        selectors = [(payload[at], payload[at + 1]) for at in range(1, 1 + 2 * count, 2)]
        numbers = [number for number, _ in selectors]
        if len(set(numbers)) != count or not set(numbers) <= set(self._components):
            raise FrameError("components that the picture does not have")
        first, last, bits = payload[-3:]
        high, low = bits >> 4, bits & 15
        self._check_band(first, last, high, low, count)
        for number, tables in selectors:
            self._send(self._components[number], first, last, high, low)
            self._use(tables >> 4, tables & 15, first, last, high)
        expected = -(-self._units(numbers) // self._interval) - 1 if self._interval else 0
        if restarts != expected:
            raise FrameError(f"{restarts} restart markers where {expected} belong")
        self._interval_used = self._interval_used or self._interval == 0 or expected > 0

    def _check_band(self, first: int, last: int, high: int, low: int, count: int) -> None:
        if self._marker != _PROGRESSIVE:
            valid = (first, last, high, low) == (0, 63, 0, 0)
        else:
            band = last == 0 if first == 0 else first <= last < _COEFFICIENTS and count == 1
            valid = band and low <= 13 and (high == 0 or high == low + 1)
        if not valid:
            raise FrameError("impossible spectral selection")

    def _send(self, component: _Component, first: int, last: int, high: int, low: int) -> None:
        """Each bit of each coefficient may be sent once; a second time would be a second picture."""
        for index in range(first, last + 1):
            before = component.sent[index]
            if before != (high or None):
                raise FrameError("coefficients that were sent before, or out of turn")
            component.sent[index] = low

    def _use(self, dc: int, ac: int, first: int, last: int, high: int) -> None:
        needed = []
        if first == 0 and high == 0:
            needed.append((_DC, dc))
        if last > 0:
            needed.append((_AC, ac))
        for key in needed:
            if key not in self._huffman:
                raise FrameError("needs a table that is not there")
            self._huffman[key] = True

    def _units(self, numbers: list[int]) -> int:
        """MCUs of a scan (A.2): blocks of the component if it is alone, else groups of all components."""
        width, height = self._size
        most_across = max(component.horizontal for component in self._components.values())
        most_down = max(component.vertical for component in self._components.values())
        if len(numbers) > 1:
            return -(-width // (8 * most_across)) * -(-height // (8 * most_down))
        alone = self._components[numbers[0]]
        across = -(-width * alone.horizontal // most_across)
        down = -(-height * alone.vertical // most_down)
        return -(-across // 8) * -(-down // 8)

    def finish(self) -> None:
        """At the end of the file: every table used, every component sent, each of its coefficients to the last bit."""
        if self._marker is None or any(component.sent[0] is None for component in self._components.values()):
            raise FrameError("no whole picture")
        if any(lowest for component in self._components.values() for lowest in component.sent):
            raise FrameError("coefficients of which the last bits were never sent")
        used = [*self._quantisation.values(), *self._huffman.values(), self._interval_used]
        if not all(used):
            raise FrameError("tables that nothing uses")
