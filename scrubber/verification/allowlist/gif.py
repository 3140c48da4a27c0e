"""Allow-list for GIF (GIF89a specification, CompuServe 1990): frames with palettes of their own, and how often to loop.

Header and screen without a global palette, optionally the NETSCAPE2.0 block, then for each frame its graphic control,
descriptor, palette and coded numbers, then the trailer. A palette holds only colours that the frame shows, its other
entries are black; the coded numbers are exactly as many as the frame has pixels and nothing follows them.
"""

from __future__ import annotations

from dataclasses import dataclass

from scrubber.values import Leak
from scrubber.verification.allowlist import times
from scrubber.verification.allowlist.lzw import scan_stream

_HEADER_BYTES = 13  # signature and logical screen descriptor
_EXTENSION, _IMAGE, _TRAILER = 0x21, 0x2C, 0x3B
_CONTROL, _COMMENT, _PLAIN_TEXT, _APPLICATION = 0xF9, 0xFE, 0x01, 0xFF
_LOOP = b"\x0bNETSCAPE2.0\x03\x01"  # then two bytes for the number of loops, and a terminator
_OTHERS = {
    _COMMENT: ("comment", "comment"),
    _PLAIN_TEXT: ("text", "plain text"),
    _APPLICATION: ("metadata", "application block"),
}
_ENOUGH = 100  # objections after which the rest of a file is not looked at: it has failed anyhow
_MOST_FRAMES = 10_000
_FULL_BLOCK = 255
_TICK = 10  # milliseconds
_MOST_DISPOSAL = 2  # leave, restore to background; 3 would bring back an earlier picture


class _BreaksOffError(ValueError):
    """The file ends, or holds something impossible, so that nothing behind this place can be judged."""


@dataclass(frozen=True, slots=True)
class _Control:
    """Graphic control of the frame that follows: which number is transparent, if any."""

    transparent: int | None


def objections(data: bytes) -> list[Leak]:
    """Everything in the GIF file `data` that is not on the list."""
    return _Parser(data).run()


