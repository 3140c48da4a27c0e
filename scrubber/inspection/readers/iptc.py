"""IPTC-IIM: captions, names and places as news agencies store them (Information Interchange Model 4.2)."""

from __future__ import annotations

from collections.abc import Iterator

from scrubber.inspection.binary import cut, uint
from scrubber.inspection.parts import Finding, Part
from scrubber.inspection.wording import decode, listing
from scrubber.values import Leak

_MARK = 0x1C
# Record 2, "application record": dataset number to kind, name and words.
_DATASETS = {
    5: ("comment", "ObjectName", "title"),
    7: ("metadata", "EditStatus", "edit status"),
    12: ("text", "SubjectReference", "subject"),
    15: ("text", "Category", "category"),
    20: ("text", "SupplementalCategories", "categories"),
    22: ("provenance", "FixtureIdentifier", "job identifier"),
    25: ("text", "Keywords", "keywords"),
    26: ("place", "ContentLocationCode", "country shown"),
    27: ("place", "ContentLocationName", "place shown"),
    40: ("comment", "SpecialInstructions", "instructions"),
    55: ("time", "DateCreated", "taken on"),
    60: ("time", "TimeCreated", "taken at"),
    62: ("time", "DigitalCreationDate", "digitised on"),
    63: ("time", "DigitalCreationTime", "digitised at"),
    65: ("device", "OriginatingProgram", "program"),
    80: ("identity", "By-line", "photographer"),
    85: ("identity", "By-lineTitle", "photographer's function"),
    90: ("place", "City", "city"),
    92: ("place", "Sub-location", "place within the city"),
    95: ("place", "Province-State", "state"),
    100: ("place", "CountryCode", "country code"),
    101: ("place", "Country", "country"),
    103: ("provenance", "TransmissionReference", "job reference"),
    105: ("comment", "Headline", "headline"),
    110: ("identity", "Credit", "credit"),
    115: ("identity", "Source", "source"),
    116: ("identity", "CopyrightNotice", "copyright"),
    118: ("identity", "Contact", "contact"),
    120: ("comment", "Caption", "caption"),
    122: ("identity", "Writer", "caption writer"),
}
_PREVIEW = 202
MOST_DATASETS = 2_000


def read(part: Part) -> Iterator[Finding]:
    """One leak for each kind of dataset, values of repeated ones together; the rest is counted."""
    values: dict[int, list[str]] = {}
    others = 0
    for record, dataset, raw in _datasets(part.payload):
        if record == 2 and dataset in _DATASETS:
            values.setdefault(dataset, []).append(decode(raw))
        elif record == 2 and dataset == _PREVIEW:
            yield Part("thumbnail", f"{part.where} ObjectPreviewData", raw)
        elif record == 2 and dataset:
            others += 1
    for dataset, texts in values.items():
        kind, name, words = _DATASETS[dataset]
        yield Leak(kind, f"{part.where} {name}", f"{words}: {listing(texts) or 'empty'}")
    if others:
        yield Leak("metadata", part.where, f"further fields: {others}")


def _datasets(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """`(record, dataset, value)`; stops at the padding behind the last one.

    Raises `BrokenError` where a value is cut off.
    """
    position = 0
    for _ in range(MOST_DATASETS):
        if position + 5 > len(data) or data[position] != _MARK:
            return
        length = uint(data, position + 3, 2)
        start = position + 5
        if length & 0x8000:  # extended dataset: the length is itself that many bytes long
            digits = length & 0x7FFF
            if digits > 8:
                return
            length = uint(data, start, digits)
            start += digits
        yield data[position + 1], data[position + 2], cut(data, start, length)
        position = start + length
