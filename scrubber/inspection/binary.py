"""Reading numbers out of bytes without ever reading past them."""

from __future__ import annotations

from typing import Literal, TypeAlias

from scrubber.inspection.parts import BrokenError

Order: TypeAlias = Literal["big", "little"]


def cut(data: bytes, at: int, size: int) -> bytes:
    """The `size` bytes of `data` from `at` on. Raises `BrokenError` if they are not all there."""
    if at < 0 or size < 0 or at + size > len(data):
        raise BrokenError(f"{size:,} bytes expected at {at:,}, but only {len(data):,} are there")
    return data[at : at + size]


def uint(data: bytes, at: int, size: int, order: Order = "big") -> int:
    """The unsigned number of `size` bytes at `at`. Raises `BrokenError` if it is not all there."""
    return int.from_bytes(cut(data, at, size), order)
