"""Reads the face names that photo managers write into XMP: Metadata Working Group regions and Microsoft's.

Guidelines for Handling Image Metadata 2.0 (Metadata Working Group, 2010), chapter 5.9: areas are centred on `x` and
`y`, in parts of the picture as it is stored, before it is turned upright. Microsoft People Tagging (MP): `x, y, w, h`
from the top left corner, also in parts. Only numbers and names come out of here; what they mean is for the caller.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree

_RDF: Final = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_MWG: Final = "{http://www.metadataworkinggroup.com/schemas/regions/}"
_AREA: Final = "{http://ns.adobe.com/xmp/sType/Area#}"
_DIMENSIONS: Final = "{http://ns.adobe.com/xap/1.0/sType/Dimensions#}"
_MICROSOFT: Final = "{http://ns.microsoft.com/photo/1.2/t/Region#}"
_PACKET: Final = re.compile(rb"<x:xmpmeta\b.*?</x:xmpmeta>|<rdf:RDF\b.*?</rdf:RDF>", re.DOTALL)
_MOST_PACKETS: Final = 8
_LARGEST_PACKET: Final = 4 * 1024 * 1024  # bytes; real ones stay below a quarter of that


@dataclass(frozen=True, slots=True)
class TaggedFace:
    """A named face: left edge, top edge, width and height in parts of the picture's width and height, 0 to 1.

    `name` is empty where a face was marked and not named. `applied_to` is the size in pixels that the picture had
    when the region was drawn, if it is told.
    """

    name: str
    left: float
    top: float
    width: float
    height: float
    applied_to: tuple[int, int] | None = None


def face_regions(file: bytes) -> tuple[TaggedFace, ...]:
    """The named or marked faces in a photo file or an XMP sidecar; Microsoft's only if there are no others.

    Packets that are no well-formed XML, or that declare entities, hold nothing that can be trusted and are passed
    over.
    """
    roots = list(_packets(file))
    working_group = [region for root in roots for region in _working_group(root)]
    found = working_group or [region for root in roots for region in _microsoft(root)]
    return tuple(dict.fromkeys(found))


def _packets(file: bytes) -> Iterator[ElementTree.Element]:
    for number, match in enumerate(_PACKET.finditer(file)):
        packet = match.group()
        if number >= _MOST_PACKETS or len(packet) > _LARGEST_PACKET or b"<!" in packet:
            continue
        try:
            yield ElementTree.fromstring(packet)
        except ElementTree.ParseError:
            continue


def _working_group(root: ElementTree.Element) -> Iterator[TaggedFace]:
    for regions in root.iter(f"{_MWG}Regions"):
        size = _size(regions)
        for area in regions.iter():
            parent = _value(area, f"{_MWG}Type")
            if parent is not None and parent.lower() == "face":
                region = _from_centre(area, size)
                if region is not None:
                    yield region


def _from_centre(entry: ElementTree.Element, size: tuple[int, int] | None) -> TaggedFace | None:
    area = next(entry.iter(f"{_MWG}Area"), None)
    if area is None or (_value(area, f"{_AREA}unit") or "normalized") != "normalized":
        return None
    numbers = [_number(_value(area, f"{_AREA}{key}")) for key in "xywh"]
    x, y, width, height = (number if number is not None else -1.0 for number in numbers)
    return _region(_value(entry, f"{_MWG}Name"), x - width / 2, y - height / 2, width, height, size)


def _microsoft(root: ElementTree.Element) -> Iterator[TaggedFace]:
    for entry in root.iter():
        rectangle = _value(entry, f"{_MICROSOFT}Rectangle")
        numbers = [_number(part) for part in rectangle.split(",")] if rectangle else []
        if len(numbers) == 4 and None not in numbers:
            left, top, width, height = (number or 0.0 for number in numbers)
            region = _region(_value(entry, f"{_MICROSOFT}PersonDisplayName"), left, top, width, height, None)
            if region is not None:
                yield region


def _region(
    name: str | None, left: float, top: float, width: float, height: float, size: tuple[int, int] | None
) -> TaggedFace | None:
    """A region whose middle lies in the picture; anything else is an error of whoever wrote it."""
    sound = 0 < width <= 1 and 0 < height <= 1 and 0 <= left + width / 2 <= 1 and 0 <= top + height / 2 <= 1
    return TaggedFace((name or "").strip(), left, top, width, height, size) if sound else None


def _size(regions: ElementTree.Element) -> tuple[int, int] | None:
    applied = next(regions.iter(f"{_MWG}AppliedToDimensions"), None)
    if applied is None:
        return None
    width, height = (_number(_value(applied, f"{_DIMENSIONS}{key}")) for key in "wh")
    return (round(width), round(height)) if width and height and width >= 1 and height >= 1 else None


def _value(element: ElementTree.Element, key: str) -> str | None:
    """A property of an RDF resource in any of the forms it may have: attribute, child, or inside a Description."""
    if key in element.attrib:
        return element.attrib[key]
    child = element.find(key)
    if child is not None and child.text:
        return child.text
    inner = element.find(f"{_RDF}Description")
    return None if inner is None else _value(inner, key)


def _number(text: str | None) -> float | None:
    try:
        number = float(text) if text else None
    except ValueError:
        return None
    return number if number is not None and abs(number) < 1e6 else None  # NaN fails the comparison
