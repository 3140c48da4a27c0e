"""Tells what a file is from its first bytes; its name is never believed."""

from __future__ import annotations

from typing import Final

HEADER_BYTES: Final = 64

_BRANDS = {
    b"avif": "avif", b"avis": "avif",
    b"heic": "heic", b"heix": "heic", b"heim": "heic", b"heis": "heic", b"hevc": "heic", b"hevx": "heic",
    b"mif1": "heic", b"msf1": "heic",
    b"crx ": "raw",
    b"qt  ": "mov",
}  # fmt: skip

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
    """Name the format of the file that begins with `header` (at least `HEADER_BYTES`), or None.

    Only `jpeg`, `png` and `webp` can be opened today; the other names serve to say what was refused.
    """
    if header[:4] == b"RIFF":
        return {b"WEBP": "webp", b"AVI ": "avi"}.get(header[8:12])
    if header[4:8] == b"ftyp":
        return _BRANDS.get(header[8:12], "mp4")
    return next((name for magic, name in _SIGNATURES if header.startswith(magic)), None)
