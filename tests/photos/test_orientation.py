"""However a camera was held and whatever it writes, what comes out stands upright, without a word about it."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from scrubber import Limits, photos
from scrubber.formats import missing

# How a camera stores an upright picture so that each EXIF orientation shows it upright again.
STORED: dict[int, Callable[[np.ndarray], np.ndarray]] = {
    1: lambda p: p,
    2: lambda p: p[:, ::-1],
    3: lambda p: p[::-1, ::-1],
    4: lambda p: p[::-1],
    5: lambda p: p.swapaxes(0, 1),
    6: lambda p: np.rot90(p, 1),
    7: lambda p: p[::-1, ::-1].swapaxes(0, 1),
    8: lambda p: np.rot90(p, -1),
}
# Where each format says it: an EXIF tag, a tag of its own, or properties of the item (irot and imir).
CARRIERS: dict[str, tuple[str, dict[str, object]]] = {
    "JPEG": ("JPEG", {"quality": 95, "subsampling": 0}),
    "PNG eXIf": ("PNG", {}),
    "WebP": ("WEBP", {"lossless": True}),
    "lossy WebP": ("WEBP", {"quality": 95}),
    "TIFF": ("TIFF", {}),
    "LZW TIFF": ("TIFF", {"compression": "tiff_lzw"}),
    "big-endian TIFF": ("TIFF", {}),
    "AVIF": ("AVIF", {"quality": 95}),
    "HEIC": ("HEIF", {"quality": 95}),
}
MOST = 6.0  # mean levels that two lossy encodings may be off; a picture that lies wrongly is off by 40 and more


@pytest.fixture(scope="module")
def upright(scenery: np.ndarray) -> np.ndarray:
    """Another picture from every side, and in every mirror."""
    marked = scenery[:120, :176].copy()
    marked[8:40, 8:88], marked[88:112, 8:32] = (250, 30, 30), (20, 220, 40)
    return marked


def oriented(orientation: int, big_endian: bool = False) -> bytes:
    exif = Image.Exif()
    exif.endian = ">" if big_endian else "<"
    exif[0x0112] = orientation
    return exif.tobytes()


def stored(upright: np.ndarray, orientation: int, carrier: str) -> bytes:
    kind, options = CARRIERS[carrier]
    image = Image.fromarray(np.ascontiguousarray(STORED[orientation](upright)))
    exif = oriented(orientation, big_endian=carrier.startswith("big"))
    target = io.BytesIO()
    if kind == "HEIF":
        pillow_heif = pytest.importorskip("pillow_heif")
        pillow_heif.from_pillow(image).save(target, exif=exif, **options)
    elif carrier.startswith("big"):
        target.write(big_endian_tiff(image, orientation))
    else:
        image.save(target, kind, exif=exif, **options)
    return target.getvalue()


def big_endian_tiff(image: Image.Image, orientation: int) -> bytes:
    """Pillow writes little-endian ones: one strip of bare pixels behind its tags."""
    numbers = {256: image.width, 257: image.height, 259: 1, 262: 2, 274: orientation, 277: 3, 278: image.height}
    pixels, tags = image.tobytes(), {**numbers, 258: None, 273: None, 279: None}
    end = 8 + 2 + 12 * len(tags) + 4
    wide = {258: (3, 3, end), 273: (4, 1, end + 6), 279: (4, 1, len(pixels))}
    rows = b""
    for tag in sorted(tags):
        kind, count, value = wide.get(tag, (3, 1, numbers.get(tag, 0) << 16))
        rows += tag.to_bytes(2, "big") + kind.to_bytes(2, "big") + count.to_bytes(4, "big") + value.to_bytes(4, "big")
    return b"MM\0*\0\0\0\x08" + len(tags).to_bytes(2, "big") + rows + bytes(4) + b"\0\x08" * 3 + pixels


def opened(data: bytes) -> photos.Photo:
    return photos.open_photo(data, "photo", Limits())


def off_by(data: bytes, upright: np.ndarray) -> float:
    pixels = opened(data).pixels
    assert pixels.shape == upright.shape
    return float(np.abs(pixels.astype(int) - upright).mean())


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("carrier", CARRIERS)
def test_what_comes_out_stands_upright(upright: np.ndarray, carrier: str, orientation: int) -> None:
    data = stored(upright, orientation, carrier)
    assert off_by(data, upright) < MOST
    photo = opened(data)
    copy, _ = photos.write(*photos.prepared(photo, "keep", "photo"))
    assert off_by(copy, upright) < MOST
    with Image.open(io.BytesIO(copy)) as image:
        assert 0x0112 not in image.getexif()


@pytest.mark.skipif(missing("jxl") is not None, reason="the extra jxl is not installed")
@pytest.mark.parametrize("orientation", STORED)
def test_a_jpeg_packed_as_jpeg_xl_stands_upright(upright: np.ndarray, orientation: int, tmp_path: Path) -> None:
    import pillow_jxl  # noqa: F401

    (tmp_path / "photo.jpg").write_bytes(stored(upright, orientation, "JPEG"))
    with Image.open(tmp_path / "photo.jpg") as image:
        image.save(tmp_path / "photo.jxl", lossless_jpeg=True)
    data = (tmp_path / "photo.jxl").read_bytes()
    assert b"jbrd" in data
    assert off_by(data, upright) < MOST


@pytest.mark.skipif(missing("jxl") is not None, reason="the extra jxl is not installed")
def test_exif_in_jpeg_xl_does_not_turn(upright: np.ndarray) -> None:
    """The picture itself says how it lies; readers must ignore what EXIF says (ISO/IEC 18181-2, Exif box)."""
    import pillow_jxl  # noqa: F401

    target = io.BytesIO()
    Image.fromarray(upright).save(target, "JXL", lossless=True, exif=oriented(6))
    assert off_by(target.getvalue(), upright) == 0


def test_every_page_is_turned_by_its_own_tag(upright: np.ndarray) -> None:
    pages = [Image.fromarray(np.ascontiguousarray(STORED[orientation](upright))) for orientation in STORED]
    target = io.BytesIO()
    for page, orientation in zip(pages, STORED, strict=True):
        page.encoderinfo = {"tiffinfo": {0x0112: orientation}}
    pages[0].save(target, "TIFF", save_all=True, append_images=pages[1:], tiffinfo={0x0112: 1})
    photo = opened(target.getvalue())
    assert len(photo.frames) == len(STORED)
    for frame in photo.frames:
        assert (frame.pixels == upright).all()


@pytest.mark.parametrize("value", [0, 9, 65535])
def test_a_nonsensical_orientation_turns_nothing(upright: np.ndarray, value: int) -> None:
    target = io.BytesIO()
    Image.fromarray(upright).save(target, "PNG", exif=oriented(value))
    assert (opened(target.getvalue()).pixels == upright).all()
