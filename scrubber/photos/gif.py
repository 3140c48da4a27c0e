"""GIF: every frame has a palette of its own, made from what it shows now.

Layout after the GIF89a specification (CompuServe, 1990). Pillow compresses; the container is put together here, because
Pillow shares palettes between frames and pads them with colours that are no longer shown.
"""

from __future__ import annotations

import struct
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO, Final

from scrubber.photos.source import Source, animation, open_with_pillow
from scrubber.photos.timing import FOREVER

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from scrubber.photos.photo import Frame, Photo

    Pixels = NDArray[np.uint8]

_COLOURS: Final = 255  # one of the 256 entries is kept for what is transparent
_OPAQUE: Final = 128  # alpha from here on counts as opaque: GIF knows nothing in between
_STAYS, _IS_CLEARED = 1, 2  # disposal of a frame before the next one is drawn
_TICK: Final = 10.0  # milliseconds


def read(data: bytes) -> Source:
    """All frames, each as a viewer would show it at its time."""
    return animation(open_with_pillow(data, "GIF"))


def write(photo: Photo, sink: BinaryIO) -> None:
    """A GIF89a. Colours are kept exactly where a frame has no more than 255 of them."""
    height, width = photo.frames[0].size
    sink.write(b"GIF89a" + struct.pack("<HHBBB", width, height, 0, 0, 0))
    if photo.loops == FOREVER:
        sink.write(b"\x21\xff\x0bNETSCAPE2.0\x03\x01" + struct.pack("<HB", FOREVER, 0))
    previous, shown = None, None
    for frame in photo.frames:
        if photo.transparent:  # what was there before must not shine through
            opaque = _opaque(frame)
            sink.writelines(_frame(replace(frame, pixels=_reduced(frame.pixels, opaque)), 0, 0, opaque, _IS_CLEARED))
        else:
            now = _next(frame, previous, shown)
            sink.writelines(_change(replace(frame, pixels=now), shown))
            previous, shown = frame, now
    sink.write(b";")


def _next(frame: Frame, previous: Frame | None, shown: Pixels | None) -> Pixels:
    """What is shown as this frame when `shown` was shown as the one before it: only what changed gets new colours."""
    import numpy as np

    if previous is None or shown is None:
        return _reduced(frame.pixels, _opaque(frame))
    changed = (frame.pixels != previous.pixels).any(axis=2)
    part, now = _bounds(changed), shown.copy()
    now[part] = np.where(changed[part][:, :, None], _reduced(frame.pixels[part], changed[part]), shown[part])
    return now


def _opaque(frame: Frame) -> NDArray[np.bool_]:
    import numpy as np

    return np.ones(frame.size, dtype=np.bool_) if frame.alpha is None else frame.alpha >= _OPAQUE


def _change(frame: Frame, shown: Pixels | None) -> list[bytes]:
    """Only what differs from the frame before, which stays where nothing is drawn over it."""
    if shown is None:
        return _frame(frame, 0, 0, _opaque(frame), _STAYS)
    changed = (frame.pixels != shown).any(axis=2)
    rows, columns = part = _bounds(changed)
    return _frame(replace(frame, pixels=frame.pixels[part]), columns.start, rows.start, changed[part], _STAYS)


def _bounds(marked: NDArray[np.bool_]) -> tuple[slice, slice]:
    """Rows and columns of the smallest rectangle that holds all that is marked; one pixel if nothing is."""
    import numpy as np

    rows, columns = (np.flatnonzero(marked.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return slice(0, 1), slice(0, 1)
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def _frame(frame: Frame, left: int, top: int, drawn: NDArray[np.bool_], disposal: int) -> list[bytes]:
    """Graphic control, image descriptor, local colour table and compressed numbers; only what is `drawn` counts."""
    import numpy as np

    numbers, colours = _indexed(frame.pixels, drawn)
    # A cleared frame always names a number for what is clear: Pillow clears to black what has none.
    leaves_out = disposal == _IS_CLEARED or not drawn.all()
    entries = len(colours) + leaves_out
    bits = max((entries - 1).bit_length(), 1)
    table = np.zeros((1 << bits, 3), dtype=np.uint8)
    table[: len(colours)] = colours
    ticks = round(frame.milliseconds / _TICK)
    control = struct.pack("<BHB", disposal << 2 | leaves_out, ticks, len(colours) if leaves_out else 0)
    height, width = frame.size
    descriptor = struct.pack("<HHHHB", left, top, width, height, 0x80 | bits - 1)
    return [b"\x21\xf9\x04", control, b"\0,", descriptor, table.tobytes(), _compressed(numbers)]


def _reduced(pixels: Pixels, drawn: NDArray[np.bool_]) -> Pixels:
    """The picture with no more than 255 colours where it is `drawn`; there it stays as it is if it has no more."""
    import numpy as np
    from PIL import Image

    image = Image.fromarray(_alone(pixels, drawn))
    if image.getcolors(_COLOURS) is None:
        image = image.quantize(_COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.FLOYDSTEINBERG).convert("RGB")
    return np.asarray(image)


def _alone(pixels: Pixels, drawn: NDArray[np.bool_]) -> Pixels:
    """What is not drawn gets a colour that is, so that it has none of its own."""
    import numpy as np

    row, column = np.unravel_index(drawn.argmax(), drawn.shape)
    return np.where(drawn[:, :, None], pixels, pixels[row, column])


def _indexed(pixels: Pixels, drawn: NDArray[np.bool_]) -> tuple[Pixels, Pixels]:
    """Numbers (H×W) and the colours (n×3) they stand for, n up to 255, every one of them in use.

    Pixels that are not `drawn` get the number n, which has no colour.
    """
    import numpy as np

    coded = pixels.astype(np.int64) @ np.array([1 << 16, 1 << 8, 1])
    listed = np.unique(coded[drawn])
    colours = np.stack([listed >> 16, listed >> 8 & 255, listed & 255], axis=1).astype(np.uint8)
    numbers = np.searchsorted(listed, coded)
    return np.where(drawn, numbers, len(listed)).astype(np.uint8), colours


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
