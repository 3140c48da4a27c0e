"""Bytes behind the end of a picture: second pictures, motion videos, archives, what an editor forgot.

Motion photos: developer.android.com/media/platform/motion-photo-format. SEFT: the directory that Samsung
phones append.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scrubber.inspection.binary import cut, uint
from scrubber.inspection.containers import mp4
from scrubber.inspection.containers.jpeg import end_of
from scrubber.inspection.parts import BrokenError, Finding, Part
from scrubber.inspection.readers.picture import dimensions, embedded_jpegs
from scrubber.inspection.wording import size
from scrubber.values import Leak

_VIDEO = re.compile(rb"\x00\x00\x00[\x08-\x80]ftyp(?!heic|heix|mif1|msf1|avif)")
_SIGNATURES = (
    (b"PK\x03\x04", "trailing-data", "a ZIP archive"),
    (b"Rar!\x1a\x07", "trailing-data", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "trailing-data", "a 7z archive"),
    (b"%PDF", "trailing-data", "a PDF document"),
    (b"\x89PNG\r\n\x1a\n", "hidden-picture", "a PNG picture"),
    (b"RIFF", "trailing-data", "a RIFF file (sound, video or WebP)"),
    (b"\x1a\x45\xdf\xa3", "video", "a Matroska video"),
    (b"ID3", "trailing-data", "a sound recording"),
    (b"<?xpacket", "metadata", "XMP"),
)
# What Samsung phones call the blocks in their trailer, as far as it tells something.
_SAMSUNG = (
    (b"MotionPhoto", "video", "motion photo: a short video with sound"),
    (b"SoundShot", "video", "sound recorded with the photo"),
    (b"MCC_Data", "place", "country code of the mobile network"),
    (b"UTC_Data", "time", "exact time of the picture"),
    (b"Depth", "depth", "depth data"),
    (b"DualShot", "hidden-picture", "picture of a second lens"),
    (b"SingleShot", "hidden-picture", "further picture"),
    (b"BurstShot", "hidden-picture", "part of a burst"),
    (b"Original", "history", "edits, or the picture before them"),
    (b"PhotoEditor", "history", "edits that can be undone"),
)
# FotoStation's trailer: blocks that each end in their kind (2 bytes), length (4) and this mark.
_FOTOSTATION = b"\xa1\xb2\xc3\xd4"
_FOTOSTATION_BLOCKS = {1: "iptc", 3: "thumbnail", 4: "thumbnail"}
_FOTOSTATION_END = 10
MOST_PICTURES = 16
MOST_BLOCKS = 100


def read(part: Part) -> Iterator[Finding]:
    """Say how much lies behind the end and what it looks like; pictures are handed on to be read."""
    data, position = part.payload, 0
    for _ in range(MOST_PICTURES):
        if not data.startswith(b"\xff\xd8\xff", position) or dimensions(data[position:]) is None:
            break
        end = end_of(data, position)
        yield Part("picture", part.where, data[position:end])
        position = end
    rest = data[position:]
    if not rest:
        return
    video = _VIDEO.search(rest)
    if video:
        movie = rest[video.start() :]
        yield Leak("video", part.where, f"motion photo: a short video, often with sound, {size(movie)}")
        yield Part("file", part.where, movie[: mp4.end_of(movie)])
    if rest[-4:] == b"SEFT":
        yield from _samsung(rest)
    if rest.endswith(_FOTOSTATION):
        yield from _foto_station(rest)
    for start, end in embedded_jpegs(rest):
        yield Part("picture", part.where, rest[start:end])
    for signature, kind, words in _SIGNATURES:
        if rest.startswith(signature):
            yield Leak(kind, part.where, f"{words}, {size(rest)}")
            return
    if video is None or video.start() > 0:
        words = "zeros" if not rest.strip(b"\0") else "bytes that do not belong to the picture"
        yield Leak("trailing-data", part.where, f"{len(rest):,} {words}")


def _samsung(rest: bytes) -> Iterator[Leak]:
    """Blocks of a Samsung trailer.

    "SEFH", version, count, then per block type (4 bytes), distance back, length.
    """
    try:
        start = len(rest) - 8 - uint(rest, len(rest) - 8, 4, "little")
        if cut(rest, start, 4) != b"SEFH":
            return
        count = min(uint(rest, start + 8, 4, "little"), MOST_BLOCKS)
        for entry in range(start + 12, start + 12 + 12 * count, 12):
            block = start - uint(rest, entry + 4, 4, "little")
            name = cut(rest, block + 8, min(uint(rest, block + 4, 4, "little"), 100))
            for known, kind, words in _SAMSUNG:
                if known in name:
                    yield Leak(kind, "Samsung trailer", words)
    except BrokenError:
        yield Leak("metadata", "Samsung trailer", "its directory could not be read")


def _foto_station(rest: bytes) -> Iterator[Part]:
    end = len(rest)
    for _ in range(MOST_BLOCKS):
        if rest[end - 4 : end] != _FOTOSTATION or end < _FOTOSTATION_END:
            return
        kind, length = uint(rest, end - 10, 2), uint(rest, end - 8, 4)
        if not _FOTOSTATION_END <= length <= end:
            return
        if kind in _FOTOSTATION_BLOCKS:
            block = rest[end - length : end - _FOTOSTATION_END]
            yield Part(_FOTOSTATION_BLOCKS[kind], "FotoStation trailer", block)
        end -= length
