"""Whether a lossless file is just what the writer makes of its pixels: then no choice of its coder can say anything.

The writers have no say in what is objected to; here they only prove that nothing was left to choose.
"""

from __future__ import annotations

from typing import Final

from scrubber import photos
from scrubber.errors import PhotoError
from scrubber.photos.source import DECODER_FAULTS

_ROOM: Final = "which has room for a message, and for a second picture that no viewer shows"
_PACKED: Final = {
    "png": "how its rows were filtered and deflated, and the order of its colours if it has a palette: the same pixels "
    f"can be packed in many ways, {_ROOM}",
    "gif": "the order of its colours and how it draws its frames: the same pictures can be packed in many ways, "
    f"{_ROOM}",
    "tiff": f"how its strips were deflated: the same pixels can be packed in many ways, {_ROOM}",
    "webp": f"how its lossless data was packed: the same pixels can be packed in many ways, {_ROOM}",
}
_LOSSY_WEBP: Final = (
    f"how its lossy WebP data is coded, and what of it lies beyond white and black: the same picture can be coded in "
    f"many ways, {_ROOM}"
)


def not_judged(data: bytes, photo: photos.Photo) -> tuple[str, ...]:
    """A sentence if the pixels of `photo`, which was opened from `data`, could be packed otherwise."""
    if photo.format == "webp" and not photo.lossless:
        return (_LOSSY_WEBP,)
    sentence = _PACKED.get(photo.format)
    return () if sentence is None or _written_again(photo) == data else (sentence,)


def _written_again(photo: photos.Photo) -> bytes | None:
    try:
        return photos.write(photo, photo.format)[0]
    except (PhotoError, *DECODER_FAULTS):
        return None  # a picture that is not written here in this format
