"""Allow-list for PNG (W3C PNG specification, third edition): one still picture in as few chunks as can be.

`IHDR`, optionally `sRGB`, `PLTE` for palette pictures, `tRNS`, consecutive `IDAT`, `IEND`. Checksums right,
order right, the compressed stream exactly as long as the header demands and nothing behind it, no palette
entry that no pixel uses.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from scrubber.metadata.allowlist.scanlines import Layout, unused_colours
from scrubber.types import Leak

_START = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_PALETTE = 3
_ENOUGH = 100  # objections after which the rest of a file is not looked at: it has failed anyhow
_MOST_CHUNKS = 200_000  # 120 megapixels in chunks of 8 KiB are half of that
_MOST_PALETTE_PIXELS = 1 << 26
_STEP = 1 << 20  # bytes inflated at a time
# Position that each chunk must keep: none may follow one with a higher number.
_ORDER = {b"IHDR": 0, b"sRGB": 1, b"PLTE": 2, b"tRNS": 3, b"IDAT": 4, b"IEND": 5}
_KINDS = {
    b"tEXt": "text",
    b"zTXt": "text",
    b"iTXt": "text",
    b"tIME": "time",
    b"iCCP": "colour-profile",
    b"caBX": "provenance",
}


@dataclass(frozen=True, slots=True)
class _Chunk:
    name: bytes
    payload: bytes


def objections(data: bytes) -> list[Leak]:
    """Everything in the PNG file `data` that is not on the list."""
    found: list[Leak] = []
    accepted = list(_accepted(data, found))
    names = [chunk.name for chunk in accepted]
    if names[:1] != [b"IHDR"] or names[-1:] != [b"IEND"] or b"IDAT" not in names:
        return [*found, Leak("structure", "PNG", "header, picture data or end are missing")]
    found += [
        Leak("structure", f"PNG {name.decode()}", "there more than once")
        for name in (b"IHDR", b"sRGB", b"PLTE", b"tRNS", b"IEND")
        if names.count(name) > 1
    ]
    if any(_ORDER[after] < _ORDER[before] for before, after in pairwise(names)):
        found.append(Leak("structure", "PNG", "chunks out of order"))
    layout = _header(accepted[0].payload)
    if layout is None:
        return [*found, Leak("structure", "PNG IHDR", "not valid")]
    first = {chunk.name: chunk.payload for chunk in reversed(accepted)}
    stream = _Stream([chunk.payload for chunk in accepted if chunk.name == b"IDAT"])
    found += _side_chunks(first, layout)
    found += _picture(stream, layout, len(first.get(b"PLTE", b"")) // 3)
    return found


def _accepted(data: bytes, found: list[Leak]) -> Iterator[_Chunk]:
    """The chunks that are on the list, in order; objections to all other bytes go to `found`."""
    position, gap_since_idat, idat_seen = len(_START), False, False
    for _ in range(_MOST_CHUNKS):
        if position >= len(data) or len(found) >= _ENOUGH:
            break
        size, name = int.from_bytes(data[position : position + 4], "big"), data[position + 4 : position + 8]
        stop = position + 12 + size
        if position + 12 > len(data) or stop > len(data):
            found.append(Leak("structure", "PNG", f"{len(data) - position:,} bytes that are no whole chunk"))
            return
        letters = name.decode("ascii") if name.isalpha() and name.isascii() else f"chunk {name.hex()}"
        if zlib.crc32(data[position + 4 : stop - 4]) != int.from_bytes(data[stop - 4 : stop], "big"):
            found.append(Leak("structure", f"PNG {letters}", "wrong checksum"))
        if name not in _ORDER:
            found.append(Leak(_KINDS.get(name, "metadata"), f"PNG {letters}", f"not on the list, {size:,} bytes"))
        elif name == b"IDAT" and (gap_since_idat or not size):
            found.append(Leak("structure", "PNG IDAT", "empty, or not behind the one before it"))
        idat_seen = idat_seen or name == b"IDAT"
        gap_since_idat = idat_seen and name != b"IDAT"
        position = stop
        if name in _ORDER:
            yield _Chunk(name, data[stop - 4 - size : stop - 4])
        if name == b"IEND":
            break
    if position < len(data):
        found.append(Leak("trailing-data", "after PNG end", f"{len(data) - position:,} bytes"))


def _header(payload: bytes) -> Layout | None:
    """The layout that IHDR states, or None if it is no valid one."""
    if len(payload) != 13:
        return None
    width, height = int.from_bytes(payload[:4], "big"), int.from_bytes(payload[4:8], "big")
    depth, colour, compression, filtering, interlace = payload[8:]
    if not 0 < width < 1 << 31 or not 0 < height < 1 << 31 or depth not in _DEPTHS.get(colour, ()):
        return None
    if compression or filtering or interlace > 1:
        return None
    return Layout(
        width,
        height,
        depth * _CHANNELS[colour],
        palette=colour == _PALETTE,
        interlaced=interlace == 1,
        colour=colour,
    )


def _side_chunks(first: dict[bytes, bytes], layout: Layout) -> list[Leak]:
    """sRGB, PLTE, tRNS and IEND: only where the picture needs them, and of the size it needs."""
    found = []
    palette, alpha = first.get(b"PLTE"), first.get(b"tRNS")
    if b"sRGB" in first and (len(first[b"sRGB"]) != 1 or first[b"sRGB"][0] > 3):
        found.append(Leak("structure", "PNG sRGB", "not one byte from 0 to 3"))
    if first[b"IEND"]:
        found.append(Leak("trailing-data", "PNG IEND", f"{len(first[b'IEND']):,} bytes in it"))
    if (palette is not None) != layout.palette:
        found.append(Leak("structure", "PNG PLTE", "a palette where none belongs, or none where one does"))
    elif palette is not None and (len(palette) % 3 or not 0 < len(palette) // 3 <= 1 << layout.bits):
        found.append(Leak("structure", "PNG PLTE", "not a whole number of colours, or too many"))
    if alpha is not None:
        allowed = {0: (2,), 2: (6,), 3: range(1, len(palette or b"") // 3 + 1)}.get(layout.colour, ())
        if len(alpha) not in allowed:
            found.append(Leak("structure", "PNG tRNS", f"{len(alpha):,} bytes do not fit the picture"))
    return found


@dataclass(slots=True)
class _Stream:
    """The zlib stream that runs through all IDAT chunks.

    `fault` says what is wrong with it once it was read.
    """

    pieces: list[bytes]
    fault: str = ""

    def inflate(self, limit: int) -> Iterator[bytes]:
        """The uncompressed bytes in steps, at most one step more than `limit`."""
        inflater = zlib.decompressobj()
        total = left_over = 0
        for piece in self.pieces:
            left_over += len(piece) if inflater.eof else 0
            while piece and not inflater.eof:
                try:
                    raw = inflater.decompress(piece, _STEP)
                except zlib.error as problem:
                    self.fault = f"damaged ({problem})"
                    return
                piece = inflater.unconsumed_tail
                total += len(raw)
                yield raw
                if total > limit:
                    self.fault = "more picture data than the header announces"
                    return
                if not raw and not piece:
                    break
            left_over += len(inflater.unused_data) if inflater.eof and not left_over else 0
        if left_over:
            self.fault = f"{left_over:,} bytes behind the end of the picture data"
        elif not inflater.eof or total != limit:
            self.fault = "less picture data than the header announces"


def _picture(stream: _Stream, layout: Layout, colours: int) -> list[Leak]:
    if layout.palette and layout.width * layout.height > _MOST_PALETTE_PIXELS:
        return [Leak("structure", "PNG PLTE", "too many pixels to check which colours they use")]
    found = []
    unused = 0
    if layout.palette:
        unused = unused_colours(stream.inflate(layout.stream_bytes), layout, colours)
    else:
        for _ in stream.inflate(layout.stream_bytes):
            pass
    if unused:
        words = f"{unused} colours that no pixel has, perhaps of what was hidden"
        found.append(Leak("structure", "PNG PLTE", words))
    if stream.fault:
        kind = "trailing-data" if "behind" in stream.fault else "structure"
        found.append(Leak(kind, "PNG IDAT", stream.fault))
    return found
