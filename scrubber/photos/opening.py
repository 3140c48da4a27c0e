"""Opens photos: by content, never by name, within limits, upright and in sRGB."""

from __future__ import annotations

import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from scrubber.errors import DamagedPhoto, PhotoTooLarge, UnreadableFile, UnsupportedFormat
from scrubber.formats import HEADER_BYTES, identify
from scrubber.photos import colour, jpeg, png, webp
from scrubber.photos.photo import Photo

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

    from scrubber.photos.family import Family
    from scrubber.policy import Limits

FAMILIES: Final[dict[str, Family]] = {family.NAME: family for family in (jpeg, png, webp)}

_MEGA: Final = 1_000_000
_ORIENTATION_TAG: Final = 0x0112
# What Pillow's decoders raise for broken files, found by running them on damaged and fuzzed files.
_DECODER_FAULTS: Final = (
    OSError, SyntaxError, ValueError, TypeError, ArithmeticError, LookupError, EOFError, struct.error, zlib.error,
)  # fmt: skip


def read_file(path: Path, limits: Limits) -> bytes:
    """The bytes of a file. Raises `UnreadableFile`, or `PhotoTooLarge` before any of it is read."""
    try:
        _check_bytes(path.stat().st_size, str(path), limits)
        return path.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"{path}: {error.strerror or error}; check the path and its permissions") from error


def open_photo(data: bytes, name: str, limits: Limits) -> Photo:
    """Decode the file that `data` holds; `name` is only for messages.

    Raises `UnsupportedFormat`, `DamagedPhoto` or `PhotoTooLarge`, each with the remedy.
    """
    if not data:
        raise DamagedPhoto(f"{name}: the file is empty; copy it again from the camera or phone")
    _check_bytes(len(data), name, limits)
    family = _family(data, name)
    with _readable(name):
        from PIL import Image

        with warnings.catch_warnings():
            # Pillow warns about large pictures and odd metadata; the limit is checked here, metadata is not kept.
            warnings.simplefilter("ignore")
            try:
                image = Image.open(BytesIO(data), formats=family.PILLOW_FORMATS)
            except Image.DecompressionBombError as error:
                raise PhotoTooLarge(f"{name}: {error}; make it smaller") from error
            _check_size(image, name, limits)
            family.check(image, name)
            image.load()
            turn = _orientation(image)
            pixels, alpha, notes = colour.to_srgb(image)
    return Photo(
        _upright(pixels, turn),
        None if alpha is None else _upright(alpha, turn),
        family.NAME,
        family.lossless(data),
        notes,
    )


def _family(data: bytes, name: str) -> Family:
    found = identify(data[:HEADER_BYTES])
    if found in FAMILIES:
        return FAMILIES[found]
    known = ", ".join(family.upper() for family in FAMILIES)
    if found is None:
        raise UnsupportedFormat(f"{name}: this is not a picture, whatever its name says; scrubber opens {known}")
    raise UnsupportedFormat(f"{name}: {found.upper()} cannot be opened; convert it to one of {known} first")


def _check_bytes(size: int, name: str, limits: Limits) -> None:
    if size > limits.bytes:
        raise PhotoTooLarge(
            f"{name}: {size / _MEGA:.0f} MB is more than the limit of {limits.bytes / _MEGA:.0f} MB; make it smaller"
        )


def _check_size(image: Image.Image, name: str, limits: Limits) -> None:
    width, height = image.size
    if width * height > limits.pixels:
        most = f"{limits.pixels / _MEGA:.0f} megapixels"
        raise PhotoTooLarge(f"{name}: {width}×{height} is more than the limit of {most}; make it smaller")


@contextmanager
def _readable(name: str) -> Iterator[None]:
    try:
        yield
    except MemoryError as error:
        raise PhotoTooLarge(f"{name}: there is not enough memory to decode it; make it smaller") from error
    except _DECODER_FAULTS as error:
        said = str(error).replace("\n", " ")[:200] or type(error).__name__
        raise DamagedPhoto(f"{name}: the file is damaged ({said}); copy it again from where it came") from error


def _orientation(image: Image.Image) -> int:
    """EXIF orientation 1 to 8; 1 where there is none or none that can be read."""
    try:
        value = image.getexif().get(_ORIENTATION_TAG, 1)
    except _DECODER_FAULTS:
        return 1  # broken EXIF says nothing about which way is up
    return value if value in range(1, 9) else 1


def _upright(pixels: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Undo EXIF orientation (Exif 2.32, tag 0x0112: which side of the picture row 0 and column 0 are)."""
    import numpy as np

    if orientation >= 5:  # rows and columns are exchanged
        pixels = pixels.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return np.ascontiguousarray(pixels)
