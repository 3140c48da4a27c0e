"""Tells a JPEG that scrubber wrote itself, so that a copy that is cleaned again stays the same, byte for byte.

Decoding and encoding a JPEG once more moves pixels by a level. A file that differs in nothing but its picture from what
would be written anyway need not be: it is passed on as it is. (To write every copy so that encoding it again changes
nothing takes five times as long as decoding and encoding it once:
docs/decisions.md.)
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

_END: Final = b"\xff\xd9"
_START_OF_SCAN: Final = b"\xff\xda"
_SIZE_SEGMENT: Final = b"\xff\xc0"
_SIZE: Final = slice(5, 9)  # where in it height and width are
_INSIDE: Final = re.compile(rb"\xff[^\x00]")  # a marker; as data of a scan a byte of 255 is followed by 0
_SIDE: Final = 8  # of a block, in pixels
# By how many levels of 255 two encodings of the same picture may differ beyond its edge: twice the most that was seen
# on 400 pieces of photos. Noise differs more, and is written again.
_MOST_BEYOND: Final = 24
_MEAN_BEYOND: Final = 3.0


def is_own(data: bytes, pixels: Pixels, again: bytes) -> bool:
    """Whether a JPEG holds these pixels (H×W×3) as scrubber writes them, and nothing else.

    `again` is the JPEG that scrubber would write of them. All that stands before the scan must be the same, nothing may
    interrupt the scan, it must end where the picture does, and what the last blocks hold beyond the edge of the picture
    must be what the encoder fills them with. For what a decoder does not need, it does not miss: the last bytes are
    changed, and the picture has to change too. That leaves the last few bits, which nobody can fit a datum in.
    """
    head = _head(again)
    if not data.startswith(head) or not data.endswith(_END):
        return False
    scan = data[len(head) : -len(_END)]
    if _INSIDE.search(scan) or scan.endswith(b"\xff") or _more_beyond(data, again, pixels):
        return False
    return any(_differs(head + other + _END, pixels) for other in _changed(scan))


def _head(data: bytes) -> bytes:
    """Everything up to where the scan begins."""
    start = data.index(_START_OF_SCAN)
    return data[: start + 2 + int.from_bytes(data[start + 2 : start + 4], "big")]


def _more_beyond(data: bytes, again: bytes, pixels: Pixels) -> bool:
    """Whether the last blocks hold anything beyond the edge of the picture that is not the encoder's filling."""
    import numpy as np

    height, width = pixels.shape[:2]
    whole = height + -height % _SIDE, width + -width % _SIDE
    if whole == (height, width):
        return False
    shown, expected = (_decoded(_sized(each, whole)) for each in (data, again))
    if shown is None or expected is None:
        return True
    parts = ((slice(None), slice(width, None)), (slice(height, None), slice(None)))
    errors = (np.abs(shown[part].astype(np.int16) - expected[part]) for part in parts)
    return any(error.size and (error.max() > _MOST_BEYOND or error.mean() > _MEAN_BEYOND) for error in errors)


def _sized(data: bytes, size: tuple[int, int]) -> bytes:
    """The same JPEG with another height and width in its head; both must fit in 16 bits."""
    place = data.index(_SIZE_SEGMENT)
    numbers = b"".join(min(length, 65535).to_bytes(2, "big") for length in size)
    return data[: place + _SIZE.start] + numbers + data[place + _SIZE.stop :]


def _changed(scan: bytes) -> list[bytes]:
    """The scan with other last bits: those before the ones that fill up its last byte, then the last two bytes."""
    bare = scan.replace(b"\xff\x00", b"\xff")[-2:]
    before = scan[: -len(bare) - bare.count(b"\xff")]
    number, filled = int.from_bytes(bare, "big"), 1
    while number & filled and filled < 128:
        filled <<= 1
    others = (number ^ filled, number ^ (256 - filled), number ^ (65536 - filled) % 256 ** max(len(bare), 1))
    return [before + other.to_bytes(len(bare), "big").replace(b"\xff", b"\xff\x00") for other in others if bare]


def _differs(data: bytes, pixels: Pixels) -> bool:
    import numpy as np

    shown = _decoded(data)
    return shown is None or not np.array_equal(shown, pixels)


def _decoded(data: bytes) -> Pixels | None:
    import numpy as np
    from PIL import Image

    try:
        with Image.open(BytesIO(data), formats=["JPEG"]) as image:
            return np.asarray(image)
    except OSError:
        return None
