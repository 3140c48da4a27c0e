"""`audit` accounts for every byte: whatever is put into a clean file, anywhere, is refused."""

from __future__ import annotations

import ast
import struct
import zlib
from pathlib import Path

import dirty_png
import dirty_webp
import pytest
from dirty import CHANNELS, CLEAN
from dirty_jpeg import segment
from dirty_png import chunk
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import scrubber.verification.allowlist
from scrubber.inspection import inventory
from scrubber.verification.audit import audit

DIRTY = [channel.build(b"CANARY-cormorant-4711") for channel in CHANNELS.values()]
formats = pytest.mark.parametrize("form", CLEAN)


def jpeg_segments(data: bytes) -> list[bytes]:
    """The clean JPEG as a list of SOI, segments, and the scan with EOI."""
    pieces, position = [data[:2]], 2
    while data[position + 1] != 0xDA:
        end = position + 2 + struct.unpack_from(">H", data, position + 2)[0]
        pieces.append(data[position:end])
        position = end
    return [*pieces, data[position:]]


@given(st.binary(max_size=400))
def test_any_bytes_at_all_are_taken(data):
    assert isinstance(inventory(data), tuple)
    assert audit(data)


@given(st.sampled_from([*DIRTY, *(build() for build in CLEAN.values())]), st.data())
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_damaged_files_are_taken(original, data):
    damaged = bytearray(original)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        damaged[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
        if not damaged:
            break
    inventory(bytes(damaged))
    audit(bytes(damaged))


@given(st.sampled_from(DIRTY), st.data())
@settings(max_examples=200, deadline=None)
def test_files_that_break_off_are_taken(original, data):
    cut = original[: data.draw(st.integers(0, len(original)))]
    inventory(cut)
    audit(cut)


@formats
@given(tail=st.binary(min_size=1, max_size=40))
def test_anything_behind_the_end_is_refused(form, tail):
    assert "trailing-data" in {leak.kind for leak in audit(CLEAN[form]() + tail)}


@formats
def test_a_file_that_breaks_off_anywhere_is_refused(form):
    data = CLEAN[form]()
    assert [length for length in range(len(data)) if not audit(data[:length])] == []


@pytest.mark.parametrize("form", ["png", "gif", "tiff", "bmp"])
def test_any_byte_put_in_or_taken_out_is_noticed(form):
    """Not so for JPEG and WebP, where only a decoder could tell."""
    data = CLEAN[form]()
    for at in range(len(data)):
        assert audit(data[:at] + b"\x41" + data[at:]), at
        assert audit(data[:at] + data[at + 1 :]), at


@given(
    marker=st.sampled_from([*range(0xC3, 0xD0), *range(0xDC, 0xFF)]),
    payload=st.binary(max_size=60),
    place=st.integers(0, 50),
)
def test_any_inserted_jpeg_segment_is_refused(marker, payload, place):
    pieces = jpeg_segments(CLEAN["jpeg"]())
    pieces.insert(1 + place % (len(pieces) - 1), segment(marker, payload))
    assert audit(b"".join(pieces))


@pytest.mark.parametrize("index", range(1, 10))
def test_any_doubled_jpeg_segment_is_refused(index):
    pieces = jpeg_segments(CLEAN["jpeg"]())
    pieces.insert(index, pieces[min(index, len(pieces) - 2)])
    assert audit(b"".join(pieces))


@given(extra=st.binary(min_size=1, max_size=20), place=st.integers(0, 50))
def test_slack_at_the_end_of_a_jpeg_segment_is_refused(extra, place):
    pieces = jpeg_segments(CLEAN["jpeg"]())
    index = 1 + place % (len(pieces) - 2)
    pieces[index] = segment(pieces[index][1], pieces[index][4:] + extra)
    assert audit(b"".join(pieces))


@given(fill=st.binary(min_size=1, max_size=20), place=st.integers(0, 50))
def test_bytes_between_jpeg_segments_are_refused(fill, place):
    pieces = jpeg_segments(CLEAN["jpeg"]())
    pieces.insert(1 + place % (len(pieces) - 1), fill)
    assert audit(b"".join(pieces))


def test_fill_bytes_markers_and_second_pictures_in_jpeg_data_are_refused():
    data = CLEAN["jpeg"]()
    for inserted in (b"\xff", b"\xff\xff", b"\xff\xd0", b"\xff\xd8", b"\xff\x01", segment(0xFE, b"x")):
        assert audit(data[:-2] + inserted + data[-2:]), inserted
    assert audit(data[:-2] + data[2:])


# Offsets in the file: version at 11, unit at 13, density at 14 and 16, size of the thumbnail at 18.
@pytest.mark.parametrize(("at", "value"), [(11, 2), (12, 3), (13, 2), (15, 72), (16, 1), (17, 0), (18, 1), (19, 255)])
def test_jfif_that_says_more_than_nothing_is_refused(at, value):
    data = bytearray(CLEAN["jpeg"]())
    data[at] = value
    assert ("metadata", "JPEG APP0 JFIF") in {(leak.kind, leak.where) for leak in audit(bytes(data))}


@given(name=st.binary(min_size=4, max_size=4), payload=st.binary(max_size=40), place=st.integers(0, 9))
def test_any_inserted_png_chunk_is_refused(name, payload, place):
    data = CLEAN["png"]()
    places = [8, 33, len(data) - 12]
    at = places[place % 3]
    assert audit(data[:at] + chunk(name, payload) + data[at:]) or (name, at) == (b"sRGB", 33)


def test_png_may_say_that_it_is_srgb():
    assert audit(dirty_png.with_chunks(chunk(b"sRGB", b"\0"))) == ()
    assert audit(dirty_png.with_chunks(chunk(b"sRGB", b"\0\0")))
    assert audit(dirty_png.with_chunks(chunk(b"sRGB", b"\0"), chunk(b"sRGB", b"\0")))


def _png(header: tuple[int, ...], *chunks: bytes) -> bytes:
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", *header))
    return start + b"".join(chunks) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("width", "height", "size"),
    [(1, 1, 2), (3, 3, 2 + 2 + 3 + 2 * 2 + 4), (8, 8, 2 + 2 + 3 + 2 * 3 + 2 * 5 + 4 * 5 + 4 * 9)],
)
def test_interlaced_png_is_measured_pass_by_pass(width, height, size):
    header = (width, height, 8, 0, 0, 0, 1)
    assert [
        count for count in range(1, 120) if not audit(_png(header, chunk(b"IDAT", zlib.compress(bytes(count)))))
    ] == [size]


