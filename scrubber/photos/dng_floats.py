"""DNGs of floating point numbers: LibRaw scales them by the largest one in the picture, which may be a hidden one."""

from __future__ import annotations

from typing import Final, Literal

_ORDERS: Final[dict[bytes, Literal["little", "big"]]] = {b"II*\0": "little", b"MM\0*": "big"}
_SUB_DIRECTORIES, _SAMPLE_FORMAT, _FLOATS = 330, 339, 3  # TIFF 6.0, page 80; TIFF Technical Note 1
_SIZES: Final = {3: 2, 4: 4, 13: 4}  # bytes of SHORT, LONG and IFD
_MOST: Final = 1000  # directories; a file with more was made to waste time
_MOST_VALUES: Final = 1000  # of one tag


def has_floats(data: bytes) -> bool:
    """Whether any directory of a TIFF says that its samples are floating point numbers; False for other files."""
    order = _ORDERS.get(data[:4])
    if order is None:
        return False
    waiting, seen = [int.from_bytes(data[4:8], order)], set[int]()
    while waiting and len(seen) < _MOST:
        place = waiting.pop()
        if place in seen or not 0 < place < len(data):
            continue
        seen.add(place)
        end = place + 2 + 12 * int.from_bytes(data[place : place + 2], order)
        for at in range(place + 2, min(end, len(data)), 12):
            tag = int.from_bytes(data[at : at + 2], order)
            if tag == _SAMPLE_FORMAT and _FLOATS in _values(data, at, order):
                return True
            if tag == _SUB_DIRECTORIES:
                waiting += _values(data, at, order)
        waiting.append(int.from_bytes(data[end : end + 4], order))
    return False


def _values(data: bytes, entry: int, order: Literal["little", "big"]) -> list[int]:
    """The whole numbers of the tag whose entry lies at `entry`; none for other types."""

    def number(at: int, size: int) -> int:
        return int.from_bytes(data[at : at + size], order)

    size, count = _SIZES.get(number(entry + 2, 2), 0), min(number(entry + 4, 4), _MOST_VALUES)
    start = entry + 8 if size * count <= 4 else number(entry + 8, 4)
    return [number(start + size * at, size) for at in range(count if size else 0)]
