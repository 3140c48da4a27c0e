"""Takes a PNG apart into the chunks that are on the list (W3C PNG specification, third edition, clauses 5 and 11)."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from scrubber.values import Leak

_START = b"\x89PNG\r\n\x1a\n"
_ENOUGH = 100  # objections after which the rest of a file is not looked at: it has failed anyhow
_MOST_CHUNKS = 200_000  # 120 megapixels in chunks of 8 KiB are half of that
# Position that each chunk must keep: none may follow one with a higher number.
ORDER = {
    b"IHDR": 0, b"sRGB": 1, b"PLTE": 2, b"tRNS": 3, b"acTL": 4, b"fcTL": 5, b"IDAT": 5, b"fdAT": 5, b"IEND": 6,
}  # fmt: skip
ONCE = (b"IHDR", b"sRGB", b"PLTE", b"tRNS", b"acTL", b"IEND")
_KINDS = {
    b"tEXt": "text",
    b"zTXt": "text",
    b"iTXt": "text",
    b"tIME": "time",
    b"iCCP": "colour-profile",
    b"caBX": "provenance",
}


@dataclass(frozen=True, slots=True)
class Chunk:
    """One chunk that may be there: its name and what it holds."""

    name: bytes
    payload: bytes


def accepted(data: bytes, found: list[Leak]) -> Iterator[Chunk]:
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
        if name not in ORDER:
            found.append(Leak(_KINDS.get(name, "metadata"), f"PNG {letters}", f"not on the list, {size:,} bytes"))
        elif name == b"IDAT" and (gap_since_idat or not size):
            found.append(Leak("structure", "PNG IDAT", "empty, or not behind the one before it"))
        idat_seen = idat_seen or name == b"IDAT"
        gap_since_idat = idat_seen and name != b"IDAT"
        position = stop
        if name in ORDER:
            yield Chunk(name, data[stop - 4 - size : stop - 4])
        if name == b"IEND":
            break
    if position < len(data):
        found.append(Leak("trailing-data", "after PNG end", f"{len(data) - position:,} bytes"))
