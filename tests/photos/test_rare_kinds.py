"""Files as test suites of libraries hold them: sound, but of a kind that Pillow does not open by itself."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Sequence

import numpy as np
import pytest
from PIL import Image, ImageCms, PngImagePlugin

import scrubber
from scrubber import Limits, photos
from scrubber.formats import missing
from scrubber.photos.jxl_header import dimensions
from scrubber.photos.png_chunks import bare

ASSOCIATED = 1  # ExtraSamples: colours are multiplied by alpha


def opened(data: bytes) -> photos.Photo:
    return photos.open_photo(data, "photo", Limits())


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def chunk(name: bytes, body: bytes, checksum: int | None = None) -> bytes:
    right = zlib.crc32(name + body)
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", right if checksum is None else checksum)


def png_with(pixels: np.ndarray, *chunks: bytes) -> bytes:
    data = saved(Image.fromarray(pixels), "PNG")
    return data[:33] + b"".join(chunks) + data[33:]  # behind the header


def tiff(
    pixels: np.ndarray,
    bits: int,
    photometric: int,
    more: Sequence[tuple[int, int]] = (),
    apart: bool = False,
    profile: bytes = b"",
) -> bytes:
    """A TIFF of H×W×C numbers of so many bits, packed without gaps; `more` are tags and their short values."""
    height, width, channels = pixels.shape
    planes = [pixels[:, :, [at]] for at in range(channels)] if apart else [pixels]
    strips = [b"".join(packed(row.ravel(), bits) for row in plane) for plane in planes]
    shorts = {256: width, 257: height, 259: 1, 262: photometric, 277: channels, 278: height, 284: 2 if apart else 1}
    tags = {tag: (3, struct.pack("<H", value)) for tag, value in (shorts | dict(more)).items()}
    tags[258] = 3, struct.pack(f"<{channels}H", *[bits] * channels)
    tags[279] = 4, struct.pack(f"<{len(strips)}I", *map(len, strips))
    tags[273] = 4, bytes(4 * len(strips))
    if profile:
        tags[34675] = 7, profile
    start = 10 + 12 * len(tags) + 4 + sum(len(raw) for _, raw in tags.values() if len(raw) > 4)
    tags[273] = 4, struct.pack(f"<{len(strips)}I", *(start + sum(map(len, strips[:at])) for at in range(len(strips))))
    entries, behind = b"", b""
    for tag, (kind, raw) in sorted(tags.items()):
        at = struct.pack("<I", 10 + 12 * len(tags) + 4 + len(behind)) if len(raw) > 4 else raw.ljust(4, b"\0")
        behind += raw if len(raw) > 4 else b""
        entries += struct.pack("<HHI", tag, kind, len(raw) // {3: 2, 4: 4, 7: 1}[kind]) + at
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4) + behind + b"".join(strips)


def packed(numbers: np.ndarray, bits: int) -> bytes:
    if bits % 8 == 0:
        return numbers.astype(f"<u{bits // 8}").tobytes()
    text = "".join(f"{number:0{bits}b}" for number in numbers.tolist())
    text += "0" * (-len(text) % 8)
    return int(text, 2).to_bytes(len(text) // 8, "big")


@pytest.fixture(scope="module")
def small() -> np.ndarray:
    return np.random.default_rng(11).integers(0, 256, (12, 17, 3), dtype=np.uint8)


@pytest.mark.parametrize("bits", [10, 12, 14, 32])
@pytest.mark.parametrize("orientation", [1, 2, 6])
def test_a_tiff_of_many_bits(small: np.ndarray, bits: int, orientation: int) -> None:
    wide = small.astype(np.int64) << bits - 8
    stored = {1: wide, 2: wide[:, ::-1], 6: np.rot90(wide, 1)}[orientation]
    photo = opened(tiff(stored, bits, 2, [(274, orientation)]))
    assert (photo.pixels == small).all()
    assert photo.lossless


@pytest.mark.parametrize("bits", [10, 12, 14])
@pytest.mark.parametrize("white_is_zero", [False, True])
def test_a_grey_tiff_of_many_bits_is_not_dark(small: np.ndarray, bits: int, white_is_zero: bool) -> None:
    grey = small[:, :, :1].astype(np.int64) << bits - 8
    photo = opened(tiff((1 << bits) - 1 - grey if white_is_zero else grey, bits, 0 if white_is_zero else 1))
    assert np.abs(photo.pixels[:, :, 0].astype(int) - small[:, :, 0]).max() <= 1


def test_a_profile_counts_for_many_bits_too(small: np.ndarray, swapped_profile: bytes) -> None:
    photo = opened(tiff(small.astype(np.int64) << 4, 12, 2, profile=swapped_profile))
    assert np.abs(photo.pixels[:, :, ::-1].astype(int) - small).mean() < 5


@pytest.mark.parametrize("apart", [False, True])
def test_colours_multiplied_by_alpha(small: np.ndarray, apart: bool) -> None:
    alpha = np.full(small.shape[:2], 255, dtype=np.uint8)
    alpha[:4] = 0
    whole = np.dstack([np.where(alpha[:, :, None] == 0, 0, small), alpha])
    photo = opened(tiff(whole, 8, 2, [(338, ASSOCIATED)], apart))
    assert photo.frames[0].alpha is not None
    assert (photo.frames[0].alpha == alpha).all()
    assert (photo.pixels == whole[:, :, :3]).all()


def test_grey_multiplied_by_alpha(small: np.ndarray) -> None:
    alpha = np.where(np.arange(small.shape[1]) % 2, 255, 0).astype(np.uint8)
    whole = np.dstack([np.where(alpha, small[:, :, 0], 0), np.broadcast_to(alpha, small.shape[:2])])
    photo = opened(tiff(whole, 8, 1, [(338, ASSOCIATED)]))
    assert (photo.pixels[:, :, 0] == whole[:, :, 0]).all()
    assert photo.transparent


def test_a_tiff_of_no_known_kind_is_refused(small: np.ndarray) -> None:
    with pytest.raises(scrubber.DamagedPhoto, match="page 1"):
        opened(tiff(small.astype(np.int64) << 4, 12, 8))  # CIELab


@pytest.mark.parametrize(
    ("bits", "masks"),
    [
        (16, (0x0F00, 0x00F0, 0x000F, 0)),
        (16, (0x0F00, 0x00F0, 0x000F, 0xF000)),
        (32, (0x3FF00000, 0x000FFC00, 0x000003FF, 0)),
        (32, (0x000000FF, 0x0000FF00, 0x00FF0000, 0)),
    ],
    ids=["444", "4444", "10 bits", "red first"],
)
@pytest.mark.parametrize("upside_down", [False, True])
def test_a_bmp_whose_masks_are_its_own(small: np.ndarray, bits: int, masks: Sequence[int], upside_down: bool) -> None:
    levels = [(mask // (mask & -mask)) if mask else 0 for mask in masks]
    numbers = np.zeros(small.shape[:2], dtype=np.uint32)
    for at, (mask, most) in enumerate(zip(masks, levels, strict=True)):
        values = np.full(small.shape[:2], 255) if at == 3 else small[:, :, at]
        numbers |= (np.rint(values / 255 * most).astype(np.uint32) * (mask & -mask)) & mask
    height, width = small.shape[:2]
    row = (width * bits + 31) // 32 * 4
    lines = [line.astype(f"<u{bits // 8}").tobytes().ljust(row, b"\0") for line in numbers]
    body = b"".join(lines if upside_down else lines[::-1])
    size, start = 108, 14 + 108
    head = struct.pack("<2sIII", b"BM", start + len(body), 0, start)
    head += struct.pack(
        "<IiiHHIIiiII", size, width, -height if upside_down else height, 1, bits, 3, len(body), 0, 0, 0, 0
    )
    data = (head + struct.pack("<4I", *masks)).ljust(start, b"\0") + body
    photo = opened(data)
    assert np.abs(photo.pixels.astype(int) - small).max() <= 255 / levels[0] / 2 + 1
    assert not photo.transparent


def test_text_that_unpacks_to_too_much_costs_no_picture(small: np.ndarray) -> None:
    packed_text = b"Comment\0\0" + zlib.compress(bytes(3_000_000))
    turning = b"Raw profile type exif\0\0" + zlib.compress(bytes(3_000_000))
    data = png_with(small, chunk(b"zTXt", packed_text), chunk(b"zTXt", turning))
    assert (opened(data).pixels == small).all()


@pytest.mark.parametrize("name", [b"tEXt", b"gAMA", b"iCCP", b"eXIf", b"tRNS"])
def test_a_wrong_checksum_beside_the_picture_costs_no_picture(small: np.ndarray, name: bytes) -> None:
    assert (opened(png_with(small, chunk(name, b"Title\0\0something", checksum=1))).pixels == small).all()


def test_a_wrong_checksum_in_the_picture_is_damage(small: np.ndarray) -> None:
    data = saved(Image.fromarray(small), "PNG")
    at = data.index(b"IDAT") + 4
    with pytest.raises(scrubber.DamagedPhoto):
        opened(data[:at] + bytes([data[at] ^ 255]) + data[at + 1 :])


def test_a_profile_larger_than_pillow_takes(small: np.ndarray, swapped_profile: bytes) -> None:
    large = swapped_profile + bytes(2_000_000)
    plain = opened(png_with(small, chunk(b"iCCP", b"x\0\0" + zlib.compress(swapped_profile))))
    assert (opened(png_with(small, chunk(b"iCCP", b"x\0\0" + zlib.compress(large)))).pixels == plain.pixels).all()
    assert np.abs(plain.pixels[:, :, ::-1].astype(int) - small).mean() < 5


def test_the_decoder_sees_no_text_but_what_turns_the_picture(small: np.ndarray) -> None:
    told = PngImagePlugin.PngInfo()
    told.add_text("Author", "CANARY")
    told.add_itxt("XML:com.adobe.xmp", '<x:xmpmeta><rdf:Description tiff:Orientation="6"/></x:xmpmeta>')
    data = saved(Image.fromarray(small), "PNG", pnginfo=told, dpi=(72, 72))
    plain, profile = bare(data)
    assert b"CANARY" not in plain
    assert b"pHYs" not in plain
    assert profile is None
    assert (opened(data).pixels == np.rot90(small, -1)).all()


@pytest.mark.parametrize("data", [b"GIF89a", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"II*\0", b"BM", b"\xff\x0a"])
def test_a_refusal_says_nothing_about_our_memory(data: bytes) -> None:
    if data == b"\xff\x0a" and missing("jxl"):
        pytest.skip("no JPEG XL here")
    with pytest.raises(scrubber.DamagedPhoto) as caught:
        opened(data + bytes(64))
    assert "0x" not in str(caught.value)
    assert "libjxl" not in str(caught.value)
    assert "damaged" in str(caught.value)


@pytest.mark.parametrize(("width", "height"), [(17, 12), (64, 64), (8, 256), (300, 200), (1600, 900), (5000, 3)])
def test_a_jpeg_xl_says_how_large_it_is(width: int, height: int) -> None:
    pytest.importorskip("pillow_jxl")
    assert dimensions(saved(Image.new("RGB", (width, height)), "JXL")) == (width, height)


def test_a_huge_jpeg_xl_is_refused_before_it_is_unpacked() -> None:
    if missing("jxl"):
        pytest.skip("no JPEG XL here")
    length = 3 << 0 | (60_000 - 1) << 2  # 30 bits follow
    bits = 0 | length << 1 | 1 << 33  # not in eights, the height, as wide as high
    with pytest.raises(scrubber.PhotoTooLarge):
        opened(b"\xff\x0a" + bits.to_bytes(8, "little") + bytes(32))


@pytest.fixture(scope="module")
def swapped_profile() -> bytes:
    """sRGB with the colorants of red and blue exchanged."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    tags = {bytes(data[at : at + 4]): at + 4 for at in range(132, 132 + 12 * int.from_bytes(data[128:132], "big"), 12)}
    red, blue = tags[b"rXYZ"], tags[b"bXYZ"]
    data[red : red + 8], data[blue : blue + 8] = data[blue : blue + 8], data[red : red + 8]
    return bytes(data)
