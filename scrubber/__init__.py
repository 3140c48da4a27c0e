"""scrubber makes photos safe to publish: it strips everything but the picture, and hides whoever did not agree.

    import scrubber

    result = scrubber.scrub("in.jpg", "out.jpg")

Importing this module loads no model, no OpenCV, no MediaPipe and no numpy; each comes when it is needed.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from scrubber._version import __version__

if TYPE_CHECKING:
    from scrubber.analysis import Analysis
    from scrubber.api import (
        SafeCopy,
        Session,
        analyse,
        find_faces,
        hide,
        inspect,
        preview,
        render,
        scrub,
        scrub_bytes,
        scrub_folder,
        verify,
    )
    from scrubber.consent import Consent
    from scrubber.errors import (
        DamagedPhoto,
        ManifestError,
        MissingPart,
        NotWritable,
        PhotoError,
        PhotoTooLarge,
        ScrubberError,
        UnreadableFile,
        UnsupportedFormat,
        UsageError,
        WorkerLost,
    )
    from scrubber.policy import Limits, Policy
    from scrubber.results import Result, Verdict
    from scrubber.values import Box, Decision, Landmarks, Leak, Region, SourceId

_HOMES = {
    "scrubber.api": (
        "SafeCopy", "Session", "analyse", "find_faces", "hide", "inspect", "preview", "render", "scrub", "scrub_bytes",
        "scrub_folder", "verify",
    ),
    "scrubber.analysis": ("Analysis",),
    "scrubber.consent": ("Consent",),
    "scrubber.errors": (
        "DamagedPhoto", "ManifestError", "MissingPart", "NotWritable", "PhotoError", "PhotoTooLarge",
        "ScrubberError", "UnreadableFile", "UnsupportedFormat", "UsageError", "WorkerLost",
    ),
    "scrubber.policy": ("Limits", "Policy"),
    "scrubber.results": ("Result", "Verdict"),
    "scrubber.values": ("Box", "Decision", "Region", "Landmarks", "Leak", "SourceId"),
}  # fmt: skip
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "Analysis",
    "Box",
    "Consent",
    "DamagedPhoto",
    "Decision",
    "Landmarks",
    "Leak",
    "Limits",
    "ManifestError",
    "MissingPart",
    "NotWritable",
    "PhotoError",
    "PhotoTooLarge",
    "Policy",
    "Region",
    "Result",
    "SafeCopy",
    "ScrubberError",
    "Session",
    "SourceId",
    "UnreadableFile",
    "UnsupportedFormat",
    "UsageError",
    "Verdict",
    "WorkerLost",
    "__version__",
    "analyse",
    "find_faces",
    "hide",
    "inspect",
    "preview",
    "render",
    "scrub",
    "scrub_bytes",
    "scrub_folder",
    "verify",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'scrubber' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return __all__
