"""The Python interface, as INTERFACE names it: one call each for what the command line does."""

from __future__ import annotations

from scrubber.pictures import find_faces, hide, inspect, verify
from scrubber.session import SafeCopy, Session, scrub, scrub_bytes, scrub_folder

__all__ = [
    "SafeCopy",
    "Session",
    "find_faces",
    "hide",
    "inspect",
    "scrub",
    "scrub_bytes",
    "scrub_folder",
    "verify",
]
