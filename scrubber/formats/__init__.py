"""One table of formats: how a file is known by its first bytes, and who opens, writes, inspects and audits it."""

from scrubber.formats.table import (
    HEADER_BYTES,
    Format,
    Medium,
    Requirement,
    Writer,
    formats,
    get,
    identify,
    medium_of,
    missing,
    named_by,
    register,
)

__all__ = [
    "HEADER_BYTES",
    "Format",
    "Medium",
    "Requirement",
    "Writer",
    "formats",
    "get",
    "identify",
    "medium_of",
    "missing",
    "named_by",
    "register",
]
