"""Walks through a PNG as it is, broken or not, and hands out what lies beside the picture.

Chunks: W3C PNG specification, third edition; caBX: C2PA specification; eXIf, prVW and the like: what programs
really write.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from scrubber.inspection.binary import uint
from scrubber.inspection.parts import BrokenError, Finding, Part
from scrubber.inspection.wording import animation, decode, size
from scrubber.values import Leak

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MOST_TEXT = 16 * 1024 * 1024  # bytes that one compressed chunk may inflate to
MOST_PICTURE = 400_000_000  # bytes of picture data that are inflated to find the end of the stream; a second or two
MOST_CHUNKS = 200_000  # a 100-megapixel PNG in 8 KiB chunks has about 40,000

_PICTURE = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"sRGB", b"IEND"})
# Chunks that say something by being there: kind and words for it.
_TELLING = {
    b"pHYs": ("metadata", "print resolution, which programs and devices set differently"),
    b"gAMA": ("colour-profile", "gamma of the device"),
    b"cHRM": ("colour-profile", "primary colours of the device"),
    b"cICP": ("colour-profile", "video colour code"),
    b"mDCV": ("colour-profile", "mastering display"),
    b"cLLI": ("colour-profile", "light level"),
    b"iDOT": ("device", "chunk that only Apple devices write"),
    b"CgBI": ("device", "chunk that only Apple tools write"),
    b"dSIG": ("provenance", "digital signature"),
    b"sPLT": ("metadata", "suggested palette"),
    b"hIST": ("metadata", "palette histogram"),
    b"prVW": ("thumbnail", "preview written by Fireworks"),
    b"mkBT": ("history", "layers of a Fireworks document"),
    b"gdAT": ("hidden-picture", "gain map"),
}
_FRAMES = frozenset({b"fcTL", b"fdAT"})


def chunks(data: bytes) -> Iterator[tuple[bytes, bytes, int]]:
    """`(type, payload, end offset)` of each chunk up to and with IEND or where the data ends.

    Checksums are not looked at.
    """
    position = len(SIGNATURE)
    for _ in range(MOST_CHUNKS):
        if position + 8 > len(data):
            return
        end = position + 12 + uint(data, position, 4)
        name = data[position + 4 : position + 8]
        yield name, data[position + 8 : end - 4], min(end, len(data))
        if name == b"IEND" or end > len(data):
            return
        position = end


def walk(part: Part) -> Iterator[Finding]:
    """Parts and leaks of a PNG file."""
    data = part.payload
    last, position = b"", len(SIGNATURE)
    stream = _Stream()
    seen = set[bytes]()
    moving = _Animation()
    for name, payload, end in chunks(data):
        last, position = name, end
        if name == b"IDAT" and b"acTL" in seen and not seen & {b"fcTL", b"IDAT"}:
            yield Leak("hidden-picture", "PNG IDAT", "a picture that the animation does not show")
        seen.add(name)
        try:
            if name == b"IDAT":
                stream.feed(payload)
            elif name in (b"acTL", b"fcTL"):
                moving.feed(name, payload)
            elif name == b"tRNS" and b"PLTE" not in seen:
                yield Leak("structure", "PNG tRNS", f"a colour that counts as clear ({size(payload)})")
            elif name not in _PICTURE and name not in _FRAMES:
                yield from _look(name, payload)
        except BrokenError as problem:
            yield Leak(
                "metadata",
                f"PNG {chunk_name(name)}",
                f"could not be read: {problem} ({size(payload)} in all)",
            )
    if moving.frames is not None:
        yield Leak("structure", "PNG acTL", animation(moving.frames, moving.delays, moving.plays))
    if stream.left_over:
        yield Leak("trailing-data", "PNG IDAT", f"{stream.left_over:,} bytes after the end of the picture data")
    if last != b"IEND":
        yield Leak("structure", "PNG", "the picture breaks off: no end chunk")
    if position < len(data):
        yield Part("trailing", "after PNG end", data[position:])


class _Animation:
    """What acTL and fcTL say (W3C PNG, 11.3.6): how many frames there are, how often shown, how long each."""

    def __init__(self) -> None:
        self.frames: int | None = None
        self.plays = 0
        self.delays: list[float] = []

    def feed(self, name: bytes, payload: bytes) -> None:
        """Take the next of these chunks. Raises `BrokenError` if it is too short."""
        if name == b"acTL":
            self.frames, self.plays = uint(payload, 0, 4), uint(payload, 4, 4)
        else:
            self.delays.append(1000 * uint(payload, 20, 2) / (uint(payload, 22, 2) or 100))


class _Stream:
    """The picture's zlib stream, followed to its end for what cropping tools leave there (CVE-2023-21036)."""

    def __init__(self) -> None:
        self._inflater = zlib.decompressobj()
        self._room = MOST_PICTURE
        self.left_over = 0

    def feed(self, payload: bytes) -> None:
        """Take the next IDAT. Raises `BrokenError` at the first damage and looks no further then."""
        if self._inflater.eof:
            self.left_over += len(payload)
        while payload and self._room > 0 and not self._inflater.eof:
            try:
                self._room -= len(self._inflater.decompress(payload, MOST_TEXT))
            except zlib.error as problem:
                self._room = 0
                raise BrokenError(f"damaged picture data ({problem})") from problem
            payload = self._inflater.unconsumed_tail
            self.left_over = len(self._inflater.unused_data)


def _look(name: bytes, payload: bytes) -> Iterator[Finding]:
    where = f"PNG {chunk_name(name)}"
    if name in (b"tEXt", b"zTXt", b"iTXt"):
        yield Part("text", where, payload)
    elif name == b"eXIf":
        yield Part("exif", "EXIF", payload.removeprefix(b"Exif\0\0"))
    elif name == b"iCCP":
        title, _, packed = payload.partition(b"\0")
        if title.strip():
            yield Leak("colour-profile", "PNG iCCP", f"named “{decode(title)}”")
        yield Part("icc", "ICC profile", inflate(packed[1:]))
    elif name == b"caBX":
        yield Part("c2pa", "PNG caBX C2PA", payload)
    elif name == b"tIME" and len(payload) == 7:
        year, (month, day, hour, minute, second) = uint(payload, 0, 2), payload[2:]
        moment = f"{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC"
        yield Leak("time", where, f"last changed {moment}")
    elif name in _TELLING:
        kind, words = _TELLING[name]
        yield Leak(kind, where, f"{words} ({size(payload)})")
    else:
        yield Part("private", where, payload)


def chunk_name(name: bytes) -> str:
    """The four letters of a chunk, or their codes where they are not letters."""
    return name.decode("ascii") if name.isalpha() else f"chunk {name.hex()}"


def inflate(packed: bytes) -> bytes:
    """Unpack a zlib stream. Raises `BrokenError` if it is none or grows beyond `MOST_TEXT` bytes."""
    inflater = zlib.decompressobj()
    try:
        raw = inflater.decompress(packed, MOST_TEXT)
    except zlib.error as problem:
        raise BrokenError(f"damaged compression ({problem})") from problem
    if inflater.unconsumed_tail:
        raise BrokenError("it unpacks to more than 16 MiB")
    return raw
