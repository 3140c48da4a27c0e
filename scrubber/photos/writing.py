"""Writes pictures into fresh containers: the format they came in where that can be written cleanly, else another."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, Final

from scrubber import formats
from scrubber.errors import DamagedPhoto, PhotoTooLarge, UnsupportedFormat
from scrubber.photos import jpeg, timing
from scrubber.photos.opening import open_photo
from scrubber.photos.photo import Frame, Photo, blended

if TYPE_CHECKING:
    from pathlib import Path

    from scrubber.policy import Format, Limits

_CAN_BE_ASKED_FOR: Final[tuple[Format, ...]] = ("jpeg", "png")


def format_from_name(target: Path) -> Format | None:
    """The format that the name of an output asks for, if it is one that can be asked for."""
    known = formats.named_by(target.suffix, "photo")
    return next((wanted for wanted in _CAN_BE_ASKED_FOR if known and wanted == known.name), None)


def suits(target: Path, extension: str) -> bool:
    """Whether a file whose content asks for `extension` may have the name of `target`."""
    given = formats.named_by(target.suffix, "photo")
    return given is None or given.writer is None or given.extension == extension


def laid(photo: Photo, wanted: Format, name: str) -> Photo:
    """The photo as the output will hold it, to be painted: on white if the output cannot be transparent.

    Raises `UnsupportedFormat` if the wanted format cannot hold several frames; `name` is for its message.
    """
    target = _target(photo, wanted)
    writer = _writer(target)
    if len(photo.frames) > 1 and not (writer.moving if photo.moving else writer.pages):
        kind = "an animation" if photo.moving else "several pages"
        raise UnsupportedFormat(f"{name}: {target.upper()} cannot hold {kind}; leave --format at keep")
    if photo.transparent and not writer.alpha:
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
    sink = BytesIO()
    try:
        _writer(target).write(timing.quantised(photo), sink)
    except (OSError, ValueError, MemoryError) as error:
        remedy = "make it smaller, or give --format png" if target != "png" else "make it smaller"
        raise PhotoTooLarge(f"the copy cannot be written as {target.upper()} ({error}); {remedy}") from error
    return sink.getvalue(), formats.formats()[target].extension


def decode_written(data: bytes, limits: Limits) -> Photo:
    """What a file shows that was just written, read by other code than wrote it where there is some.

    Raises `PhotoError` if it cannot be opened.
    """
    if formats.identify(data) != "jpeg":
        return open_photo(data, "the output", limits)
    pixels = jpeg.decoded(data)
    if pixels is None:
        raise DamagedPhoto("the output: OpenCV cannot open it; this is a mistake in scrubber, please report it")
    return Photo((Frame(pixels),), "jpeg", lossless=False)


def _writer(target: str) -> formats.Writer:
    writer = formats.formats()[target].writer
    assert writer is not None  # `_target` gives no other
    return writer


def _target(photo: Photo, wanted: Format) -> str:
    if wanted != "keep":
        return wanted
    own = formats.formats()[photo.format].writer
    if own and (own.alpha or not photo.transparent):
        return photo.format
    return "png" if photo.transparent or photo.moving else "jpeg"


def _on_white(frame: Frame) -> Frame:
    if frame.alpha is None:
        return frame
    return replace(frame, pixels=blended(frame.pixels, frame.alpha), alpha=None)
