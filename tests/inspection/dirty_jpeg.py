"""JPEG files that leak, one builder per channel."""

from __future__ import annotations

import base64
import io
import struct
from collections.abc import Callable

import dirty_blocks as blocks

SOI, EOI = b"\xff\xd8", b"\xff\xd9"
_HEADER_BYTES = 20  # SOI and the JFIF segment that Pillow writes


def clean() -> bytes:
    """A JPEG with a picture and nothing else, as Pillow writes it."""
    buffer = io.BytesIO()
    blocks.picture().save(buffer, "JPEG", quality=92)
    return buffer.getvalue()


def segment(marker: int, payload: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


def with_segments(*segments: bytes) -> bytes:
    """The clean file with segments inserted behind JFIF."""
    data = clean()
    return data[:_HEADER_BYTES] + b"".join(segments) + data[_HEADER_BYTES:]


def _inserted(marker: int, prefix: bytes, block: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    return lambda canary: with_segments(segment(marker, prefix + block(canary)))


def _appended(block: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    return lambda canary: clean() + block(canary)


def _as_is(canary: bytes) -> bytes:
    return canary


def extended_xmp(canary: bytes) -> bytes:
    """XMP that goes on in two further segments and holds the picture before portrait mode in base64."""
    inner = base64.b64encode(blocks.small_jpeg(canary)).decode()
    packet = f"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:GImage="http://ns.google.com/photos/1.0/image/" GImage:Mime="image/jpeg" GImage:Data="{inner}"/>
</rdf:RDF></x:xmpmeta>""".encode()
    middle = len(packet) // 2
    head = b"http://ns.adobe.com/xmp/extension/\0" + b"0123456789ABCDEF" * 2
    return with_segments(
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + blocks.xmp(canary)),
        segment(0xE1, head + struct.pack(">II", len(packet), 0) + packet[:middle]),
        segment(0xE1, head + struct.pack(">II", len(packet), middle) + packet[middle:]),
    )


def split_icc(canary: bytes) -> bytes:
    """A colour profile spread over two segments."""
    profile = blocks.icc(canary)
    return with_segments(
        segment(0xE2, b"ICC_PROFILE\0\1\2" + profile[:100]),
        segment(0xE2, b"ICC_PROFILE\0\2\2" + profile[100:]),
    )


def multi_picture(canary: bytes) -> bytes:
    """Two pictures in one file with the table of CIPA DC-007 in front."""
    second = blocks.small_jpeg(canary)
    table = b"II*\0" + struct.pack("<IH", 8, 3)
    table += struct.pack("<HHI4s", 0xB000, 7, 4, b"0100") + struct.pack("<HHII", 0xB001, 4, 1, 2)
    table += struct.pack("<HHII", 0xB002, 7, 32, 50) + struct.pack("<I", 0)
    table += struct.pack("<IIIHH", 0x030000, 0, 0, 0, 0) + struct.pack("<IIIHH", 0, len(second), 0, 0, 0)
    return with_segments(segment(0xE2, b"MPF\0" + table)) + second


def after_end_of_jfif(canary: bytes) -> bytes:
    """A JFIF segment that is longer than it should be, with a thumbnail of raw pixels."""
    data = clean()
    pixels = canary.ljust(48, b".")
    return SOI + segment(0xE0, data[6:18] + b"\4\4" + pixels) + data[_HEADER_BYTES:]


def samsung_trailer(canary: bytes) -> bytes:
    """A block called MotionPhoto_Data with a video in it, and the directory that Samsung phones append."""
    name = b"MotionPhoto_Data"
    block = struct.pack("<HHI", 0, 0x0A30, len(name)) + name + blocks.mp4(canary)
    directory = b"SEFH" + struct.pack("<II", 106, 1) + struct.pack("<HHII", 0, 0x0A30, len(block), len(block))
    return clean() + block + directory + struct.pack("<I", len(directory)) + b"SEFT"


BUILDERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "exif": ("place", _inserted(0xE1, b"Exif\0\0", blocks.exif)),
    "exif thumbnail": ("thumbnail", _inserted(0xE1, b"Exif\0\0", blocks.exif_thumbnail)),
    "xmp": ("place", _inserted(0xE1, b"http://ns.adobe.com/xap/1.0/\0", blocks.xmp)),
    "extended xmp": ("hidden-picture", extended_xmp),
    "iptc": ("place", _inserted(0xED, b"Photoshop 3.0\0", blocks.iptc)),
    "photoshop thumbnail": ("thumbnail", _inserted(0xED, b"Photoshop 3.0\0", blocks.photoshop_thumbnail)),
    "icc": ("colour-profile", split_icc),
    "comment": ("comment", _inserted(0xFE, b"", _as_is)),
    "multi-picture": ("hidden-picture", multi_picture),
    "jfif thumbnail": ("thumbnail", after_end_of_jfif),
    "jfxx": ("thumbnail", _inserted(0xE0, b"JFXX\0\x10", blocks.small_jpeg)),
    "unknown segment": ("metadata", _inserted(0xE5, b"Acme private\0", _as_is)),
    "preview in a private segment": ("thumbnail", _inserted(0xE4, b"Acme\0", blocks.small_jpeg)),
    "c2pa": ("identity", _inserted(0xEB, b"JP\0\1\0\0\0\1", blocks.c2pa)),
    "video after the end": ("video", _appended(blocks.mp4)),
    "samsung trailer": ("video", samsung_trailer),
    "archive after the end": ("trailing-data", _appended(blocks.archive)),
    "picture after the end": ("hidden-picture", _appended(blocks.small_jpeg)),
    "text after the end": ("trailing-data", _appended(_as_is)),
}
