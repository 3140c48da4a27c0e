"""Everything that scrubber can refuse to do, as one tree.

    ScrubberError                 exit code 1
    ├── UsageError                2   an option or argument that makes no sense
    ├── PhotoError                3   this file gets no output; the others go on
    │   ├── UnreadableFile            reason "unreadable"
    │   ├── UnsupportedFormat         reason "unsupported-format"
    │   ├── DamagedPhoto              reason "damaged"
    │   ├── PhotoTooLarge             reason "too-large"
    │   ├── NotWritable               reason "not-writable"
    │   └── WorkerLost                reason "worker-lost"
    ├── ManifestError             4   the consent manifest is not valid
    └── MissingPart               5   a model or a system library is not there

Every message names the file it is about and what to do next.
"""

from __future__ import annotations

from typing import ClassVar


class ScrubberError(Exception):
    """Base of every error that scrubber raises on purpose. `exit_code` is what the command line returns.

    It takes the lines of its message one by one, for a file name in one of them may hold line ends of its own.
    """

    exit_code: ClassVar[int] = 1

    @property
    def lines(self) -> tuple[str, ...]:
        """What is wrong, in most cases in one line."""
        return tuple(map(str, self.args)) or (type(self).__name__,)

    def __str__(self) -> str:
        return "\n".join(self.lines)


class UsageError(ScrubberError, ValueError):
    """An option, argument or policy value that makes no sense."""

    exit_code = 2


class PhotoError(ScrubberError):
    """One photo could not be made safe, so it gets no output. `reason` is a short code for reports."""

    exit_code = 3
    reason: ClassVar[str] = "failed"


class UnreadableFile(PhotoError):
    """The file is gone, or its permissions keep it closed."""

    reason = "unreadable"


class UnsupportedFormat(PhotoError):
    """The file is no picture, or one of a kind that scrubber cannot take apart safely."""

    reason = "unsupported-format"


class DamagedPhoto(PhotoError):
    """The file claims to be a picture but is empty, truncated or broken."""

    reason = "damaged"


class PhotoTooLarge(PhotoError):
    """More bytes or pixels than `Policy.limits` lets in."""

    reason = "too-large"


class NotWritable(PhotoError):
    """The safe copy could not be put where it should go."""

    reason = "not-writable"


class WorkerLost(PhotoError):
    """The process that worked on the photo died or took too long."""

    reason = "worker-lost"


class ManifestError(ScrubberError):
    """The consent manifest cannot be read or breaks a rule. Nothing is written."""

    exit_code = 4


class MissingPart(ScrubberError):
    """A model, package or system library is missing or was changed."""

    exit_code = 5
