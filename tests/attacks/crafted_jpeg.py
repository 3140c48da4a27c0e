"""Writes baseline JPEGs number by number, to put into them what no encoder would (ISO/IEC 10918-1, annex F)."""

from __future__ import annotations

import io
from collections.abc import Iterator

import cv2
import numpy as np
from PIL import Image

_SIDE = 8
_ZERO_RUN, _END = 0xF0, 0x00
# Down and up along the diagonals, from the mean to the finest detail.
_ZIGZAG = sorted(range(64), key=lambda at: (sum(divmod(at, 8)), (at // 8 if sum(divmod(at, 8)) % 2 else at % 8)))


def encoded(levels: np.ndarray, runs: Iterator[int] | None = None) -> bytes:
    """A grey picture as this product writes JPEGs. `levels` (H×W, whole blocks) may lie beyond 0 to 255.

    Behind the last number of a block go as many needless runs of sixteen zeros as `runs` says next, 0 to 3.
    """
    head = _head(*levels.shape)
    dc, ac, table = _codes(head, 0x00), _codes(head, 0x10), _table(head)
    other = _codes(head, 0x01)[0] + _codes(head, 0x11)[_END]  # neither blue nor red
    bits, before = [], 0
    for block in _blocks(levels.astype(np.float32) - 128):
        numbers = [int(number) for number in np.rint(cv2.dct(block).ravel()[_ZIGZAG] / table)]
        bits += [_number(dc, 0, numbers[0] - before), *_details(ac, numbers, next(runs, 0) if runs else 0), other * 2]
        before = numbers[0]
    scan = "".join(bits)
    scan += "1" * (-len(scan) % 8)
    return head + int(scan, 2).to_bytes(len(scan) // 8, "big").replace(b"\xff", b"\xff\0") + b"\xff\xd9"


def _details(codes: dict[int, str], numbers: list[int], runs: int) -> Iterator[str]:
    zeros, used = 0, 0
    for at, number in enumerate(numbers[1:], 1):
        if number == 0:
            zeros += 1
            continue
        yield codes[_ZERO_RUN] * (zeros // 16) + _number(codes, zeros % 16 << 4, number)
        zeros, used = 0, at
    if used < 63:
        yield codes[_ZERO_RUN] * min(runs, (62 - used) // 16) + codes[_END]


def _number(codes: dict[int, str], zeros: int, number: int) -> str:
    size = abs(number).bit_length()
    value = number if number > 0 else number + (1 << size) - 1
    return codes[zeros | size] + (f"{value:0{size}b}" if size else "")


def _blocks(levels: np.ndarray) -> Iterator[np.ndarray]:
    for top in range(0, levels.shape[0], _SIDE):
        for left in range(0, levels.shape[1], _SIDE):
            yield np.ascontiguousarray(levels[top : top + _SIDE, left : left + _SIDE])


def _head(height: int, width: int) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (width, height)).save(target, "JPEG", quality=95, subsampling="4:4:4")
    data = target.getvalue()
    scan = data.index(b"\xff\xda")
    return data[: scan + 2 + int.from_bytes(data[scan + 2 : scan + 4], "big")]


def _segments(head: bytes, marker: int) -> Iterator[bytes]:
    at = 2
    while at < len(head):
        end = at + 2 + int.from_bytes(head[at + 2 : at + 4], "big")
        if head[at + 1] == marker:
            yield head[at + 4 : end]
        at = end


def _table(head: bytes) -> np.ndarray:
    return np.frombuffer(next(_segments(head, 0xDB))[1:65], np.uint8).astype(np.float32)


def _codes(head: bytes, wanted: int) -> dict[int, str]:
    for body in _segments(head, 0xC4):
        while body:
            counts, symbols = body[1:17], iter(body[17:])
            if body[0] == wanted:
                codes, code = {}, 0
                for length, count in enumerate(counts, 1):
                    for _ in range(count):
                        codes[next(symbols)] = f"{code:0{length}b}"
                        code += 1
                    code <<= 1
                return codes
            body = body[17 + sum(counts) :]
    raise AssertionError("no such table")
