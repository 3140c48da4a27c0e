"""Walks through a GIF as it is, broken or not, and hands out what lies beside the picture.

Blocks: GIF89a specification (CompuServe, 1990). XMP in GIF: XMP specification part 3, 1.1.2; ICC profile in GIF:
ICC.1, annex B.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from scrubber.inspection.binary import cut, uint
from scrubber.inspection.parts import BrokenError, Finding, Part
from scrubber.inspection.wording import animation, decode, size
from scrubber.values import Leak

_HEADER_BYTES = 13  # signature and logical screen descriptor
_EXTENSION, _IMAGE, _TRAILER = 0x21, 0x2C, 0x3B
_CONTROL, _COMMENT, _PLAIN_TEXT, _APPLICATION = 0xF9, 0xFE, 0x01, 0xFF
_DESCRIPTOR_BYTES = 9
_LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")
_XMP = b"XMP DataXMP"
_XMP_TRAILER = bytes([1, *range(255, -1, -1), 0])  # so that readers of blocks find their way out of the raw packet
_MOST_BLOCKS = 1_000_000  # a 200 MB animation in blocks of 255 bytes


def walk(part: Part) -> Iterator[Finding]:
    """Parts and leaks of a GIF file."""
    reader = _Reader(part.payload, _HEADER_BYTES + _palette(uint(part.payload, 10, 1)))
    frames, mark = 0, 0
    try:
        while (mark := reader.number()) != _TRAILER:
            if mark == _IMAGE:
                frames += 1
                flags = reader.take(_DESCRIPTOR_BYTES)[-1]
                reader.position += _palette(flags) + 1  # and the code size
                reader.skip()
            elif mark == _EXTENSION:
                yield from _extension(reader)
            else:
                break
    except BrokenError:
        mark = 0
    if frames > 1:
        yield Leak("structure", "GIF", animation(frames, reader.delays, 1 if reader.loops is None else reader.loops))
    elif any(reader.delays) or reader.loops is not None:
        yield Leak(
            "structure", "GIF", f"the times of an animation, which it is not: {max(reader.delays, default=0)} ms"
        )
    if mark != _TRAILER:
        yield Leak("structure", "GIF", "the picture breaks off: no end mark")
    elif reader.position < len(part.payload):
        yield Part("trailing", "after GIF end", part.payload[reader.position :])


def _palette(flags: int) -> int:
    """Bytes of the palette that a screen's or a frame's flags announce."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


@dataclass(slots=True)
class _Reader:
    """Takes bytes and blocks one after the other. Raises `BrokenError` where the data ends.

    `last_packet` is where the last packet of XMP ends, below 0 if there is none. `delays` are how long frames
    are shown, in milliseconds, and `loops` how often the animation is, 0 for ever, if that was said.
    """

    data: bytes
    position: int
    last_packet: int = field(init=False)
    delays: list[int] = field(default_factory=list)
    loops: int | None = None

    def __post_init__(self) -> None:
        self.last_packet = self.data.rfind(_XMP_TRAILER)

    def take(self, count: int) -> bytes:
        taken = cut(self.data, self.position, count)
        self.position += count
        return taken

    def number(self) -> int:
        return self.take(1)[0]

    def blocks(self) -> bytes:
        """The content of the blocks that begin here."""
        pieces = []
        for _ in range(_MOST_BLOCKS):
            count = self.number()
            if not count:
                break
            pieces.append(self.take(count))
        return b"".join(pieces)

    def skip(self) -> None:
        """Pass over the blocks that begin here."""
        for _ in range(_MOST_BLOCKS):
            count = self.number()
            if not count:
                break
            self.position += count


def _extension(reader: _Reader) -> Iterator[Finding]:
    label = reader.number()
    if label == _CONTROL:
        reader.delays.append(10 * uint(reader.blocks(), 1, 2, "little"))
    elif label == _COMMENT:
        yield Part("text", "GIF comment", reader.blocks())
    elif label == _PLAIN_TEXT:
        header = reader.take(reader.number())
        text = reader.blocks()
        yield Leak("text", "GIF plain text", decode(text) or f"empty text, {size(header)} of settings")
    elif label == _APPLICATION:
        yield from _application(reader)
    else:
        yield Part("private", f"GIF block {label:02X}", reader.blocks())


def _application(reader: _Reader) -> Iterator[Finding]:
    name = reader.take(reader.number())
    if name == _XMP and reader.position <= reader.last_packet:  # the packet as it is, not in blocks
        end = reader.data.find(_XMP_TRAILER, reader.position)
        yield Part("xmp", "XMP", reader.take(end - reader.position))
        reader.position += len(_XMP_TRAILER)
        return
    content = reader.blocks()
    if name == b"ICCRGBG1012":
        yield Part("icc", "ICC profile", content)
    elif name == b"C2PA_GIF\0\0\0" or content[4:8] == b"jumb":
        yield Part("c2pa", "GIF C2PA", content)
    elif name == _XMP:
        yield Part("xmp", "XMP", content)
    elif name in _LOOPS and len(content) <= 8:  # both loop blocks hold 3 bytes, or 5 more for buffering
        reader.loops = int.from_bytes(content[1:3], "little")
    else:
        yield Part("private", "GIF application block", name + b" " + content)
