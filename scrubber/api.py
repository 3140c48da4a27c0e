"""The Python interface, as INTERFACE names it: one call each for what the command line does."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, overload

from scrubber import batch, file_names, hiding, metadata, photos, verification
from scrubber.errors import UsageError
from scrubber.faces import finding
from scrubber.guarded import read_file
from scrubber.pipeline import scrub_file
from scrubber.policy import Limits, Policy, Preset, Style
from scrubber.terms import Terms
from scrubber.types import LEAK_KINDS

if TYPE_CHECKING:
    from datetime import date
    from typing import TypeAlias

    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image
    from typing_extensions import TypeIs

    from scrubber.consent import Consent
    from scrubber.types import Face, Leak, Result, Verdict

    Path_: TypeAlias = str | os.PathLike[str]
    Pixels: TypeAlias = NDArray[np.uint8]


def scrub(
    source: Path_,
    output: Path_,
    *,
    policy: Policy | None = None,
    consent: Consent | None = None,
    purpose: str | None = None,
    on: date | None = None,
) -> Result:
    """Make one photo safe and write the copy to the file `output`.

    Faces are hidden unless `consent` allows them for `purpose` on the day `on` (today if None). The result says
    whether the copy was published or withheld; nothing lies at `output` unless it was published just now.

    Raises `PhotoError` for a file that cannot be opened or written, `UsageError` for a consent without a purpose,
    `ManifestError` for reference photos that cannot be used, `MissingPart` if a model is not there.
    """
    target = Path(output)
    if target.is_dir():
        raise UsageError(f"{target}: this is a folder; name the file to write, or use scrub_folder")
    return scrub_file(Path(source), target, Terms.of(policy, consent, purpose, on).named(target))


def scrub_folder(
    source: Path_ | Sequence[Path_],
    output: Path_,
    *,
    policy: Policy | None = None,
    consent: Consent | None = None,
    purpose: str | None = None,
    on: date | None = None,
    jobs: int | None = None,
) -> Iterator[Result]:
    """Make every photo below a folder (or in a list of files and folders) safe; copies go to the folder `output`.

    Yields one result per file, in a stable order, while the run goes on. `jobs` is the number of processes, one
    per core if None; the outputs do not depend on it. Scripts on Windows and macOS need the usual
    `if __name__ == "__main__":` around the loop. Raises as `scrub` does, but a failed photo is a result.
    """
    policy = policy or Policy()
    given = [source] if isinstance(source, str | os.PathLike) else source
    terms = Terms.of(policy, consent, purpose, on)
    plan = batch.plan([Path(each) for each in given], Path(output), policy, terms.labels)
    yield from batch.run(plan.tasks, terms, jobs)


def find_faces(picture: Path_ | Pixels | Image.Image, preset: Preset = "balanced") -> list[Face]:
    """The faces in a photo file, a `PIL.Image` or an H×W×3 uint8 RGB array, surest first.

    Boxes are pixels of the upright picture. A file is turned as its EXIF orientation says; images and arrays are
    taken as they are. Raises `PhotoError` for a file that cannot be opened, `UsageError` for another kind of value.
    """
    policy = Policy(preset=preset)
    if isinstance(picture, str | os.PathLike):
        path = Path(picture)
        pixels = photos.open_photo(read_file(path, policy.limits), str(path), policy.limits).pixels
    else:
        pixels = _pixels(picture)
    return list(finding.find(pixels, policy.preset))


@overload
def hide(picture: Pixels, faces: Sequence[Face], style: Style = "blur") -> Pixels: ...
@overload
def hide(picture: Image.Image, faces: Sequence[Face], style: Style = "blur") -> Image.Image: ...
def hide(picture: Pixels | Image.Image, faces: Sequence[Face], style: Style = "blur") -> Pixels | Image.Image:
    """A copy of the picture, of the same kind as given, with the heads around `faces` painted over.

    Takes an H×W×3 uint8 RGB array or a `PIL.Image`; an image keeps its mode and its alpha. What is painted depends
    on the pixels that stay visible and on nothing else. Raises `UsageError` for another kind of value.
    """
    painted = hiding.hide(_pixels(picture), faces, Policy(style=style).style)
    return _as_image(painted, picture) if _is_image(picture) else painted


def inspect(path: Path_) -> list[Leak]:
    """What a file gives away besides its picture, its name included; the most dangerous first.

    Raises `UnreadableFile`.
    """
    limits = Limits()
    data, named = read_file(Path(path), limits), file_names.leak(Path(path))
    leaks = dict.fromkeys((*metadata.inventory(data), *verification.unseen(data, limits), *([named] if named else [])))
    return sorted(leaks, key=lambda leak: LEAK_KINDS.index(leak.kind))


def verify(path: Path_, *, preset: Preset = "balanced") -> Verdict:
    """Is this file fit to publish? Judges any file, made here or not. Raises `UnreadableFile`."""
    limits = Limits()
    return verification.verify(read_file(Path(path), limits), str(path), limits, Policy(preset=preset).preset)


def _is_image(picture: object) -> TypeIs[Image.Image]:
    """Pillow is only looked for if whoever calls has loaded it."""
    pillow = sys.modules.get("PIL.Image")
    return pillow is not None and isinstance(picture, pillow.Image)


def _pixels(picture: Pixels | Image.Image) -> Pixels:
    import numpy as np

    if _is_image(picture):
        return np.array(picture.convert("RGB"), dtype=np.uint8)
    if not isinstance(picture, np.ndarray) or picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3:
        raise UsageError("a picture must be a path, a PIL.Image or an H×W×3 uint8 RGB array")
    return np.ascontiguousarray(picture)


def _as_image(pixels: Pixels, like: Image.Image) -> Image.Image:
    from PIL import Image

    painted = Image.fromarray(pixels)
    if like.mode in ("L", "RGBA", "LA", "CMYK", "YCbCr", "HSV", "LAB"):
        painted = painted.convert(like.mode)
    if "A" in like.getbands():
        painted.putalpha(like.getchannel("A"))
    return painted
