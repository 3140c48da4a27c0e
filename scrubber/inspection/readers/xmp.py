"""XMP packets: what editors and phones write about a picture in RDF/XML (ISO 16684-1.

XMP specification part 3).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass, field

from scrubber.inspection.parts import Finding, Part
from scrubber.inspection.readers.gps import from_xmp
from scrubber.inspection.readers.properties import RULES, Rule, rule_for
from scrubber.inspection.readers.rdf import Property, properties
from scrubber.inspection.wording import listing, plain, size
from scrubber.values import Leak

# Properties that hold a whole file in base64, and the content it is.
_FILES = {
    "GImage:Data": "picture",
    "GDepth:Data": "depth",
    "xmpGImg:image": "thumbnail",
    "Image:Data": "picture",
    "Depthmap:Data": "depth",
}
_COORDINATES = ("exif:GPSLatitude", "exif:GPSLongitude")
_DEVELOPMENT = "crs:"  # settings of Adobe Camera Raw: dozens, and together they are an edit history
_QUIET = frozenset({"x:xmptk", "dc:format", "tiff:Orientation", "exif:PixelXDimension", "exif:PixelYDimension"})


@dataclass(slots=True)
class _Group:
    """The values that fall under one rule, told as one leak."""

    rule: Rule
    values: list[str] = field(default_factory=list)
    hidden: int = 0

    def add(self, item: Property) -> None:
        if not self.rule.show or item.name in self.rule.show:
            self.values.append(plain(item.value))
        else:
            self.hidden += 1

    def detail(self) -> str:
        if self.values:
            return f"{self.rule.words}: {listing(self.values)}"
        return f"{self.rule.words}, {self.hidden} properties without a name in them"


def read(part: Part) -> Iterator[Finding]:
    """Tell what the packet holds, one leak per property or structure; inner pictures go on as parts.

    A packet that is no well-formed XML, or that declares entities, is searched with patterns and reported as
    such.
    """
    packet = properties(part.payload)
    if packet.problem:
        yield Leak("metadata", part.where, f"could be read only in part: {packet.problem} ({size(part.payload)})")
    groups: dict[tuple[str, str], _Group] = {}
    coordinates: dict[str, str] = {}
    development = others = 0
    for item in packet.found:
        if item.name in _FILES:
            yield _file(part, item)
        elif item.path in ((_COORDINATES[0],), (_COORDINATES[1],)):
            coordinates[item.name] = item.value
        elif (rule_and_name := _rule(item)) is not None:
            rule, name = rule_and_name
            groups.setdefault((rule.kind, name), _Group(rule)).add(item)
        elif item.name.startswith(_DEVELOPMENT):
            development += 1
        elif item.name not in _QUIET:
            others += 1
    if coordinates:
        yield from_xmp(f"{part.where} GPS", *(coordinates.get(name, "") for name in _COORDINATES))
    yield from _told(part.where, groups)
    if development:
        yield Leak("history", f"{part.where} crs", f"{development} settings of how the raw picture was developed")
    if others or not packet.found:
        yield Leak("metadata", part.where, f"further properties: {others}, {size(part.payload)}")


def _rule(item: Property) -> tuple[Rule, str] | None:
    """The rule that covers a property.

    That of the outermost structure around it that has one, else its own.
    """
    for name in item.path:
        if name in RULES:
            return RULES[name], name
    for name in reversed(item.path):
        rule = None if name.startswith(_DEVELOPMENT) else rule_for(name)
        if rule is not None:
            return rule, ""  # a name that only the file knows is not repeated in reports
    return None


def _told(where: str, groups: dict[tuple[str, str], _Group]) -> Iterator[Leak]:
    for (kind, name), group in groups.items():
        detail = group.detail()
        if name == "Container:Directory" and any("video" in value for value in group.values):
            kind = "video"
        yield Leak(kind, f"{where} {name}".strip(), detail)


def _file(part: Part, item: Property) -> Finding:
    where = f"{part.where} {item.name}"
    try:
        raw = base64.b64decode(item.value.encode("ascii", "ignore") + b"==")
    except binascii.Error:
        return Leak("hidden-picture", where, f"picture in damaged base64, {len(item.value):,} characters")
    return Part(_FILES[item.name], where, raw)
