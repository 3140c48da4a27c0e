"""GIF files that leak, one builder per channel."""

from __future__ import annotations

import struct
from collections.abc import Callable

import dirty_blocks as blocks
import numpy as np

from scrubber.photos.photo import Frame, Photo
from scrubber.photos.writing import write

HEADER_BYTES = 13
LOOP = b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0"
_XMP_TRAILER = b"\1" + bytes(range(255, -1, -1)) + b"\0"


def clean() -> bytes:
    """A GIF with a picture and nothing else, as scrubber writes it; Pillow leaves unused colours."""
    frame = Frame(np.asarray(blocks.picture((12, 8)).quantize(16).convert("RGB")))
    return write(Photo((frame,), "gif", lossless=True), "gif")[0]


def sub_blocks(content: bytes) -> bytes:
    pieces = [content[at : at + 255] for at in range(0, len(content), 255)]
    return b"".join(bytes([len(piece)]) + piece for piece in pieces) + b"\0"


def extension(label: int, *parts: bytes) -> bytes:
    """An extension block; all parts but the last one are headers with their length in front."""
    *headers, content = parts
    return bytes([0x21, label]) + b"".join(bytes([len(head)]) + head for head in headers) + content


def with_block(block: bytes) -> bytes:
    """The clean file with a block behind its screen descriptor."""
    data = clean()
    return data[:HEADER_BYTES] + block + data[HEADER_BYTES:]


def _application(name: bytes, block: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    return lambda canary: with_block(extension(0xFF, name, sub_blocks(block(canary))))


def _as_is(canary: bytes) -> bytes:
    return canary


def plain_text(canary: bytes) -> bytes:
    """Text that a viewer may draw over the picture: twelve bytes of place and colours, then the text."""
    return with_block(extension(0x01, struct.pack("<HHHHBBBB", 0, 0, 8, 8, 8, 8, 0, 1), sub_blocks(canary)))


BUILDERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "comment": ("comment", lambda canary: with_block(extension(0xFE, sub_blocks(canary)))),
    "plain text": ("text", plain_text),
    "xmp": ("place", lambda canary: with_block(extension(0xFF, b"XMP DataXMP", blocks.xmp(canary) + _XMP_TRAILER))),
    "xmp in blocks": ("place", _application(b"XMP DataXMP", blocks.xmp)),
    "icc": ("colour-profile", _application(b"ICCRGBG1012", blocks.icc)),
    "application block": ("metadata", _application(b"ACME0001APP", _as_is)),
    "unknown block": ("metadata", lambda canary: with_block(extension(0x77, sub_blocks(canary)))),
    "text after the end": ("trailing-data", lambda canary: clean() + canary),
    "picture after the end": ("hidden-picture", lambda canary: clean() + blocks.small_jpeg(canary)),
}
