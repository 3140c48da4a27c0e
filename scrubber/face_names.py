"""Face names that a photo manager left in photos become show and hide boxes of the manifest.

A named region of somebody in the manifest becomes a show box, but only where a face is really found. Every other
marked face becomes a hide box: default deny would hide it anyway if it is found, and the mark also covers it if it is
not, or if it is mistaken for somebody else. Names themselves are never taken over.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scrubber import photos
from scrubber.consent import HideBox, PhotoEntry, ShowBox
from scrubber.consent.decisions.pointing import means
from scrubber.consent.exchange.tagged_faces import TaggedFace, face_regions
from scrubber.detection import presets
from scrubber.guarded import read_file
from scrubber.photos.opening import orientation
from scrubber.photos.source import DECODER_FAULTS
from scrubber.policy import Limits
from scrubber.values import Box, Point, Region, SourceId

_SAME_SHAPE: Final = 0.02  # of width over height; resizing rounds by less, cropping changes it by more


@dataclass(frozen=True, slots=True)
class NamedPhoto:
    """What became of one photo's regions. `entry` is None if there is nothing to take over; `notes` are sentences."""

    path: Path
    entry: PhotoEntry | None
    notes: tuple[str, ...] = ()


def named_photo(path: Path, people: Mapping[str, str], limits: Limits) -> NamedPhoto:
    """Reads the regions of a photo, or of the XMP sidecar beside it. `people` maps names in photos to ids.

    Raises `PhotoError` for a photo that cannot be opened.
    """
    data = read_file(path, limits)
    regions = face_regions(data) or _from_sidecar(path, limits)
    if not regions:
        return NamedPhoto(path, None, ("no face is marked in it",))
    photo = photos.open_photo(data, str(path), limits)
    height, width = photo.frames[0].size
    found = presets.find(photo.pixels, "fast")
    turn = _turn(data, regions, (width, height), found)
    if turn is None:
        return NamedPhoto(path, None, ("it was cropped since its faces were marked, so the marks fit no more",))
    boxes = [_upright(region, turn).scaled(width, height) for region in regions]
    source = SourceId(hashlib.sha256(data).hexdigest(), photo.fingerprint())
    return _entry(path, source, list(zip(regions, boxes, strict=True)), people, found)


def _entry(
    path: Path,
    source: SourceId,
    marks: Sequence[tuple[TaggedFace, Box]],
    people: Mapping[str, str],
    found: Sequence[Region],
) -> NamedPhoto:
    show: list[ShowBox] = []
    hide: list[HideBox] = []
    notes: list[str] = []
    for region, box in marks:
        whole = Box(*map(float, box.rounded()))
        if whole.width < 1 or whole.height < 1:
            continue
        person = people.get(region.name)
        if person is None:
            hide.append(HideBox(box=whole))
        elif any(means(box, face.box) for face in found):
            show.append(ShowBox(person=person, box=whole))
        else:
            notes.append(f"no face was found where {person} is marked, {list(box.rounded())}; nothing is shown there")
    unknown = {region.name for region, _ in marks if region.name and region.name not in people}
    if unknown:
        notes.append(f"nobody in the manifest goes by {', '.join(sorted(unknown))}: hidden")
    if not show and not hide:
        return NamedPhoto(path, None, tuple(notes))
    entry = PhotoEntry(sha256=source.sha256, pixels=source.pixels, show=tuple(show), hide=tuple(hide))
    return NamedPhoto(path, entry, tuple(notes))


def _from_sidecar(path: Path, limits: Limits) -> tuple[TaggedFace, ...]:
    """Programs put `photo.jpg.xmp` or `photo.xmp` beside a photo."""
    for sidecar in (path.with_name(f"{path.name}.xmp"), path.with_suffix(".xmp")):
        if sidecar.is_file():
            return face_regions(read_file(sidecar, limits))
    return ()


def _turn(data: bytes, regions: Sequence[TaggedFace], size: tuple[int, int], found: Sequence[Region]) -> int | None:
    """The EXIF orientation by which the regions have to be turned; 1 if they are upright already, None if none fits.

    By the guidelines they lie in the picture as stored, and some programs turn them all the same. The size that they
    were drawn for tells which it is; where it does not, the reading under which more marks lie on faces is right.
    """
    turns = [turn for turn in dict.fromkeys((_orientation(data), 1)) if _fits(regions, size, turn)]

    def agreement(turn: int) -> int:
        boxes = [_upright(region, turn).scaled(*size) for region in regions]
        return sum(any(means(box, face.box) for face in found) for box in boxes)

    return max(turns, key=agreement, default=None)


def _fits(regions: Sequence[TaggedFace], size: tuple[int, int], turn: int) -> bool:
    width, height = size if turn < 5 else (size[1], size[0])
    return all(
        region.applied_to is None
        or abs(region.applied_to[0] / region.applied_to[1] * height / width - 1) <= _SAME_SHAPE
        for region in regions
    )


def _orientation(data: bytes) -> int:
    """EXIF orientation, 1 to 8; 1 for formats whose decoder turns the picture by itself."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data)) as image:
            return 1 if image.format in ("HEIF", "AVIF") else orientation(image)
    except DECODER_FAULTS:
        return 1


def _upright(region: TaggedFace, turn: int) -> Box:
    """The region, in parts of the picture, after undoing EXIF orientation `turn` (Exif 2.32, tag 0x0112)."""
    (x0, y0), (x1, y1) = (
        _turned(point, turn)
        for point in ((region.left, region.top), (region.left + region.width, region.top + region.height))
    )
    left, top, right, bottom = max(min(x0, x1), 0), max(min(y0, y1), 0), min(max(x0, x1), 1), min(max(y0, y1), 1)
    return Box(left, top, right - left, bottom - top)


def _turned(point: Point, turn: int) -> Point:
    x, y = point
    if turn >= 5:  # rows and columns are exchanged
        x, y = y, x
    return (1 - x if turn in (2, 3, 6, 7) else x), (1 - y if turn in (3, 4, 7, 8) else y)
