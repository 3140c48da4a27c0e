"""What an AVIF or HEIC says about the numbers of its primary picture, which not every decoder tells.

Boxes: ISO/IEC 14496-12 (meta, pitm, iprp, ipco, ipma, colr) and 23008-12 (pixi). A file that breaks off, or is none at
all, says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Final

from scrubber.photos.hdr import Light

if TYPE_CHECKING:
    from scrubber.photos.hdr import Deep

_MOST_BOXES: Final = 1000  # properties and associations that are looked at; files have a few dozen
_MOST_BITS: Final = 16


def bits(data: bytes) -> int | None:
    """How many bits a channel of the primary picture has, if that is said."""
    for kind, body in _properties(data):
        if kind == b"pixi" and len(body) > 5 and 0 < body[5] <= _MOST_BITS:
            return body[5]
        if kind == b"av1C" and len(body) > 2:
            return 8 if not body[2] & 0x40 else 12 if body[2] & 0x20 else 10
    return None


def light(data: bytes, deep: Deep) -> Light | None:
    """What its colours mean, where neither sRGB nor an ICC profile says it right."""
    found, profile = None, False
    for kind, body in _properties(data):
        if kind == b"colr" and body[:4] == b"nclx" and len(body) >= 8:
            primaries, transfer = (int.from_bytes(body[at : at + 2], "big") for at in (4, 6))
            found = Light(primaries, transfer, deep=deep)
        elif kind == b"colr":
            profile = True
    # A profile describes colours better, but only nclx is sure to say that the range is high.
    return found if found and found.counts and (found.high or not profile) else None


def _properties(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    return islice(_all_properties(data), _MOST_BOXES)


def _all_properties(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and content of each property of the primary picture; a file can name one a million times."""
    meta = dict(_boxes(_child(_boxes(data), b"meta")[4:]))
    pitm, iprp = meta.get(b"pitm", b""), list(_boxes(meta.get(b"iprp", b"")))
    primary = int.from_bytes(pitm[4:8] if pitm[:1] > b"\0" else pitm[4:6], "big")
    known = list(_boxes(_child(iprp, b"ipco")))
    for kind, body in iprp:
        if kind == b"ipma":
            yield from (known[index - 1] for index in _associated(body, primary) if 0 < index <= len(known))


def _associated(ipma: bytes, item: int) -> Iterator[int]:
    """Numbers, from 1 on, of the properties that belong to an item."""
    wide, name = (2 if ipma[3:4] and ipma[3] & 1 else 1), (4 if ipma[:1] > b"\0" else 2)
    at = 8
    for _ in range(min(int.from_bytes(ipma[4:8], "big"), _MOST_BOXES)):
        own = int.from_bytes(ipma[at : at + name], "big") == item
        count = int.from_bytes(ipma[at + name : at + name + 1], "big")
        at += name + 1
        if own:
            places = range(at, at + count * wide, wide)
            yield from (int.from_bytes(ipma[place : place + wide], "big") & (1 << 8 * wide - 1) - 1 for place in places)
        at += count * wide


def _child(boxes: Iterator[tuple[bytes, bytes]] | list[tuple[bytes, bytes]], wanted: bytes) -> bytes:
    return next((body for kind, body in boxes if kind == wanted), b"")


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    for _ in range(_MOST_BOXES):
        size, kind, head = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8], 8
        if size == 1:
            size, head = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        if at + head > len(data) or size < head:
            return
        if kind != b"mdat":  # the largest by far, and of no interest
            yield kind, data[at + head : at + size]
        at += size
