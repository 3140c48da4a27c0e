"""Makes photos smaller, so that their size does not tell which camera took them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from scrubber import opencv
from scrubber.photos.photo import without_faint

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scrubber.photos.photo import Frame, Photo


def fitted(photo: Photo, longest: int | None) -> tuple[Photo, float]:
    """The photo with no side of any frame longer than `longest` pixels, and the factor by which it shrank, up to 1.

    Nothing is ever enlarged; None leaves everything as it is.
    """
    side = max(max(frame.size) for frame in photo.frames)
    if longest is None or side <= longest:
        return photo, 1.0
    factor = longest / side
    return replace(photo, frames=tuple(_smaller(frame, factor) for frame in photo.frames)), factor


def _smaller(frame: Frame, factor: float) -> Frame:
    cv2 = opencv.load()
    height, width = (max(1, round(length * factor)) for length in frame.size)

    def shrink(layer: NDArray[Any]) -> NDArray[Any]:
        smaller: NDArray[Any] = cv2.resize(layer, (width, height), interpolation=cv2.INTER_AREA)
        return smaller

    if frame.alpha is None:
        return replace(frame, pixels=shrink(frame.pixels))
    # Colours count by how much they can be seen; the black under what is transparent must not darken edges.
    alpha = shrink(frame.alpha)
    weight = frame.alpha[:, :, None].astype("float32")
    colours = shrink(frame.pixels * weight) / shrink(weight).reshape(height, width, 1).clip(min=1e-6)
    pixels = colours.round().clip(0, 255).astype("uint8")
    pixels, alpha = without_faint(pixels, alpha)
    return replace(frame, pixels=pixels, alpha=alpha)
