"""Blocks of metadata that several containers carry: EXIF, XMP, IPTC, ICC, C2PA, and what follows a file."""

from __future__ import annotations

import io
import struct
import zipfile

import piexif
from PIL import Image, ImageCms


def picture(size: tuple[int, int] = (48, 32), mode: str = "RGB") -> Image.Image:
    """A small picture in which every pixel differs from its neighbours."""
    ramp = Image.linear_gradient("L").resize(size)
    image = Image.merge("RGB", (ramp, ramp.rotate(180), ramp.transpose(Image.Transpose.FLIP_LEFT_RIGHT)))
    if mode == "RGBA":
        image.putalpha(ramp)
        return image
    return image.convert(mode)


def small_jpeg(canary: bytes) -> bytes:
    """A whole JPEG whose comment is the canary: what a thumbnail or second picture gives away."""
    buffer = io.BytesIO()
    picture((24, 16)).save(buffer, "JPEG", comment=canary)
    return buffer.getvalue()


def exif(canary: bytes) -> bytes:
    """EXIF with GPS, owner, serials and times, without the leading "Exif\\0\\0"."""
    block: bytes = piexif.dump({
        "0th": {
            piexif.ImageIFD.Make: b"Acme",
            piexif.ImageIFD.Artist: canary,
            piexif.ImageIFD.XPAuthor: canary.decode().encode("utf-16-le"),
        },
        "Exif": {
            piexif.ExifIFD.BodySerialNumber: canary,
            piexif.ExifIFD.DateTimeOriginal: b"2024:05:06 12:13:14",
            piexif.ExifIFD.OffsetTimeOriginal: b"+02:00",
            piexif.ExifIFD.MakerNote: b"Acme\0" + canary,
        },
        "GPS": {
            piexif.GPSIFD.GPSLatitudeRef: b"N",
            piexif.GPSIFD.GPSLatitude: ((52, 1), (31, 1), (12, 1)),
            piexif.GPSIFD.GPSLongitudeRef: b"E",
            piexif.GPSIFD.GPSLongitude: ((13, 1), (24, 1), (18, 1)),
            piexif.GPSIFD.GPSAltitudeRef: 0,
            piexif.GPSIFD.GPSAltitude: (34, 1),
            piexif.GPSIFD.GPSImgDirectionRef: b"T",
            piexif.GPSIFD.GPSImgDirection: (120, 1),
            piexif.GPSIFD.GPSDateStamp: b"2024:05:06",
            piexif.GPSIFD.GPSTimeStamp: ((10, 1), (13, 1), (14, 1)),
        },
    })  # fmt: skip
    return block.removeprefix(b"Exif\0\0")


def exif_thumbnail(canary: bytes) -> bytes:
    """EXIF that holds nothing but a small copy of the picture in IFD1."""
    block: bytes = piexif.dump({"0th": {}, "1st": {}, "thumbnail": small_jpeg(canary)})
    return block.removeprefix(b"Exif\0\0")


def xmp(canary: bytes) -> bytes:
    """XMP with a place, an author, a face with a name and an edit history."""
    name = canary.decode()
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/"
  xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/"
  exif:GPSLatitude="52,31.2N" exif:GPSLongitude="13,24.3E" xmpMM:DocumentID="xmp.did:{name}">
  <dc:creator><rdf:Seq><rdf:li>{name}</rdf:li></rdf:Seq></dc:creator>
  <mwg-rs:Regions rdf:parseType="Resource"><mwg-rs:RegionList><rdf:Bag><rdf:li rdf:parseType="Resource">
    <mwg-rs:Name>{name}</mwg-rs:Name><mwg-rs:Type>Face</mwg-rs:Type>
  </rdf:li></rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>""".encode()


def iptc(canary: bytes) -> bytes:
    """Photoshop resources with IPTC (caption, city, by-line) and a thumbnail, as APP13 holds them."""
    datasets = b"".join(struct.pack(">BBBH", 0x1C, 2, number, len(canary)) + canary for number in (120, 90, 80))
    return resource(0x0404, datasets)


def photoshop_thumbnail(canary: bytes) -> bytes:
    """Photoshop resource 0x040C: 28 bytes of header, then a JPEG."""
    inner = small_jpeg(canary)
    return resource(0x040C, struct.pack(">IIIIIIHH", 1, 24, 16, 72, 1152, len(inner), 24, 1) + inner)


def resource(number: int, payload: bytes) -> bytes:
    return b"8BIM" + struct.pack(">HHI", number, 0, len(payload)) + payload + bytes(len(payload) % 2)


def icc(canary: bytes) -> bytes:
    """A valid sRGB profile whose description is the canary."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    text = b"desc" + bytes(4) + struct.pack(">I", len(canary) + 1) + canary + bytes(79)
    for index in range(struct.unpack_from(">I", profile, 128)[0]):
        at = 132 + 12 * index
        if profile[at : at + 4] == b"desc":
            struct.pack_into(">II", profile, at + 4, len(profile), len(text))
    profile += text
    struct.pack_into(">I", profile, 0, len(profile))
    return bytes(profile)


def c2pa(canary: bytes) -> bytes:
    """A JUMBF box like those of C2PA: a label, a statement in JSON with an author, a thumbnail."""
    statement = _box(b"json", b'{"author": [{"name": "' + canary + b'"}]}')
    work = _superbox(b"json", b"stds.schema-org.CreativeWork", statement)
    thumbnail = _superbox(b"bidb", b"c2pa.thumbnail.claim.jpeg", _box(b"bidb", small_jpeg(canary)))
    return _superbox(b"c2pa", b"c2pa", work + thumbnail)


def _superbox(kind: bytes, label: bytes, content: bytes) -> bytes:
    described = _box(b"jumd", kind.ljust(16, b"\0") + b"\3" + label + b"\0")
    return _box(b"jumb", described + content)


def _box(kind: bytes, payload: bytes) -> bytes:
    return struct.pack(">I", 8 + len(payload)) + kind + payload


def mp4(canary: bytes) -> bytes:
    """The beginning of a video file, as motion photos hang it behind the picture."""
    return _box(b"ftyp", b"mp42\0\0\0\0mp42isom") + _box(b"mdat", canary)


def archive(canary: bytes) -> bytes:
    """A ZIP archive with one file, stored without compression."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as bundle:
        bundle.writestr("note.txt", canary)
    return buffer.getvalue()
