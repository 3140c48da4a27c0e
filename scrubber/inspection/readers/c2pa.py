"""C2PA manifests: signed records of where a picture is from, with the signer and copies of its sources.

Boxes: ISO 19566-5 (JUMBF). Labels: C2PA technical specification 2.1. Certificates are searched, not verified.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from scrubber.inspection.binary import uint
from scrubber.inspection.parts import BrokenError, Finding, Part
from scrubber.inspection.readers.properties import rule_for
from scrubber.inspection.wording import decode, listing, plain, size
from scrubber.values import Leak

MOST_BOXES = 500
MOST_VALUES = 500
_SUPERBOX, _DESCRIPTION, _JSON, _BYTES = b"jumb", b"jumd", b"json", b"bidb"
_LABEL_AT = 17  # a description box has 16 bytes of type and one of flags before its label
# CBOR text of 1 to 255 bytes behind the key (RFC 8949): 0x60–0x77, or 0x78 and a length byte.
_GENERATOR = re.compile(rb"claim_generator(?:_info.{0,3}dname)?([\x60-\x77]|\x78.)", re.DOTALL)
# X.520 commonName and organizationName, then a DER string of below 128 bytes (RFC 5280).
_NAME = re.compile(rb"\x06\x03\x55\x04[\x03\x0a][\x0c\x13]([\x01-\x7f])", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Box:
    """A box with content, and the label of the box around it."""

    type: bytes
    label: str
    content: bytes


def read(part: Part) -> Iterator[Finding]:
    """Signer, generator, statements about people and places, and pictures within the manifest."""
    boxes = list(_boxes(part.payload))
    names = [name for box in boxes for name in _names(box.content)]
    generators = [_generator(box.content) for box in boxes]
    words = [
        "signed record of origin",
        f"made with {listing(generators)}" if any(generators) else "",
        f"certificate names {listing(names)}" if names else "",
        size(part.payload),
    ]
    yield Leak("provenance", part.where, plain(", ".join(filter(None, words)), 300))
    for box in boxes:
        if box.type == _BYTES and "thumbnail" in box.label:
            yield Part("thumbnail", f"{part.where} thumbnail", box.content)
        elif box.type == _JSON:
            yield from _statements(part.where, box)


def _boxes(data: bytes) -> Iterator[_Box]:
    """All boxes that hold content, in order; superboxes are opened.

    Raises `BrokenError` where a length is impossible.
    """
    waiting = [(0, len(data), "")]
    count = 0
    while waiting:
        position, end, label = waiting.pop()
        while position + 8 <= end and count < MOST_BOXES:
            count += 1
            length, kind, start = uint(data, position, 4), data[position + 4 : position + 8], position + 8
            if length == 1:
                length, start = uint(data, start, 8), start + 8
            stop = end if length == 0 else min(position + length, end)
            if stop < start:
                raise BrokenError("a box shorter than its own header")
            if kind == _DESCRIPTION:
                label = decode(data[start + _LABEL_AT : stop].split(b"\0")[0], 80)
            elif kind == _SUPERBOX:
                waiting.append((start, stop, label))
            else:
                yield _Box(kind, label, data[start:stop])
            position = stop


def _generator(content: bytes) -> str:
    match = _GENERATOR.search(content)
    if match is None:
        return ""
    head = match[1]
    length = head[1] if len(head) == 2 else head[0] - 0x60
    return decode(content[match.end() : match.end() + length], 80)


def _names(content: bytes) -> Iterator[str]:
    for match in _NAME.finditer(content):
        yield decode(content[match.end() : match.end() + match[1][0]], 60)


def _statements(where: str, box: _Box) -> Iterator[Leak]:
    """Judge the names and values in a JSON assertion like those of XMP, whose names it uses."""
    try:
        content = json.loads(box.content)
    except (ValueError, RecursionError):
        yield Leak("metadata", where, f"a statement could not be read, {size(box.content)}")
        return
    for name, value in _values(content):
        rule = rule_for(name)
        if rule is not None and value:
            yield Leak(rule.kind, where, f"{rule.words}: {value}")


def _values(content: Any) -> Iterator[tuple[str, str]]:
    waiting = [("", content)]
    for _ in range(MOST_VALUES):
        if not waiting:
            return
        name, value = waiting.pop(0)
        if isinstance(value, dict):
            # schema.org names an author inside a structure: {"author": [{"name": …}]}
            waiting.extend((name if key == "name" and name else str(key), inner) for key, inner in value.items())
        elif isinstance(value, list):
            waiting.extend((name, inner) for inner in value)
        else:
            yield name, plain(str(value))
