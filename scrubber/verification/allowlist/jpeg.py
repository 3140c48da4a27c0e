"""Allow-list for JPEG (ITU-T T.81; JFIF 1.02): one picture, coded by Huffman, with the tables that it uses.

SOI, JFIF of 14 plain bytes, DQT, SOF0 to SOF2, DHT, DRI, SOS with its coded data, EOI. Every segment exactly
as long as its content, every table used, every coefficient sent once, no byte between segments, none after
the end.
"""

from __future__ import annotations

import re

from scrubber.values import Leak
from scrubber.verification.allowlist.jpeg_frame import Frame, FrameError

_SOI, _EOI, _SOS, _COM, _TEM, _RST0 = 0xD8, 0xD9, 0xDA, 0xFE, 0x01, 0xD0
_DQT, _DHT, _DRI, _APP0 = 0xDB, 0xC4, 0xDD, 0xE0
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
_NAMES = {_DQT: "DQT", _DHT: "DHT", _DRI: "DRI", _SOS: "SOS", 0xC0: "SOF", 0xC1: "SOF", 0xC2: "SOF"}
_ENOUGH = 100  # objections after which the rest of a file is not looked at: it has failed anyhow
_RESTARTS = frozenset(range(0xD0, 0xD8))
# "JFIF", version 1.01 or 1.02, no unit or dots per inch, 1×1, no thumbnail: says nothing about anybody.
_JFIF = re.compile(rb"JFIF\0\x01[\x01\x02][\x00\x01]\0\x01\0\x01\0\0")
_MARKER = re.compile(rb"\xff[\x01-\xfe]")
_ESCAPE = re.compile(rb"\xff[^\x00]")  # in coded data: anything but a stuffed 0xFF


def objections(data: bytes) -> list[Leak]:
    """Everything in the JPEG file `data` that is not on the list."""
    return _Parser(data).run()


class _Parser:
    """Goes through the file once and accounts for every byte; `found` collects the objections."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.found: list[Leak] = []
        self.frame = Frame()
        self.position = 2
        self.jfif_may_come = True

    def run(self) -> list[Leak]:
        marker: int | None = _SOI
        while marker not in (_EOI, None) and len(self.found) < _ENOUGH:
            marker = self._marker()
            if marker is not None and marker != _EOI:
                self._segment(marker)
        if marker != _EOI:
            self._reject("structure", "JPEG", "no end marker")
        elif self.position < len(self.data):
            self._reject("trailing-data", "after JPEG end", f"{len(self.data) - self.position:,} bytes")
        try:
            self.frame.finish()
        except FrameError as problem:
            self._reject("structure", "JPEG", str(problem))
        return self.found

    def _reject(self, kind: str, where: str, detail: str) -> None:
        self.found.append(Leak(kind, where, detail))

    def _marker(self) -> int | None:
        """The marker at this place. Bytes before the next one that could be a marker are objected to."""
        start = self.position
        found = _MARKER.search(self.data, start)
        if found is None:
            if start < len(self.data):
                self._reject("structure", "JPEG", f"{len(self.data) - start:,} bytes that are no segment")
            return None
        if found.start() > start:
            self._reject("structure", "JPEG", f"{found.start() - start:,} bytes between segments")
        self.position = found.end()
        return self.data[found.end() - 1]

    def _segment(self, marker: int) -> None:
        if marker in _RESTARTS or marker in (_SOI, _TEM):
            words = "a second picture begins" if marker == _SOI else "a marker outside of picture data"
            self._reject("structure", f"JPEG {marker:02X}", words)
            return
        size = int.from_bytes(self.data[self.position : self.position + 2], "big")
        end = self.position + size
        if size < 2 or end > len(self.data):
            self._reject("structure", f"JPEG {marker:02X}", "a segment that breaks off")
            self.position = min(self.position + 2, len(self.data))
            return
        payload = self.data[self.position + 2 : end]
        self.position = end
        try:
            self._accept(marker, payload)
        except FrameError as problem:
            self._reject("structure", f"JPEG {_NAMES[marker]}", str(problem))
        self.jfif_may_come = False

    def _accept(self, marker: int, payload: bytes) -> None:
        """Check one segment. Raises `FrameError` for tables, headers and scans that do not fit."""
        if marker == _APP0 and payload.startswith(b"JFIF"):
            if not self.jfif_may_come or not _JFIF.fullmatch(payload):
                self._reject("metadata", "JPEG APP0 JFIF", "not the 14 plain bytes, or not in the first place")
        elif marker == _DQT:
            self.frame.quantisation(payload)
        elif marker == _DHT:
            self.frame.huffman(payload)
        elif marker == _DRI:
            self.frame.restart(payload)
        elif marker in _FRAMES:
            self.frame.start(marker, payload)
        elif marker == _SOS:
            restarts = self._pass_coded_data()
            self.frame.scan(payload, restarts)
        elif 0xE0 <= marker <= 0xEF:
            self._reject("metadata", f"JPEG APP{marker - 0xE0}", f"not on the list, {len(payload):,} bytes")
        elif marker == _COM:
            self._reject("comment", "JPEG COM", f"not on the list, {len(payload):,} bytes")
        else:
            self._reject("structure", f"JPEG {marker:02X}", f"not on the list, {len(payload):,} bytes")

    def _pass_coded_data(self) -> int:
        """Go to the end of a scan and count its restart markers, which must come in turn."""
        start = self.position
        restarts = 0
        self.position = len(self.data)
        for escape in _ESCAPE.finditer(self.data, start):
            if escape[0][1] != _RST0 + restarts % 8:
                self.position = escape.start()
                break
            restarts += 1
        if self.position == start:
            self._reject("structure", "JPEG SOS", "a scan without data")
        return restarts
