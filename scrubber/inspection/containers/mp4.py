"""Walks through MP4 and QuickTime files, above all those that phones hang to their photos (ISO 14496-12; QuickTime File
Format specification, Apple).

What the pictures and the sound show is not looked at; where, when and with what they were recorded is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from scrubber.inspection.binary import uint
from scrubber.inspection.containers.boxes import Box, boxes, file_boxes, full, inner, skipped
from scrubber.inspection.containers.mp4_tags import tags
from scrubber.inspection.parts import BrokenError, Finding, Part
from scrubber.inspection.wording import decode, listing
from scrubber.values import Leak

XMP = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
C2PA = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_KNOWN = frozenset({b"ftyp", b"moov", b"mdat", b"moof", b"free", b"skip", b"wide", b"uuid", b"meta", b"mfra", b"sidx"})
_EPOCH = datetime(1904, 1, 1, tzinfo=UTC)
_HANDLERS = {
    b"vide": "pictures", b"pict": "pictures", b"auxv": "auxiliary pictures", b"soun": "sound", b"meta": "timed data",
    b"text": "text", b"sbtl": "subtitles", b"subt": "subtitles", b"tmcd": "time code", b"camm": "camera movements",
    b"hint": "streaming hints",
}  # fmt: skip
# Names of handlers that every program writes.
_PLAIN_NAMES = frozenset({"VideoHandler", "SoundHandler", "VideoHandle", "SoundHandle", "MetadHandler", "DataHandler"})
MOST_TRACKS = 50


@dataclass(frozen=True, slots=True)
class Track:
    """What one track is for, how many pictures or pieces it has, and what its handler is called."""

    handler: bytes
    samples: int
    name: str


def walk(part: Part) -> Iterator[Finding]:
    """Parts and leaks of a video file."""
    for box in file_boxes(part.payload, _KNOWN):
        if box.type == b"moov":
            listed = tracks(box.content)
            words = listing(_HANDLERS.get(track.handler, "further data") for track in listed)
            yield Leak("video", "MP4", f"{_seconds(box.content)}tracks: {words or 'none'}")
            yield from movie(box.content)
        elif box.uuid == XMP:
            yield Part("xmp", "XMP", box.content)
        elif box.uuid == C2PA:
            yield Part("c2pa", "MP4 C2PA", manifest(box.content))
        elif box.type in (b"free", b"skip", b"wide") or box.type not in _KNOWN or box.uuid:
            yield from skipped(box, "MP4")
    end = end_of(part.payload)
    if end < len(part.payload):
        yield Part("trailing", "after MP4 end", part.payload[end:])


def end_of(data: bytes) -> int:
    """Offset after the last box of the video that begins `data`."""
    return max((min(box.stop, len(data)) for box in file_boxes(data, _KNOWN)), default=0)


def manifest(content: bytes) -> bytes:
    """The JUMBF in a C2PA box: behind version and flags, what it is for ("manifest") and an offset (C2PA 2.1, A.5)."""
    purpose, _, rest = content[4:].partition(b"\0")
    return rest[8:] if purpose == b"manifest" else rest


def movie(content: bytes) -> Iterator[Finding]:
    """What a `moov` box tells besides pictures and sound; the same times and names in all tracks are told once."""
    moments = [_moment(box.content) for box in _all(content, b"mvhd", b"tkhd", b"mdhd")]
    told = listing(moment for moment in moments if moment)
    if told:
        yield Leak("time", "MP4 header", f"recorded: {told}")
    names = listing(track.name for track in tracks(content) if track.name not in _PLAIN_NAMES)
    if names:
        yield Leak("device", "MP4 hdlr", f"written by: {names}")
    for box in _all(content, b"udta", b"meta"):
        yield from tags(box)
    for box in boxes(content):
        if box.uuid == XMP:
            yield Part("xmp", "XMP", box.content)


def tracks(content: bytes) -> list[Track]:
    """The tracks of a `moov` box."""
    found: list[Track] = []
    for box in boxes(content):
        if box.type == b"trak" and len(found) < MOST_TRACKS:
            handler = inner(box.content, b"mdia", b"hdlr") or b""
            sizes = inner(box.content, b"mdia", b"minf", b"stbl", b"stsz") or b""
            found.append(Track(handler[8:12], int.from_bytes(sizes[8:12], "big"), handler_name(handler)))
    return found


def handler_name(handler: bytes) -> str:
    """The name in `hdlr`: behind version, a zero, four letters and twelve zeros; some put its length in front."""
    return decode(handler[24:].lstrip(bytes(range(32))))


def _all(content: bytes, *kinds: bytes, within: tuple[bytes, ...] = (b"trak", b"mdia")) -> Iterator[Box]:
    """Boxes of these kinds in a movie, in its tracks, and in what those say of their media."""
    for box in boxes(content):
        if box.type in kinds:
            yield box
        elif within and box.type == within[0]:
            yield from _all(box.content, *kinds, within=within[1:])


def _moment(content: bytes) -> str:
    """When it was made: seconds since 1904 in universal time; empty if not set."""
    try:
        version, _, rest = full(content)
        seconds = uint(rest, 0, 8 if version else 4)
        return f"{_EPOCH + timedelta(seconds=seconds):%Y-%m-%d %H:%M:%S} UTC" if seconds else ""
    except (BrokenError, OverflowError):
        return ""  # a header that breaks off holds no time


def _seconds(content: bytes) -> str:
    header = inner(content, b"mvhd") or b""
    wide = header[:1] == b"\1"
    scale_at, size = (20, 8) if wide else (12, 4)
    scale = int.from_bytes(header[scale_at : scale_at + 4], "big")
    length = int.from_bytes(header[scale_at + 4 : scale_at + 4 + size], "big")
    return f"{length / scale:.1f} seconds, " if scale else ""
