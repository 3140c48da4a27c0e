"""Boxes, of which HEIC, AVIF, JPEG XL, JPEG 2000, CR3 and MP4 files are built (ISO 14496-12, 4.2; ISO 15444-1, I.4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scrubber.inspection.binary import uint
from scrubber.inspection.parts import BrokenError, Part
from scrubber.inspection.wording import decode

MOST_BOXES = 20_000  # of one level; a fragmented video has thousands
_UUID_BYTES = 16
_LAST_FTYP = 12  # where it begins at the latest, behind the signature that JPEG XL and JPEG 2000 have in front


@dataclass(frozen=True, slots=True)
class Box:
    """A box in `data`: its four letters, the offset of its first byte, and those between which its content lies.

    Of a `uuid` box, `uuid` is its name and the content what follows that.
    """

    type: bytes
    data: bytes
    at: int
    start: int
    stop: int
    uuid: bytes = b""

    @property
    def content(self) -> bytes:
        """What is in the box, as far as it is there."""
        return self.data[self.start : self.stop]

    @property
    def whole(self) -> bool:
        """Whether it ends where it says."""
        return self.stop <= len(self.data)

    @property
    def name(self) -> str:
        """The letters, or their codes where they are not letters."""
        plain = self.type.replace(b" ", b"").replace(b"\xa9", b"")
        return decode(self.type).strip() if plain.isalnum() and plain.isascii() else f"box {self.type.hex()}"


def boxes(data: bytes, start: int = 0) -> Iterator[Box]:
    """The boxes that fill `data` from `start` on; ends silently where no further box can begin.

    How far they reach shows in the last one; one that is cut off is not `whole`.
    """
    position = start
    for _ in range(MOST_BOXES):
        if position + 8 > len(data):
            return
        length, kind, header = uint(data, position, 4), data[position + 4 : position + 8], 8
        if length == 1 and position + 16 <= len(data):
            length, header = uint(data, position + 8, 8), 16
        stop = len(data) if length == 0 else position + length
        if stop < position + header or not _is_name(kind):
            return
        begin, uuid = position + header, b""
        if kind == b"uuid":
            uuid = data[begin : begin + _UUID_BYTES]
            begin += _UUID_BYTES
        yield Box(kind, data, position, begin, stop, uuid)
        position = stop


def file_boxes(data: bytes, known: frozenset[bytes]) -> Iterator[Box]:
    """The boxes of a whole file, up to where something else begins: a second file, or what only looks like a box.

    That is one that reaches beyond the end of the file and is none of the `known` ones.
    """
    for box in boxes(data):
        if (box.type == b"ftyp" and box.at > _LAST_FTYP) or not (box.whole or box.type in known):
            return
        yield box


def _is_name(kind: bytes) -> bool:
    """Whether four bytes can be a box's name: printable, Apple's © in front, or the number of a key in `ilst`."""
    return all(0x20 <= byte < 0x7F or byte == 0xA9 for byte in kind) or 0 < int.from_bytes(kind, "big") < 1 << 8


def skipped(box: Box, container: str) -> Iterator[Part]:
    """What stands in a box that readers skip, if it is not empty."""
    if box.content.strip(b"\0"):
        yield Part("private", f"{container} {box.name}", box.content)


def inner(content: bytes, *path: bytes) -> bytes | None:
    """The content of the first box at `path` within `content`, or None."""
    for step in path:
        found = next((box.content for box in boxes(content) if box.type == step), None)
        if found is None:
            return None
        content = found
    return content


def full(content: bytes) -> tuple[int, int, bytes]:
    """Version, flags and the rest of a "full box". Raises `BrokenError` if it is shorter than that."""
    if len(content) < 4:
        raise BrokenError("a box without its version")
    return content[0], uint(content, 1, 3), content[4:]
