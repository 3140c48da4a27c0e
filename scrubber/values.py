"""The values that travel between the rooms. Small, immutable, picklable; no numpy, no OpenCV."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, TypeAlias

Point: TypeAlias = tuple[float, float]
Action = Literal["hide", "show"]
Kind = Literal["face", "text", "badge", "plate", "sign", "drawn"]
Status = Literal["published", "withheld", "failed", "unchanged", "retracted", "rehearsed"]
SCHEMA: Final = 2
"""Version of the JSON that commands print and reports hold."""
Reason = Literal[
    "no-manifest",
    "no-match",
    "ambiguous",
    "low-quality",
    "denied",
    "expired",
    "not-yet-valid",
    "withdrawn",
    "wrong-purpose",
    "minor",
    "no-photo-sign",
    "hide-badge",
    "pointed-hide",
    "dismissed",
    "allowed-by-box",
    "allowed-by-match",
    "badge",
    "plate",
    "text",
]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels of the upright picture: top-left origin, x rightwards, y downwards."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def area(self) -> float:
        return max(self.width, 0) * max(self.height, 0)

    @property
    def center(self) -> Point:
        return self.x + self.width / 2, self.y + self.height / 2

    def intersection(self, other: Box) -> float:
        """Area in square pixels that both boxes cover."""
        width = min(self.right, other.right) - max(self.x, other.x)
        height = min(self.bottom, other.bottom) - max(self.y, other.y)
        return width * height if width > 0 and height > 0 else 0.0

    def iou(self, other: Box) -> float:
        """Intersection over union, 0 to 1."""
        shared = self.intersection(other)
        return shared / (self.area + other.area - shared) if shared else 0.0

    def scaled(self, sx: float, sy: float) -> Box:
        """The same place in a picture whose axes are stretched by `sx` and `sy`."""
        return Box(self.x * sx, self.y * sy, self.width * sx, self.height * sy)

    def rounded(self) -> tuple[int, int, int, int]:
        """`(x, y, width, height)` in whole pixels, as JSON shows it."""
        return round(self.x), round(self.y), round(self.width), round(self.height)


@dataclass(frozen=True, slots=True)
class SourceId:
    """What finds a source again: by its bytes, or by its pixels where somebody has tagged, rated or renamed it.

    Both are 64 lower-case hex digits: `sha256` of the file, `pixels` of its upright decoded frames
    (`Photo.fingerprint`), whose first 16 digits are the same whichever way the picture is turned. These digits are no
    evidence: an edited photo may share them. `turned` holds hashes of pixels that the manifest names and that the
    picture was found to have when it was turned; only whoever looked at the picture fills it in.
    """

    sha256: str
    pixels: str
    turned: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Landmarks:
    """Five points of a face, in pixels; right and left are the person's own."""

    right_eye: Point
    left_eye: Point
    nose: Point
    mouth_right: Point
    mouth_left: Point

    @property
    def points(self) -> tuple[Point, Point, Point, Point, Point]:
        return self.right_eye, self.left_eye, self.nose, self.mouth_right, self.mouth_left


@dataclass(frozen=True, slots=True)
class Region:
    """A place in a picture where one or more detectors saw something, or a person pointed. `score` is 0 to 1.

    `id` counts from 1 over all frames of a source, in reading order; 0 where nobody has counted. `kind` decides what is
    painted, what is looked for again in the copy, and what happens if nobody decides; it is `drawn` for a box that a
    person drew. `box` holds the `polygon` where there is one.
    """

    box: Box
    score: float = 1.0
    detectors: tuple[str, ...] = ()
    landmarks: Landmarks | None = None
    id: int = 0
    kind: Kind = "face"
    polygon: tuple[Point, ...] | None = None

    def mapped(self, carry: Callable[[Point], Point]) -> Region:
        """The same region in another picture; `carry` takes points there and keeps axes parallel."""
        (x0, y0), (x1, y1) = carry((self.box.x, self.box.y)), carry((self.box.right, self.box.bottom))
        box = Box(min(x0, x1), min(y0, y1), abs(x1 - x0), abs(y1 - y0))
        landmarks = Landmarks(*map(carry, self.landmarks.points)) if self.landmarks else None
        polygon = tuple(map(carry, self.polygon)) if self.polygon else None
        return replace(self, box=box, landmarks=landmarks, polygon=polygon)


@dataclass(frozen=True, slots=True)
class Decision:
    """What happens to one region, and why. `frame` counts from 0 in photos that have several."""

    region: Region
    action: Action
    reason: Reason
    person: str | None = None
    similarity: float | None = None
    frame: int = 0

    def as_json(self) -> dict[str, Any]:
        """As in reports. Landmarks stay out: they describe a face."""
        polygon = self.region.polygon
        return {
            "id": self.region.id,
            "kind": self.region.kind,
            "frame": self.frame,
            "box": list(self.region.box.rounded()),
            **({"polygon": [[round(x), round(y)] for x, y in polygon]} if polygon else {}),
            "score": round(self.region.score, 3),
            "detectors": list(self.region.detectors),
            "decision": self.action,
            "reason": self.reason,
            "person": self.person,
            "similarity": None if self.similarity is None else round(self.similarity, 3),
        }


@dataclass(frozen=True, slots=True)
class Leak:
    """One thing that a file gives away besides its picture.

    `kind` is one of `LEAK_KINDS`, `where` the segment, chunk or tag that holds it, `detail` what a person
    would want to read. `detail` of a place never leaves `inspect`: reports carry `kind` and `where` only.
    """

    kind: str
    where: str
    detail: str = ""

    def as_json(self) -> dict[str, str]:
        return {"kind": self.kind, "where": self.where, "detail": self.detail}

    def as_removed(self) -> dict[str, str]:
        """For reports, which must not repeat what was taken out."""
        return {"kind": self.kind, "where": self.where}


# Sorted by how much each endangers: place and identity first.
LEAK_KINDS = (
    "place",
    "identity",
    "thumbnail",
    "hidden-picture",
    "video",
    "depth",
    "serial",
    "time",
    "device",
    "provenance",
    "history",
    "comment",
    "text",
    "colour-profile",
    "trailing-data",
    "metadata",
    "structure",
    "file-name",
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Is this file fit to publish? `clean` says yes: no leak in it and no face to be seen in it.

    `faces` are those to be seen, in pixels of the file's own upright picture; `frames` says of each in which frame or
    page, from 0 on. `not_judged` are sentences on what no reading of such a file can tell.
    """

    input: str
    clean: bool
    leaks: tuple[Leak, ...] = ()
    faces: tuple[Region, ...] = ()
    not_judged: tuple[str, ...] = ()
    frames: tuple[int, ...] = ()

    @property
    def faces_visible(self) -> int:
        return len(self.faces)

    def as_json(self) -> dict[str, Any]:
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
    """What became of one photo. `output` is None unless a safe copy lies there now, or did until it was retracted.

    Boxes of `faces` are pixels of the upright original, `width` by `height`; the copy is `output_width` by
    `output_height`. These are those of the first frame, and 0 where nothing was opened or made.
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
