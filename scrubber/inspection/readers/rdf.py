"""Flattens an XMP packet into named values, whatever state it is in, without ever resolving an entity."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree

from scrubber.inspection.parts import BrokenError

DEEPEST = 64  # elements within elements; real packets stay below 15
MOST_PROPERTIES = 5_000
MOST_SEARCHED = 2_000_000  # characters of a malformed packet; real ones without pictures have below 200,000

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_SKIPPED = frozenset({_RDF, "adobe:ns:meta/", "http://www.w3.org/XML/1998/namespace"})
# Namespace to the prefix that our rules use, without the mark at its end, which programs get wrong.
_PREFIXES = {
    "http://purl.org/dc/elements/1.1": "dc",
    "http://purl.org/dc/terms": "dcterms",
    "http://ns.adobe.com/xap/1.0": "xmp",
    "http://ns.adobe.com/xap/1.0/mm": "xmpMM",
    "http://ns.adobe.com/xap/1.0/rights": "xmpRights",
    "http://ns.adobe.com/xap/1.0/g/img": "xmpGImg",
    "http://ns.adobe.com/xap/1.0/stype/resourceevent": "stEvt",
    "http://ns.adobe.com/xap/1.0/stype/resourceref": "stRef",
    "http://ns.adobe.com/xmp/1.0/dynamicmedia": "xmpDM",
    "http://ns.adobe.com/xmp/note": "xmpNote",
    "http://ns.adobe.com/tiff/1.0": "tiff",
    "http://ns.adobe.com/exif/1.0": "exif",
    "http://cipa.jp/exif/1.0": "exifEX",
    "http://ns.adobe.com/exif/1.0/aux": "aux",
    "http://ns.adobe.com/photoshop/1.0": "photoshop",
    "http://ns.adobe.com/camera-raw-settings/1.0": "crs",
    "http://ns.adobe.com/lightroom/1.0": "lr",
    "http://ns.adobe.com/pdf/1.3": "pdf",
    "http://ns.adobe.com/hdr-gain-map/1.0": "hdrgm",
    "http://iptc.org/std/iptc4xmpcore/1.0/xmlns": "Iptc4xmpCore",
    "http://iptc.org/std/iptc4xmpext/2008-02-29": "Iptc4xmpExt",
    "http://ns.useplus.org/ldf/xmp/1.0": "plus",
    "http://www.metadataworkinggroup.com/schemas/regions": "mwg-rs",
    "http://ns.microsoft.com/photo/1.0": "MicrosoftPhoto",
    "http://ns.microsoft.com/photo/1.2": "MP",
    "http://ns.microsoft.com/photo/1.2/t/region": "MPReg",
    "http://ns.microsoft.com/photo/1.2/t/regioninfo": "MPRI",
    "http://ns.google.com/photos/1.0/camera": "GCamera",
    "http://ns.google.com/photos/1.0/depthmap": "GDepth",
    "http://ns.google.com/photos/1.0/image": "GImage",
    "http://ns.google.com/photos/1.0/audio": "GAudio",
    "http://ns.google.com/photos/1.0/panorama": "GPano",
    "http://ns.google.com/photos/1.0/focus": "GFocus",
    "http://ns.google.com/photos/1.0/container": "Container",
    "http://ns.google.com/photos/1.0/container/item": "Item",
    "http://ns.google.com/photos/dd/1.0/device": "Device",
    "http://ns.google.com/photos/dd/1.0/container": "Device",
    "http://ns.google.com/photos/dd/1.0/item": "Item",
    "http://ns.google.com/photos/dd/1.0/image": "Image",
    "http://ns.google.com/photos/dd/1.0/depthmap": "Depthmap",
    "http://ns.apple.com/hdrgainmap/1.0": "HDRGainMap",
    "http://ns.apple.com/pixeldatainfo/1.0": "apdi",
    "http://www.dji.com/drone-dji/1.0": "drone-dji",
    "http://www.digikam.org/ns/1.0": "digiKam",
    "http://ns.acdsee.com/iptc/1.0": "acdsee",
    "http://ns.iview-multimedia.com/mediapro/1.0": "mediapro",
    "http://ns.microsoft.com/expressionmedia/1.0": "expressionmedia",
    "http://creativecommons.org/ns": "cc",
    "http://rs.tdwg.org/dwc/index.htm": "dwc",
}

# For packets that are no well-formed XML: name="value" and <name>value, as far as they can be made out.
_ATTRIBUTE = re.compile(r"([A-Za-z][\w.-]{0,40}:[A-Za-z][\w.-]{0,60})\s{0,9}=\s{0,9}[\"']([^\"'<]{1,4000})[\"']")
_ELEMENT = re.compile(
    r"<([A-Za-z][\w.-]{0,40}:[A-Za-z][\w.-]{0,60})(?:\s[^<>]{0,400})?>\s{0,99}"
    r"(?:<rdf:[^<>]{1,99}>\s{0,99}){0,3}([^<>\s][^<>]{0,4000})(?=<)"
)


@dataclass(frozen=True, slots=True)
class Property:
    """A value with the names that lead to it, outermost first: `("mwg-rs:Regions", …, "mwg-rs:Name")`."""

    path: tuple[str, ...]
    value: str

    @property
    def name(self) -> str:
        return self.path[-1]


@dataclass(frozen=True, slots=True)
class Packet:
    """The properties of a packet, and what kept us from reading it in full, if anything did."""

    found: tuple[Property, ...]
    problem: str = ""


def properties(payload: bytes) -> Packet:
    """All properties of an XMP packet in UTF-8, UTF-16 or UTF-32. Never raises."""
    text = _text(payload)
    collector = _Collector()
    try:
        parser = ElementTree.XMLParser(target=collector)
        parser.feed(text)
        parser.close()
    except ElementTree.ParseError as problem:
        return Packet(tuple(_by_pattern(text)), f"no well-formed XML ({problem})")
    except BrokenError as problem:
        return Packet(tuple(_by_pattern(text)), str(problem))
    return Packet(tuple(collector.found))


def _text(payload: bytes) -> str:
    head = payload[:4]
    if head in (b"\xff\xfe\0\0", b"<\0\0\0"):
        text = payload.decode("utf-32-le", "replace")
    elif head in (b"\0\0\xfe\xff", b"\0\0\0<"):
        text = payload.decode("utf-32-be", "replace")
    elif head[:2] in (b"\xff\xfe", b"<\0"):
        text = payload.decode("utf-16-le", "replace")
    elif head[:2] in (b"\xfe\xff", b"\0<"):
        text = payload.decode("utf-16-be", "replace")
    else:
        text = payload.decode("utf-8", "replace")
    return text.strip("\ufeff\0 \t\r\n")


def _by_pattern(text: str) -> Iterator[Property]:
    count = 0
    for pattern in (_ATTRIBUTE, _ELEMENT):
        for match in pattern.finditer(text[:MOST_SEARCHED]):
            name, value = match[1], match[2].strip()
            if value and not name.startswith(("xmlns:", "rdf:", "xml:")):
                yield Property((name,), value)
                count += 1
            if count >= MOST_PROPERTIES:
                return


@dataclass(slots=True)
class _Collector:
    """Receives the parser's events and keeps values only.

    No tree is built, so that none can grow too deep.
    """

    found: list[Property] = field(default_factory=list)
    _path: list[str | None] = field(default_factory=list)
    _text: list[list[str]] = field(default_factory=list)

    def doctype(self, *_: str | None) -> None:
        raise BrokenError("it declares a document type, which may hide entities")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self._path) >= DEEPEST:
            raise BrokenError(f"more than {DEEPEST} elements within each other")
        self._path.append(_name(tag))
        self._text.append([])
        for key, value in attributes.items():
            name = _name(key)
            if name is not None:
                self._keep(name, value)
            elif key == f"{{{_RDF}}}resource":
                self._keep(None, value)

    def data(self, text: str) -> None:
        if self._text:
            self._text[-1].append(text)

    def end(self, _: str) -> None:
        self._keep(None, "".join(self._text.pop()))
        self._path.pop()

    def close(self) -> None:
        """Called by the parser at the end of the document; everything is in `found` by then."""

    def _keep(self, name: str | None, value: str) -> None:
        path = tuple(step for step in (*self._path, name) if step is not None)
        if not path or not value.strip():
            return
        if len(self.found) >= MOST_PROPERTIES:
            raise BrokenError(f"more than {MOST_PROPERTIES:,} properties")
        self.found.append(Property(path, value.strip()))


def _name(tag: str) -> str | None:
    """ "{namespace}name" as "prefix:name"; None for what only holds the packet together."""
    if not tag.startswith("{"):
        return f"?:{tag}"
    namespace, _, local = tag[1:].partition("}")
    if namespace in _SKIPPED:
        return None
    return f"{_PREFIXES.get(namespace.rstrip('/#').lower(), '?')}:{local}"
