"""What is found in one photo and what would be decided for it, for `faces`: nothing is hidden, nothing is written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from scrubber.entry_lookup import look_up
from scrubber.errors import UsageError
from scrubber.numbered_picture import Encoding, beside_each_other, encode, numbered_picture
from scrubber.pipeline import decide_in, find_in, opened
from scrubber.types import SCHEMA

if TYPE_CHECKING:
    from scrubber.photos import Frame
    from scrubber.terms import Terms
    from scrubber.types import Decision, SourceId


@dataclass(frozen=True, slots=True)
class Drawing:
    """Which frame, from 0, is to be drawn with the numbers of its regions, and as which kind of file."""

    frame: int
    encoding: Encoding


@dataclass(frozen=True, slots=True)
class RegionList:
    """The regions of all frames of a photo. `width` and `height` are pixels of its first frame; picklable.

    `picture` is the file with the drawing that was asked for, which shows the original; `drawn` are the width and the
    height in pixels of the frame in it, to which its rulers refer.
    """

    input: str
    source: SourceId
    width: int
    height: int
    frames: int
    regions: tuple[Decision, ...]
    warnings: tuple[str, ...]
    picture: bytes | None = None
    drawn: tuple[int, int] | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "input": self.input,
            "sha256": self.source.sha256,
            "pixels": self.source.pixels,
            "width": self.width,
            "height": self.height,
            "frames": self.frames,
            "faces": [decision.as_json() for decision in self.regions],
        }


def list_regions(data: bytes, name: str, terms: Terms, drawing: Drawing | None = None) -> RegionList:
    """Find and decide in the photo that `data` holds, and draw one of its frames if asked to; `name` is for messages.

    Raises `PhotoError` if it cannot be opened, `UsageError` if it has no such frame.
    """
    photo, source = opened(data, name, terms.policy.limits)
    count = len(photo.frames)
    if drawing and drawing.frame >= count:
        has = "one frame" if count == 1 else f"{count} frames"
        raise UsageError(f"{name}: it has {has}, counted from 0; there is no frame {drawing.frame}")
    known = look_up(photo, source, terms.permissions)
    decided = decide_in(photo, find_in(photo, terms.policy.preset), known, terms)
    regions = tuple(
        replace(decision, frame=number) for number, decisions in enumerate(decided) for decision in decisions.faces
    )
    warnings = tuple(dict.fromkeys(said for decisions in decided for said in decisions.warnings))
    height, width = photo.frames[0].size
    listed = RegionList(name, source, width, height, count, regions, warnings)
    if drawing is None:
        return listed
    frame = photo.frames[drawing.frame]
    return replace(listed, picture=_drawn(frame, regions, drawing), drawn=(frame.size[1], frame.size[0]))


def _drawn(frame: Frame, regions: tuple[Decision, ...], drawing: Drawing) -> bytes:
    """Each thing that a viewer may make of the frame: a transparent one on white and on black."""
    inside = [decision for decision in regions if decision.frame == drawing.frame]
    pictures = [numbered_picture(pixels, inside) for pixels in frame.composites()]
    return encode(beside_each_other(pictures), drawing.encoding)
