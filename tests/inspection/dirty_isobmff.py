"""Files made of boxes that leak, one builder per channel: AVIF (HEIC is built alike), JPEG XL, JPEG 2000, CR3, MP4."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache

import dirty_blocks as blocks
import dirty_tiff

from scrubber.inspection.containers.boxes import inner

C2PA = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
XMP = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_CANON = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
_FILE, _IDAT, _ITEM = 0, 1, 2
# 48 × 32 grey pixels as JPEG XL, whose encoder is not everywhere.
_GREY = bytes.fromhex("ff0a0741240800010044004b188b15801dfeff0000900e00ec33c201")


def box(kind: bytes, *content: bytes) -> bytes:
    payload = b"".join(content)
    return struct.pack(">I", 8 + len(payload)) + kind + payload


def full(kind: bytes, *content: bytes, version: int = 0, flags: int = 0) -> bytes:
    return box(kind, struct.pack(">I", version << 24 | flags), *content)


@dataclass(frozen=True)
class Item:
    """An item: type, content, properties, how it refers to the first item, and where its bytes lie."""

    type: bytes
    content: bytes
    properties: tuple[bytes, ...] = ()
    reference: bytes = b""
    method: int = _FILE
    content_type: bytes = b""
    name: bytes = b""


@cache
def _coded() -> tuple[bytes, bytes]:
    """A coded AV1 picture of 48 × 32 pixels, and the property that says how to decode it."""
    buffer = io.BytesIO()
    blocks.picture().save(buffer, "AVIF")
    data = buffer.getvalue()
    start = data.index(b"ftyp") - 4
    mdat = inner(data[start:], b"mdat")
    settings = inner(data[data.index(b"iprp") + 4 :], b"ipco", b"av1C")
    assert mdat is not None and settings is not None
    return mdat, box(b"av1C", settings)


def size(width: int = 48, height: int = 32) -> bytes:
    return full(b"ispe", struct.pack(">II", width, height))


def picture(*properties: bytes, reference: bytes = b"") -> Item:
    content, settings = _coded()
    return Item(b"av01", content, (size(), settings, full(b"pixi", b"\3\x08\x08\x08"), *properties), reference)


def avif(
    *others: Item,
    first: Item | None = None,
    behind: bytes = b"",
    brands: bytes = b"avifmif1miaf",
    inside: Sequence[bytes] = (),
    unused: bytes = b"",
    handler: bytes = b"",
) -> bytes:
    """A file with a picture, other items, boxes behind, and boxes `inside` its table of contents.

    Data `unused` by any item lies behind theirs; `handler` names the program.
    """
    more = handler, inside
    items = [first or picture(), *others]
    head = box(b"ftyp", brands[:4], bytes(4), brands)
    length = len(_meta(items, 0, *more))
    meta = _meta(items, len(head) + length + 8, *more)
    return head + meta + box(b"mdat", *(item.content for item in items if item.method == _FILE), unused) + behind


def _meta(items: Sequence[Item], start: int, handler: bytes, more: Sequence[bytes]) -> bytes:
    """The table of contents; contents in the file begin at `start`."""
    infos, places, links, properties, assigned, inside = b"", b"", b"", b"", b"", b""
    counted = 0
    for number, item in enumerate(items, 1):
        words = item.content_type + b"\0" if item.type in (b"mime", b"uri ") else b""
        infos += full(b"infe", struct.pack(">HH", number, 0), item.type, item.name, b"\0", words, version=2)
        offset = len(inside) if item.method == _IDAT else start
        start += len(item.content) if item.method == _FILE else 0
        inside += item.content if item.method == _IDAT else b""
        places += struct.pack(">HHHHII", number, item.method, 0, 1, offset, len(item.content))
        if item.reference:
            links += box(item.reference, struct.pack(">HHH", number, 1, 1))
        numbers = [
            0x80 * (one[4:8] == b"av1C") | counted + place for place, one in enumerate(item.properties, 1)
        ]  # the first bit says that no decoder can do without
        assigned += struct.pack(">HB", number, len(numbers)) + bytes(numbers)
        properties += b"".join(item.properties)
        counted += len(numbers)
    count = struct.pack(">H", len(items))
    return full(
        b"meta",
        full(b"hdlr", bytes(4), b"pict", bytes(12), handler, b"\0"),
        full(b"pitm", b"\0\1"),
        full(b"iloc", b"\x44\x00", count, places, version=1),
        full(b"iinf", count, infos),
        full(b"iref", links) if links else b"",
        box(b"iprp", box(b"ipco", properties), full(b"ipma", struct.pack(">I", len(items)), assigned)),
        box(b"idat", inside) if inside else b"",
        *more,
    )


def _exif(canary: bytes, method: int = _FILE) -> Item:
    return Item(b"Exif", bytes(4) + blocks.exif(canary), reference=b"cdsc", method=method)


def _auxiliary(name: bytes, canary: bytes) -> bytes:
    return avif(picture(full(b"auxC", name, b"\0", canary), reference=b"auxl"))


def _jpeg_item(canary: bytes, reference: bytes) -> Item:
    return Item(b"jpeg", blocks.small_jpeg(canary), (size(24, 16),), reference)


def _described(canary: bytes) -> bytes:
    return avif(first=picture(full(b"udes", b"en\0", canary, b"\0\0\0")))


def movie(canary: bytes) -> bytes:
    """A video with a place, a device, an author, a date and a mark that ties it to a photo."""
    value = box(b"data", struct.pack(">II", 1, 0), canary)
    place = b"+52.5200+013.4050+034.000/"
    keys = full(b"keys", struct.pack(">I", 1), box(b"mdta", b"com.apple.quicktime.content.identifier"))
    return box(b"ftyp", b"mp42\0\0\0\0mp42isom") + box(
        b"moov",
        full(b"mvhd", struct.pack(">IIII", 3_800_000_000, 3_800_000_000, 1000, 1500), bytes(80)),
        box(b"trak", box(b"mdia", full(b"hdlr", bytes(4), b"vide", bytes(12), b"Core Media Video\0"))),
        box(b"udta", box(b"\xa9xyz", struct.pack(">HH", len(place), 0), place), box(b"auth", bytes(6), canary)),
        box(b"meta", full(b"hdlr", bytes(4), b"mdta", bytes(13)), keys, box(b"ilst", box(b"\0\0\0\1", value))),
    )


def jxl(*more: bytes) -> bytes:
    """The boxes of a JPEG XL file."""
    return box(b"JXL ", b"\r\n\x87\n") + box(b"ftyp", b"jxl \0\0\0\0jxl ") + b"".join(more) + box(b"jxlc", _GREY)


def stored(raw: bytes) -> bytes:
    """A Brotli stream of one block that is not compressed (RFC 7932, 9.2)."""
    return ((len(raw) - 1) << 4 | 1 << 20).to_bytes(3, "little") + raw + b"\3"


def jp2(more: bytes = b"", comment: bytes = b"") -> bytes:
    """A JPEG 2000 file with boxes behind, or a comment in its codestream."""
    buffer = io.BytesIO()
    blocks.picture().save(buffer, "JPEG2000")
    data = buffer.getvalue()
    if comment:
        at, start = data.index(b"\xff\x52"), data.index(b"jp2c") - 4
        segment = b"\xff\x64" + struct.pack(">HH", 4 + len(comment), 1) + comment
        longer = struct.pack(">I", len(data) - start + len(segment))
        data = data[:start] + longer + data[start + 4 : at] + segment + data[at:]
    return data + more


def cr3(canary: bytes) -> bytes:
    """The boxes of a CR3 file with a place, an owner and a thumbnail."""
    owner = dirty_tiff.tiff({0x0009: (dirty_tiff.ASCII, canary + b"\0")})
    inside = box(
        b"uuid", _CANON,
        box(b"CNCV", b"CanonCR3_001/00.09.00/00.00.00"),
        box(b"CMT1", blocks.exif(canary)),
        box(b"CMT3", owner),
        box(b"CMT4", dirty_tiff.tiff(dirty_tiff.gps(canary))),
        box(b"THMB", bytes(16), blocks.small_jpeg(canary)),
    )  # fmt: skip
    return box(b"ftyp", b"crx \0\0\0\1crx isom") + box(b"moov", inside) + box(b"mdat", bytes(64))


def clean() -> bytes:
    """An AVIF with a picture and nothing else."""
    return avif()


BUILDERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "exif": ("place", lambda canary: avif(_exif(canary))),
    "exif in idat": ("place", lambda canary: avif(_exif(canary, _IDAT))),
    "xmp": ("place", lambda canary: avif(Item(b"mime", blocks.xmp(canary), content_type=b"application/rdf+xml"))),
    "unknown item": ("metadata", lambda canary: avif(Item(b"mime", canary, content_type=b"text/plain"))),
    "icc": ("colour-profile", lambda canary: avif(first=picture(box(b"colr", b"prof", blocks.icc(canary))))),
    "thumbnail": ("thumbnail", lambda canary: avif(_jpeg_item(canary, b"thmb"))),
    "second picture": ("hidden-picture", lambda canary: avif(_jpeg_item(canary, b""))),
    "depth map": ("depth", lambda canary: _auxiliary(b"urn:mpeg:hevc:2015:auxid:2", canary)),
    "gain map": ("hidden-picture", lambda canary: _auxiliary(b"urn:com:apple:photo:2020:aux:hdrgainmap", canary)),
    "description": ("comment", _described),
    "motion photo": ("video", lambda canary: avif(behind=box(b"mpvd", movie(canary)))),
    "place of the video": ("place", lambda canary: avif(behind=box(b"mpvd", movie(canary)))),
    "c2pa": (
        "identity",
        lambda canary: avif(behind=box(b"uuid", C2PA, bytes(4), b"manifest\0", bytes(8), blocks.c2pa(canary))),
    ),
    "xmp in a box": ("place", lambda canary: avif(behind=box(b"uuid", XMP, blocks.xmp(canary)))),
    "unknown box": ("metadata", lambda canary: avif(behind=box(b"acme", canary))),
    "unknown box inside": ("metadata", lambda canary: avif(inside=[box(b"acme", canary)])),
    "unknown property": ("metadata", lambda canary: avif(first=picture(box(b"acme", canary)))),
    "free room": ("metadata", lambda canary: avif(behind=box(b"free", canary))),
    "free room inside": ("metadata", lambda canary: avif(inside=[box(b"skip", canary)])),
    "place of the data": (
        "metadata",
        lambda canary: avif(inside=[box(b"dinf", full(b"dref", b"\0\0\0\1", full(b"url ", canary, b"\0")))]),
    ),
    "handler": ("device", lambda canary: avif(handler=canary)),
    "name of an item": ("comment", lambda canary: avif(first=replace(picture(), name=canary))),
    "address of an item": ("metadata", lambda canary: avif(Item(b"uri ", b"\1", content_type=canary))),
    "data of no item": ("trailing-data", lambda canary: avif(unused=canary)),
    "text after the end": ("trailing-data", lambda canary: avif(behind=canary)),
    "video after the end": ("place", lambda canary: avif(behind=movie(canary))),
}
JXL_BUILDERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "exif": ("place", lambda canary: jxl(box(b"Exif", bytes(4), blocks.exif(canary)))),
    "xmp": ("place", lambda canary: jxl(box(b"xml ", blocks.xmp(canary)))),
    "c2pa": ("identity", lambda canary: jxl(blocks.c2pa(canary))),
    "the jpeg it was": ("history", lambda canary: jxl(box(b"jbrd", canary))),
    "gain map": ("hidden-picture", lambda canary: jxl(box(b"jhgm", canary))),
    "compressed box": ("metadata", lambda canary: jxl(box(b"brob", b"Exif", stored(canary)))),
    "unknown box": ("metadata", lambda canary: jxl(box(b"acme", canary))),
    "text after the end": ("trailing-data", lambda canary: jxl() + canary),
}
JP2_BUILDERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "exif": ("place", lambda canary: jp2(box(b"uuid", b"JpgTiffExif->JP2", blocks.exif(canary)))),
    "xmp": ("place", lambda canary: jp2(box(b"uuid", XMP, blocks.xmp(canary)))),
    "xml": ("place", lambda canary: jp2(box(b"xml ", blocks.xmp(canary)))),
    "comment": ("comment", lambda canary: jp2(comment=canary)),
    "unknown box": ("metadata", lambda canary: jp2(box(b"acme", canary))),
    "text after the end": ("trailing-data", lambda canary: jp2(canary)),
}
RAW_BUILDERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "cr3 place": ("place", cr3),
    "cr3 owner": ("identity", cr3),
    "cr3 thumbnail": ("thumbnail", cr3),
}
