"""Reads a file, or a file within a file, by the walker for its format."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from scrubber import plugins
from scrubber.formats import HEADER_BYTES, get, identify
from scrubber.inspection.parts import BrokenError, Finding, Part


def read_nested(part: Part) -> Iterator[Finding]:
    """What the file in `part` carries.

    A picture inside another is named in front of each place: "EXIF IFD1 › XMP".
    """
    known = get(identify(part.payload[:HEADER_BYTES]))
    if known is None or known.inspect is None:
        return
    try:
        for finding in known.inspect(part):
            yield replace(finding, where=f"{part.where} › {finding.where}") if part.where else finding
    except Exception as error:
        if not known.plugin:
            raise
        raise BrokenError(plugins.said_of(known.added_by, error)) from error
