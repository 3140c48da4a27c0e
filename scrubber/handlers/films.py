"""Films. They are named, and what lies in some of them is told; none is opened yet."""

from __future__ import annotations

from typing import Final

from scrubber.formats import Format, register
from scrubber.formats.brands import by_brand
from scrubber.inspection.containers import mp4

# QuickTime files from before there was a file type box begin with one of these (QuickTime File Format, Apple 2001).
_ATOMS: Final = frozenset({b"moov", b"mdat", b"wide", b"pnot", b"free", b"skip"})
_FIRST_OF_TEXT: Final = 9  # the tabulator; an atom that long would have 150 MB, and "The free" is how a text may begin
# MPEG transport streams (ISO 13818-1, 2.4.3.2): a byte that comes back; M2TS has a time of four bytes before each.
_SYNC, _PACKETS, _PACKET_BYTES = 0x47, 5, ((0, 188), (4, 192))
_EBML: Final = b"\x1a\x45\xdf\xa3"
_EBML_HEADER: Final = 64  # bytes in which it names what it holds


def _is_quicktime(header: bytes) -> bool:
    old = header[4:8] in _ATOMS and header[0] < _FIRST_OF_TEXT
    return old or by_brand(header) == "mov"


def _is_transport_stream(header: bytes) -> bool:
    return any(
        len(header) > first + length * (_PACKETS - 1)
        and all(header[first + length * number] == _SYNC for number in range(_PACKETS))
        for first, length in _PACKET_BYTES
    )


def _is_riff(kind: bytes, header: bytes) -> bool:
    return header[:4] == b"RIFF" and header[8:12] == kind


def _is_theora(header: bytes) -> bool:
    return header[:4] == b"OggS" and (b"\x80theora" in header or b"\x01video" in header)


def _is_webm(header: bytes) -> bool:
    return header[:4] == _EBML and b"webm" in header[:_EBML_HEADER]


register(
    Format(
        name="mp4",
        medium="film",
        extensions=("mp4", "m4v", "3gp", "3g2", "3gpp", "f4v", "insv", "lrv", "360"),
        recognises=lambda header: by_brand(header) == "mp4",
        inspect=mp4.walk,
    )
)
register(Format(name="mov", medium="film", extensions=("mov", "qt"), recognises=_is_quicktime, inspect=mp4.walk))
register(
    Format(
        name="mkv",
        medium="film",
        extensions=("mkv",),
        recognises=lambda header: header[:4] == _EBML and not _is_webm(header),
    )
)
register(Format(name="webm", medium="film", extensions=("webm",), recognises=_is_webm))
register(
    Format(name="avi", medium="film", extensions=("avi", "divx"), recognises=lambda header: _is_riff(b"AVI ", header))
)
register(
    Format(
        name="mpeg",
        medium="film",
        extensions=("mpg", "mpeg", "mpe", "mpv", "m2v", "vob"),
        magic=(b"\x00\x00\x01\xba", b"\x00\x00\x01\xb3"),
        recognises=lambda header: _is_riff(b"CDXA", header),
    )
)
register(Format(name="mts", medium="film", extensions=("mts", "m2ts", "m2t"), recognises=_is_transport_stream))
register(
    Format(
        name="wmv",
        medium="film",
        extensions=("wmv", "asf"),
        magic=(bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"),),
    )
)
register(Format(name="flv", medium="film", extensions=("flv",), magic=(b"FLV\x01",)))
register(Format(name="ogv", medium="film", extensions=("ogv",), recognises=_is_theora))
register(Format(name="rm", medium="film", extensions=("rm", "rmvb"), magic=(b".RMF",)))
register(Format(name="mxf", medium="film", extensions=("mxf",), magic=(bytes.fromhex("060e2b34020501010d010201"),)))
register(Format(name="dv", medium="film", extensions=("dv",), magic=(b"\x1f\x07\x00\x3f", b"\x1f\x07\x00\xbf")))
# Bare streams and raw films of cameras: no first byte tells them, people know them by their extension.
register(Format(name="film stream", medium="film", extensions=("braw", "r3d", "hevc", "h264", "h265")))
