"""Tells a camera's raw file, which most cameras write as a TIFF, from a TIFF that is a picture."""

from __future__ import annotations

from typing import Final, Literal

MAGIC: Final = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
"""How a TIFF and a BigTIFF begin, in either byte order."""

_MAKE, _SUB_DIRECTORIES, _DNG_VERSION = 271, 330, 50706  # TIFF tags


def is_raw(header: bytes) -> bool:
    """Whether a TIFF is a camera's raw file: a DNG, a CR2, or one whose maker keeps the picture in a sub-directory."""
    if header[8:10] == b"CR":
        return True
    order: Literal["little", "big"] = "little" if header[:2] == b"II" else "big"
    start = int.from_bytes(header[4:8], order)
    count = int.from_bytes(header[start : start + 2], order)
    tags = {int.from_bytes(header[at : at + 2], order) for at in range(start + 2, start + 2 + 12 * count, 12)}
    return _DNG_VERSION in tags or {_MAKE, _SUB_DIRECTORIES} <= tags
