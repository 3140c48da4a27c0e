"""Films are known by their first bytes, whatever they are called, and nothing else is taken for one."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

import pytest

from scrubber.formats import HEADER_BYTES, Format, Writer, identify, medium_of, register, table


def ftyp(*brands: bytes) -> bytes:
    return (16 + 4 * len(brands[1:])).to_bytes(4, "big") + b"ftyp" + brands[0] + bytes(4) + b"".join(brands[1:])


FIRST_BYTES = {
    "mp4 of a phone": (ftyp(b"isom", b"isom", b"mp42"), "mp4"),
    "mp4 of a camera": (ftyp(b"XAVC", b"XAVC", b"mp42"), "mp4"),
    "m4v": (ftyp(b"M4V ", b"M4V ", b"mp42"), "mp4"),
    "3gp": (ftyp(b"3gp5", b"3gp5"), "mp4"),
    "3g2": (ftyp(b"3g2a"), "mp4"),
    "mov": (ftyp(b"qt  ", b"qt  "), "mov"),
    "mov without a type": (b"\0\0\0\x08wide\0\0\x37\xcbmdat", "mov"),
    "mov that begins with its directory": (b"\0\0\x12\x34moov\0\0\0\x6cmvhd", "mov"),
    "mkv": (b"\x1a\x45\xdf\xa3\x01\0\0\0\0\0\0\x23\x42\x86\x81\x01\x42\x82\x88matroska", "mkv"),
    "webm": (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm", "webm"),
    "avi": (b"RIFF\xff\xff\0\0AVI LIST", "avi"),
    "video CD": (b"RIFF\xff\xff\0\0CDXAfmt ", "mpeg"),
    "mpeg": (b"\0\0\x01\xba\x44\0\x04\0", "mpeg"),
    "mpeg without sound": (b"\0\0\x01\xb3\x16\0\xf0\xc4", "mpeg"),
    "transport stream": ((b"\x47\x40" + bytes(186)) * 8, "mts"),
    "transport stream of a camera": ((b"\0\0\0\0\x47\x40" + bytes(186)) * 8, "mts"),
    "wmv": (bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"), "wmv"),
    "flv": (b"FLV\x01\x05", "flv"),
    "ogv": (b"OggS\0\x02" + bytes(22) + b"\x80theora", "ogv"),
    "mxf": (bytes.fromhex("060e2b34020501010d0102010102"), "mxf"),
    "dv": (b"\x1f\x07\0\xbf\xff", "dv"),
}


@pytest.mark.parametrize("name", FIRST_BYTES)
def test_films(name: str) -> None:
    header, known = FIRST_BYTES[name]
    assert identify(header) == known
    assert medium_of(known) == "film"


@pytest.mark.parametrize(
    ("header", "known"),
    [
        (ftyp(b"heic", b"mif1", b"heic"), "heic"),
        (ftyp(b"mif1", b"mif1", b"avif"), "avif"),
        (ftyp(b"avis", b"msf1", b"avif"), "avif"),
        (ftyp(b"crx ", b"crx ", b"isom"), "raw"),
        (b"\xff\xd8\xff\xe1 a photo with a film behind it" + ftyp(b"isom"), "jpeg"),
        (b"RIFF\xff\xff\0\0WEBPVP8X", "webp"),
        (ftyp(b"M4A ", b"isom"), "m4a"),
        (b"OggS\0\x02" + bytes(22) + b"\x01vorbis", None),
        (b"The free software that this is", None),
        (b"Go\n" * 400, None),
        (b"\x47" + bytes(900), None),
        (b"", None),
    ],
)
def test_what_is_no_film(header: bytes, known: str | None) -> None:
    assert identify(header) == known
    assert medium_of(known) != "film"


def test_real_films(shared: Path) -> None:
    clips = [
        *(shared / "video").glob("*.m*"),
        *(shared / "metadata").glob("*.mp4"),
        *(shared / "metadata").glob("*.avi"),
    ]
    assert len(clips) > 10
    for clip in clips:
        assert medium_of(identify(clip.read_bytes()[:HEADER_BYTES])) == "film", clip.name
    for photo in (shared / "photos").glob("*.*"):
        assert medium_of(identify(photo.read_bytes()[:HEADER_BYTES])) == "photo", photo.name


def test_a_film_fits_the_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Frames come one after the other out of a mapped file, and go to a sink: nothing holds two of them."""
    size, alive, most = 8 * 8, set[int](), 0

    class Frame(bytearray):
        def __del__(self) -> None:
            alive.discard(id(self))

    def frames(data: bytes) -> Iterator[Frame]:
        nonlocal most
        for start in range(4, len(data), size):
            frame = Frame(data[start : start + size])
            alive.add(id(frame))
            most = max(most, len(alive))
            yield frame
            del frame

    def write(content: Iterator[Frame], sink: BinaryIO) -> None:
        sink.write(b"FILM")
        while (frame := next(content, None)) is not None:
            sink.write(frame)
            del frame

    monkeypatch.setattr(table, "_table", dict(table.formats()))
    monkeypatch.setattr(table, "_registering_plugins", False)
    table._asked_in_turn.cache_clear()
    register(Format("toy", "film", ("toy",), (b"FILM",), open=frames, writer=Writer(write)))
    (tmp_path / "in.toy").write_bytes(b"FILM" + bytes(range(256)) * 4)
    with (tmp_path / "in.toy").open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        toy = table.get(identify(data[:HEADER_BYTES]))
        assert toy is not None and toy.open is not None and toy.writer is not None
        with (tmp_path / "out.toy").open("wb") as sink:
            toy.writer.write(toy.open(cast(bytes, data)), sink)
    table._asked_in_turn.cache_clear()
    assert (tmp_path / "out.toy").read_bytes() == (tmp_path / "in.toy").read_bytes()
    assert most == 1
