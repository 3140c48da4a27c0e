"""Every error that scrubber raises on purpose, as one tree.

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

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of the library's calls in a message, perhaps with a value. The command line calls it otherwise."""

    name: str
    value: object = None

    def __str__(self) -> str:
        return f"{self.name}=" if self.value is None else f"{self.name}={self.value!r}"


class ScrubberError(Exception):
    """The base of all others. `exit_code` is what the command line returns.

    The arguments are the lines of the message, one by one, for a file name in a line may hold line ends of its own. A
    line that names arguments is a tuple of texts and of `Argument`.
    """

    exit_code: ClassVar[int] = 1

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines of the message; in most cases there is one."""
        return self.lines_with(str)

    def lines_with(self, word_for: Callable[[Argument], str]) -> tuple[str, ...]:
        """The same where arguments are called what `word_for` calls them."""
        parts = (line if isinstance(line, tuple) else (line,) for line in self.args)
        said = ("".join(word_for(one) if isinstance(one, Argument) else str(one) for one in line) for line in parts)
        return tuple(said) or (type(self).__name__,)

    def __str__(self) -> str:
        return "\n".join(self.lines)


class UsageError(ScrubberError, ValueError):
    """An option, argument or policy value that makes no sense."""

    exit_code = 2


class PhotoError(ScrubberError):
    """One photo cannot be made safe, so it gets no output. `reason` is one of the codes in reports."""

    exit_code = 3
    reason: ClassVar[str] = "failed"


class UnreadableFile(PhotoError):
    """The file is not there, or its permissions forbid to read it."""

    reason = "unreadable"


class UnsupportedFormat(PhotoError):
    """The file is no picture, or one of a kind that scrubber cannot take apart safely."""

    reason = "unsupported-format"


class DamagedPhoto(PhotoError):
    """The file claims to be a picture but is empty, truncated or broken."""

    reason = "damaged"


class PhotoTooLarge(PhotoError):
    """The file has more bytes or pixels than `Policy.limits` allows."""

    reason = "too-large"


class NotWritable(PhotoError):
    """The safe copy cannot be written where it should go."""

    reason = "not-writable"


class WorkerLost(PhotoError):
    """The worker process that had the photo died, or took too long."""

    reason = "worker-lost"


class ManifestError(ScrubberError):
    """The consent manifest cannot be read or breaks a rule. Nothing is written."""

    exit_code = 4


class MissingPart(ScrubberError):
    """A model, package or system library is missing or was changed."""

    exit_code = 5
