"""Brings decoded pictures of any mode and profile to 8-bit sRGB and alpha."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from scrubber.photos import hdr
from scrubber.photos.photo import without_faint
from scrubber.photos.source import UnknownRange

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

_PROFILE_MODES: Final = (
    "RGB",
    "L",
    "CMYK",
)  # the modes that LittleCMS is handed; others become one of these first
_WIDE_GREY: Final = ("I;16", "I;16L", "I;16B", "I;16N", "I", "F")
_BITS: Final = {"I": 32, "F": 32} | dict.fromkeys(("I;16", "I;16L", "I;16B", "I;16N"), 16)
_MOST_BITS: Final = 64  # what claims more is damaged
_GREYS: Final = frozenset({"1", "L", "LA", "La", *_WIDE_GREY})
GREY: Final = "grey became RGB colours"
FLOATS: Final = "of floating point numbers 0 was taken as black, and 1 and more as white"
_LEAST, _GREATEST = 340, 341  # SMinSampleValue and SMaxSampleValue (TIFF 6.0, page 80)
_DAMAGED_PROFILE: Final = "the colour profile is damaged; colours were taken as sRGB"
_WRONG_PROFILE: Final = "the colour profile is for another kind of picture; colours were taken as sRGB"


def to_srgb(
    image: Image.Image, light: hdr.Light | None = None, bits: int = 8
) -> tuple[NDArray[np.uint8], NDArray[np.uint8] | None, tuple[str, ...]]:
    """Pixels (H×W×3), alpha (H×W or None) and notes of a decoded image, in its stored orientation.

    An embedded profile is applied by LittleCMS with relative colorimetric intent and black point compensation, unless
    `light` says better what the numbers mean. `bits` is how many a channel had in the file, for the notes.
    """
    import numpy as np

    profile, notes = image.info.get("icc_profile"), _lost(image.mode, bits)
    light = light or (hdr.icc_light(profile) if profile else None)
    image, alpha = _split(image)
    if profile and not light and image.mode in _PROFILE_MODES:
        image, more = _through(image, profile)
        notes += more
    pixels = np.asarray(image if image.mode == "RGB" else image.convert("RGB"), dtype=np.uint8)
    if light:
        pixels = hdr.to_srgb(pixels, light)
        notes += (hdr.TONE_MAPPED,) if light.high else ()
    if alpha is None or alpha.min() == 255:
        return pixels, None, notes
    return *without_faint(pixels, np.asarray(alpha, dtype=np.uint8)), notes


def _lost(mode: str, bits: int) -> tuple[str, ...]:
    """Notes on what a picture of 8 bits and three colours cannot take over."""
    bits = max(bits, _BITS.get(mode, 8))
    return (
        *((f"{bits} bits per channel became 8",) if 8 < bits <= _MOST_BITS else ()),
        *((FLOATS,) if mode == "F" else ()),
        *((GREY,) if mode in _GREYS else ()),
    )


def _split(image: Image.Image) -> tuple[Image.Image, NDArray[np.uint8] | None]:
    """An image in one of `_PROFILE_MODES`, and its alpha as an array where it has any."""
    import numpy as np
    from PIL import Image

    if image.mode in _WIDE_GREY:
        if image.mode == "F":
            _check_range(image)
        return Image.fromarray(_narrowed(np.asarray(image))), None
    if image.mode == "La":  # premultiplied grey, which Pillow turns into nothing else
        image = image.convert("LA")
    if image.has_transparency_data:
        whole = np.asarray(image.convert("RGBA"))
        return Image.fromarray(np.ascontiguousarray(whole[:, :, :3])), np.ascontiguousarray(whole[:, :, 3])
    if image.mode in _PROFILE_MODES:
        return image, None
    return image.convert("L" if image.mode == "1" else "RGB"), None


def _check_range(image: Image.Image) -> None:
    """Raises `UnknownRange` for floating point that, by its tags, does not run from 0 to 1."""
    tags: Mapping[int, Any] = getattr(image, "tag_v2", {})
    least, most = (tags.get(tag, usual) for tag, usual in ((_LEAST, 0), (_GREATEST, 1)))
    if min(_numbers(least)) < 0 or max(_numbers(most)) > 1:
        raise UnknownRange("its floating point numbers do not run from 0 to 1; save it with 8 or 16 bits first")


def _numbers(value: float | tuple[float, ...]) -> tuple[float, ...]:
    return value if isinstance(value, tuple) else (value,)


def _narrowed(grey: NDArray[Any]) -> NDArray[np.uint8]:
    """8 bits of grey from 16 bits, or from floating point; the same for every number, whatever else there is."""
    import numpy as np

    if grey.dtype.kind == "f":
        return np.asarray(np.clip(np.nan_to_num(grey) * 255.0, 0, 255), dtype=np.uint8)
    # The high byte is what every 8-bit viewer shows.
    return np.asarray(np.clip(grey, 0, 65535) >> 8, dtype=np.uint8)


def _through(image: Image.Image, profile: bytes) -> tuple[Image.Image, tuple[str, ...]]:
    from PIL import ImageCms

    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        space = source.profile.xcolor_space.strip()
    except (OSError, ImageCms.PyCMSError):
        return image, (_DAMAGED_PROFILE,)
    if space != {"L": "GRAY"}.get(image.mode, image.mode):
        if image.mode != "L" or space != "RGB":
            return image, (_WRONG_PROFILE,)
        image = image.convert("RGB")
    try:
        transform = ImageCms.buildTransform(
            source,
            _srgb(),
            image.mode,
            "RGB",
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except ImageCms.PyCMSError:
        return image, (_DAMAGED_PROFILE,)
    if image.mode == "RGB" and _changes_nothing(transform):
        return image, ()
    converted = ImageCms.applyTransform(image, transform)
    return (image, (_DAMAGED_PROFILE,)) if converted is None else (converted, ())


@cache
def _srgb() -> Any:
    from PIL import ImageCms

    return ImageCms.createProfile("sRGB")


def _changes_nothing(transform: Any) -> bool:
    """Whether a transform leaves a grid of colours as they are, give or take rounding: the profile is sRGB itself.

    Trying 4,913 colours is a hundred times quicker than converting a photo, and safer than believing a name.
    """
    import numpy as np
    from PIL import Image, ImageCms

    steps = np.linspace(0, 255, 17).round().astype(np.uint8)
    grid = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(17, 17 * 17, 3)
    converted = ImageCms.applyTransform(Image.fromarray(grid), transform)
    return converted is not None and int(np.abs(np.asarray(converted).astype(int) - grid).max()) <= 1
