"""Everything that a run may vary, as one value shared by library, command line and review page."""

from __future__ import annotations

import operator
from dataclasses import dataclass, field
from numbers import Real
from typing import Literal, SupportsIndex, get_args

from scrubber import plugins
from scrubber.errors import UsageError

Style = Literal["blur", "pixelate", "solid"]
Preset = Literal["fast", "balanced", "thorough"]
Names = Literal["neutral", "sequence", "keep"]
Format = Literal["keep", "jpeg", "png"]


def styles() -> tuple[str, ...]:
    """The names of all styles that can be chosen here: those of scrubber, and those of plug-ins."""
    return (*get_args(Style), *plugins.names("scrubber.styles"))


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest photo that is opened, so that one hostile or huge file cannot take the machine down.

    Raises `UsageError` for a limit that is not a positive number.
    """

    bytes: int = 512 * 1024 * 1024
    """Size of the file: 512 MiB."""
    pixels: int = 120_000_000
    """Pixels of all frames together. A 100-megapixel camera fits, with room."""
    seconds: float = 20.0
    """Time that a worker process has to open a small file; larger ones get longer."""

    def __post_init__(self) -> None:
        for name in ("bytes", "pixels", "seconds"):
            object.__setattr__(self, name, _positive(getattr(self, name)))


@dataclass(frozen=True, slots=True)
class Policy:
    """How photos are made safe. The same input, policy and version of scrubber give the same output bytes.

    Raises `UsageError` for a value that its type does not list.
    """

    style: Style | str = "blur"
    """What heads are painted with, a style of scrubber or of a plug-in. None is made from the pixels that it hides."""
    preset: Preset = "balanced"
    """How hard faces are looked for; `thorough` finds the most and takes the longest."""
    names: Names = "neutral"
    """What `scrub_folder` calls copies: a code that tells nothing, a running number, or the name of the original."""
    format: Format = "keep"
    """Of the copy; `keep` is that of the original, or JPEG or PNG if scrubber cannot write that one cleanly."""
    max_size: int | None = None
    """Pixels along the longer side of a copy, at most; None leaves the size as it is."""
    limits: Limits = field(default_factory=Limits)
    """What is refused as too large or too slow."""

    def __post_init__(self) -> None:
        allowed = {"style": styles(), "preset": get_args(Preset), "names": get_args(Names), "format": get_args(Format)}
        for name, values in allowed.items():
            value = getattr(self, name)
            if value not in values:
                raise UsageError(f"{name}={value!r} is not known; choose one of {', '.join(values)}")
        if self.max_size is not None:
            object.__setattr__(self, "max_size", _pixels(self.max_size))
        if not isinstance(self.limits, Limits):
            raise UsageError(f"limits must be a scrubber.Limits, not {type(self.limits).__name__}")


def _pixels(value: object) -> int:
    """A whole number, also one of numpy, as one of Python: fingerprints are made from how it is written."""
    number = operator.index(value) if isinstance(value, SupportsIndex) and not isinstance(value, bool) else 0
    if number < 1:
        raise UsageError(f"max_size={value!r} is not possible; give a whole number of pixels, at least 1")
    return number


def _positive(value: object) -> int | float:
    """The same for a number that need not be whole."""
    if isinstance(value, Real) and not isinstance(value, bool) and value < float("inf") and not value <= 0:
        return operator.index(value) if isinstance(value, SupportsIndex) else float(value)
    raise UsageError("limits must be positive numbers of bytes, pixels and seconds")
