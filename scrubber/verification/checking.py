"""Reads a written file back and judges it, by other code than wrote it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scrubber import opencv, photos
from scrubber.detection import presets
from scrubber.errors import PhotoError
from scrubber.photos import timing
from scrubber.redaction import covered
from scrubber.verification.audit import audit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from scrubber.policy import Limits
    from scrubber.values import Kind, Region

# Hiding acts on faint suspicions, for hiding too much is cheap; a verdict that cries wolf is not read. Half is "more
# likely a face than not".
_CLEARLY: Final = 0.5
# Detectors fire on painted heads too, for these still sit on bodies; but paint has no fine detail. Of 482 real faces in
# crowd photos 97 in 100 are smooth (by less than .7 levels of 255) on at most 8 % of their box; of the boxes that
# detectors drew on painted heads 3 in 4 are so on more.
_SMOOTH: Final = 0.7
_MOST_SMOOTH: Final = 0.08
# In files of others a smooth part proves less: a plain mask covers half a face, and 15 of 1,089 clear faces of people
# with masks and in crowds passed for paint. Where detectors are sure, it counts what lies where the eyes are, in rows
# .15 to .6 of a box. Then one of the 1,089 passes for paint; of 420 painted copies 6 are objected to wrongly, not 3.
_EYES: Final = (0.15, 0.6)
_SURE: Final = 0.9  # score from which detectors are believed …
_MOST_SMOOTH_IF_SURE: Final = 0.4  # … unless this much is smooth where the eyes are
_SMALLEST_JUDGED: Final = 8  # pixels; a smaller box holds too few to tell
_JUDGED_AT: Final = 32  # pixels a side, at most
_UNDER_MASK: Final = 0.5  # a face with this share of its box hidden cannot be told
_ALLOWED_SHARE: Final = 0.5  # of the smaller of two boxes, for a face found again to be the allowed one
_SAME_PLACE: Final = 0.25  # intersection over union of boxes around the same face, with and without paint beside it
_OPAQUE: Final = 255
_LARGEST_ERROR: Final = 12.0  # mean levels of 255 that lossy coding may change under a mask; twice what was ever seen


def still_visible(
    faces: Sequence[Region], hidden: NDArray[np.bool_] | None = None, allowed: Sequence[Region] = ()
) -> tuple[Region, ...]:
    """Those of `faces` that nobody allowed and that `hidden` (H×W, True where painted over) does not cover."""
    return tuple(
        face
        for face in faces
        if (hidden is None or covered(face, hidden) < _UNDER_MASK)
        and not any(
            face.box.intersection(known.box) >= _ALLOWED_SHARE * min(face.box.area, known.box.area) for known in allowed
        )
    )


def drop_inpainting_artifacts(
    faces: Sequence[Region], pixels: NDArray[np.uint8], hidden: NDArray[np.bool_]
) -> tuple[Region, ...]:
    """Of faces that were seen in a painted picture, those that the paint alone cannot have brought about.

    A painted head on bare shoulders looks like the forehead of a larger face. Such a face holds paint, and in the photo
    itself, `pixels` (H×W×3), the same look does not see it. `hidden` (H×W) is where the paint is; boxes are in
    pixels of the photo. Of 13 faces seen again in 31 photos of 12 megapixels nine were of this kind, none of them
    real; of the others two were faces that had been missed, and two the backs of heads.
    """
    if not any(covered(face, hidden) for face in faces):
        return tuple(faces)
    known = presets.find_again(pixels)
    return tuple(
        face
        for face in faces
        if not covered(face, hidden) or any(face.box.iou(other.box) > _SAME_PLACE for other in known)
    )


def read_back(
    data: bytes, painted: photos.Photo, masks: Sequence[NDArray[np.bool_]], limits: Limits
) -> tuple[photos.Photo, None] | tuple[None, str]:
    """Check a file that was just written: the photo that it shows, or else what is wrong with it.

    Every part of it must be on the allow-list. It must open, have the frames of `painted`, and show under each
    frame's mask (H×W, True where hidden) what was painted there, opaque.
    """
    leaks = audit(data)
    if leaks:
        return None, f"the output holds more than the picture: {leaks[0].where}"
    try:
        photo = photos.decode_written(data, limits)
    except PhotoError as error:
        return None, f"the output cannot be read back: {error}"
    if [frame.size for frame in photo.frames] != [frame.size for frame in painted.frames]:
        return None, "the output has another size, or other frames, than the photo"
    if not timing.is_quantised(photo) or _is_endless(photo) != _is_endless(timing.quantised(painted)):
        return None, "the output keeps times of its own"
    if any(map(_differs, photo.frames, painted.frames, masks)):
        return None, "the output does not show what was painted over the faces"
    return photo, None


def _is_endless(photo: photos.Photo) -> bool:
    return photo.moving and photo.loops == timing.FOREVER


def _differs(seen: photos.Frame, painted: photos.Frame, hidden: NDArray[np.bool_]) -> bool:
    """Whether a frame that was read back shows something else under its mask than lossy coding explains."""
    import numpy as np

    cv2 = opencv.load()
    if seen.alpha is not None and bool((seen.alpha[hidden] != _OPAQUE).any()):
        return True  # no format that has alpha may lose any of it
    values = 3 * cv2.countNonZero(hidden.view(np.uint8))
    error = _LARGEST_ERROR * values
    return values > 0 and bool(cv2.norm(seen.pixels, painted.pixels, cv2.NORM_L1, hidden.view(np.uint8)) > error)


def seen_again(frame: photos.Frame) -> list[Region]:
    """What can clearly be seen in any view of a frame that was just written, of each kind that is looked for again.

    A quick look: it guards the writing (a turned picture, a shifted mask), for the finding was done before.
    """
    return [region for view in frame.views() for look in RECHECKS.values() for region in look(view)]


def _faces_again(pixels: NDArray[np.uint8]) -> list[Region]:
    return clear(pixels, presets.find_again(pixels))


RECHECKS: Final[dict[Kind, Callable[[NDArray[np.uint8]], list[Region]]]] = {"face": _faces_again}
"""How regions of a kind are looked for in an H×W×3 uint8 RGB picture that was just written; other kinds are not."""


def clear(pixels: NDArray[np.uint8], faces: Sequence[Region]) -> list[Region]:
    """Of the faces found, those that are more likely such than not, and that hold something to be seen."""
    return [face for face in faces if face.score >= _CLEARLY and has_detail(pixels, face)]


def clear_to_anybody(pixels: NDArray[np.uint8], faces: Sequence[Region]) -> list[Region]:
    """The same for a file that anybody may have made: masks, beards and bright skin are smooth, and are not paint."""
    return [face for face in faces if face.score >= _CLEARLY and _is_no_paint(pixels, face)]


def _is_no_paint(pixels: NDArray[np.uint8], face: Region) -> bool:
    smooth = _smooth(pixels, face)
    if smooth is None:
        return True
    eyes = smooth[slice(*(round(share * len(smooth)) for share in _EYES))].mean()
    return bool(smooth.mean() <= _MOST_SMOOTH or (face.score >= _SURE and eyes <= _MOST_SMOOTH_IF_SURE))


def has_detail(pixels: NDArray[np.uint8], face: Region) -> bool:
    """Whether a face box holds something to be seen, rather than paint."""
    smooth = _smooth(pixels, face)
    return smooth is None or float(smooth.mean()) <= _MOST_SMOOTH


def _smooth(pixels: NDArray[np.uint8], face: Region) -> NDArray[np.bool_] | None:
    """Where a face box, brought to one size, has no fine detail, S×S; None if it is too small to tell.

    Measured is what a narrow Gaussian takes out of it around each of its pixels.
    """
    import numpy as np

    cv2 = opencv.load()
    x, y, width, height = face.box.rounded()
    part = pixels[max(y, 0) : y + height, max(x, 0) : x + width]
    side = min(_JUDGED_AT, *part.shape[:2])
    if side < _SMALLEST_JUDGED:
        return None
    small = cv2.cvtColor(cv2.resize(part, (side, side), interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    grey = small.astype(np.float32)
    fine = np.abs(grey - cv2.GaussianBlur(grey, (0, 0), 1.0))
    nearby = max(3, side // 6) | 1
    return np.asarray(cv2.blur(fine, (nearby, nearby)) < _SMOOTH)
