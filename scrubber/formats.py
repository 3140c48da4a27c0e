"""Tells what a file is from its first bytes; its name is never believed."""

from __future__ import annotations

from typing import Final, Literal

HEADER_BYTES: Final = 4096
"""How much of a file tells what it is; the first directory of a TIFF mostly lies within."""

_BRANDS = {
    b"avif": "avif", b"avis": "avif",
    b"heic": "heic", b"heix": "heic", b"heim": "heic", b"heis": "heic", b"hevc": "heic", b"hevx": "heic",
    b"crx ": "raw",
    b"qt  ": "mov",
}  # fmt: skip

_HEIF = frozenset({b"mif1", b"mif2", b"msf1"})  # brands of any HEIF, however its pictures are coded
_FTYP_BYTES, _MOST_FTYP_BYTES = 16, 512  # header, major brand and version; a longer box than any that is written

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
    (b"\x1a\x45\xdf\xa3", "mkv"),
    (b"FUJIFILMCCD-RAW", "raw"),
    (b"IIRO", "raw"),
    (b"IIU\x00", "raw"),
)


def identify(header: bytes) -> str | None:
    """Name the format of the file that begins with `header` (`HEADER_BYTES` of it, or all), or None.

    Not everything that has a name can be opened; the other names serve to say what was refused.
    """
    if header[:4] == b"RIFF":
        return {b"WEBP": "webp", b"AVI ": "avi"}.get(header[8:12])
    if header[4:8] == b"ftyp":
        return _by_brand(header)
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


def _is_raw(header: bytes) -> bool:
    """Whether a TIFF is a camera's raw file: a DNG, a CR2, or one whose maker keeps the picture in a sub-directory."""
    if header[8:10] == b"CR":
        return True
    order: Literal["little", "big"] = "little" if header[:2] == b"II" else "big"
    start = int.from_bytes(header[4:8], order)
    count = int.from_bytes(header[start : start + 2], order)
    tags = {int.from_bytes(header[at : at + 2], order) for at in range(start + 2, start + 2 + 12 * count, 12)}
    return _DNG_VERSION in tags or {_MAKE, _SUB_DIRECTORIES} <= tags
