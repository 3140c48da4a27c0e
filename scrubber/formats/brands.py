"""What the file type box of an ISO base media file says (ISO 14496-12, 4.3): many formats share that container."""

from __future__ import annotations

from typing import Final

_FORMATS: Final = {
    b"avif": "avif", b"avis": "avif",
    b"heic": "heic", b"heix": "heic", b"heim": "heic", b"heis": "heic", b"hevc": "heic", b"hevx": "heic",
    b"crx ": "raw",
    b"qt  ": "mov",
    b"M4A ": "m4a", b"M4B ": "m4a", b"M4P ": "m4a",
}  # fmt: skip
_HEIF: Final = frozenset({b"mif1", b"mif2", b"msf1"})  # brands of any HEIF, however its pictures are coded
_FTYP_BYTES, _MOST_FTYP_BYTES = 16, 512  # header, major brand and version; a longer box than any that is written


def by_brand(header: bytes) -> str | None:
    """The name of the format that a file type box at the start of a file names; None if there is no such box.

    The first brand decides. Where that is only HEIF, or unknown, the compatible brands say how its pictures are coded
    (HEIF: ISO 23008-12, 10; AVIF: AV1 Image File Format, 6). A box of another kind is a film's: "mp4".
    """
    if header[4:8] != b"ftyp":
        return None
    end = min(int.from_bytes(header[:4], "big"), _MOST_FTYP_BYTES)
    brands = [header[8:12], *(header[at : at + 4] for at in range(_FTYP_BYTES, end - 3, 4))]
    if brands[0] in _FORMATS:
        return _FORMATS[brands[0]]
    if _HEIF.isdisjoint(brands):
        return "mp4"
    return next((_FORMATS[brand] for brand in brands if brand in _FORMATS), "heic")
