"""Tells what a file is from its first bytes; its name is never believed."""

from __future__ import annotations

from typing import Final, Literal

HEADER_BYTES: Final = 4096
"""How much of a file tells what it is; the first directory of a TIFF mostly lies within."""

FILMS: Final = frozenset({"mp4", "mov", "mkv", "webm", "avi", "mpeg", "mts", "wmv", "flv", "ogv", "rm", "mxf", "dv"})
"""Those of the names that `identify` gives which are films. A photo with a film behind it is a photo."""

_BRANDS = {
    b"avif": "avif", b"avis": "avif",
    b"heic": "heic", b"heix": "heic", b"heim": "heic", b"heis": "heic", b"hevc": "heic", b"hevx": "heic",
    b"crx ": "raw",
    b"qt  ": "mov",
    b"M4A ": "m4a", b"M4B ": "m4a", b"M4P ": "m4a",
}  # fmt: skip

_HEIF = frozenset({b"mif1", b"mif2", b"msf1"})  # brands of any HEIF, however its pictures are coded
_FTYP_BYTES, _MOST_FTYP_BYTES = 16, 512  # header, major brand and version; a longer box than any that is written

# QuickTime files from before there was a file type box begin with one of these (QuickTime File Format, Apple 2001).
_ATOMS = frozenset({b"moov", b"mdat", b"wide", b"pnot", b"free", b"skip"})
# MPEG transport streams (ISO 13818-1, 2.4.3.2): a byte that comes back; M2TS has a time of four bytes before each.
_SYNC, _PACKETS, _PACKET_BYTES = 0x47, 5, ((0, 188), (4, 192))
_FIRST_OF_TEXT = 9  # the tabulator; an atom that long would have 150 MB, and "The free" is how a text may begin
_EBML_HEADER = 64  # bytes in which it names what it holds

_MAKE, _SUB_DIRECTORIES, _DNG_VERSION = 271, 330, 50706  # TIFF tags

_SIGNATURES = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"BM", "bmp"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"II+\x00", "tiff"),
    (b"MM\x00+", "tiff"),
    (b"\xff\x0a", "jxl"),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", "jxl"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "jp2"),
    (b"\xff\x4f\xff\x51", "jp2"),
    (b"%PDF", "pdf"),
    (b"8BPS", "psd"),
    (b"\x00\x00\x01\xba", "mpeg"),
    (b"\x00\x00\x01\xb3", "mpeg"),
    (bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"), "wmv"),
    (b"FLV\x01", "flv"),
    (b".RMF", "rm"),
    (bytes.fromhex("060e2b34020501010d010201"), "mxf"),
    (b"\x1f\x07\x00\x3f", "dv"),
    (b"\x1f\x07\x00\xbf", "dv"),
    (b"FUJIFILMCCD-RAW", "raw"),
    (b"IIRO", "raw"),
    (b"IIU\x00", "raw"),
)


def identify(header: bytes) -> str | None:
    """Name the format of the file that begins with `header` (`HEADER_BYTES` of it, or all), or None.

    Not everything that has a name can be opened; the other names serve to say what was refused.
    """
    if header[:4] == b"RIFF":
        return {b"WEBP": "webp", b"AVI ": "avi", b"CDXA": "mpeg"}.get(header[8:12])
    if header[4:8] == b"ftyp":
        return _by_brand(header)
    if header[:4] == b"\x1a\x45\xdf\xa3":
        return "webm" if b"webm" in header[:_EBML_HEADER] else "mkv"
    if header[:4] == b"OggS":
        return "ogv" if b"\x80theora" in header or b"\x01video" in header else None
    if header[4:8] in _ATOMS and header[0] < _FIRST_OF_TEXT:
        return "mov"
    if _is_transport_stream(header):
        return "mts"
    found = next((name for magic, name in _SIGNATURES if header.startswith(magic)), None)
    return "raw" if found == "tiff" and _is_raw(header) else found


def _by_brand(header: bytes) -> str:
    """What the file type box says (ISO 14496-12, 4.3; HEIF: ISO 23008-12, 10; AVIF: AV1 Image File Format, 6).

    The first brand decides. Where that is only HEIF, or unknown, the compatible brands say how its pictures are coded.
    """
    end = min(int.from_bytes(header[:4], "big"), _MOST_FTYP_BYTES)
    brands = [header[8:12], *(header[at : at + 4] for at in range(_FTYP_BYTES, end - 3, 4))]
    if brands[0] in _BRANDS:
        return _BRANDS[brands[0]]
    if _HEIF.isdisjoint(brands):
        return "mp4"
    return next((_BRANDS[brand] for brand in brands if brand in _BRANDS), "heic")


def _is_transport_stream(header: bytes) -> bool:
    return any(
        len(header) > first + length * (_PACKETS - 1)
        and all(header[first + length * number] == _SYNC for number in range(_PACKETS))
        for first, length in _PACKET_BYTES
    )


def _is_raw(header: bytes) -> bool:
    """Whether a TIFF is a camera's raw file: a DNG, a CR2, or one whose maker keeps the picture in a sub-directory."""
    if header[8:10] == b"CR":
        return True
    order: Literal["little", "big"] = "little" if header[:2] == b"II" else "big"
    start = int.from_bytes(header[4:8], order)
    count = int.from_bytes(header[start : start + 2], order)
    tags = {int.from_bytes(header[at : at + 2], order) for at in range(start + 2, start + 2 + 12 * count, 12)}
    return _DNG_VERSION in tags or {_MAKE, _SUB_DIRECTORIES} <= tags
