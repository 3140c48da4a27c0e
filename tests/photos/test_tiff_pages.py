"""Every byte of a TIFF that is written belongs to its header, a directory, a value or a strip."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from scrubber import Limits, inspection, photos
from scrubber.photos.photo import Frame, Photo
from scrubber.verification.audit import audit

SIZES = {3: 2, 4: 4}  # bytes of a SHORT and a LONG
STRIPS, STRIP_BYTES = 273, 279


def used(data: bytes) -> list[tuple[int, int]]:
    """Every span of bytes that the chain of directories names, in order."""
    spans, at = [(0, 8)], struct.unpack_from("<I", data, 4)[0]
    while at:
        (count,) = struct.unpack_from("<H", data, at)
        values = {}
        for place in range(at + 2, at + 2 + 12 * count, 12):
            tag, kind, number = struct.unpack_from("<HHI", data, place)
            size = SIZES[kind] * number
            start = place + 8 if size <= 4 else struct.unpack_from("<I", data, place + 8)[0]
            if size > 4:
                spans.append((start, start + size))
            values[tag] = struct.unpack_from(f"<{number}{'H' if kind == 3 else 'I'}", data, start)
        spans += [(start, start + size) for start, size in zip(values[STRIPS], values[STRIP_BYTES], strict=True)]
        end = at + 2 + 12 * count + 4
        spans.append((at, end))
        at = struct.unpack_from("<I", data, end - 4)[0]
    return sorted(spans)


def frame(height: int, width: int, clear: bool) -> Frame:
    noise = np.random.default_rng(height)
    pixels = noise.integers(0, 256, (height, width, 3), dtype=np.uint8)
    alpha = noise.integers(7, 256, (height, width), dtype=np.uint8)
    alpha[alpha == 7] = 0  # what is fainter than 8 becomes clear
    return Frame(np.where(alpha[:, :, None] == 0, np.uint8(0), pixels), alpha) if clear else Frame(pixels)


@pytest.mark.parametrize(
    "frames",
    [[(9, 7, False)], [(301, 203, False), (77, 55, True), (1, 1, False)], [(3, 3, True)] * 5, [(700, 301, True)] * 2],
)
def test_no_byte_belongs_to_nothing(frames: list[tuple[int, int, bool]]) -> None:
    photo = Photo(tuple(frame(*each) for each in frames), "tiff", lossless=True)
    data, extension = photos.write(photo, "tiff")
    spans = used(data)
    assert [end for _, end in spans] == [*(start for start, _ in spans[1:]), len(data)]
    assert extension == ".tif"
    assert audit(data) == ()
    assert inspection.inventory(data) == () or len(frames) > 1
    again = photos.open_photo(data, "copy", Limits())
    for seen, meant in zip(again.frames, photo.frames, strict=True):
        assert (seen.pixels == meant.pixels).all()
        assert (seen.alpha is None) == (meant.alpha is None)
        assert seen.alpha is None or meant.alpha is None or (seen.alpha == meant.alpha).all()
    assert photos.write(again, "tiff")[0] == data
