"""GIF: every frame has a palette of its own, made from what it shows now.

Layout after the GIF89a specification (CompuServe, 1990). Pillow compresses; the container is put together here, because
Pillow shares palettes between frames and pads them with colours that are no longer shown.
"""

from __future__ import annotations

import struct
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, Final, cast

from scrubber.photos.source import Source, animation, open_with_pillow

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from scrubber.photos.photo import Frame, Photo

NAME: Final = "gif"
EXTENSION: Final = ".gif"
ALPHA: Final = True
MOVING: Final = True
PAGES: Final = False

_COLOURS: Final = 255  # one of the 256 entries is kept for what is transparent
_OPAQUE: Final = 128  # alpha from here on counts as opaque: GIF knows nothing in between
_STAYS, _IS_CLEARED = 1, 2  # disposal of a frame before the next one is drawn
_TICK: Final = 10.0  # milliseconds


def read(data: bytes) -> Source:
    """All frames, each as a viewer would show it at its time."""
    return animation(open_with_pillow(data, "GIF"))


def write(photo: Photo) -> bytes:
    """GIF89a bytes. Colours are kept exactly where a frame has no more than 255 of them."""
    height, width = photo.frames[0].size
    parts = [b"GIF89a", struct.pack("<HHBBB", width, height, 0, 0, 0)]
    if photo.loops is not None:
        parts.append(b"\x21\xff\x0bNETSCAPE2.0\x03\x01" + struct.pack("<HB", photo.loops, 0))
    previous = None
    for frame in photo.frames:
        if photo.transparent:  # what was there before must not shine through
            parts += _frame(frame, 0, 0, _opaque(frame), _IS_CLEARED)
        else:
            parts += _change(frame, previous)
        previous = frame
    return b"".join([*parts, b";"])


def _opaque(frame: Frame) -> NDArray[np.bool_]:
    import numpy as np

    return np.ones(frame.size, dtype=np.bool_) if frame.alpha is None else frame.alpha >= _OPAQUE


def _change(frame: Frame, previous: Frame | None) -> list[bytes]:
    """Only what differs from the frame before, which stays where nothing is drawn over it."""
    import numpy as np

    if previous is None:
        return _frame(frame, 0, 0, _opaque(frame), _STAYS)
    changed = (frame.pixels != previous.pixels).any(axis=2)
    rows, columns = np.nonzero(changed.any(axis=1))[0], np.nonzero(changed.any(axis=0))[0]
    top, bottom = (int(rows[0]), int(rows[-1]) + 1) if len(rows) else (0, 1)
    left, right = (int(columns[0]), int(columns[-1]) + 1) if len(columns) else (0, 1)
    part = replace(frame, pixels=frame.pixels[top:bottom, left:right])
    return _frame(part, left, top, changed[top:bottom, left:right], _STAYS)


def _frame(frame: Frame, left: int, top: int, drawn: NDArray[np.bool_], disposal: int) -> list[bytes]:
    """Graphic control, image descriptor, local colour table and compressed numbers; only what is `drawn` counts."""
    import numpy as np

    numbers, colours = _indexed(np.where(drawn[:, :, None], frame.pixels, 0), drawn)
    leaves_out = not drawn.all()
    entries = len(colours) + leaves_out
    bits = max((entries - 1).bit_length(), 1)
    table = np.zeros((1 << bits, 3), dtype=np.uint8)
    table[: len(colours)] = colours
    ticks = min(round(frame.milliseconds / _TICK), 0xFFFF)
    control = struct.pack("<BHB", disposal << 2 | leaves_out, ticks, len(colours) if leaves_out else 0)
    height, width = frame.size
    descriptor = struct.pack("<HHHHB", left, top, width, height, 0x80 | bits - 1)
    return [b"\x21\xf9\x04", control, b"\0,", descriptor, table.tobytes(), _compressed(numbers)]


def _indexed(pixels: NDArray[np.uint8], drawn: NDArray[np.bool_]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Numbers (H×W) and the colours (n×3) they stand for, n up to 255, every one of them in use.

    Pixels that are not `drawn` get the number n, which has no colour.
    """
    import numpy as np
    from PIL import Image

    image = Image.fromarray(pixels)
    shown = image.getcolors(_COLOURS)
    if shown is None:
        image = image.quantize(_COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.FLOYDSTEINBERG).convert("RGB")
        shown = image.getcolors(_COLOURS)
    rows = cast("list[tuple[int, tuple[int, int, int]]]", shown)  # at most 255 now, and the image is RGB
    listed = np.sort([red << 16 | green << 8 | blue for _, (red, green, blue) in rows])
    places = np.searchsorted(listed, np.asarray(image, dtype=np.int64) @ np.array([1 << 16, 1 << 8, 1]))
    used = np.flatnonzero(np.bincount(places[drawn], minlength=len(listed)))
    number_of = np.zeros(len(listed), dtype=np.uint8)
    number_of[used] = np.arange(len(used))
    colours = np.stack([listed[used] >> 16, listed[used] >> 8 & 255, listed[used] & 255], axis=1).astype(np.uint8)
    return np.where(drawn, number_of[places], len(used)).astype(np.uint8), colours


def _compressed(numbers: NDArray[np.uint8]) -> bytes:
    """The LZW code size and data blocks, cut out of a file that Pillow writes."""
    from PIL import Image

    image = Image.fromarray(numbers, "L")
    target = BytesIO()
    image.save(target, "GIF", optimize=False, interlace=0)
    data = target.getvalue()
    table = 3 << (data[10] & 7) + 1 if data[10] & 0x80 else 0
    descriptor = data.index(b",", 13 + table)
    local = 3 << (data[descriptor + 9] & 7) + 1 if data[descriptor + 9] & 0x80 else 0
    return data[descriptor + 10 + local : -1]
