"""The library's calls on single pictures: find, hide, inspect, verify."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, overload

from scrubber import arguments, photos, redaction
from scrubber.arguments import is_image
from scrubber.batch import Sandbox, Serial
from scrubber.call_arguments import checked_analysis, checked_number, checked_switch
from scrubber.errors import UsageError
from scrubber.file_checks import inspect_in, verify_in
from scrubber.pipeline import find_in
from scrubber.policy import Limits, Policy, Preset

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

    from scrubber.analysis import Analysis
    from scrubber.arguments import Path_, Pixels, RegionLike
    from scrubber.values import Leak, Region, Verdict


def find_faces(picture: Path_ | bytes | Pixels | Image.Image, preset: Preset = "balanced") -> list[Region]:
    """The faces in a photo, in its first frame if it has several.

    `picture` is the path of a file, the bytes of one, a `PIL.Image` or an H×W×3 uint8 RGB array. Boxes are pixels of
    the upright picture: files and bytes are turned as their EXIF orientation says, images and arrays are taken as they
    are. What is transparent is looked at on white and on black.

    Raises `PhotoError` for a file that cannot be opened, `UsageError` for an argument that makes no sense.
    """
    policy = Policy(preset=preset)
    if arguments.is_file(picture):
        given = arguments.read(picture, "picture", policy.limits)
        photo = photos.open_photo(given.data, given.name, policy.limits)
        photo = replace(photo, frames=photo.frames[:1], moving=False)
    else:
        photo = photos.Photo((arguments.frame(picture),), "png", lossless=True)
    return list(find_in(photo, policy.preset)[0])


@overload
def hide(picture: Pixels, faces: Iterable[RegionLike], style: str = "blur") -> Pixels: ...
@overload
def hide(picture: Image.Image, faces: Iterable[RegionLike], style: str = "blur") -> Image.Image: ...
def hide(picture: Pixels | Image.Image, faces: Iterable[RegionLike], style: str = "blur") -> Pixels | Image.Image:
    """A new picture, of the same kind as given, with the heads around `faces` painted over.

    Takes an H×W×3 uint8 RGB array or a `PIL.Image` of 8 bits. `faces` are regions, as `find_faces` gives them, or
    boxes: `Box` or four numbers x, y, width, height. What is painted depends on the pixels that stay visible and on
    nothing else. An image keeps its mode, but one with a palette becomes RGB or RGBA, and one of black and white (mode
    "1") becomes RGB; what lies under a mask is opaque, what is wholly transparent is black, and its `info` (profile,
    EXIF, comments) stays behind.

    Raises `UsageError` for an argument that makes no sense, such as a box outside the picture.
    """
    style = Policy(style=style).style
    frame = arguments.frame(picture)
    regions = arguments.regions(faces, frame.size)
    painted, mask = redaction.painted(frame.pixels, regions, style, frame.alpha)
    return _as_image(painted, mask, frame, picture) if is_image(picture) else painted


def preview(picture: Path_ | bytes, analysis: Analysis, *, frame: int = 0) -> Image.Image:
    """The photo as it is, with a numbered frame around each region and below it what is decided and why.

    `picture` is the path or the bytes of the photo that was analysed. It shows everybody: keep it private. Hidden
    regions are blue and solid, shown ones orange and dashed. A transparent photo is there twice, on white and on black.

    Raises `PhotoError` for a file that cannot be opened, `UsageError` for another photo or a frame that is not there.
    """
    from scrubber.listing import numbered_frame

    analysis, frame, limits = checked_analysis(analysis), checked_number("frame", frame), Limits()
    data, name, _ = arguments.read(picture, "picture", limits)
    photo = photos.open_photo(data, name, limits)
    if photo.fingerprint() != analysis.source.pixels:
        raise UsageError(f"{name}: the analysis is about another photo; analyse this one")
    if not 0 <= frame < len(photo.frames):
        raise UsageError(f"{name}: there is no frame {frame}; they are counted from 0 to {len(photo.frames) - 1}")
    return numbered_frame(photo.frames[frame], analysis, frame, reasons=True)


def inspect(source: Path_ | bytes, *, isolate: bool = False) -> list[Leak]:
    """What a file gives away besides its picture, its name included; the most dangerous first.

    `source` is its path or its bytes. The file is opened in this process: one that breaks a decoder breaks the caller,
    one that hangs it hangs. For files from strangers give `isolate=True`, or keep a `Session` open.

    Raises `PhotoError` for a file that cannot be read, with `isolate` also for one that breaks or holds up its process
    (`WorkerLost`), and `UsageError` for something else.
    """
    limits, isolate = Limits(), checked_switch("isolate", isolate)
    given = arguments.read(source, "source", limits)
    with _executor(isolate) as executor:
        return inspect_in(executor, given, limits)


def verify(
    source: Path_ | bytes, *, preset: Preset = "balanced", allowed: Iterable[RegionLike] = (), isolate: bool = False
) -> Verdict:
    """Is this file fit to publish? Judges any file, made here or not.

    `source` is its path or its bytes. `allowed` are the places of faces that may be seen, in pixels of its upright
    picture (of the first frame): regions or boxes as `hide` takes them. What a run published is known by its ledger.
    `isolate` and errors are as with `inspect`.
    """
    limits, preset, isolate = Limits(), Policy(preset=preset).preset, checked_switch("isolate", isolate)
    places = arguments.regions(allowed, None, "allowed")
    given = arguments.read(source, "source", limits)
    with _executor(isolate) as executor:
        return verify_in(executor, given, limits, preset, places)


def _executor(isolate: bool) -> Sandbox | Serial:
    return Sandbox(jobs=1) if isolate else Serial()


def _as_image(painted: Pixels, mask: NDArray[np.bool_], frame: photos.Frame, like: Image.Image) -> Image.Image:
    """The image `like` with what was painted under the mask; everything else stays exactly as it was."""
    import numpy as np
    from PIL import Image

    if frame.alpha is not None:
        alpha = np.where(mask, np.uint8(255), frame.alpha)
        painted = np.where(alpha[:, :, None] == 0, np.uint8(0), painted)
        whole = Image.fromarray(np.dstack([painted, alpha]))
        return whole.convert("LA") if like.mode in ("LA", "La") else whole
    under, where = Image.fromarray(painted), Image.fromarray(mask.view(np.uint8) * np.uint8(255))
    if like.mode not in arguments.PASTED:
        return under
    result = like.copy()
    result.paste(under if like.mode == "RGB" else under.convert(like.mode), mask=where)
    result.info.clear()
    return result
