"""Judges whether a file holds its picture and nothing else.

Only the parsers in `allowlist` decide. Each accepts what is on a short list and names every other byte; they
share no code with `inventory`, so that one mistake cannot blind both. Only for a file that has failed is the
inventory asked as well, to say "place in EXIF GPS" and not merely "APP1 is not allowed".
"""

from __future__ import annotations

from scrubber.formats import HEADER_BYTES, get, identify
from scrubber.inspection.inventory import inventory
from scrubber.values import LEAK_KINDS, Leak


def audit(data: bytes) -> tuple[Leak, ...]:
    """Every leak in the file `data`, the most dangerous first; empty only if its container is fit to publish.

    Judges any file, whoever made it; never raises. A format without an allow-list is itself a leak of kind
    "structure".

    What only a decoder can tell is left to `verification`: colours under alpha 0, what a JPEG or WebP has behind the
    last coded block, and what a coder could say by choosing one of several ways to code the same picture. A run needs
    none of that for a file that it has just coded itself.
    """
    form = get(identify(data[:HEADER_BYTES]))
    if form is None or form.audit is None:
        name = form.name if form else "unknown"
        objections = [Leak("structure", "file", f"{name}: no format that can be verified")]
    else:
        objections = form.audit(data)
    if not objections:
        return ()
    read = inventory(data)
    known = {(leak.kind, leak.where) for leak in read}
    unread = tuple(leak for leak in dict.fromkeys(objections) if (leak.kind, leak.where) not in known)
    return tuple(sorted(read + unread, key=lambda leak: LEAK_KINDS.index(leak.kind)))
