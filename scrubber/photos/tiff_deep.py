"""Pages that Pillow does not decode or does not scale: 10, 12, 14 or 32 bits a channel, or channels stored apart.

OpenCV decodes them, through libtiff; they go on as plain pages of 8 bits, which any reader can take.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from scrubber import opencv
from scrubber.photos.bombs import refuse_huge
from scrubber.photos.source import DECODER_FAULTS

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image

# TIFF 6.0, pages 30 to 38
_WIDTH, _HEIGHT, _BITS, _PHOTOMETRIC, _CHANNELS, _PLANES, _EXTRA = 256, 257, 258, 262, 277, 284, 338
_PROFILE: Final = 34675  # ICC.1, annex B
_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB = 0, 1, 2
_APART, _PREMULTIPLIED = 2, 1
_UNSCALED: Final = frozenset({10, 12, 14})  # bits that Pillow would show as if there were 16


def wanted(tags: Mapping[int, int]) -> bool:
    """Whether a page, by its tags, is one that Pillow opens but gets wrong."""
    apart = tags.get(_PLANES) == _APART and tags.get(_EXTRA) == _PREMULTIPLIED
    return apart or (tags.get(_CHANNELS, 1) == 1 and tags.get(_BITS) in _UNSCALED)


def as_plain(data: bytes, pages: Mapping[int, tuple[int, Mapping[int, int]]]) -> bytes:
    """A TIFF of 8 bits a channel with the pages of these numbers, each given with its place and tags; upright.

    Raises `OSError` if there are none, or if one is of a kind that OpenCV does not decode either.
    """
    if not pages:
        raise OSError("no page of it holds a picture")
    images = []
    for number, (place, tags) in pages.items():
        image = _decoded(data, number, tags)
        profile = _profile(data, place) if _PROFILE in tags else None
        if profile:
            image.info["icc_profile"] = profile
        images.append(image)
    target = BytesIO()
    images[0].save(target, "TIFF", save_all=True, append_images=images[1:])
    return target.getvalue()


def _decoded(data: bytes, number: int, tags: Mapping[int, int]) -> Image.Image:
    import numpy as np
    from PIL import Image

    refuse_huge(tags.get(_WIDTH, 0), tags.get(_HEIGHT, 0))
    kind = tags.get(_PHOTOMETRIC)
    pages = _pages(data, number) if kind in (_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB) else ()
    if len(pages) != 1 or pages[0].dtype.kind != "u":
        raise OSError(f"page {number + 1} is of a kind that no decoder here knows")
    pixels = pages[0] >> 8 * (pages[0].dtype.itemsize - 1)  # the high byte is what every 8-bit viewer shows
    pixels = np.ascontiguousarray(pixels.astype(np.uint8))
    if pixels.ndim == 2:
        # libtiff turns dark and light round by itself only where there are 8 bits
        return Image.fromarray(255 - pixels if kind == _WHITE_IS_ZERO and pages[0].itemsize > 1 else pixels)
    if pixels.shape[2] == 3:
        return Image.fromarray(np.ascontiguousarray(pixels[:, :, ::-1]))
    if pixels.shape[2] == 4 and pages[0].itemsize == 1:
        red_first = np.ascontiguousarray(pixels[:, :, (2, 1, 0, 3)])
        return Image.frombytes("RGBa", red_first.shape[1::-1], red_first.tobytes()).convert("RGBA")
    raise OSError(f"page {number + 1} has {pixels.shape[2]} channels, which is too many for this kind of page")


def _profile(data: bytes, place: int) -> bytes | None:
    """The colour profile that the directory at `place` names, if it can be read."""
    from PIL.TiffImagePlugin import ImageFileDirectory_v2

    file = BytesIO(data)
    file.seek(place)
    try:
        directory = ImageFileDirectory_v2(data[: 16 if b"+" in data[2:4] else 8])  # BigTIFF has the longer header
        directory.load(file)
        profile = directory.get(_PROFILE)
    except DECODER_FAULTS:
        return None
    return profile if isinstance(profile, bytes) else None


def _pages(data: bytes, number: int) -> Sequence[NDArray[Any]]:
    """The one page as OpenCV decodes it, or none."""
    import numpy as np

    cv2 = opencv.load()
    level = cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # what is wrong is said by us
    try:
        done, pages = cv2.imdecodemulti(
            np.frombuffer(data, dtype=np.uint8), cv2.IMREAD_UNCHANGED, range=(number, number + 1)
        )
    except cv2.error as error:
        raise OSError(f"page {number + 1}: OpenCV cannot decode it") from error
    finally:
        cv2.utils.logging.setLogLevel(level)
    decoded: Sequence[NDArray[Any]] = pages
    return decoded if done else ()
