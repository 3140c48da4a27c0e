"""The values that travel between the rooms. Small, immutable, picklable; no numpy, no OpenCV."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, TypeAlias

Point: TypeAlias = tuple[float, float]
Action = Literal["hide", "show"]
Kind = Literal["face", "text", "badge", "plate", "sign", "drawn"]
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
    """A rectangle in pixels of the upright picture: origin at the top left, x to the right, y down."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The x of the right edge, which lies just outside."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The y of the bottom edge, which lies just outside."""
        return self.y + self.height

    @property
    def area(self) -> float:
        """Square pixels."""
        return max(self.width, 0) * max(self.height, 0)

    @property
    def center(self) -> Point:
        """The point in the middle, `(x, y)`."""
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


UNTURNED: Final = 16
"""Digits at the start of `SourceId.pixels` that are the same whichever way the picture is turned."""


@dataclass(frozen=True, slots=True)
class SourceId:
    """Two hashes that find a source again: by its bytes, or by its pixels if somebody tagged, rated or renamed it.

    Both are SHA-256 in 64 lower-case hex digits: `sha256` of the file, `pixels` of its upright decoded frames. The
    first 16 digits of `pixels` are the same whichever way the picture is turned, and an edited photo may share them,
    so they prove nothing. `turned` holds hashes from the manifest that the picture has when it is turned; it is filled
    in where pixels are compared with the manifest. `look` is what the picture looks like (`photos.likeness`): it finds
    a photo that was saved anew or made smaller, proves nothing either, and is in no report.
    """

    sha256: str
    pixels: str
    turned: tuple[str, ...] = field(default=(), compare=False)
    look: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Landmarks:
    """Five points of a face, in pixels of the upright picture. Right and left are the person's own."""

    right_eye: Point
    left_eye: Point
    nose: Point
    mouth_right: Point
    mouth_left: Point

    @property
    def points(self) -> tuple[Point, Point, Point, Point, Point]:
        """All five, in the order of the fields."""
        return self.right_eye, self.left_eye, self.nose, self.mouth_right, self.mouth_left


@dataclass(frozen=True, slots=True)
class Region:
    """A place in a picture where detectors saw something, or where a person pointed.

    `box` is in pixels of the upright picture, and so are `landmarks` and `polygon`, which lies inside `box`. `score` is
    the probability that the region is what its `kind` says, 0 to 1. `detectors` are the names of those that saw it.
    `id` counts from 1 over all frames of a source, in reading order; it is 0 before regions are numbered.

    `kind` decides which pixels are painted, what is looked for again in the copy, and what happens by default. A box
    that a person drew has the kind `drawn`.
    """

    box: Box
    score: float = 1.0
    detectors: tuple[str, ...] = ()
    landmarks: Landmarks | None = None
    id: int = 0
    kind: Kind = "face"
    polygon: tuple[Point, ...] | None = None

    def mapped(self, carry: Callable[[Point], Point]) -> Region:
        """The same region in another picture. `carry` takes a point there; it must keep the axes parallel."""
        (x0, y0), (x1, y1) = carry((self.box.x, self.box.y)), carry((self.box.right, self.box.bottom))
        box = Box(min(x0, x1), min(y0, y1), abs(x1 - x0), abs(y1 - y0))
        landmarks = Landmarks(*map(carry, self.landmarks.points)) if self.landmarks else None
        polygon = tuple(map(carry, self.polygon)) if self.polygon else None
        return replace(self, box=box, landmarks=landmarks, polygon=polygon)


@dataclass(frozen=True, slots=True)
class MaybeSeen:
    """Somebody who may be seen in a region that is not hidden, though its reason is another one.

    They are `pointed` at there, or the face is `alike` their reference photos.
    """

    person: str
    by: Literal["pointed", "alike"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What happens to one region, and why.

    `reason` is a reason code. `person` is the manifest's id of somebody whom the reason is about. `similarity` is the
    cosine of two face embeddings, -1 to 1; None if the face was not compared. `frame` counts from 0. `others` are
    people who may be seen in the region as well; it is empty where that is hidden, and in no report.
    """

    region: Region
    action: Action
    reason: Reason
    person: str | None = None
    similarity: float | None = None
    frame: int = 0
    others: tuple[MaybeSeen, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """As reports hold it: without landmarks, for they describe a face."""
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

    `kind` is one of `LEAK_KINDS`. `where` names the segment, chunk or tag that holds it. `detail` says in words
    what stands there, such as a position; `inspect` gives it, and reports leave it out.
    """

    kind: str
    where: str
    detail: str = ""

    def as_json(self) -> dict[str, str]:
        """As `scrubber inspect --json` prints it."""
        return {"kind": self.kind, "where": self.where, "detail": self.detail}

    def as_removed(self) -> dict[str, str]:
        """As reports hold it: without `detail`, for they must not repeat what was removed."""
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
