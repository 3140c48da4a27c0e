"""Plain text in a picture.

JPEG comments and the keyword-and-value chunks of PNG (W3C PNG, third edition, 11.3.3).
"""

from __future__ import annotations

import binascii
from collections.abc import Iterator

from scrubber.inspection.containers.png import inflate
from scrubber.inspection.parts import BrokenError, Finding, Part
from scrubber.inspection.readers.properties import rule_for
from scrubber.inspection.wording import decode, plain, size
from scrubber.values import Leak

_KEYWORDS = {
    "Author": "identity",
    "Artist": "identity",
    "Copyright": "identity",
    "Creation Time": "time",
    "create-date": "time",
    "date:create": "time",
    "date:modify": "time",
    "date:timestamp": "time",
    "Software": "device",
    "Source": "device",
    "Thumb::URI": "identity",
    "Thumb::MTime": "time",
    "Title": "comment",
    "Description": "comment",
    "Comment": "comment",
    "Disclaimer": "comment",
    "Warning": "comment",
    "parameters": "history",
    "prompt": "history",
    "workflow": "history",
}
# ImageMagick and exiftool keep whole blocks as hexadecimal text under these names.
_RAW_PROFILES = {
    "exif": ("exif", "EXIF"),
    "APP1": ("exif", "EXIF"),
    "xmp": ("xmp", "XMP"),
    "iptc": ("photoshop", "Photoshop"),
    "8bim": ("photoshop", "Photoshop"),
    "icc": ("icc", "ICC profile"),
    "icm": ("icc", "ICC profile"),
}
_RAW = "Raw profile type "
_XMP = b"http://ns.adobe.com/xap/1.0/\0"


def read(part: Part) -> Iterator[Finding]:
    """A comment, or what a PNG text chunk holds under its keyword."""
    chunk = part.where.rpartition(" ")[2]
    if chunk not in ("tEXt", "zTXt", "iTXt"):
        yield Leak("comment", part.where, decode(part.payload) or f"empty comment, {size(part.payload)}")
        return
    raw_keyword, _, body = part.payload.partition(b"\0")
    keyword = decode(raw_keyword, 79)
    value = _unpack(chunk, body)
    if keyword == "XML:com.adobe.xmp":
        yield Part("xmp", "XMP", value)
    elif keyword.startswith(_RAW):
        yield _raw_profile(part.where, keyword.removeprefix(_RAW), value)
    elif keyword in _KEYWORDS:
        yield Leak(_KEYWORDS[keyword], f"{part.where} {keyword}", decode(value) or "empty")
    else:
        rule = rule_for(keyword)
        yield Leak(rule.kind if rule else "text", part.where, plain(f"{keyword}: {decode(value)}"))


def _unpack(chunk: str, body: bytes) -> bytes:
    if chunk == "zTXt":
        return inflate(body[1:])
    if chunk == "iTXt":
        packed = body[:1] == b"\1"
        _, _, rest = body[2:].partition(b"\0")  # language
        _, _, value = rest.partition(b"\0")  # keyword in that language
        return inflate(value) if packed else value
    return body


def _raw_profile(where: str, name: str, value: bytes) -> Finding:
    """ "\\nNAME\\n    LENGTH\\nHEX…" as ImageMagick writes it; only the hexadecimal digits matter."""
    content = _RAW_PROFILES.get(name)
    if content is None:
        return Leak("metadata", where, f"raw profile, {size(value)}")
    lines = value.strip().split(b"\n", 2)
    try:
        raw = binascii.unhexlify(b"".join(lines[2].split())) if len(lines) == 3 else b""
    except binascii.Error as problem:
        raise BrokenError("a raw profile that is not hexadecimal") from problem
    if raw.startswith(_XMP):
        return Part("xmp", "XMP", raw.removeprefix(_XMP))
    if raw.startswith(b"\x1c"):  # some programs leave out Photoshop's wrapping around IPTC
        return Part("iptc", "IPTC", raw)
    return Part(content[0], content[1], raw.removeprefix(b"Exif\0\0"))
