"""What became of a photo, and whether a file is fit to publish: the values that commands print and reports hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from scrubber.values import Decision, Leak, Region, SourceId

Status = Literal["published", "withheld", "failed", "unchanged", "retracted", "rehearsed"]
SCHEMA: Final = 2
"""Version of the JSON that commands print and reports hold."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a file is fit to publish.

    `clean` is True if it holds no leak, and no face that may not be seen. `faces` are the visible ones, with boxes in
    pixels of the upright picture; `frames` has one number for each, its frame or page, from 0. `not_judged` are
    sentences on what cannot be known from such a file.
    """

    input: str
    clean: bool
    leaks: tuple[Leak, ...] = ()
    faces: tuple[Region, ...] = ()
    not_judged: tuple[str, ...] = ()
    frames: tuple[int, ...] = ()

    @property
    def faces_visible(self) -> int:
        """How many faces are visible."""
        return len(self.faces)

    def as_json(self) -> dict[str, Any]:
        """As `scrubber verify --json` prints it."""
        return {
            "schema": SCHEMA,
            "input": self.input,
            "clean": self.clean,
            "leaks": [leak.as_json() for leak in self.leaks],
            "faces_visible": self.faces_visible,
            "faces": [
                {"frame": frame, "box": list(face.box.rounded()), "score": round(face.score, 3)}
                for frame, face in zip(self.frames, self.faces, strict=True)
            ],
            "not_judged": list(self.not_judged),
        }


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one photo.

    `input` and `output` are paths; `input` is `-` for a photo that came as bytes. `output` is None unless a safe copy
    lies there, or lay there until it was retracted. `reason` is a reason code, or None for a photo that was
    published. `warnings` are sentences for people. `seconds` are the seconds that each stage took.

    `faces` are the decisions, with boxes in pixels of the upright original, `width` by `height`. The copy is
    `output_width` by `output_height` pixels. These are sizes of the first frame; they are 0 if nothing was opened or
    made. `leaks_removed` is what the original gave away and the copy does not.
    """

    input: str
    output: str | None
    status: Status
    reason: str | None = None
    faces: tuple[Decision, ...] = ()
    leaks_removed: tuple[Leak, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    source: SourceId | None = None
    width: int = 0
    height: int = 0
    output_width: int = 0
    output_height: int = 0
    output_sha256: str | None = None

    def as_json(self) -> dict[str, Any]:
        """One line of a report: `scrubber run --json` prints it."""
        return {
            "schema": SCHEMA,
            "input": self.input,
            "sha256": self.source and self.source.sha256,
            "pixels": self.source and self.source.pixels,
            "output": self.output,
            "output_sha256": self.output_sha256,
            "status": self.status,
            "reason": self.reason,
            "width": self.width,
            "height": self.height,
            "output_width": self.output_width,
            "output_height": self.output_height,
            "faces": [decision.as_json() for decision in self.faces],
            "leaks_removed": [leak.as_removed() for leak in self.leaks_removed],
            "warnings": list(self.warnings),
            "seconds": {stage: round(spent, 3) for stage, spent in self.seconds.items()},
        }
