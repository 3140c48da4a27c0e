"""ICC colour profiles (ICC.1:2022): one made for a display names its maker, model, serial number and date."""

from __future__ import annotations

from collections.abc import Iterator

from scrubber.inspection.binary import cut, uint
from scrubber.inspection.parts import BrokenError, Finding, Part
from scrubber.inspection.wording import decode, listing, plain, size
from scrubber.values import Leak

_HEADER_BYTES = 128
_TEXTS = (b"desc", b"cprt", b"dmnd", b"dmdd")
_CLASSES = {b"mntr": "display", b"scnr": "scanner", b"prtr": "printer", b"spac": "colour space"}
MOST_TAGS = 100


def read(part: Part) -> Iterator[Finding]:
    """What the profile is called, whose it is, when it was made.

    Apple's `mmod` tag names one single display.
    """
    data = part.payload
    if cut(data, 36, 4) != b"acsp":
        raise BrokenError("no ICC profile")
    tags = _tags(data)
    texts = {name: _text(tags[name]) for name in _TEXTS if name in tags}
    about = [
        f"“{texts[b'desc']}”" if texts.get(b"desc") else "without a name",
        _CLASSES.get(data[12:16], ""),
        texts.get(b"cprt", ""),
        listing([texts.get(b"dmnd", ""), texts.get(b"dmdd", "")]),
        _codes(data),
        _made(data),
        size(data),
    ]
    yield Leak("colour-profile", part.where, plain(", ".join(filter(None, about)), 300))
    if b"mmod" in tags and len(tags[b"mmod"]) >= 20:
        serial = uint(tags[b"mmod"], 16, 4)
        yield Leak("serial", part.where, f"the display it was made on, serial number {serial}")


def _tags(data: bytes) -> dict[bytes, bytes]:
    tags = {}
    for index in range(min(uint(data, _HEADER_BYTES, 4), MOST_TAGS)):
        entry = cut(data, _HEADER_BYTES + 4 + 12 * index, 12)
        start, length = uint(entry, 4, 4), uint(entry, 8, 4)
        tags[entry[:4]] = data[start : start + min(length, 100_000)]
    return tags


def _text(tag: bytes) -> str:
    """The text of a `desc`, `text` or `mluc` element (the first language), or nothing."""
    try:
        if tag[:4] == b"mluc":
            return plain(cut(tag, uint(tag, 24, 4), uint(tag, 20, 4)).decode("utf-16-be", "replace"))
        if tag[:4] == b"desc":
            return decode(cut(tag, 12, uint(tag, 8, 4)))
    except BrokenError:
        return ""
    return decode(tag[8:]) if tag[:4] == b"text" else ""


def _codes(data: bytes) -> str:
    """Maker and model of the device, four letters each, where the header states them."""
    codes = listing(decode(data[at : at + 4], 4) for at in (48, 52))
    return f"device {codes}" if codes else ""


def _made(data: bytes) -> str:
    year, month, day = (uint(data, at, 2) for at in (24, 26, 28))
    return f"made {year:04}-{month:02}-{day:02}" if year else ""
