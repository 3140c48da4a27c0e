"""Walks through a JPEG XL file: its boxes, if it has any (ISO 18181-2). The codestream itself is not looked into."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec

from scrubber.inspection.binary import uint
from scrubber.inspection.containers.boxes import file_boxes
from scrubber.inspection.parts import BrokenError, Finding, Part
from scrubber.inspection.wording import decode, size
from scrubber.values import Leak

_CONTAINER = b"\x00\x00\x00\x0cJXL "
_PICTURE = frozenset({b"JXL ", b"ftyp", b"jxll", b"jxlc", b"jxlp", b"jxli"})
_MOST_UNPACKED = 16 * 1024 * 1024


def walk(part: Part) -> Iterator[Finding]:
    """Parts and leaks of a JPEG XL file."""
    data = part.payload
    if not data.startswith(_CONTAINER):
        return  # a bare codestream: nothing stands beside it, and its end shows only to a decoder
    position, seen = 0, set[bytes]()
    for box in file_boxes(data, _PICTURE):
        position = box.stop
        seen.add(box.type)
        if box.type == b"brob":
            yield from _unpacked(box.content)
        elif box.type not in _PICTURE:
            yield from _look(box.type, box.name, box.content)
    if not seen & {b"jxlc", b"jxlp"} or position > len(data):
        yield Leak("structure", "JPEG XL", "the picture breaks off")
    if position < len(data):
        yield Part("trailing", "after JPEG XL end", data[position:])


def _look(kind: bytes, name: str, content: bytes) -> Iterator[Finding]:
    if kind == b"Exif":
        # four bytes say how far the TIFF header is (ISO 18181-2, 9.6)
        yield Part("exif", "EXIF", content[4 + uint(content, 0, 4) :].removeprefix(b"Exif\0\0"))
    elif kind == b"xml ":
        yield Part("xmp", "XMP", content)
    elif kind == b"jumb":
        yield Part("c2pa", "JPEG XL C2PA", content)
    elif kind == b"jbrd":
        words = "what it takes to rebuild the JPEG it was made from, byte by byte"
        yield Leak("history", "JPEG XL jbrd", f"{words}, {size(content)}")
    elif kind == b"jhgm":
        yield Leak("hidden-picture", "JPEG XL jhgm", f"gain map: a second picture, {size(content)}")
    else:
        yield Part("private", f"JPEG XL {name}", content)


def _unpacked(content: bytes) -> Iterator[Finding]:
    """A box compressed with Brotli: four letters of what it is, then the stream."""
    kind, packed = content[:4], content[4:]
    if find_spec("brotli") is None:
        words = f"{decode(kind)} in compressed form, which cannot be unpacked here, {size(packed)}"
        yield Leak("metadata", "JPEG XL brob", words)
        return
    yield from _look(kind, "brob", _brotli(packed))


def _brotli(packed: bytes) -> bytes:
    """Unpack a stream piece by piece. Raises `BrokenError` if it is none or grows beyond `_MOST_UNPACKED` bytes."""
    brotli = import_module("brotli")
    inflater, raw = brotli.Decompressor(), b""
    try:
        for start in range(0, len(packed), 1024):
            raw += inflater.process(packed[start : start + 1024])
            if len(raw) > _MOST_UNPACKED:
                raise BrokenError("it unpacks to more than 16 MiB")
    except brotli.error as problem:
        raise BrokenError(f"damaged compression ({problem})") from problem
    return raw
