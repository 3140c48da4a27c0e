"""Photos open by content, upright, in sRGB; everything else is refused by name and with a reason."""

from __future__ import annotations

import io
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, TiffImagePlugin

import scrubber
from scrubber import Limits, photos

FORMATS = ("JPEG", "PNG", "WEBP")


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    target = io.BytesIO()
    by_kind: dict[str, dict[str, object]] = {"WEBP": {"lossless": True}, "JPEG": {"quality": 95, "subsampling": 0}}
    image.save(target, kind, **by_kind.get(kind, {}) | options)
    return target.getvalue()


def opened(data: bytes, limits: Limits | None = None) -> photos.Photo:
    return photos.open_photo(data, "photo", limits or Limits())


@pytest.mark.parametrize("kind", FORMATS)
def test_the_name_is_not_believed(tmp_path: Path, portrait: np.ndarray, kind: str) -> None:
    path = tmp_path / "photo.txt"
    path.write_bytes(saved(Image.fromarray(portrait), kind))
    assert len(scrubber.find_faces(path, preset="fast")) == 1


def test_wide_gamut_colours_become_srgb(scenery: np.ndarray) -> None:
    """Under a profile with red and blue exchanged, red is blue: nobody could miss that it was applied."""
    swapped = _swapped_profile()
    plain, converted = (
        opened(saved(Image.fromarray(scenery), "PNG", **options)).pixels for options in ({}, {"icc_profile": swapped})
    )
    assert np.abs(converted[:, :, ::-1].astype(int) - plain).mean() < 3


def test_srgb_itself_changes_nothing(scenery: np.ndarray) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = saved(Image.fromarray(scenery), "PNG", icc_profile=profile)
    assert (opened(data).pixels == scenery).all()


def test_a_damaged_profile_is_said(scenery: np.ndarray) -> None:
    photo = opened(saved(Image.fromarray(scenery), "PNG", icc_profile=b"\0" * 200))
    assert (photo.pixels == scenery).all()
    assert "profile" in photo.notes[0]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_every_mode_becomes_rgb(scenery: np.ndarray, mode: str) -> None:
    if mode == "I;16":
        image = Image.fromarray(scenery[:, :, 0].astype(np.uint16) * 257)
        expected = np.dstack([scenery[:, :, 0]] * 3)
    else:
        image = Image.fromarray(scenery).convert(mode)
        expected = np.asarray(image.convert("RGB"))
    photo = opened(saved(image, "JPEG" if mode == "CMYK" else "PNG"))
    assert photo.pixels.dtype == np.uint8
    assert np.abs(photo.pixels.astype(int) - expected).mean() < 3


def test_sixteen_bit_colour(scenery: np.ndarray) -> None:
    """A 16-bit RGB PNG, which Pillow does not write."""
    wide = (scenery.astype(">u2") * 257).reshape(len(scenery), -1)
    lines = b"".join(b"\0" + row.tobytes() for row in wide)
    header = scenery.shape[1].to_bytes(4, "big") + scenery.shape[0].to_bytes(4, "big") + bytes([16, 2, 0, 0, 0])
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(lines)), (b"IEND", b"")]
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big") for kind, body in chunks
    )
    assert (opened(data).pixels == scenery).all()


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_what_is_fully_transparent_is_black(scenery: np.ndarray, kind: str) -> None:
    alpha = np.full(scenery.shape[:2], 255, np.uint8)
    alpha[:100] = 0
    options = {"exact": True} if kind == "WEBP" else {}
    photo = opened(saved(Image.fromarray(np.dstack([scenery, alpha])), kind, **options))
    assert (photo.pixels[:100] == 0).all()
    assert (photo.pixels[100:] == scenery[100:]).all()
    assert photo.frames[0].alpha is not None
    assert np.array_equal(photo.frames[0].alpha, alpha)


def test_transparency_in_a_palette(scenery: np.ndarray) -> None:
    image = Image.fromarray(scenery).quantize(16)
    photo = opened(saved(image, "PNG", transparency=image.getpixel((0, 0))))
    assert photo.frames[0].alpha is not None
    assert photo.frames[0].alpha[0, 0] == 0


