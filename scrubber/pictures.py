"""The library's calls on single pictures: find, hide, inspect, verify."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, overload

from scrubber import arguments, photos, redaction
from scrubber.analysing import find_in
from scrubber.arguments import is_image
from scrubber.batch import Sandbox, Serial
from scrubber.call_arguments import checked_analysis, checked_number, checked_switch
from scrubber.errors import UsageError
from scrubber.file_checks import inspect_in, verify_in
from scrubber.policy import Limits, Policy, Preset

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

    from scrubber.analysis import Analysis
    from scrubber.arguments import Path_, Pixels, RegionLike
    from scrubber.results import Verdict
    from scrubber.values import Leak, Region


def find_faces(picture: Path_ | bytes | Pixels | Image.Image, preset: Preset = "balanced") -> list[Region]:
    """Find the faces in a picture, in the first frame if there are several.

    `picture` is the path of a file, its bytes, a `PIL.Image` or an H×W×3 uint8 RGB array. A transparent picture is
    looked at on several grounds. Boxes are pixels of the upright picture: files and bytes are turned by their EXIF
    orientation; images and arrays are taken as they are. `Region.score` is the probability of a face, 0 to 1.

    Files are opened in this process. Raises `PhotoError` for a file that cannot be opened, `UsageError` for an
    argument that makes no sense, `MissingPart` if a model is missing.
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
    """Paint over the heads around `faces`. Gives a new picture of the same kind; the old one stays as it was.

    `picture` is an H×W×3 uint8 RGB array, or a `PIL.Image` with 8 bits per channel. `faces` are regions, as
    `find_faces` gives them, or boxes in pixels: `Box` or four numbers x, y, width, height. The paint depends on the
    pixels that stay visible and on nothing else.

    An image keeps its mode, but a palette becomes RGB or RGBA, black and white (mode "1") becomes RGB, and colours that
    are multiplied by alpha (modes "RGBa" and "La") become plain ones, RGBA and LA. Painted pixels are opaque, wholly
    transparent ones become black. The image's `info` (profile, EXIF, comments) is not taken over.

    Raises `UsageError` for an argument that makes no sense, such as a box outside the picture.
    """
    style = Policy(style=style).style
    frame = arguments.frame(picture)
    regions = arguments.regions(faces, frame.size)
    painted, mask = redaction.painted(frame.pixels, regions, style, frame.alpha)
    return _as_image(painted, mask, frame, picture) if is_image(picture) else painted


def preview(picture: Path_ | bytes, analysis: Analysis, *, frame: int = 0) -> Image.Image:
    """Draw a numbered box around each region of a photo, and list below it what is decided and why.

    `picture` is the path or the bytes of the photo that was analysed; `frame` counts from 0. The image is upright RGB.
    Boxes of hidden regions are blue and solid, those of shown ones orange and dashed. A transparent photo is drawn
    twice, on white and on black. Nobody is hidden in this image: keep it private.

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
    """List what a file gives away besides its picture, the most dangerous first.

    `source` is the path of a file or its bytes. With a path, the name of the file counts too. The file is opened in
    this process: one that breaks a decoder breaks the caller, one that hangs it hangs. For files from strangers give
    `isolate=True`, or keep a `Session` open.

    Raises `PhotoError` for a file that cannot be read, with `isolate` also for one that breaks or holds up its process
    (`WorkerLost`), and `UsageError` for a source that is neither.
    """
    limits, isolate = Limits(), checked_switch("isolate", isolate)
    given = arguments.read(source, "source", limits)
    with _executor(isolate) as executor:
        return inspect_in(executor, given, limits)


def verify(
    source: Path_ | bytes, *, preset: Preset = "balanced", allowed: Iterable[RegionLike] = (), isolate: bool = False
) -> Verdict:
    """Check whether a file is fit to publish, whichever program made it.

    `source` is the path of a file or its bytes. `allowed` are faces that may be seen: regions or boxes, as `hide` takes
    them, in pixels of the upright picture in its first frame. For a copy that a run published, the ledger knows who
    may be seen in it. `isolate` and the errors are those of `inspect`; `MissingPart` if a model is missing.
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
