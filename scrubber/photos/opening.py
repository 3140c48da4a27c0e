"""Opens photos: by content, never by name, within limits, upright and in sRGB."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from scrubber import formats, plugins
from scrubber.errors import DamagedPhoto, PhotoTooLarge, UnsupportedFormat
from scrubber.guarded import check_size
from scrubber.photos import changes, colour
from scrubber.photos.photo import Frame, Photo
from scrubber.photos.source import DECODER_FAULTS, BrokenFrame, UnknownRange
from scrubber.photos.turning import upright

if TYPE_CHECKING:
    from PIL import Image

    from scrubber.photos.source import Source
    from scrubber.policy import Limits

_MEGA: Final = 1_000_000
_ORIENTATION_TAG: Final = 0x0112
LONGEST_SIDE: Final = 32_766
"""Pixels; OpenCV and MediaPipe count in 16 bits, and end the whole process beyond that."""


def open_photo(data: bytes, name: str, limits: Limits) -> Photo:
    """Decode the file that `data` holds; `name` is only for messages.

    Raises `UnsupportedFormat`, `DamagedPhoto` or `PhotoTooLarge`, each with the remedy.
    """
    if not data:
        raise DamagedPhoto(f"{name}: the file is empty; copy it again from the camera or phone")
    check_size(len(data), name, limits.bytes)
    known, read = _known(data, name)
    with _by_plugin(name, known), _readable(name, known.name), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about metadata, which is not kept
        source = read(data)
        _check_pixels(source.image.size, len(source.chosen), name, limits)
        turn, frames, notes = 1, list[Frame](), dict.fromkeys(source.notes)
        for image in source.frames(_checked_together(name, limits)):
            if not frames and not source.upright:
                # Not before it is decoded: Pillow looks behind a PNG's pixels, and forgets there that they are broken.
                turn = orientation(image)
            pixels, alpha, more = colour.to_srgb(image, source.light, source.bits)
            upright_alpha = None if alpha is None else upright(alpha, turn)
            frames.append(Frame(upright(pixels, turn), upright_alpha, float(image.info.get("duration") or 0)))
            notes |= dict.fromkeys(more)
    if source.moving:
        size = changes.canvas(frame.size for frame in frames)
        _check_pixels(size[::-1], len(frames), name, limits)
        frames = list(changes.levelled(frames))
    return Photo(tuple(frames), known.name, source.lossless, source.moving, source.loops, tuple(notes))


def _known(data: bytes, name: str) -> tuple[formats.Format, Callable[[bytes], Source]]:
    """The format by content, and what opens it. Raises `UnsupportedFormat` if nothing here opens it."""
    try:
        found = formats.get(formats.identify(data))
    except UnsupportedFormat as error:
        raise UnsupportedFormat(f"{name}: {error}") from error
    if found is None:
        raise UnsupportedFormat(f"{name}: this is not a picture, whatever its name says; scrubber opens photos only")
    if found.medium == "film":
        raise UnsupportedFormat(
            f"{name}: this is a film ({found.name.upper()}), and films are not handled yet; leave it out, and hide "
            "faces in it by other means before you publish it"
        )
    if found.open is None or found.medium != "photo":
        raise UnsupportedFormat(f"{name}: {found.name.upper()} cannot be opened; convert it to JPEG or PNG first")
    module = formats.missing(found.name)
    if module:
        raise UnsupportedFormat(
            f"{name}: {found.name.upper()} needs a package that is not installed ({module}); `scrubber doctor` names it"
        )
    return found, found.open


def _check_pixels(size: tuple[int, int], count: int, name: str, limits: Limits) -> None:
    width, height = size
    if width * height * count > limits.pixels:
        shown = f"{width}×{height}" + (f" in {count} frames" if count > 1 else "")
        raise PhotoTooLarge(f"{name}: {shown} is more than the limit of {_megapixels(limits)}; make it smaller")
    if max(size) > LONGEST_SIDE:
        raise PhotoTooLarge(
            f"{name}: {width}×{height} is longer than {LONGEST_SIDE} pixels; make it smaller or cut it in two"
        )


def _checked_together(name: str, limits: Limits) -> Callable[[tuple[int, int]], None]:
    """A check for the size of one frame after the other: pages may differ, and the first be the smallest."""
    total = 0

    def check(size: tuple[int, int]) -> None:
        nonlocal total
        _check_pixels(size, 1, name, limits)
        total += size[0] * size[1]
        if total > limits.pixels:
            raise PhotoTooLarge(
                f"{name}: its pages together are more than the limit of {_megapixels(limits)}; make it smaller"
            )

    return check


def _megapixels(limits: Limits) -> str:
    return f"{limits.pixels / _MEGA:.0f} megapixels"


@contextmanager
def _by_plugin(name: str, known: formats.Format) -> Iterator[None]:
    """Names the plug-in that opens a format if it fails: the file may be damaged, or the plug-in no good."""
    try:
        yield
    except Exception as error:
        if not known.plugin or isinstance(error, PhotoTooLarge):
            raise
        raise DamagedPhoto(
            f"{name}: the file is damaged, or {plugins.said_of(known.added_by, error.__cause__ or error)}"
        ) from error


@contextmanager
def _readable(name: str, known: str) -> Iterator[None]:
    from PIL import Image, UnidentifiedImageError

    try:
        yield
    except Image.DecompressionBombError as error:
        most = 2 * (Image.MAX_IMAGE_PIXELS or 0) / _MEGA  # Pillow warns at its limit and refuses at twice that
        raise PhotoTooLarge(f"{name}: it states more than {most:.0f} megapixels; make it smaller") from error
    except MemoryError as error:
        raise PhotoTooLarge(f"{name}: there is not enough memory to decode it; make it smaller") from error
    except UnknownRange as error:
        raise UnsupportedFormat(f"{name}: {error}") from error
    except BrokenFrame as error:
        remedy = "copy it again from where it came, or save it anew without that one"
        raise DamagedPhoto(f"{name}: the file is damaged ({error}); {remedy}") from error
    except UnidentifiedImageError as error:
        # What Pillow says here is where in memory the bytes lay.
        words = f"the file is damaged (or {known.upper()} of a kind that no decoder here knows)"
        raise DamagedPhoto(f"{name}: {words}; copy it again from where it came, or save it as PNG") from error
    except DECODER_FAULTS as error:
        said = str(error).replace("\n", " ")[:200] or type(error).__name__
        raise DamagedPhoto(f"{name}: the file is damaged ({said}); copy it again from where it came") from error


def orientation(image: Image.Image) -> int:
    """EXIF orientation 1 to 8; 1 where there is none or none that can be read."""
    try:
        value = image.getexif().get(_ORIENTATION_TAG, 1)
    except DECODER_FAULTS:
        return 1  # broken EXIF says nothing about which way is up
    return value if value in range(1, 9) else 1
