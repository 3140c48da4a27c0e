"""Lists everything that a file gives away besides its picture.

A file is taken apart into parts, each part goes to the reader for its content, and what a reader finds is
either a leak or a further part: a thumbnail inside EXIF is a file again, with EXIF of its own. Nothing in a
file can make this raise or run away: what is broken is itself reported, and work is capped.
"""

from __future__ import annotations

from scrubber.formats import HEADER_BYTES, get, identify
from scrubber.inspection.containers import unknown
from scrubber.inspection.containers.nested import read_nested
from scrubber.inspection.parts import BrokenError, Part, Reader
from scrubber.inspection.readers import (
    c2pa,
    exif,
    icc,
    iptc,
    mpf,
    pages,
    photoshop,
    picture,
    segments,
    text,
    trailing,
    xmp,
)
from scrubber.inspection.wording import size
from scrubber.values import LEAK_KINDS, Leak

# A photo with every known kind of metadata has about 40 parts; beyond these figures a file is built to waste
# our time.
MOST_PARTS = 400
MOST_LEAKS = 400
DEEPEST = 6
WORK_FACTOR = 6  # bytes that readers may be given, as a multiple of the file's size …
WORK_FLOOR = 64 * 1024 * 1024  # … plus this much, because text chunks may be compressed

READERS: dict[str, Reader] = {
    "file": read_nested,
    "c2pa": c2pa.read,
    "canon": exif.canon_note,
    "depth": picture.read,
    "exif": exif.read,
    "gps": exif.gps_block,
    "icc": icc.read,
    "iptc": iptc.read,
    "mpf": mpf.read,
    "photoshop": photoshop.read,
    "picture": picture.read,
    "private": segments.read,
    "raw": pages.raw,
    "text": text.read,
    "thumbnail": picture.read,
    "tiff": pages.read,
    "trailing": trailing.read,
    "unknown": unknown.walk,
    "xmp": xmp.read,
}


def inventory(data: bytes) -> tuple[Leak, ...]:
    """Everything that the file `data` gives away, the most dangerous first (order of `types.LEAK_KINDS`).

    Never raises: metadata that cannot be read is a leak of kind "metadata" that says so. A format that has no
    reader is a leak of kind "structure", beside what a search in it finds. An empty result means that nothing was
    found by these readers; whether a file is fit to publish is what `audit` tells.
    """
    form = get(identify(data[:HEADER_BYTES]))
    if form and form.inspect:
        leaks = _leaks(Part("file", "", data))
    else:
        words = f"{form.name if form else 'unknown'}: no format whose every part is known; it was only searched"
        leaks = [Leak("structure", "file", words), *_leaks(Part("unknown", "", data))]
    leaks = list(dict.fromkeys(leaks))
    return tuple(sorted(leaks, key=lambda leak: LEAK_KINDS.index(leak.kind)))


def _leaks(file: Part) -> list[Leak]:
    leaks: list[Leak] = []
    waiting = [(0, file)]
    work = len(file.payload) * WORK_FACTOR + WORK_FLOOR
    parts = 0
    while waiting:
        depth, part = waiting.pop()
        found = _read(part, leaks, work)
        parts += 1 + len(found)
        work -= sum(len(inner.payload) for inner in found)
        if parts > MOST_PARTS or depth > DEEPEST or work < 0 or len(leaks) > MOST_LEAKS:
            words = "more in it than any camera writes; the rest was not read"
            leaks.append(Leak("metadata", part.where or "file", words))
            break
        waiting.extend((depth + 1, inner) for inner in reversed(found))
    return leaks


def _read(part: Part, leaks: list[Leak], work: int) -> list[Part]:
    """Put what the part's reader finds into `leaks`; return the parts it uncovers, up to `work` bytes of them."""
    inner: list[Part] = []
    try:
        for finding in READERS[part.content](part):
            if isinstance(finding, Leak):
                leaks.append(finding)
            else:
                inner.append(finding)
                work -= len(finding.payload)
            if work < 0 or len(leaks) > MOST_LEAKS or len(inner) > MOST_PARTS:
                break
    except BrokenError as problem:
        words = f"could not be read: {problem} ({size(part.payload)} in all)"
        leaks.append(Leak("metadata", part.where or "file", words))
    return inner
