"""Writes pictures into fresh containers: the format they came in where that can be written cleanly, else another."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from scrubber.errors import DamagedPhoto, PhotoTooLarge, UnsupportedFormat
from scrubber.formats import identify
from scrubber.photos import jpeg, timing
from scrubber.photos.families import READERS, WRITERS
from scrubber.photos.opening import open_photo
from scrubber.photos.photo import Frame, Photo, blended

if TYPE_CHECKING:
    from pathlib import Path

    from scrubber.policy import Format, Limits

_SPELLINGS: Final = {".jpeg": ".jpg", ".jpe": ".jpg", ".tiff": ".tif", ".apng": ".png", ".dib": ".bmp"}
_NEVER_CLEAR: Final = ("jpeg", "raw")  # formats in which nothing is transparent and nothing moves


def extensions(opened: str | None, wanted: Format) -> tuple[str, ...]:
    """File name extensions, with their dots, that the output for a file of the format `opened` may get.

    More than one where it hangs on what is in the file; none if such a file cannot be opened.
    """
    if opened not in READERS:
        return ()
    if wanted != "keep":
        return (WRITERS[wanted].EXTENSION,)
    opaque = opened if opened in WRITERS else "jpeg"
    clear = opaque if WRITERS[opaque].ALPHA or opened in _NEVER_CLEAR else "png"
    return tuple(dict.fromkeys(WRITERS[name].EXTENSION for name in (opaque, clear)))


def format_named(target: Path) -> Format | None:
    """The format that the name of an output asks for, if it is one that can be asked for."""
    wanted: dict[str, Format] = {".jpg": "jpeg", ".jpeg": "jpeg", ".png": "png"}
    return wanted.get(target.suffix.lower())


def suits(target: Path, extension: str) -> bool:
    """Whether a file whose content asks for `extension` may have the name of `target`."""
    given = _SPELLINGS.get(target.suffix.lower(), target.suffix.lower())
    return given == extension or given not in {writer.EXTENSION for writer in WRITERS.values()}


def laid(photo: Photo, wanted: Format, name: str) -> Photo:
    """The photo as the output will hold it, to be painted: on white if the output cannot be transparent.

    Raises `UnsupportedFormat` if the wanted format cannot hold several frames; `name` is for its message.
    """
    target = _target(photo, wanted)
    writer = WRITERS[target]
    if len(photo.frames) > 1 and not (writer.MOVING if photo.moving else writer.PAGES):
        kind = "an animation" if photo.moving else "several pages"
        raise UnsupportedFormat(f"{name}: {target.upper()} cannot hold {kind}; leave --format at keep")
    if photo.transparent and not writer.ALPHA:
        photo = replace(photo, frames=tuple(_on_white(frame) for frame in photo.frames))
    return photo


def prepared(photo: Photo, wanted: Format, name: str) -> tuple[Photo, str]:
    """The photo as `laid` gives it, with a note if its format changes, and the format of the output; to be written."""
    photo = laid(photo, wanted, name)
    target = _target(photo, wanted)
    if wanted == "keep" and target != photo.format:
        change = f"{photo.format.upper()} is not written here; the copy is {target.upper()}"
        photo = replace(photo, notes=(*photo.notes, change))
    return photo, target


def write(photo: Photo, target: str) -> tuple[bytes, str]:
    """The bytes of a new file in the format `target`, with nothing but the frames, and its file name extension.

    The times of an animation are brought to those of `timing`.
    """
    writer = WRITERS[target]
    try:
        return writer.write(timing.quantised(photo)), writer.EXTENSION
    except (OSError, ValueError, MemoryError) as error:
        remedy = "make it smaller, or give --format png" if target != "png" else "make it smaller"
        raise PhotoTooLarge(f"the copy cannot be written as {target.upper()} ({error}); {remedy}") from error


def reopened(data: bytes, limits: Limits) -> Photo:
    """What a file shows that was just written, read by other code than wrote it where there is some.

    Raises `PhotoError` if it cannot be opened.
    """
    if identify(data) != jpeg.NAME:
        return open_photo(data, "the output", limits)
    pixels = jpeg.decoded(data)
    if pixels is None:
        raise DamagedPhoto("the output: OpenCV cannot open it; this is a mistake in scrubber, please report it")
    return Photo((Frame(pixels),), jpeg.NAME, lossless=False)


def _target(photo: Photo, wanted: Format) -> str:
    if wanted != "keep":
        return wanted
    if photo.format in WRITERS and (WRITERS[photo.format].ALPHA or not photo.transparent):
        return photo.format
    return "png" if photo.transparent or photo.moving else "jpeg"


def _on_white(frame: Frame) -> Frame:
    if frame.alpha is None:
        return frame
    return replace(frame, pixels=blended(frame.pixels, frame.alpha), alpha=None)
