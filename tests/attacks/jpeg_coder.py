"""Codes JPEGs from coefficients, as no honest program does: with codes for nothing, or values that no picture has."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

import numpy as np
from PIL import Image

ZIGZAG = np.array(
    sorted(range(64), key=lambda at: (sum(divmod(at, 8)), (at // 8 if sum(divmod(at, 8)) % 2 else at % 8)))
)
Code = tuple[int, int]  # a number and how many bits it has


def head(size: tuple[int, int], quality: int = 95) -> bytes:
    """What stands before the coded data of a picture of this width and height, as scrubber writes it."""
    target = io.BytesIO()
    Image.new("RGB", size).save(target, "JPEG", quality=quality, subsampling="4:4:4")
    data = target.getvalue()
    start = data.index(b"\xff\xda")
    return data[: start + 2 + int.from_bytes(data[start + 2 : start + 4], "big")]


def tables(header: bytes) -> tuple[list[np.ndarray], dict[tuple[int, int], dict[int, Code]]]:
    """Quantisation tables in zigzag order, and Huffman codes by class and number."""
    steps, codes, at = [], {}, 2
    while header[at + 1] != 0xDA:
        end = at + 2 + int.from_bytes(header[at + 2 : at + 4], "big")
        body = header[at + 4 : end]
        if header[at + 1] == 0xDB:
            steps.append(np.frombuffer(body[1:], np.uint8).astype(float))
        elif header[at + 1] == 0xC4:
            codes[body[0] >> 4, body[0] & 15] = dict(_codes(body[1:17], body[17:]))
        at = end
    return steps, codes


def _codes(counts: bytes, symbols: bytes) -> Iterator[tuple[int, Code]]:
    number, place = 0, 0
    for length, count in enumerate(counts, 1):
        for symbol in symbols[place : place + count]:
            yield symbol, (number, length)
            number += 1
        number, place = number << 1, place + count


def coefficients(samples: np.ndarray, step: np.ndarray) -> np.ndarray:
    """Rows × columns × 64 in zigzag order, of samples that may lie beyond 0 and 255."""
    frequency, place = np.mgrid[0:8, 0:8]
    cosines = np.sqrt(np.where(frequency == 0, 1, 2) / 8) * np.cos((2 * place + 1) * frequency * np.pi / 16)
    rows, columns = samples.shape[0] // 8, samples.shape[1] // 8
    blocks = (samples - 128.0).reshape(rows, 8, columns, 8).transpose(0, 2, 1, 3)
    changed = (cosines @ blocks @ cosines.T).reshape(rows, columns, 64)
    return np.rint(changed[:, :, ZIGZAG] / step).astype(int)


def coded(size: tuple[int, int], channels: Sequence[np.ndarray], zeros: str = "", filling: int = 1) -> bytes:
    """A JPEG of three channels of coefficients. Each 1 in `zeros` makes one block end with sixteen zeros too many.

    `filling` is what the last byte is filled up with.
    """
    return coded_behind(head(size), channels, zeros, filling)


def coded_behind(header: bytes, channels: Sequence[np.ndarray], zeros: str = "", filling: int = 1) -> bytes:
    """The same behind a head of your own, of one channel or three."""
    codes = tables(header)[1]
    bits: list[str] = []
    before = [0, 0, 0]
    wanted = iter(zeros)
    for row in range(channels[0].shape[0]):
        for column in range(channels[0].shape[1]):
            for channel, values in enumerate(channels):
                block = values[row, column]
                bits += _block(block, before[channel], codes, min(channel, 1), wanted)
                before[channel] = int(block[0])
    return header + _stuffed(bits, filling) + b"\xff\xd9"


def progressive(size: tuple[int, int], channels: Sequence[np.ndarray]) -> bytes:
    """The same as `coded` in four scans: DC of all channels, then AC of each."""
    header = head(size).replace(b"\xff\xc0", b"\xff\xc2")
    codes = tables(header)[1]
    header = header[: header.index(b"\xff\xda")]
    flat = [values.reshape(-1, 64) for values in channels]
    before, bits = [0, 0, 0], []
    for blocks in zip(*flat, strict=True):
        for channel, block in enumerate(blocks):
            bits += _value(int(block[0]) - before[channel], 0, codes[0, min(channel, 1)])
            before[channel] = int(block[0])
    parts = [header, b"\xff\xda\x00\x0c\x03\x01\x00\x02\x11\x03\x11\x00\x00\x00", _stuffed(bits)]
    for channel, values in enumerate(flat):
        kind = min(channel, 1)
        bits = [piece for block in values for piece in _ac(block, codes[1, kind], iter(()))]
        parts += [b"\xff\xda\x00\x08\x01", bytes([channel + 1, 17 * kind, 1, 63, 0]), _stuffed(bits)]
    return b"".join([*parts, b"\xff\xd9"])


def _stuffed(bits: Sequence[str], filling: int = 1) -> bytes:
    whole = "".join(bits)
    whole += str(filling) * (-len(whole) % 8)
    return int(whole, 2).to_bytes(len(whole) // 8, "big").replace(b"\xff", b"\xff\x00")


def _block(block: np.ndarray, before: int, codes: dict, kind: int, wanted: Iterator[str]) -> list[str]:
    return _value(int(block[0]) - before, 0, codes[0, kind]) + _ac(block, codes[1, kind], wanted)


def _ac(block: np.ndarray, codes: dict[int, Code], wanted: Iterator[str]) -> list[str]:
    bits: list[str] = []
    last = max((at for at in range(1, 64) if block[at]), default=0)
    run = 0
    for at in range(1, last + 1):
        if not block[at]:
            run += 1
            continue
        bits += [_code(codes[0xF0])] * (run // 16) + _value(int(block[at]), run % 16, codes)
        run = 0
    if last < 63:
        if last < 40 and next(wanted, "0") == "1":
            bits.append(_code(codes[0xF0]))
        bits.append(_code(codes[0]))
    return bits


def _value(value: int, run: int, codes: dict[int, Code]) -> list[str]:
    size = abs(value).bit_length()
    number = value if value > 0 else value + (1 << size) - 1
    return [_code(codes[run << 4 | size]), f"{number:0{size}b}" if size else ""]


def _code(code: Code) -> str:
    return f"{code[0]:0{code[1]}b}"


def refined(size: tuple[int, int], channels: Sequence[np.ndarray], low: int, last: int = 0) -> bytes:
    """The same as `progressive`, without the lowest bits at first: `low` more scans of each channel send one bit each.

    DC is sent down to its bit `last` only.
    """
    header = head(size).replace(b"\xff\xc0", b"\xff\xc2")
    codes = tables(header)[1]
    flat = [values.reshape(-1, 64) for values in channels]
    short = [np.sign(values) * (np.abs(values) >> low) for values in flat]
    before, bits = [0, 0, 0], []
    for at in range(len(flat[0])):
        for channel, values in enumerate(flat):
            number = int(values[at, 0] >> max(low, last))
            bits += _value(number - before[channel], 0, codes[0, min(channel, 1)])
            before[channel] = number
    parts = [header[: header.index(b"\xff\xda")], _dc_scan(max(low, last)), _stuffed(bits)]
    for channel, values in enumerate(short):
        bits = [piece for block in values for piece in _ac(block, codes[1, min(channel, 1)], iter(()))]
        parts += [_ac_scan(channel, low), _stuffed(bits)]
    for bit in reversed(range(low)):
        if bit >= last:
            dc = [str(int(values[at, 0]) >> bit & 1) for at in range(len(flat[0])) for values in flat]
            parts += [_dc_scan(bit, bit + 1), _stuffed(dc)]
        for channel, values in enumerate(flat):
            bits = [_correction(np.abs(block) >> bit, block, codes[1, min(channel, 1)]) for block in values]
            parts += [_ac_scan(channel, bit, bit + 1), _stuffed(bits)]
    return b"".join([*parts, b"\xff\xd9"])


def empty_blocks(size: tuple[int, int], runs: Sequence[int], refining: bool) -> bytes:
    """A progressive white picture whose luminance, all flat, is coded in runs of so many blocks, 1, 2 or 128 to 255."""
    header = head(size).replace(b"\xff\xc0", b"\xff\xc2")
    codes = tables(header)[1]
    white = 1016 // int(tables(header)[0][0][0])
    blocks = (size[0] // 8) * (size[1] // 8)
    grey = 2 * _code(codes[0, 1][0])
    dc = [*_value(white, 0, codes[0, 0]), grey, (_code(codes[0, 0][0]) + grey) * (blocks - 1)]
    table = b"\xff\xc4\x00\x16\x10" + bytes([0, 3, *[0] * 14]) + b"\x00\x10\x70"
    ends = {1: "00", 2: "010"} | {run: f"10{run - 128:07b}" for run in range(128, 256)}
    scan = _stuffed([ends[run] for run in runs])
    whole = _stuffed([ends[blocks]])
    parts = [header[: header.index(b"\xff\xda")], _dc_scan(0), _stuffed(dc), table]
    parts += [_ac_scan(0, 1), whole, _ac_scan(0, 0, 1), scan] if refining else [_ac_scan(0, 0), scan]
    return b"".join([*parts, b"\xff\xd9"])


def _dc_scan(low: int, high: int = 0) -> bytes:
    return b"\xff\xda\x00\x0c\x03\x01\x00\x02\x11\x03\x11\x00\x00" + bytes([high << 4 | low])


def _ac_scan(channel: int, low: int, high: int = 0) -> bytes:
    return b"\xff\xda\x00\x08\x01" + bytes([channel + 1, 17 * min(channel, 1), 1, 63, high << 4 | low])


def _correction(sizes: np.ndarray, block: np.ndarray, codes: dict[int, Code]) -> str:
    """One more bit of each AC coefficient of a block (ISO/IEC 10918-1, G.1.2.3); `sizes` are cut to that bit."""
    bits, run, waiting = "", 0, ""
    last = max((at for at in range(1, 64) if sizes[at] == 1), default=0)
    for at in range(1, 64):
        if sizes[at] == 1:
            bits += _code(codes[run << 4 | 1]) + ("1" if block[at] > 0 else "0") + waiting
            run, waiting = 0, ""
        elif sizes[at]:
            waiting += str(sizes[at] & 1)
        elif run == 15 and at < last:
            bits += _code(codes[0xF0]) + waiting
            run, waiting = 0, ""
        else:
            run += 1
    return bits + (_code(codes[0]) + waiting if run or waiting else "")
