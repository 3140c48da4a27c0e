"""`audit` accounts for every byte, palette entry and coded number of a GIF."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence

import pytest
from dirty_gif import HEADER_BYTES, LOOP, clean, extension, sub_blocks, with_block
from hypothesis import given
from hypothesis import strategies as st

from scrubber.verification.allowlist.lzw import scan_stream
from scrubber.verification.audit import audit

COLOURS = bytes(range(1, 10)) + bytes(3)  # three colours and a black entry
NUMBERS = [0, 1, 2, 1] * 8
TABLE = 4096


def codes(numbers: Iterable[int], root_bits: int) -> list[tuple[int, int]]:
    """The plainest LZW coder: `(code, bits)` for each code, with a clear code in front and for each full table."""
    clear = 1 << root_bits
    found = [(clear, root_bits + 1)]
    table: dict[tuple[int, ...], int] = {}
    word: tuple[int, ...] = ()
    bits, following = root_bits + 1, clear + 2
    for number in numbers:
        if not word or (*word, number) in table:
            word = (*word, number)
            continue
        found.append((table.get(word, word[0]), bits))
        if following == TABLE:
            found.append((clear, bits))
            table, bits, following = {}, root_bits + 1, clear + 2
        else:
            table[*word, number] = following
            bits += following == 1 << bits
            following += 1
        word = (number,)
    if word:
        found.append((table.get(word, word[0]), bits))
        bits = min(bits + (following == 1 << bits), 12)
    return [*found, (clear + 1, bits)]


def packed(coded: Sequence[tuple[int, int]]) -> bytes:
    value = shift = 0
    for code, bits in coded:
        value |= code << shift
        shift += bits
    return value.to_bytes((shift + 7) // 8, "little")


def gif(
    stream: bytes | None = None,
    palette: bytes = COLOURS,
    transparent: int | None = None,
    place: tuple[int, int, int, int] = (0, 0, 8, 4),
    before: bytes = b"",
    flags: int = 0x81,
) -> bytes:
    """A GIF of 8 × 4 pixels and one frame, of which anything can be changed."""
    coded = packed(codes(NUMBERS, 2)) if stream is None else stream
    control = struct.pack("<BHB", 4 | (transparent is not None), 0, transparent or 0)
    frame = extension(0xF9, control, b"\0") + b"," + struct.pack("<4HB", *place, flags) + palette
    return b"GIF89a" + struct.pack("<HHBBB", 8, 4, 0, 0, 0) + before + frame + b"\2" + sub_blocks(coded) + b";"


def test_the_plain_file_passes_with_and_without_a_loop():
    assert audit(gif()) == ()
    assert audit(gif(before=LOOP)) == ()


@given(st.integers(2, 8), st.data())
def test_streams_are_measured_exactly(root_bits, data):
    numbers = data.draw(st.lists(st.integers(0, (1 << root_bits) - 1), min_size=1, max_size=200))
    drawn = scan_stream(packed(codes(numbers, root_bits)), root_bits, 1000)
    assert (drawn.pixels, drawn.numbers, drawn.fault) == (len(numbers), frozenset(numbers), "")


@pytest.mark.parametrize("root_bits", [2, 3, 7, 8])
@pytest.mark.parametrize("length", [3838, 3839, 3840, 4092, 4093, 4094, 30_000])
def test_streams_with_full_tables_are_measured_exactly(root_bits, length):
    numbers = [(n * n // 7 + n * 13) % (1 << root_bits) for n in range(length)]
    drawn = scan_stream(packed(codes(numbers, root_bits)), root_bits, length)
    assert (drawn.pixels, drawn.fault) == (length, "")
    assert scan_stream(packed(codes(numbers, root_bits)), root_bits, length - 1).fault


@pytest.mark.parametrize(
    ("stream", "words"),
    [
        (packed(codes(NUMBERS, 2)) + b"CANARY", "6 bytes behind its end"),
        (packed([*codes(NUMBERS, 2), (5, 3)]), "behind its end"),
        (packed(codes([*NUMBERS, 1, 2], 2)), "more pixels"),
        (packed(codes(NUMBERS[:-1], 2)), "fewer pixels"),
        (packed(codes(NUMBERS, 2)[:-1]), "breaks off"),
        (packed(codes(NUMBERS, 2)[1:]), "does not begin"),
        (packed([*codes(NUMBERS[:4], 2)[:-1], (4, 3), *codes(NUMBERS[4:], 2)]), "table that is not full"),
        (packed([(4, 3), (7, 3), (5, 3)]), "mean nothing yet"),
        (b"", "does not begin"),
    ],
)
def test_streams_with_something_in_them_are_refused(stream, words):
    assert any(words in leak.detail for leak in audit(gif(stream)))


@pytest.mark.parametrize(
    "data",
    [
        gif(palette=COLOURS[:9] + b"\0\0\1"),
        gif(palette=bytes(9) + b"xyz"),
        gif(transparent=0),
        gif(transparent=3, palette=COLOURS[:9] + b"\1\0\0"),
        gif(place=(1, 0, 8, 4)),
        gif(place=(0, 0, 8, 5)),
        gif(flags=0xC1),
        gif(flags=0xA1),
        gif(flags=0x91),
        gif(flags=0x01, palette=b""),
        gif(before=LOOP + LOOP),
        gif(before=extension(0xF9, bytes(4), b"\0")),
        gif(before=LOOP[:-1] + b"\1x\0"),
        gif(before=b"\0"),
    ],
)  # fmt: skip
def test_other_things_in_a_frame_are_refused(data):
    assert audit(data)


def test_a_transparent_number_passes_if_its_colour_is_black():
    assert audit(gif(transparent=0, palette=bytes(3) + COLOURS[3:])) == ()


def test_a_palette_for_all_frames_is_refused():
    data = clean()
    shared = data[:10] + b"\x80\0\0" + b"CANARY" + data[HEADER_BYTES:]
    assert any("palette" in leak.where for leak in audit(shared))


@pytest.mark.parametrize("at", range(6, HEADER_BYTES))
def test_every_byte_of_the_screen_counts(at):
    data = bytearray(gif())
    data[at] = 0 if at < 10 else 7  # no size; flags, background and shape of pixels
    assert audit(bytes(data)) or data == gif()


def test_a_loop_block_behind_a_frame_is_refused():
    data = clean()
    assert audit(data[:-1] + LOOP + b";")


@given(label=st.sampled_from([0x01, 0x77, 0xFE, 0xFF]), content=st.binary(max_size=300))
def test_any_added_block_is_refused(label, content):
    assert audit(with_block(extension(label, sub_blocks(content))))


def test_data_in_more_blocks_than_it_needs_is_refused():
    coded = packed(codes(NUMBERS, 2))
    whole, split = sub_blocks(coded), sub_blocks(coded[:2])[:-1] + sub_blocks(coded[2:])
    assert audit(gif().replace(whole, split))
