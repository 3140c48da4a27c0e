"""`audit` accounts for every frame of animated PNG and WebP files, and for what lies between the frames."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

import pytest
from dirty_png import chunk
from dirty_webp import chunk as webp_chunk
from dirty_webp import riff
from hypothesis import given
from hypothesis import strategies as st
from test_written import frame

from scrubber.inspection import inventory
from scrubber.photos.photo import Photo
from scrubber.photos.writing import write
from scrubber.verification.audit import audit

SIZE = (16, 12)
Chunks = list[tuple[bytes, bytes]]


def animation(form: str, lossless: bool = True) -> bytes:
    frames = tuple(frame(SIZE, alpha=False, patch=patch) for patch in (0, 2, 4))
    return write(Photo(frames, form, lossless, moving=True, loops=0), form)[0]


def png_chunks() -> Chunks:
    data, found, position = animation("png"), [], 8
    while position < len(data):
        length = struct.unpack_from(">I", data, position)[0]
        found.append((data[position + 4 : position + 8], data[position + 8 : position + 8 + length]))
        position += 12 + length
    return found


def png(chunks: Chunks) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*one) for one in chunks)


def webp_chunks(data: bytes, position: int = 12) -> Chunks:
    found = []
    while position < len(data):
        length = struct.unpack_from("<I", data, position + 4)[0]
        found.append((data[position : position + 4], data[position + 8 : position + 8 + length]))
        position += 8 + length + length % 2
    return found


def webp(chunks: Chunks) -> bytes:
    return riff(b"".join(webp_chunk(*one) for one in chunks))


def at(chunks: Chunks, name: bytes, number: int = 0) -> int:
    return [index for index, (kind, _) in enumerate(chunks) if kind == name][number]


def changed(name: bytes, number: int, change: Callable[[bytes], bytes]) -> bytes:
    chunks = png_chunks()
    index = at(chunks, name, number)
    chunks[index] = name, change(chunks[index][1])
    return png(chunks)


def test_the_files_are_put_together_again():
    assert audit(png(png_chunks())) == ()
    assert audit(webp(webp_chunks(animation("webp")))) == ()


@pytest.mark.parametrize(
    "data",
    [
        changed(b"acTL", 0, lambda old: struct.pack(">I", 2) + old[4:]),
        changed(b"acTL", 0, lambda old: old + b"x"),
        changed(b"fcTL", 0, lambda old: struct.pack(">I", 1) + old[4:]),
        changed(b"fcTL", 0, lambda old: old[:4] + struct.pack(">I", 15) + old[8:]),
        changed(b"fcTL", 1, lambda old: old[:12] + struct.pack(">I", 9) + old[16:]),
        changed(b"fcTL", 1, lambda old: old[:4] + struct.pack(">I", 0) + old[8:]),
        changed(b"fcTL", 1, lambda old: old[:24] + b"\2\0"),
        changed(b"fcTL", 2, lambda old: old + b"x"),
        changed(b"fdAT", 0, lambda old: old[:4] + zlib.compress(zlib.decompress(old[4:]) + b"CANARY")),
        changed(b"fdAT", 0, lambda old: old + b"CANARY"),
        changed(b"fdAT", 1, lambda old: struct.pack(">I", 9) + old[4:]),
        changed(b"fdAT", 1, lambda old: old[:4]),
    ],
)
def test_frames_that_are_not_as_announced_are_refused(data):
    assert audit(data)


def test_a_picture_that_the_animation_does_not_show_is_refused_and_named():
    chunks = png_chunks()
    del chunks[at(chunks, b"fcTL")]
    data = png(chunks)
    assert "hidden-picture" in {leak.kind for leak in audit(data)}
    assert ("hidden-picture", "PNG IDAT") in {(leak.kind, leak.where) for leak in inventory(data)}


@given(index=st.integers(1, 8), name=st.sampled_from([b"tEXt", b"prVt", b"eXIf", b"acTL", b"fcTL", b"fdAT", b"IDAT"]))
def test_any_chunk_added_to_an_animation_is_refused(index, name):
    chunks = png_chunks()
    assert audit(png([*chunks[:index], (name, b"CANARY"), *chunks[index:]]))


@pytest.mark.parametrize("index", range(9))
def test_any_chunk_that_an_animation_lacks_is_missed(index):
    chunks = png_chunks()
    assert len(chunks) == 9
    assert audit(png(chunks[:index] + chunks[index + 1 :]))


def _frame(change: Callable[[bytes], bytes], name: bytes = b"ANMF") -> bytes:
    chunks = webp_chunks(animation("webp", lossless=False))
    index = at(chunks, name)
    chunks[index] = name, change(chunks[index][1])
    return webp(chunks)


@pytest.mark.parametrize(
    "data",
    [
        _frame(lambda old: old + webp_chunk(b"EXIF", b"CANARY")),
        _frame(lambda old: old + webp_chunk(b"abcd", b"CANARY")),
        _frame(lambda old: old + old[16:]),
        _frame(lambda old: b"\1" + old[1:]),
        _frame(lambda old: old[:6] + b"\3" + old[7:]),
        _frame(lambda old: old[:15] + b"\4" + old[16:]),
        _frame(lambda old: old[:16]),
        _frame(lambda old: old[:9]),
        _frame(lambda old: b"\1\2\3\4" + old[4:], b"ANIM"),
        _frame(lambda old: old + b"x", b"ANIM"),
        _frame(lambda old: b"\x0a" + old[1:], b"VP8X"),
        _frame(lambda old: b"\x12" + old[1:], b"VP8X"),
        _frame(lambda old: old[:4] + b"\x05" + old[5:], b"VP8X"),
    ],
)
def test_other_things_in_an_animated_webp_are_refused(data):
    assert audit(data)


@given(index=st.integers(0, 5), name=st.sampled_from([b"EXIF", b"XMP ", b"ICCP", b"ANIM", b"ANMF", b"VP8 ", b"abcd"]))
def test_any_chunk_added_to_an_animated_webp_is_refused(index, name):
    chunks = webp_chunks(animation("webp"))
    assert audit(webp([*chunks[:index], (name, b"CANARY"), *chunks[index:]]))