class _Parser:
    """Goes through the file once and accounts for every byte; `found` collects the objections."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.found: list[Leak] = []
        self.position = 0
        self.screen = (0, 0)
        self.frames = 0
        self.loop_may_come = True
        self.control: _Control | None = None
        self.delays: set[int] = set()
        self.loops: int | None = None

    def run(self) -> list[Leak]:
        try:
            self._header()
            while len(self.found) < _ENOUGH and self._block():
                pass
        except _BreaksOffError as problem:
            self._reject("structure", "GIF", str(problem))
            return self.found
        if self.frames == 0 or self.control is not None:
            self._reject("structure", "GIF", "no frame, or none behind a graphic control block")
        self._times()
        if self.position < len(self.data):
            self._reject("trailing-data", "after GIF end", f"{len(self.data) - self.position:,} bytes")
        return self.found

    def _reject(self, kind: str, where: str, detail: str) -> None:
        self.found.append(Leak(kind, where, detail))

    def _take(self, size: int) -> bytes:
        taken = self.data[self.position : self.position + size]
        if len(taken) < size:
            raise _BreaksOffError("the file breaks off")
        self.position += size
        return taken

    def _number(self, size: int) -> int:
        return int.from_bytes(self._take(size), "little")

    def _header(self) -> None:
        if self._take(6) != b"GIF89a":
            self._reject("structure", "GIF", "not of version 89a")
        self.screen = self._number(2), self._number(2)
        if not all(self.screen):
            raise _BreaksOffError("a screen without size")
        flags, background, aspect = self._take(3)
        if flags & 0x80:
            self._reject("structure", "GIF palette", "colours for all frames, shown or not")
            self.position += 3 << (flags & 7) + 1
        elif flags or background or aspect:
            self._reject("structure", "GIF", "flags, background or shape of pixels without use")

    def _block(self) -> bool:
        """One block with all that belongs to it; False behind the trailer."""
        mark = self._number(1)
        if mark == _TRAILER:
            return False
        if mark == _EXTENSION:
            self._extension(self._number(1))
        elif mark == _IMAGE:
            self._image()
        else:
            raise _BreaksOffError(f"{mark:02X} where a block should begin")
        self.loop_may_come = False
        return True

    def _extension(self, label: int) -> None:
        if label == _APPLICATION and self.loop_may_come and self.data.startswith(_LOOP, self.position):
            self.position += len(_LOOP)
            self.loops = self._number(2)
            if self._number(1):
                raise _BreaksOffError("a loop block that goes on")
        elif label == _CONTROL:
            self._graphic_control()
        else:
            kind, words = _OTHERS.get(label, ("metadata", f"block {label:02X}"))
            size = len(self._blocks())
            self._reject(kind, f"GIF {words}", f"not on the list, {size:,} bytes")

    def _graphic_control(self) -> None:
        size, flags, delay, number, end = (
            self._number(1),
            self._number(1),
            self._number(2),
            self._number(1),
            self._number(1),
        )
        if size != 4 or end:
            raise _BreaksOffError("a graphic control block of the wrong length")
        transparent = number if flags & 1 else None
        if flags & 0xE2 or flags >> 2 > _MOST_DISPOSAL or (number and transparent is None):
            self._reject("structure", "GIF graphic control", "values that nothing needs")
        if self.control is not None:
            self._reject("structure", "GIF graphic control", "two in a row")
        self.control = _Control(transparent)
        self.delays.add(delay * _TICK)

    def _times(self) -> None:
        """A single frame needs no time; an animation that is shown once has no block that says so."""
        if self.delays - (times.FIT if self.frames > 1 else {0}):
            self._reject("structure", "GIF delay", times.ODD_DELAY)
        if self.loops not in (None, times.FOR_EVER):
            self._reject("structure", "GIF loops", times.ODD_LOOPS)

    def _blocks(self) -> bytes:
        """The content of the sub-blocks that begin here."""
        pieces = []
        while size := self._number(1):
            pieces.append(self._take(size))
        return b"".join(pieces)

    def _image(self) -> None:
        left, top, width, height = (self._number(2) for _ in range(4))
        flags = self._number(1)
        if not (width and height and left + width <= self.screen[0] and top + height <= self.screen[1]):
            self._reject("structure", "GIF frame", "without size, or outside of the screen")
        if not flags & 0x80 or flags & 0x78:
            self._reject("structure", "GIF frame", "without a palette of its own, interlaced, or with other flags")
        palette = self._take(3 << (flags & 7) + 1) if flags & 0x80 else b""
        control, self.control = self.control, None
        if control is None:
            self._reject("structure", "GIF frame", "without a graphic control block")
        self.frames += 1
        if self.frames > _MOST_FRAMES:
            raise _BreaksOffError("more frames than can be checked")
        self._numbers(width * height, palette, control.transparent if control else None)

    def _numbers(self, pixels: int, palette: bytes, transparent: int | None) -> None:
        """The coded numbers of one frame, held against its size and its palette."""
        root_bits, start = self._number(1), self.position
        coded = self._blocks()
        if not 2 <= root_bits <= 8:
            self._reject("structure", "GIF frame", "an impossible code size")
            return
        rest = -len(coded) % _FULL_BLOCK
        if self.position - start != len(coded) + (len(coded) + rest) // _FULL_BLOCK + 1:
            self._reject("structure", "GIF frame", "data in more blocks than it needs")
        scanned = scan_stream(coded, root_bits, pixels)
        if scanned.fault or scanned.pixels != pixels:
            fault = scanned.fault or "it draws fewer pixels than the frame has"
            kind = "trailing-data" if "behind" in fault else "structure"
            self._reject(kind, "GIF frame", f"its data: {fault}")
            return
        entries = [palette[at : at + 3] for at in range(0, len(palette), 3)]
        if any(number >= len(entries) for number in scanned.numbers):
            self._reject("structure", "GIF frame", "pixels without a colour")
        shown = scanned.numbers - {transparent}
        unused = sum(1 for number, colour in enumerate(entries) if number not in shown and any(colour))
        if unused:
            self._reject("structure", "GIF palette", f"{unused} colours that no pixel has, perhaps of what was hidden")