@pytest.mark.parametrize(
    ("data", "error", "said"),
    [
        (b"", scrubber.DamagedPhoto, "empty"),
        (b"Dear diary, this is no picture at all." * 9, scrubber.UnsupportedFormat, "not a picture"),
        (b"%PDF-1.7" + bytes(60), scrubber.UnsupportedFormat, "PDF"),
        (b"\0\0\0\x18ftypisom" + bytes(60), scrubber.UnsupportedFormat, "MP4"),
        (b"\0\0\0\x18ftypheic" + bytes(60), scrubber.DamagedPhoto, "damaged"),
        (b"GIF89a" + bytes(60), scrubber.DamagedPhoto, "damaged"),
        (b"\xff\xd8\xff\xe0" + bytes(60), scrubber.DamagedPhoto, "damaged"),
        (b"RIFF\x20\0\0\0WEBP" + bytes(60), scrubber.DamagedPhoto, "damaged"),
    ],
)
def test_refusals_name_the_file_and_the_cause(data: bytes, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=f"photo: .*{said}"):
        opened(data)


@pytest.mark.parametrize("kind", FORMATS)
def test_truncated_files_are_damaged(scenery: np.ndarray, kind: str) -> None:
    data = saved(Image.fromarray(scenery), kind)
    with pytest.raises(scrubber.DamagedPhoto, match="copy it again"):
        opened(data[: len(data) // 2])


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF"])
def test_animations_open_whole(scenery: np.ndarray, kind: str) -> None:
    frames = [Image.fromarray(np.roll(scenery, shift, axis=1)).quantize(64).convert("RGB") for shift in (0, 40, 80)]
    photo = opened(saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=[100, 200, 300], loop=3))
    assert photo.moving
    assert photo.loops == 3
    assert [frame.milliseconds for frame in photo.frames] == [100, 200, 300]
    for frame, expected in zip(photo.frames, frames, strict=True):
        assert (frame.pixels == np.asarray(expected)).all()


def test_a_tiff_that_looks_like_a_raw_file_opens_as_a_tiff(scenery: np.ndarray) -> None:
    """A camera's name and a list of sub-directories are what raw files have, and some edited TIFFs."""
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[271], tags[330] = "Example Optics", 8
    data = saved(Image.fromarray(scenery), "TIFF", tiffinfo=tags)
    assert (opened(data).pixels == scenery).all()


def test_a_broken_raw_file_is_damaged() -> None:
    with pytest.raises(scrubber.DamagedPhoto):
        opened(b"II*\0\x10\0\0\0CR\2\0" + bytes(300))


def test_pages_open_whole(scenery: np.ndarray) -> None:
    pages = [Image.fromarray(scenery), Image.fromarray(scenery[::-1].copy()).resize((100, 80))]
    photo = opened(saved(pages[0], "TIFF", save_all=True, append_images=pages[1:]))
    assert not photo.moving
    assert [frame.size for frame in photo.frames] == [(240, 320), (80, 100)]


def test_limits(scenery: np.ndarray) -> None:
    data = saved(Image.fromarray(scenery), "PNG")
    with pytest.raises(scrubber.PhotoTooLarge, match="megapixels"):
        opened(data, Limits(pixels=scenery.shape[0] * scenery.shape[1] - 1))
    with pytest.raises(scrubber.PhotoTooLarge, match="MB"):
        opened(data, Limits(bytes=len(data) - 1))


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    header = (60_000).to_bytes(4, "big") * 2 + bytes([8, 2, 0, 0, 0])
    chunk = b"IHDR" + header
    data = b"\x89PNG\r\n\x1a\n" + len(header).to_bytes(4, "big") + chunk + zlib.crc32(chunk).to_bytes(4, "big")
    body = b"IDAT" + zlib.compress(bytes(1000))
    data += (len(body) - 4).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")
    with pytest.raises(scrubber.PhotoTooLarge):
        opened(data)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(scrubber.UnreadableFile, match=r"missing\.jpg"):
        scrubber.inspect(tmp_path / "missing.jpg")


def test_hostile_files_never_crash(shared: Path) -> None:
    for path in sorted((shared / "hostile").iterdir()):
        try:
            opened(path.read_bytes(), Limits(pixels=30_000_000))
        except scrubber.PhotoError as error:
            assert error.reason in ("damaged", "unsupported-format", "too-large"), path.name


def _swapped_profile() -> bytes:
    """sRGB with the colorants of red and blue exchanged, and with a new profile id."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    tags = {bytes(data[at : at + 4]): at + 4 for at in range(132, 132 + 12 * int.from_bytes(data[128:132], "big"), 12)}
    red, blue = tags[b"rXYZ"], tags[b"bXYZ"]
    data[red : red + 8], data[blue : blue + 8] = data[blue : blue + 8], data[red : red + 8]
    return bytes(data)
