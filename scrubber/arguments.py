"""Takes what a program hands to the library's calls, or says which argument is wrong, what it is, what it should be."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterable, Sequence
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from scrubber.errors import DamagedPhoto, PhotoTooLarge, UsageError
from scrubber.guarded import read_file
from scrubber.paths import possible_path
from scrubber.photos import Frame
from scrubber.photos.opening import LONGEST_SIDE, orientation
from scrubber.values import Box, Landmarks, Region

if TYPE_CHECKING:
    from typing import TypeAlias

    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image
    from typing_extensions import TypeIs

    from scrubber.policy import Limits

    Path_: TypeAlias = str | os.PathLike[str]
    Pixels: TypeAlias = NDArray[np.uint8]
    RegionLike: TypeAlias = Region | Box | Sequence[float]

PASTED: Final = ("RGB", "RGBX", "L", "CMYK", "YCbCr", "HSV")
"""Modes of images that can be painted in as they are."""

_EXPECTED: Final = "a PIL.Image or an H×W×3 uint8 RGB array"
_DEEP: Final = ("I", "F")  # modes of 16 and 32 bits a pixel, of which Pillow has several
_REGIONS: Final = "regions, as find_faces gives them, or boxes of four numbers: x, y, width, height"
_BOX_NUMBERS: Final = 4
_GIVEN: Final = "the bytes given"


class Given(NamedTuple):
    """The bytes of a file, what messages call it, and where it lies; None if it came as bytes."""

    data: bytes
    name: str
    path: Path | None = None


def is_file(picture: object) -> TypeIs[str | os.PathLike[str] | bytes]:
    """Whether the picture is a file still to be opened, by its path or its bytes."""
    return isinstance(picture, str | os.PathLike | bytes | bytearray | memoryview)


def is_image(picture: object) -> TypeIs[Image.Image]:
    """Pillow is only looked for if whoever calls has loaded it."""
    pillow = sys.modules.get("PIL.Image")
    return pillow is not None and isinstance(picture, pillow.Image)


def path(value: object, argument: str) -> Path:
    """A path as it can be opened. Raises `UsageError`."""
    if not isinstance(value, str | os.PathLike):
        raise UsageError(f"{argument}: is {_kind(value)}; give the path of a file or the bytes in it")
    return possible_path(argument, value)


def read(source: object, argument: str, limits: Limits) -> Given:
    """The bytes of a file that is given by its path, or as they are. Raises `UsageError` and `PhotoError`."""
    if isinstance(source, bytes | bytearray | memoryview):
        return Given(bytes(source), _GIVEN)
    where = path(source, argument)
    return Given(read_file(where, limits), str(where), where)


def frame(picture: object) -> Frame:
    """The pixels and the alpha of an image or array. Raises `UsageError`, `DamagedPhoto` or `PhotoTooLarge`."""
    import numpy as np

    if is_image(picture):
        found = _of_image(picture)
    elif isinstance(picture, np.ndarray):
        found = Frame(_of_array(picture))
    else:
        more = "; find_faces takes the path or the bytes of a file, too, and scrub hides faces in files"
        raise UsageError(f"picture: is {_kind(picture)}; give {_EXPECTED}{more}")
    if not found.pixels.size:
        raise UsageError(f"picture: has no pixels ({found.size[1]}×{found.size[0]}); give {_EXPECTED}")
    if max(found.size) > LONGEST_SIDE:
        raise PhotoTooLarge(f"picture: is longer than {LONGEST_SIDE} pixels; make it smaller or cut it in two")
    return found


def regions(values: object, size: tuple[int, int] | None, argument: str = "faces") -> list[Region]:
    """Regions and boxes as faces. Raises `UsageError`, also for a box outside of a picture of this height and width."""
    if isinstance(values, str | bytes | Region | Box) or not isinstance(values, Iterable):
        raise UsageError(f"{argument}: is {_kind(values)}; give a list of {_REGIONS}")
    return [_region(value, f"{argument}[{number}]", size) for number, value in enumerate(values)]


def _of_array(array: NDArray[np.generic]) -> Pixels:
    import numpy as np

    if array.dtype != np.uint8 or array.ndim != 3 or array.shape[2] != 3:
        remedy = ""
        if array.ndim == 3 and array.shape[2] == 4:
            remedy = "; of RGBA, make an image first: PIL.Image.fromarray"
        elif array.ndim == 2:
            remedy = "; of grey, make three channels: numpy.dstack([grey] * 3)"
        elif array.dtype.kind == "f":
            remedy = "; bring it to whole numbers from 0 to 255"
        raise UsageError(f"picture: is {_kind(array)}; give {_EXPECTED}{remedy}")
    return np.ascontiguousarray(array, dtype=np.uint8)


def _of_image(image: Image.Image) -> Frame:
    """8 bits of RGB, and alpha if the image can be transparent; black where it is wholly transparent."""
    import numpy as np

    from scrubber.photos.source import DECODER_FAULTS

    if image.mode.startswith(_DEEP) or image.mode == "LAB":
        raise UsageError(
            f"picture: is a PIL.Image of mode {image.mode}; bring it to 8 bits of grey or RGB first, or give the path "
            "of its file"
        )
    try:
        image.load()
        turn = orientation(image)
        clear = image.has_transparency_data or image.mode == "La"
        deeper = image.convert("LA") if image.mode == "La" else image  # Pillow turns "La" into nothing else
        whole = np.array(deeper.convert("RGBA" if clear else "RGB"), dtype=np.uint8)
    except DECODER_FAULTS as error:
        raise DamagedPhoto(
            f"picture: the image cannot be decoded ({error}); open it again from a whole file"
        ) from error
    if turn != 1:
        raise UsageError(
            f"picture: is an image that is to be turned, by its EXIF orientation {turn}, and boxes are pixels of the "
            "upright picture; give an upright one in RGB: PIL.ImageOps.exif_transpose(image)"
        )
    if not clear:
        return Frame(whole)
    alpha = np.ascontiguousarray(whole[:, :, 3])
    return Frame(np.where(alpha[:, :, None] == 0, np.uint8(0), whole[:, :, :3]), alpha)


def _region(value: object, where: str, size: tuple[int, int] | None) -> Region:
    face = _face(value, where) if isinstance(value, Region) else None
    box = face.box if face else value if isinstance(value, Box) else _box(value, where)
    _check(box, where)
    if size is not None and not box.intersection(Box(0, 0, size[1], size[0])):
        raise UsageError(f"{where}: the box {_shown(box)} lies outside of the picture, which is {size[1]}×{size[0]}")
    return face or Region(box)  # whoever gives plain boxes means faces: more is hidden, not less


def _face(face: Region, where: str) -> Region:
    """A region whose parts are what they should be; of its box that is still to be checked."""
    if not isinstance(face.box, Box):
        raise UsageError(f"{where}: its box is {_kind(face.box)}; give {_REGIONS}")
    if face.landmarks is None:
        return face
    if not isinstance(face.landmarks, Landmarks):
        raise UsageError(f"{where}: its landmarks are {_kind(face.landmarks)}; give {_REGIONS}")
    for point in face.landmarks.points:
        pair = list(point) if isinstance(point, Iterable) and not isinstance(point, str | bytes) else []
        if len(pair) != 2 or not all(_is_number(number) and _is_finite(number) for number in pair):
            raise UsageError(f"{where}: its landmarks are not five points of two numbers each; give {_REGIONS}")
    return face


def _is_number(value: object) -> TypeIs[Real]:
    return isinstance(value, Real) and not isinstance(value, bool)


def _box(value: object, where: str) -> Box:
    """Four numbers as a box; those of numpy are numbers, too."""
    numbers = list(value) if isinstance(value, Iterable) and not isinstance(value, str | bytes) else []
    if len(numbers) != _BOX_NUMBERS:
        what = f"{_kind(value)} of {len(numbers)}" if numbers else _kind(value)
        raise UsageError(f"{where}: is {what}; give {_REGIONS}")
    for number in numbers:
        if not _is_number(number):
            raise UsageError(f"{where}: holds {_kind(number)}; give {_REGIONS}")
    if not all(map(_is_finite, numbers)):
        raise UsageError(f"{where}: the box {list(map(str, numbers))} holds a number that is none; give {_REGIONS}")
    return Box(*map(float, numbers))


def _is_finite(number: Real) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:  # a whole number that no float can hold
        return False


def _check(box: Box, where: str) -> None:
    for number in _shown(box):
        if not _is_number(number):
            raise UsageError(f"{where}: its box holds {_kind(number)}; give {_REGIONS}")
    if not all(map(_is_finite, _shown(box))):
        raise UsageError(f"{where}: the box {_shown(box)} holds a number that is none; give {_REGIONS}")
    if box.width <= 0 or box.height <= 0:
        raise UsageError(f"{where}: the box {_shown(box)} has no width or no height; give {_REGIONS}")


def _shown(box: Box) -> list[Any]:
    return [box.x, box.y, box.width, box.height]


def _kind(value: object) -> str:
    """What a wrong value is, without what it holds."""
    if value is None:
        return "None"
    shape, dtype = getattr(value, "shape", None), getattr(value, "dtype", None)
    if isinstance(shape, tuple) and dtype is not None:
        return f"{'an array' if shape else 'a number'} of {dtype}{f', shape {shape}' if shape else ''}"
    kind = type(value)
    module = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
    return f"a value of type {module}{kind.__qualname__}"
