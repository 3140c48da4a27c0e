"""What the recipe gives for one photo: a copy in memory, or why there is none."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from scrubber.results import Result
from scrubber.values import Decision, Leak, SourceId


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """What the recipe made. `data` is None if the photo is withheld, and `withheld` says why.

    `extension` is the file name extension, with its dot, that fits `data`. `visible` is a hash of what can be seen,
    with constants in place of what is hidden: of that a name may be made. `size` and `output_size` are width and height
    of the first frame. `concerns` are the ids of the people on whose standing the outcome hangs, `unplaced` those of
    people who may be seen and are pointed at where no face was found.
    """

    source: SourceId
    size: tuple[int, int]
    withheld: str | None
    faces: tuple[Decision, ...]
    leaks_removed: tuple[Leak, ...]
    warnings: tuple[str, ...]
    seconds: dict[str, float]
    concerns: tuple[str, ...]
    unplaced: tuple[str, ...] = ()
    data: bytes | None = None
    extension: str = ""
    visible: str = ""
    output_size: tuple[int, int] = (0, 0)

    def result(self, source: str, output: str | None) -> Result:
        """The same without the bytes, for reports. `output` is where they were put, None if nowhere."""
        return Result(
            source,
            output,
            "published" if self.withheld is None else "withheld",
            self.withheld,
            self.faces,
            self.leaks_removed,
            self.seconds,
            self.warnings,
            self.source,
            *self.size,
            *self.output_size,
            None if self.data is None else hashlib.sha256(self.data).hexdigest(),
        )
