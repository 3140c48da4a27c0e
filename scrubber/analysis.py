"""What is there in a photo and what would be decided for it: the value between `analyse` and `render`.

It holds no pixels and no embeddings, but it tells who is in a photo and where, so it is as private as the manifest.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final, get_args

from scrubber.errors import UsageError
from scrubber.results import SCHEMA
from scrubber.values import Action, Box, Decision, Kind, Landmarks, Leak, MaybeSeen, Reason, Region, SourceId

_WITHHELD: Final = (None, "no-photo-sign", "denied", "restriction-in-doubt")
"""Why a photo must not be published, before a copy of it is made."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """The regions in all frames of a photo, and a decision for each.

    `sizes` are the `(height, width)` of each frame; boxes are pixels of the upright original. `found` are the regions
    that detectors found, frame by frame. `decisions` cover these, and what a person pointed at. `withheld` is a reason
    code if the photo must not be published at all. `leaks` is what the file gives away. `concerns` are the ids of the
    people in the manifest on whom the decisions depend. `unplaced` are ids of people who may be seen and are pointed at
    where no face was found. `seconds` are the seconds that each stage took.
    """

    input: str
    source: SourceId
    sizes: tuple[tuple[int, int], ...]
    found: tuple[tuple[Region, ...], ...]
    decisions: tuple[Decision, ...]
    leaks: tuple[Leak, ...] = ()
    withheld: str | None = None
    warnings: tuple[str, ...] = ()
    concerns: tuple[str, ...] = ()
    unplaced: tuple[str, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict, compare=False)

    @property
    def width(self) -> int:
        """Of the first frame, in pixels."""
        return self.sizes[0][1]

    @property
    def height(self) -> int:
        """Of the first frame, in pixels."""
        return self.sizes[0][0]

    @property
    def frames(self) -> int:
        """How many frames or pages there are."""
        return len(self.sizes)

    def on_frame(self, number: int, action: Action | None = None) -> tuple[Decision, ...]:
        """The decisions on the frame with this number, from 0; with `action`, only those to hide or to show."""
        return tuple(one for one in self.decisions if one.frame == number and action in (None, one.action))

    def hiding(self, *numbers: int) -> Analysis:
        """The same analysis, but the regions with these ids are hidden, too.

        Hiding more is always possible. Only the consent manifest can say who may be shown. Raises `UsageError` for an
        id that no region has.
        """
        unknown = set(numbers) - {one.region.id for one in self.decisions}
        if unknown:
            raise UsageError(f"{self.input}: there is no region {min(unknown)}; they are numbered in `decisions`")
        hidden = tuple(_hidden(one) if one.region.id in numbers else one for one in self.decisions)
        return replace(self, decisions=hidden)

    def as_json(self) -> dict[str, Any]:
        """As `scrubber faces --json` prints it. For storing use `whole_as_json`."""
        return {
            "schema": SCHEMA,
            "input": self.input,
            "sha256": self.source.sha256,
            "pixels": self.source.pixels,
            "width": self.width,
            "height": self.height,
            "frames": self.frames,
            "faces": [decision.as_json() for decision in self.decisions],
        }

    def whole_as_json(self) -> dict[str, Any]:
        """All of it, to store it and to read it back with `from_json` on another day or another machine."""
        return self.as_json() | {
            "turned": list(self.source.turned),
            "sizes": [list(size) for size in self.sizes],
            "found": [[_region_as_json(region) for region in here] for here in self.found],
            "decisions": [
                one.as_json()
                | {"similarity": one.similarity, "region": _region_as_json(one.region)}
                | {"others": [asdict(other) for other in one.others]}
                for one in self.decisions
            ],
            "leaks": [leak.as_json() for leak in self.leaks],
            "withheld": self.withheld,
            "warnings": list(self.warnings),
            "concerns": list(self.concerns),
            "unplaced": list(self.unplaced),
            "seconds": dict(self.seconds),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Analysis:
        """The analysis that `whole_as_json` was made from. Raises `UsageError` for anything else."""
        try:
            if values["schema"] != SCHEMA:
                raise UsageError(f"the analysis has schema {values['schema']}, not {SCHEMA}; analyse the photo again")
            return cls(
                values["input"],
                SourceId(values["sha256"], values["pixels"], tuple(values["turned"])),
                tuple((height, width) for height, width in values["sizes"]),
                tuple(tuple(map(_region_from_json, here)) for here in values["found"]),
                tuple(
                    Decision(
                        _region_from_json(one["region"]), _one_of(get_args(Action), one["decision"]),
                        _one_of(get_args(Reason), one["reason"]), one["person"],
                        one["similarity"], one["frame"], tuple(MaybeSeen(**other) for other in one["others"]),
                    )
                    for one in values["decisions"]
                ),
                tuple(Leak(**leak) for leak in values["leaks"]),
                _one_of(_WITHHELD, values["withheld"]),
                tuple(values["warnings"]),
                tuple(values["concerns"]),
                tuple(values["unplaced"]),
                values["seconds"],
            )  # fmt: skip
        except (KeyError, TypeError, ValueError) as error:
            raise UsageError(f"this is no analysis of a photo ({error!r}); analyse the photo again") from error


def _one_of(known: Collection[Any], value: Any) -> Any:
    """The value. Raises `ValueError` if it is no known code: reports and messages repeat it."""
    if value not in known:
        raise ValueError(f"an unknown code of {len(str(value))} characters")
    return value


def _numbers(*values: Any) -> tuple[Any, ...]:
    """The values. Raises `ValueError`, or `TypeError`, if one is no finite number."""
    if not all(map(math.isfinite, values)):
        raise ValueError("a number that is none")
    return values


def _hidden(decision: Decision) -> Decision:
    if decision.action == "hide":
        return decision
    return replace(decision, action="hide", reason="pointed-hide", person=None, similarity=None, others=())


def _region_as_json(region: Region) -> dict[str, Any]:
    box, points = region.box, region.landmarks
    return {
        "box": [box.x, box.y, box.width, box.height],
        "score": region.score,
        "detectors": list(region.detectors),
        "landmarks": None if points is None else asdict(points),
        "id": region.id,
        "kind": region.kind,
        "polygon": None if region.polygon is None else [list(point) for point in region.polygon],
    }


def _region_from_json(values: Mapping[str, Any]) -> Region:
    points = values["landmarks"]
    return Region(
        Box(*_numbers(*values["box"])),
        _numbers(values["score"])[0],
        tuple(values["detectors"]),
        None if points is None else Landmarks(**{name: _point(point) for name, point in points.items()}),
        values["id"],
        _one_of(get_args(Kind), values["kind"]),
        None if values["polygon"] is None else tuple(map(_point, values["polygon"])),
    )


def _point(values: Sequence[Any]) -> tuple[Any, Any]:
    x, y = _numbers(*values)
    return x, y
