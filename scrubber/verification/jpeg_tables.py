"""Whose tables a JPEG uses: those that everybody has say nothing, others tell cameras and programs apart.

Farid, Digital image ballistics from JPEG quantization, 2006; Kornblum, Using JPEG quantization tables to identify
imagery processed by software, 2008. The standard tables are those of ITU-T T.81, annex K, scaled as the Independent
JPEG Group's library does.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Final

from scrubber.values import Leak
from scrubber.verification.jpeg_parts import HuffmanTable, Parts

# T.81, tables K.1 and K.2, in zigzag order.
_LUMINANCE: Final = (
    16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40, 26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51,
    61, 60, 57, 51, 56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87, 95, 98, 103, 104, 103, 62, 77,
    113, 121, 112, 100, 120, 92, 101, 103, 99,
)  # fmt: skip
_CHROMINANCE: Final = (
    17, 18, 18, 24, 21, 24, 47, 26, 26, 47, 99, 66, 56, 66, 99, 99, *(99,) * 48,
)  # fmt: skip
# T.81, tables K.3 to K.6: how many codes of each length, and what they stand for.
_DC: Final = (
    (
        "00010501010101010100000000000000",
        "000102030405060708090a0b",
    ),
    (
        "00030101010101010101010000000000",
        "000102030405060708090a0b",
    ),
)  # fmt: skip
_AC: Final = (
    (
        "0002010303020403050504040000017d",
        "01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a"
        "3435363738393a434445464748494a535455565758595a636465666768696a737475767778797a838485868788898a929394"
        "95969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8"
        "e9eaf1f2f3f4f5f6f7f8f9fa",
    ),
    (
        "00020102040403040705040400010277",
        "000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f11718191a262728"
        "292a35363738393a434445464748494a535455565758595a636465666768696a737475767778797a82838485868788898a92"
        "939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7"
        "e8e9eaf2f3f4f5f6f7f8f9fa",
    ),
)  # fmt: skip
_MOST_FALLS: Final = 16  # lengths of more than 16 bits
_MOST_UNUSED: Final = 512  # symbols in all; four tables with all that there can be hold 348
_WORDS: Final = "tables of its own, which tell what camera or program wrote it"
_SPLIT: Final = (
    "how its data is split into scans and where it restarts: a coder may choose that, and say a few words by it"
)
_PROGRESSIVE: Final = (
    "into which progressive scans its data is split and where they restart: a coder may choose that, and say a few "
    "words by it"
)
_OWN_CODE: Final = "which lengths its Huffman codes have: a coder may choose them, and say a few words by it"


def objections(found: Parts) -> Iterator[Leak]:
    """Quantisation tables that are not of the standard family, and Huffman tables with room for a message."""
    if not _restart_alike(found):
        yield Leak("structure", "JPEG DRI", "scans restart at intervals of their own, which may be a message")
    used = [found.quantisation.get(component.table) for component in found.components.values()]
    if not _is_standard(used):
        yield Leak("device", "JPEG DQT", _WORDS)
    for kind, table in found.all_huffman:
        if table not in _standard_huffman()[kind] and not _in_order(table):
            yield Leak(
                "structure", "JPEG DHT", "codes in an order of their own, which tells of a camera or may be a message"
            )
            return


def unused(found: Parts) -> Iterator[Leak]:
    """Room for a message in Huffman codes that occur nowhere, when it is known which are used.

    The standard tables say nothing, though hardly a picture needs all of their codes.
    """
    count = sum(
        len(table.symbols) - len(found.used.get(table, ()))
        for kind, table in found.all_huffman
        if table not in _standard_huffman()[kind]
    )
    if count > _MOST_UNUSED:
        yield Leak("structure", "JPEG DHT", f"{count:,} codes that nothing uses, which may be a message")


def not_judged(found: Parts) -> tuple[str, ...]:
    """Sentences on Huffman tables that are not the standard ones, and on scans and restarts, where a coder chose."""
    own = any(table not in _standard_huffman()[kind] for kind, table in found.all_huffman)
    split = len(found.scans) > 1 or any(scan.interval for scan in found.scans)
    said = _PROGRESSIVE if found.progressive else _SPLIT
    return (*((_OWN_CODE,) if own else ()), *((said,) if split else ()))


def _restart_alike(found: Parts) -> bool:
    """Whether all scans restart after the same number of MCUs, or all after the same number of rows of them."""
    if len({scan.interval for scan in found.scans}) == 1:
        return True
    rows = {divmod(scan.interval, found.units(scan)[0]) for scan in found.scans}
    return len(rows) == 1 and rows.pop()[1] == 0


def _is_standard(used: list[tuple[int, ...] | None]) -> bool:
    """Whether these are the tables of one quality from 1 to 100: one for luminance, one for the two chrominances."""
    return any(used == [luminance, *[chrominance] * (len(used) - 1)] for luminance, chrominance in _family())


@cache
def _family() -> tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]:
    scales = [5000 // quality if quality < 50 else 200 - 2 * quality for quality in range(1, 101)]
    return tuple((_scaled(_LUMINANCE, scale), _scaled(_CHROMINANCE, scale)) for scale in scales)


def _scaled(table: tuple[int, ...], scale: int) -> tuple[int, ...]:
    return tuple(min(max((value * scale + 50) // 100, 1), 255) for value in table)


def _in_order(table: HuffmanTable) -> bool:
    """Whether the symbols of each length rise, as in tables that are computed from a picture.

    Such codes may be longer at first, up to 32 bits, and are then cut to 16 (T.81, K.2); their symbols keep the order.
    """
    at, falls = 0, 0
    for count in table.counts:
        falls += sum(after <= before for before, after in pairwise(table.symbols[at : at + count]))
        at += count
    return falls <= _MOST_FALLS


@cache
def _standard_huffman() -> tuple[frozenset[HuffmanTable], frozenset[HuffmanTable]]:
    """The tables of T.81, K.3 to K.6: for DC and for AC."""
    dc, ac = (
        frozenset(HuffmanTable(bytes.fromhex(counts), bytes.fromhex(symbols)) for counts, symbols in tables)
        for tables in (_DC, _AC)
    )
    return dc, ac
