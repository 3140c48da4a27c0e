"""What `faces` tells of one photo: its analysis, and a drawing with numbers. Nothing is hidden, nothing is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubber.analysing import analyse_opened, open_source
from scrubber.errors import UsageError
from scrubber.output.numbered_picture import Encoding, beside_each_other, encode, numbered_picture, with_reasons

if TYPE_CHECKING:
    from PIL import Image

    from scrubber.analysis import Analysis
    from scrubber.photos import Frame
    from scrubber.terms import Terms


@dataclass(frozen=True, slots=True)
class Drawing:
    """Which frame, from 0, is to be drawn with the numbers of its regions, and as which kind of file."""

    frame: int
    encoding: Encoding


@dataclass(frozen=True, slots=True)
class Listed:
    """An analysis, and the file with the drawing that was asked for, which shows the original. Picklable.

    `drawn` are the width and the height in pixels of the frame in it, to which its rulers refer.
    """

    analysis: Analysis
    picture: bytes | None = None
    drawn: tuple[int, int] | None = None


def list_regions(data: bytes, name: str, terms: Terms, drawing: Drawing | None = None) -> Listed:
    """Analyse the photo that `data` holds, and draw one of its frames if asked to; `name` is for messages.

    Raises `PhotoError` if it cannot be opened, `UsageError` if it has no such frame.
    """
    source = open_source(data, name, terms)
    frames = source.photo.frames
    if drawing and drawing.frame >= len(frames):
        has = "one frame" if len(frames) == 1 else f"{len(frames)} frames"
        raise UsageError(f"{name}: it has {has}, counted from 0; there is no frame {drawing.frame}")
    analysis = analyse_opened(source, terms)
    if drawing is None:
        return Listed(analysis)
    frame = frames[drawing.frame]
    picture = encode(numbered_frame(frame, analysis, drawing.frame), drawing.encoding)
    return Listed(analysis, picture, (frame.size[1], frame.size[0]))


def numbered_frame(frame: Frame, analysis: Analysis, number: int, *, reasons: bool = False) -> Image.Image:
    """Each thing that a viewer may make of a frame, with numbers: a transparent one on white and on black.

    With `reasons` a list below tells what is decided for each number, and why.
    """
    decisions = analysis.on_frame(number)
    whole = beside_each_other([numbered_picture(pixels, decisions) for pixels in frame.composites()])
    return with_reasons(whole, decisions) if reasons else whole
