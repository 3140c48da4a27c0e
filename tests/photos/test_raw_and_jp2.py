"""Camera raw and JPEG 2000: developed and decoded as they are meant, upright, and nothing else of them kept."""

from __future__ import annotations

import io
import struct
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import scrubber
from scrubber import Limits, Policy, photos
from scrubber.pipeline import make_safe
from scrubber.terms import Terms

sys.path.insert(0, str(Path(__file__).parent.parent / "inspection"))

import dirty_isobmff
import dirty_tiff

pytest.importorskip("rawpy")

SECRET = b"CANARY-5150-IN-THE-RAW"
# Where the corner that was at the top left of the sensor stands in the upright picture: (row, column).
CORNERS = {1: (0, 0), 2: (0, -1), 3: (-1, -1), 4: (-1, 0), 5: (0, 0), 6: (0, -1), 7: (-1, -1), 8: (-1, 0)}


def dng(orientation: int = 1, width: int = 96, height: int = 64) -> bytes:
    """What a sensor saw: dark, with a bright red patch in the corner where it begins, and a green one to its right."""
    seen = np.full((height, width, 3), 3000, dtype=np.uint16)
    seen[:24, :24], seen[:24, -24:] = (60000, 2000, 2000), (2000, 50000, 2000)
    mosaic = seen[:, :, 1].copy()
    mosaic[0::2, 0::2], mosaic[1::2, 1::2] = seen[0::2, 0::2, 0], seen[1::2, 1::2, 2]
    strip = mosaic.astype("<u2").tobytes()
    page = dirty_tiff.mosaic() | {
        256: dirty_tiff.shorts(width),
        257: dirty_tiff.shorts(height),
        273: (dirty_tiff.LONG, dirty_tiff.Apart(strip)),
        278: dirty_tiff.shorts(height),
        279: dirty_tiff.longs(len(strip)),
    }
    told = {271: (dirty_tiff.ASCII, SECRET + b"\0"), 274: dirty_tiff.shorts(orientation)}
    return dirty_tiff.tiff(dirty_tiff.thumbnail(SECRET) | dirty_tiff.sensor() | told | {330: (dirty_tiff.LONG, page)})


def patch(pixels: np.ndarray, corner: tuple[int, int]) -> np.ndarray:
    """The mean colour near a corner."""
    rows, columns = (slice(4, 20) if at == 0 else slice(-20, -4) for at in corner)
    return pixels[rows, columns].mean(axis=(0, 1))


@pytest.mark.parametrize("orientation", CORNERS)
def test_a_raw_photo_is_developed_and_stands_upright(orientation: int) -> None:
    photo = photos.open_photo(dng(orientation), "photo.dng", Limits())
    assert photo.frames[0].size == ((64, 96) if orientation < 5 else (96, 64))
    red = patch(photo.pixels, CORNERS[orientation])
    assert red[0] > 200
    assert red[0] > 3 * max(red[1:])
    row, column = CORNERS[orientation]
    # What was beside the red patch on the sensor is beside it, or below or above it where the picture was turned.
    beside = (row, -1 - column) if orientation < 5 else (-1 - row, column)
    green = patch(photo.pixels, beside)
    assert green[1] > 2 * max(green[0], green[2])


def test_of_a_raw_photo_only_the_picture_is_kept() -> None:
    copy = make_safe(dng(), "photo.dng", Terms.of(Policy(preset="fast"), None, None, None))
    assert copy.data is not None
    assert copy.extension == ".jpg"
    assert SECRET not in copy.data
    assert {"thumbnail", "device"} <= {leak.kind for leak in copy.leaks_removed}
    assert any("developed" in warning for warning in copy.warnings)


def test_a_raw_photo_that_breaks_off_is_damaged() -> None:
    data = dng()
    with pytest.raises(scrubber.DamagedPhoto, match=r"photo\.dng: .*copy it again"):
        photos.open_photo(data[: len(data) // 2], "photo.dng", Limits())


@pytest.mark.parametrize("kind", ["jp2", "j2k"])
@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "I;16"])
def test_jpeg_2000_of_every_kind(scenery: np.ndarray, kind: str, mode: str) -> None:
    if mode == "I;16":
        image = Image.fromarray(scenery[:, :, 0].astype(np.uint16) * 257)
        expected = np.dstack([scenery[:, :, 0]] * 3)
    else:
        image = Image.fromarray(scenery).convert(mode)
        expected = np.asarray(image.convert("RGB"))
    target = io.BytesIO()
    image.save(target, "JPEG2000", no_jp2=kind == "j2k")
    photo = photos.open_photo(target.getvalue(), f"photo.{kind}", Limits())
    assert (photo.pixels == expected).all()


def test_other_pictures_in_a_jpeg_2000_file_are_said() -> None:
    """Of a layered file the first picture is kept; the others may show somebody, and are not."""
    plain = dirty_isobmff.jp2()
    start = plain.index(b"jp2c") - 4
    size = struct.unpack_from(">I", plain, start)[0] or len(plain) - start
    body = plain[start + 8 : start + size]
    layered = plain[:start] + dirty_isobmff.box(b"jp2c", body) + dirty_isobmff.box(b"jp2c", body + SECRET)
    copy = make_safe(layered, "photo.jpx", Terms.of(Policy(preset="fast"), None, None, None))
    assert any("1 other picture" in warning for warning in copy.warnings)
    assert copy.data is not None
    assert SECRET not in copy.data
    alone = make_safe(plain, "photo.jp2", Terms.of(Policy(preset="fast"), None, None, None))
    assert not any("other picture" in warning for warning in alone.warnings)
    assert copy.data == alone.data
