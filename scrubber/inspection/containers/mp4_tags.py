"""Tags of MP4 and QuickTime files: `udta` with its ©-boxes, and `meta` with keys or iTunes' list.

QuickTime File Format specification (user data, metadata); 3GPP TS 26.244, clause 8 (loci, auth, titl …).
"""

from __future__ import annotations

from collections.abc import Iterator

from scrubber.inspection.binary import uint
from scrubber.inspection.containers.boxes import Box, boxes, full, inner
from scrubber.inspection.parts import BrokenError, Finding, Part
from scrubber.inspection.readers import gps
from scrubber.inspection.readers.properties import rule_for
from scrubber.inspection.wording import decode, plain, size
from scrubber.values import Leak

# Boxes with text: kind of leak and words before it.
_TEXTS = {
    b"\xa9day": ("time", "recorded"), b"date": ("time", "recorded"), b"yrrc": ("time", "recorded"),
    b"\xa9mak": ("device", "maker"), b"\xa9mod": ("device", "model"), b"manu": ("device", "maker"),
    b"modl": ("device", "model"), b"\xa9swr": ("device", "program or firmware"), b"\xa9too": ("device", "program"),
    b"\xa9enc": ("device", "program"), b"\xa9fmt": ("device", "format"), b"FIRM": ("device", "firmware"),
    b"\xa9ART": ("identity", "artist"), b"\xa9aut": ("identity", "author"), b"auth": ("identity", "author"),
    b"\xa9cpy": ("identity", "copyright"), b"cprt": ("identity", "copyright"), b"\xa9dir": ("identity", "director"),
    b"perf": ("identity", "performer"), b"aART": ("identity", "artist"), b"\xa9wrt": ("identity", "composer"),
    b"\xa9prd": ("identity", "producer"), b"\xa9own": ("identity", "owner"),
    b"\xa9nam": ("comment", "title"), b"titl": ("comment", "title"), b"\xa9cmt": ("comment", "comment"),
    b"\xa9des": ("comment", "description"), b"dscp": ("comment", "description"), b"desc": ("comment", "description"),
    b"\xa9inf": ("comment", "information"), b"\xa9alb": ("text", "album"), b"albm": ("text", "album"),
    b"\xa9key": ("text", "keywords"), b"kywd": ("text", "keywords"), b"\xa9lyr": ("text", "lyrics"),
    b"CAME": ("serial", "camera's serial number"), b"LENS": ("serial", "lens's serial number"),
    b"MUID": ("provenance", "identifier of the recording"), b"GUMI": ("provenance", "identifier of the recording"),
}  # fmt: skip
# Ends of the names of Apple's and Android's keys, where they say more than `rule_for` knows.
_KEYS = {
    "make": ("device", "maker"), "model": ("device", "model"), "software": ("device", "program or firmware"),
    "version": ("device", "system version"), "identifier": ("provenance", "links it to a photo"),
    "title": ("comment", "title"), "comment": ("comment", "comment"), "description": ("comment", "description"),
    "copyright": ("identity", "copyright"), "keywords": ("text", "keywords"),
}  # fmt: skip
_COVER = b"covr"
MOST_TAGS = 300


def tags(box: Box) -> Iterator[Finding]:
    """What a `udta` or `meta` box of a movie or a track tells."""
    try:
        if box.type == b"meta":
            yield from _metadata(box.content)
        else:
            yield from _user_data(box.content)
    except BrokenError as problem:
        yield Leak("metadata", f"MP4 {box.name}", f"could not be read: {problem}")


def _user_data(content: bytes) -> Iterator[Finding]:
    others = 0
    for number, box in enumerate(boxes(content)):
        if number >= MOST_TAGS:
            return
        if box.type == b"meta":
            yield from _metadata(box.content)
        elif box.type == b"\xa9xyz":
            yield gps.from_iso6709("MP4 ©xyz", _text(box))
        elif box.type == b"loci":
            yield _location(box.content)
        elif box.type in _TEXTS:
            yield from _told(box)
        elif box.uuid or box.content.strip(b"\0"):
            others += 1
    if others:
        yield Leak("metadata", "MP4 udta", f"further blocks of the device or program: {others}")


def _told(box: Box) -> Iterator[Leak]:
    kind, words = _TEXTS[box.type]
    text = _text(box)
    if text:
        yield Leak(kind, f"MP4 {box.name}", f"{words}: {text}")


def _text(box: Box) -> str:
    """The text of a box: in `data` as iTunes keeps it, behind a length and a language as QuickTime does, or bare."""
    content = box.content
    packed = inner(content, b"data")
    if packed is not None:
        return decode(packed[8:])
    if box.type[0] == 0xA9:
        return decode(content[4 : 4 + int.from_bytes(content[:2], "big")])
    # 3GPP: version, flags and a language of two bytes
    return decode(content[6:] if content[:4] == bytes(4) else content)


def _location(content: bytes) -> Leak:
    """3GPP's place: language, a name, a role, then longitude, latitude and altitude in 65,536ths."""
    _, _, rest = full(content)
    name, _, numbers = rest[2:].partition(b"\0")
    values = [uint(numbers, 1 + at, 4) for at in (0, 4, 8)]
    east, north, up = ((value - (value >> 31 << 32)) / 65536 for value in values)
    words = gps.pair(north, east) + (f", altitude {up:.0f} m" if up else "")
    return Leak("place", "MP4 loci", plain(", ".join(filter(None, [words, decode(name)]))))


def _metadata(content: bytes) -> Iterator[Finding]:
    """`meta` is a full box in MP4 and a plain one in QuickTime; with `keys`, its list goes by number."""
    content = content if content[4:8] == b"hdlr" else content[4:]
    names = _keys(inner(content, b"keys") or b"")
    for number, box in enumerate(boxes(inner(content, b"ilst") or b"")):
        if number >= MOST_TAGS:
            return
        key = int.from_bytes(box.type, "big")
        if key in names:
            yield from _keyed(names[key], decode((inner(box.content, b"data") or b"")[8:]))
        elif box.type in _TEXTS:
            yield from _told(box)
        elif box.type == _COVER:
            yield Part("thumbnail", "MP4 cover", (inner(box.content, b"data") or b"")[8:])
        elif box.content.strip(b"\0"):
            yield Leak("metadata", "MP4 ilst", f"further tag of the program, {size(box.content)}")


def _keys(content: bytes) -> dict[int, str]:
    """Names by number, from one on: a count, then size, namespace and name of each."""
    names = {}
    position = 8
    for number in range(1, min(int.from_bytes(content[4:8], "big"), MOST_TAGS) + 1):
        length = max(uint(content, position, 4), 8)
        names[number] = decode(content[position + 8 : position + length], 100)
        position += length
    return names


def _keyed(name: str, text: str) -> Iterator[Leak]:
    end = name.rpartition(".")[2]
    rule = rule_for(name.replace(".", ":"))
    if name.lower().endswith("iso6709"):
        yield gps.from_iso6709("MP4 keys", text)
    elif text and end in _KEYS:
        kind, words = _KEYS[end]
        yield Leak(kind, "MP4 keys", f"{words}: {text}")
    elif text or rule:
        kind, words = (rule.kind, rule.words) if rule else ("metadata", end)
        if "location" in name.lower():
            kind, words = "place", "place"
        yield Leak(kind, "MP4 keys", plain(f"{words}: {text or 'set'}"))