def _palette_picture(kind, bits, colours, filling=0):
    """Thirteen by six pixels of the numbers 0 and 1; the bits behind each row are those of the number `filling`."""
    width, height = 13, 6
    per_byte = 8 // bits
    rows = []
    for y in range(height):
        samples = [(x + y) % 2 for x in range(width)] + [filling] * (-width % per_byte)
        packed = bytes(
            sum(value << (8 - bits * (i + 1)) for i, value in enumerate(samples[at : at + per_byte]))
            for at in range(0, len(samples), per_byte)
        )
        rows.append(packed)
    raw = b"".join(
        bytes([kind]) + _filtered(kind, row, above)
        for row, above in zip(rows, [bytes(len(rows[0])), *rows], strict=False)
    )
    data = chunk(b"IDAT", zlib.compress(raw))
    return _png((width, height, bits, 3, 0, 0, 0), chunk(b"PLTE", bytes(3 * colours)), data)


@pytest.mark.parametrize("kind", range(5))
@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_unused_colours_are_seen_through_every_filter(kind, bits):
    assert audit(_palette_picture(kind, bits, 2)) == ()
    if bits > 1:
        details = [leak.detail for leak in audit(_palette_picture(kind, bits, 3, filling=2))]
        assert any("1 colours that no pixel has" in detail for detail in details), "bits behind a row are no use"


@pytest.mark.parametrize("kind", range(5))
@pytest.mark.parametrize("bits", [1, 2, 4])
def test_bits_behind_the_rows_are_zero(kind, bits):
    details = [leak.detail for leak in audit(_palette_picture(kind, bits, 2, filling=1))]
    assert details == ["bits behind the pixels of a row that are not zero"]


def _filtered(kind: int, row: bytes, above: bytes) -> bytes:
    """The forward filters of the PNG specification, 9.2, written out for one byte per pixel."""
    left, corner = bytes(1) + row[:-1], bytes(1) + above[:-1]
    guesses = {
        0: [0] * len(row),
        1: left,
        2: above,
        3: [(a + b) // 2 for a, b in zip(left, above, strict=True)],
        4: [_paeth(a, b, c) for a, b, c in zip(left, above, corner, strict=True)],
    }[kind]
    return bytes((value - guess) & 255 for value, guess in zip(row, guesses, strict=True))


def _paeth(a: int, b: int, c: int) -> int:
    distances = abs(b - c), abs(a - c), abs(a + b - 2 * c)
    if distances[0] <= distances[1] and distances[0] <= distances[2]:
        return a
    return b if distances[1] <= distances[2] else c


def test_a_png_that_unpacks_to_more_than_it_says_is_not_unpacked_far():
    bomb = zlib.compress(bytes(200 * 1024 * 1024))
    assert audit(_png((8, 8, 8, 2, 0, 0, 0), chunk(b"IDAT", bomb)))


@given(
    name=st.sampled_from([b"EXIF", b"XMP ", b"ICCP", b"ANIM", b"ANMF", b"abcd", b"VP8 ", b"VP8L", b"ALPH"]),
    payload=st.binary(max_size=30),
)
def test_any_added_webp_chunk_is_refused(name, payload):
    assert audit(dirty_webp.with_chunk(name, payload))
    assert audit(dirty_webp.riff(dirty_webp.clean()[12:] + dirty_webp.chunk(name, payload)))


def test_webp_padding_must_be_zero():
    data = dirty_webp.clean(lossless=True)
    payload = data[20:]
    odd = payload if len(payload) % 2 else payload + b"\0"
    body = b"VP8L" + struct.pack("<I", len(odd)) + odd
    assert audit(dirty_webp.riff(body + b"\0")) == ()
    assert audit(dirty_webp.riff(body + b"x"))


def test_the_judge_shares_no_code_with_the_witness():
    """The allow-lists import nothing of ours but value types and each other."""
    folder = Path(scrubber.verification.allowlist.__file__).parent
    for source in folder.glob("*.py"):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            module = node.module if isinstance(node, ast.ImportFrom) else ""
            if module and module.startswith("scrubber"):
                assert module.startswith(("scrubber.values", "scrubber.verification.allowlist")), (source.name, module)
