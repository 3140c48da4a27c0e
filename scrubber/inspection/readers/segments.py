"""Application segments and private chunks that have no reader of their own.

Named where known, searched for the worst.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scrubber.inspection.parts import Finding, Part
from scrubber.inspection.readers.picture import embedded_jpegs
from scrubber.inspection.wording import decode, size
from scrubber.values import Leak

# First bytes of the payload: content to hand on, bytes to drop in front, place.
_INNER = (
    (b"JFXX\0\x10", "thumbnail", 6, "JPEG APP0 JFXX"),
    (b"Meta\0\0", "exif", 6, "Kodak Meta"),
    (b"Exif\0\0", "exif", 6, "EXIF"),
)
# First bytes of the payload: kind, words.
_KNOWN = (
    (b"JFXX\0", "thumbnail", "small copy, may still show what was hidden or cut away later"),
    (b"Adobe", "metadata", "marker that Adobe programs and their kin write"),
    (b"Ducky", "history", "settings of Photoshop's “save for web”"),
    (b"FPXR\0", "hidden-picture", "FlashPix data, which may hold a preview"),
    (b"FLIR\0", "serial", "thermal picture of a FLIR camera, with the serial numbers of camera and lens"),
    (b"GoPro\0", "device", "telemetry of a GoPro camera"),
    (b"_JPSJPS_", "depth", "stereo picture"),
    (b"SPIFF\0", "metadata", "SPIFF header"),
    (b"JPEG-HDR", "hidden-picture", "high-dynamic-range layer"),
    (b"HDR_RI", "hidden-picture", "high-dynamic-range layer"),
    (b"ssuniqueid\0", "provenance", "Samsung's identifier of the picture"),
    (b"PIC\0", "metadata", "camera settings"),
)
_CIFF = b"HEAPJPGM"  # at byte 6 of APP0: Canon's older format, which has no Exif (CIFF 1.0)
_INFIRAY = b"IJPEG"  # at byte 4 of APP2, behind a version; the numbers themselves are in segments that have no name
_PACKET = re.compile(rb"<\?xpacket|<x:xmpmeta|<rdf:RDF")
# "SerialNumber=…", "Serial#: …", GoPro's CASN key: seen in APP12, APP3, APP6 and private chunks of many
# makers.
_SERIAL = re.compile(
    rb"(?i)serial[ _]?(?:number|no\.?|#)\s*[=:]\s*([\x21-\x7e]{3,40})|CASNc\x01\x00[\x04-\x28]([\x21-\x7e]{4,40})"
)


def read(part: Part) -> Iterator[Finding]:
    """Hand on what is known to hold a picture or EXIF.

    Otherwise say what it is and look for serials and pictures in it.
    """
    data = part.payload
    for prefix, content, skip, where in _INNER:
        if data.startswith(prefix):
            yield Part(content, where, data[skip:])
            return
    packet = _PACKET.search(data)
    if packet:
        yield Part("xmp", "XMP", data[packet.start() :])
        return
    if data[6:14] == _CIFF:
        yield Leak("serial", part.where, f"Canon's CIFF data, with owner and serial number, {size(data)}")
        return
    if data[4:9] == _INFIRAY:
        words = "thermal picture of an InfiRay camera, with the serial numbers of its sensors"
        yield Leak("serial", part.where, f"{words}, {size(data)}")
        return
    known = next(((kind, words) for prefix, kind, words in _KNOWN if data.startswith(prefix)), None)
    if known:
        yield Leak(known[0], part.where, f"{known[1]}, {size(data)}")
    else:
        label = re.match(rb"[\x20-\x7e]{3,24}", data)
        words = f"private data that begins with “{decode(label[0])}”" if label else "private data"
        yield Leak("metadata", part.where, f"{words}, {size(data)}")
    serial = _SERIAL.search(data)
    if serial:
        yield Leak("serial", part.where, f"serial number {decode(serial[1] or serial[2])}")
    for start, end in embedded_jpegs(data):
        yield Part("thumbnail", part.where, data[start:end])
