"""EXIF that readers do not agree on: what any of them shows is told, and what is cut off is told to be."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import pytest

from scrubber.inspection.inventory import inventory

ARTIST, DESCRIPTION, SERIAL, EXIF, GPS, INTEROP = 0x013B, 0x010E, 0xA431, 0x8769, 0x8825, 0xA005
FIRST = 8
UNITS = {2: 1, 3: 2, 4: 4, 5: 8, 129: 1}  # bytes of a value by its type
Entry = tuple[int, int, bytes]


def text(tag: int, value: str, kind: int = 2) -> Entry:
    return tag, kind, value.encode() + b"\0"


def number(tag: int, value: int) -> Entry:
    return tag, 4, struct.pack("<I", value)


def directory(entries: Sequence[Entry], at: int, following: int = 0) -> bytes:
    values = at + 2 + 12 * len(entries) + 4
    table, tail = struct.pack("<H", len(entries)), b""
    for tag, kind, value in entries:
        place = value.ljust(4, b"\0") if len(value) <= 4 else struct.pack("<I", values + len(tail))
        table += struct.pack("<HHI", tag, kind, len(value) // UNITS[kind]) + place
        tail += value if len(value) > 4 else b""
    return table + struct.pack("<I", following) + tail


def led_to(pointers: Sequence[int], *inner: Sequence[Entry]) -> bytes:
    """IFD0 with pointers only, and what they lead to."""
    place = FIRST + len(directory([number(tag, 0) for tag in pointers], FIRST))
    places, blocks = [], b""
    for entries in inner:
        places.append(place + len(blocks))
        blocks += directory(entries, places[-1])
    return directory([number(tag, at) for tag, at in zip(pointers, places, strict=True)], FIRST) + blocks


def chain(length: int) -> bytes:
    """So many directories, one behind the other; the last one names somebody."""
    blocks = b""
    for _ in range(length - 1):
        at = FIRST + len(blocks)
        blocks += directory([number(0x0112, 1)], at, at + 18)
    return blocks + directory([text(ARTIST, "Alice Example")], FIRST + len(blocks))


def told(block: bytes) -> str:
    segment = b"Exif\0\0II*\0" + struct.pack("<I", FIRST) + block
    jpeg = b"\xff\xd8\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + b"\xff\xd9"
    return "\n".join(f"{leak.where}: {leak.detail}" for leak in inventory(jpeg))


def latitude(degrees: int) -> list[Entry]:
    value = struct.pack("<6I", degrees, 1, 0, 1, 0, 1)
    return [text(1, "N"), (2, 5, value), text(3, "E"), (4, 5, value)]


@pytest.mark.parametrize("names", [("Alice Example", "   "), ("   ", "Alice Example"), ("Bob", "Alice Example", "Eve")])
def test_a_tag_that_stands_there_again(names: tuple[str, ...]) -> None:
    said = told(directory([text(ARTIST, name) for name in names], FIRST))
    assert all(name.strip() in said for name in names)


@pytest.mark.parametrize("last", ["Alice Example", "    "])
def test_two_pointers_to_directories_of_one_kind(last: str) -> None:
    said = told(led_to([EXIF, EXIF], [text(SERIAL, "SERIAL12345")], [text(SERIAL, last)]))
    assert "SERIAL12345" in said
    assert last.strip() in said
    said = told(led_to([GPS, GPS], latitude(52), latitude(1)))
    assert "52.00000, 52.00000" in said
    assert "1.00000, 1.00000" in said


def test_a_place_of_which_a_part_stands_there_again() -> None:
    assert "EXIF GPS: 52.00000, 7.00000" in told(led_to([GPS], [*latitude(7), latitude(52)[1]]))


@pytest.mark.parametrize("at", [INTEROP, GPS])
def test_a_tag_in_a_directory_that_should_not_have_it(at: int) -> None:
    assert "photographer: Alice Example" in told(led_to([at], [text(ARTIST, "Alice Example")]))


def test_the_directory_of_the_small_copy() -> None:
    first = len(directory([number(0x0112, 1)], FIRST))
    block = directory([number(0x0112, 1)], FIRST, FIRST + first)
    said = told(block + directory([text(ARTIST, "Alice Example"), text(SERIAL, "S-999")], FIRST + first))
    assert "photographer: Alice Example" in said
    assert "S-999" in said


def test_many_entries_and_many_directories() -> None:
    many = [(0xD000 + index, 3, b"\1\0") for index in range(900)]
    assert "Alice Example" in told(directory([*many, text(ARTIST, "Alice Example")], FIRST))
    assert "Alice Example" in told(chain(40))


def test_what_is_cut_off_is_told() -> None:
    assert "read in part: only the first 128 directories" in told(chain(200))
    assert "with the same tag" in told(directory([text(ARTIST, f"name {index}") for index in range(40)], FIRST))
    entries = directory([(index, 3, b"\1\0") for index in range(6000)], FIRST)
    assert any("of 6,000 entries" in leak.detail for leak in inventory(b"II*\0" + struct.pack("<I", FIRST) + entries))


def test_types_of_values() -> None:
    assert "serial number: 30012345" in told(directory([number(SERIAL, 30012345)], FIRST))
    assert "photographer: Alice Example" in told(directory([text(ARTIST, "Alice Example", 129)], FIRST))
    assert "photographer" in told(directory([(ARTIST, 4, struct.pack("<2I", 70_000, 70_001))], FIRST))


@pytest.mark.parametrize("tag", [0x000B, 0x9211, 0x9212, 0xC6D2, 0xC6D3, 0xC6FE, 0xC789])
def test_rare_tags(tag: int) -> None:
    assert "Alice Example 12345" in told(directory([text(tag, "Alice Example 12345")], FIRST))
