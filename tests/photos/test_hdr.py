"""Pictures of high dynamic range come out as bright and as colourful as they were meant, and their report says so."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

import cv2
import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageCms

from scrubber import Limits, photos
from scrubber.photos import hdr, isobmff

PQ, HLG, SRGB = 16, 18, 13
BT2020, P3, BT709 = 9, 12, 1
WHITE = 203.0  # cd/m²
KEPT = 96.0  # cd/m² up to which the tone curve changes nothing
# ITU-R BT.2087-0, from BT.709 to BT.2020; and from BT.709 to Display P3
TO_2020 = np.array([[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]])
TO_P3 = np.array([[0.8225, 0.1774, 0.0], [0.0332, 0.9669, 0.0], [0.0171, 0.0724, 0.9108]])


def opened(data: bytes) -> photos.Photo:
    return photos.open_photo(data, "photo", Limits())


def linear(pixels: np.ndarray) -> np.ndarray:
    code = pixels / 255
    return np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)


def pq(light: np.ndarray) -> np.ndarray:
    """Codes 0 to 1 for cd/m² (SMPTE ST 2084, equation 5.2)."""
    power = (light / 10_000) ** 0.1593017578125
    return ((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375


def hlg(light: np.ndarray) -> np.ndarray:
    """Codes 0 to 1 for cd/m² of a display of 1,000 cd/m² (ITU-R BT.2100-2, table 5)."""
    shown = light / 1000
    brightness = (shown @ [0.2627, 0.6780, 0.0593])[..., None]
    scene = shown * np.maximum(brightness, 1e-9) ** (1 / 1.2 - 1)
    return np.where(
        scene <= 1 / 12, np.sqrt(3 * scene), 0.17883277 * np.log(np.maximum(12 * scene - 0.28466892, 1e-9)) + 0.55991073
    )


def coded(pixels: np.ndarray, curve: Callable[[np.ndarray], np.ndarray], matrix: np.ndarray = TO_2020) -> np.ndarray:
    """The picture as HDR has it, uint16: white paper is as bright as 203 cd/m²."""
    return np.rint(np.clip(curve(linear(pixels) @ matrix.T * WHITE), 0, 1) * 65535).astype(np.uint16)


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(codes: np.ndarray, primaries: int, transfer: int, full: int = 1) -> bytes:
    data = cv2.imencode(".png", codes[:, :, ::-1])[1].tobytes()
    return data[:33] + chunk(b"cICP", bytes([primaries, transfer, 0, full])) + data[33:]


def avif(codes: np.ndarray, primaries: int, transfer: int) -> bytes:
    options = [cv2.IMWRITE_AVIF_DEPTH, 10, cv2.IMWRITE_AVIF_QUALITY, 98]
    data = cv2.imencode(".avif", codes[:, :, ::-1] >> 6, options)[1].tobytes()
    at = data.index(b"colrnclx") + 8
    return data[:at] + struct.pack(">HH", primaries, transfer) + data[at + 4 :]


def heic(codes: np.ndarray, primaries: int, transfer: int) -> bytes:
    target = io.BytesIO()
    image = pillow_heif.from_bytes("RGB;16", codes.shape[1::-1], codes.tobytes())
    image.save(
        target,
        quality=95,
        chroma=444,
        color_primaries=primaries,
        transfer_characteristics=transfer,
        matrix_coefficients=9,
        full_range_flag=1,
    )
    return target.getvalue()


FILES = {"png": png, "avif": avif, "heic": heic}


@pytest.fixture(scope="module")
def sdr(portrait: np.ndarray) -> np.ndarray:
    return portrait[::2, ::2].copy()


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize(("transfer", "curve"), [(PQ, pq), (HLG, hlg)], ids=["PQ", "HLG"])
def test_hdr_is_tone_mapped(sdr: np.ndarray, kind: str, transfer: int, curve: Callable[..., np.ndarray]) -> None:
    photo = opened(FILES[kind](coded(sdr, curve), BT2020, transfer))
    assert hdr.TONE_MAPPED in photo.notes
    off = np.abs(photo.pixels.astype(int) - sdr)
    dark = (linear(sdr) @ TO_2020.T * WHITE).max(axis=2) < KEPT
    # Chroma at half resolution and lossy coding cost a few levels.
    assert off[dark].mean() < (1.0 if kind == "png" else 4.0)
    assert off.mean() < 10
    assert 0.93 < photo.pixels.mean() / sdr.mean() < 1.0


def test_white_paper_stays_light_and_highlights_have_room() -> None:
    lights = np.array([[WHITE] * 3, [400.0] * 3, [1000.0] * 3, [9000.0] * 3])[None].repeat(8, axis=0)
    photo = opened(png(np.rint(pq(lights) * 65535).astype(np.uint16), BT2020, PQ))
    paper, brighter, peak, beyond = photo.pixels[0, :, 0].tolist()
    assert 215 <= paper < brighter < peak
    assert peak == beyond == 255


def test_a_hue_survives_its_brightness() -> None:
    red = np.full((8, 8, 3), (200, 40, 30), np.uint8)
    seen = opened(png(coded(red, lambda light: pq(light * 2)), BT2020, PQ)).pixels[0, 0].astype(float)
    meant = linear(red[0, 0])
    assert np.allclose(linear(seen)[1:] / linear(seen)[0], meant[1:] / meant[0], atol=0.03)


def test_the_curve_does_not_hang_on_the_rest_of_the_picture(sdr: np.ndarray) -> None:
    """What is hidden must not be told by the brightness of what is not."""
    codes = coded(sdr, pq)
    brighter = codes.copy()
    brighter[40:80, 40:80] = 60_000
    one, other = (opened(png(each, BT2020, PQ)).pixels for each in (codes, brighter))
    one[40:80, 40:80] = other[40:80, 40:80]
    assert (one == other).all()


def test_eight_bits_and_narrow_range(sdr: np.ndarray) -> None:
    codes = np.rint(16 + coded(sdr, pq) / 65535 * 219).astype(np.uint8)
    target = io.BytesIO()
    Image.fromarray(codes).save(target, "PNG")
    data = target.getvalue()
    data = data[:33] + chunk(b"cICP", bytes([BT2020, PQ, 0, 0])) + data[33:]
    photo = opened(data)
    assert photo.notes == (hdr.TONE_MAPPED,)
    assert np.abs(photo.pixels.astype(int) - sdr).mean() < 10


@pytest.mark.parametrize("kind", FILES)
def test_wide_colours_without_a_profile(sdr: np.ndarray, kind: str) -> None:
    def srgb(light: np.ndarray) -> np.ndarray:
        share = np.clip(light / WHITE, 0, 1)
        return np.where(share <= 0.0031308, share * 12.92, 1.055 * share ** (1 / 2.4) - 0.055)

    photo = opened(FILES[kind](coded(sdr, srgb, TO_P3), P3, SRGB))
    assert hdr.TONE_MAPPED not in photo.notes
    assert np.abs(photo.pixels.astype(int) - sdr).mean() < (1 if kind == "png" else 4)


@pytest.mark.parametrize("kind", FILES)
def test_ordinary_colours_stay_as_they_are(sdr: np.ndarray, kind: str) -> None:
    photo = opened(FILES[kind](sdr.astype(np.uint16) * 257, BT709, SRGB))
    assert hdr.TONE_MAPPED not in photo.notes
    assert np.abs(photo.pixels.astype(int) - sdr).mean() < (1 if kind == "png" else 4)


def test_alpha_and_orientation_go_along(sdr: np.ndarray) -> None:
    alpha = np.full(sdr.shape[:2], 65535, np.uint16)
    alpha[:50] = 0
    data = cv2.imencode(".png", np.dstack([coded(sdr, pq)[:, :, ::-1], alpha]))[1].tobytes()
    told = Image.Exif()
    told[0x0112] = 6
    more = chunk(b"cICP", bytes([BT2020, PQ, 0, 1])) + chunk(b"eXIf", told.tobytes()[6:])
    photo = opened(data[:33] + more + data[33:])
    (frame,) = photo.frames
    assert frame.alpha is not None
    assert (frame.alpha[:, -50:] == 0).all()
    assert (frame.pixels[:, -50:] == 0).all()
    assert np.abs(np.rot90(frame.pixels[:, :-50]).astype(int) - sdr[50:]).mean() < 10


def test_a_profile_that_names_hdr_is_believed(sdr: np.ndarray) -> None:
    """As JPEG XL's decoder makes them, and programs that write HDR into formats without code points."""
    plain = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    count = int.from_bytes(plain[128:132], "big")
    tag = struct.pack(">4sII", b"cicp", len(plain) + 12, 12)
    table = b"".join(
        plain[at : at + 4]
        + struct.pack(">I", int.from_bytes(plain[at + 4 : at + 8], "big") + 12)
        + plain[at + 8 : at + 12]
        for at in range(132, 132 + 12 * count, 12)
    )
    profile = plain[:128] + struct.pack(">I", count + 1) + table + tag + plain[132 + 12 * count :]
    profile += b"cicp\0\0\0\0" + bytes([BT2020, PQ, 0, 1])
    target = io.BytesIO()
    Image.fromarray((coded(sdr, pq) >> 8).astype(np.uint8)).save(target, "WEBP", lossless=True, icc_profile=profile)
    photo = opened(target.getvalue())
    assert hdr.TONE_MAPPED in photo.notes
    assert np.abs(photo.pixels.astype(int) - sdr).mean() < 10


def test_jpeg_xl(sdr: np.ndarray) -> None:
    """Its decoder names HDR in the profile that it makes; the header of an ordinary file is rewritten to say so."""
    pytest.importorskip("pillow_jxl")
    target = io.BytesIO()
    small = cv2.resize(sdr, (48, 40), interpolation=cv2.INTER_AREA)
    Image.fromarray((coded(small, pq) >> 8).astype(np.uint8)).save(target, "JXL", lossless=True)
    data = target.getvalue()
    # 18 bits of size and depth, one that says "colours as usual", three more, then frames (ISO/IEC 18181-1, annex D).
    kept = int.from_bytes(data[2:5], "little") & (1 << 18) - 1
    # Not as usual, no profile; RGB, D65, BT.2100; no gamma, PQ, relative; and the three.
    fields = ((0, 2), (0, 2), (1, 2), (2, 2), (9 - 2, 4), (0, 1), (2, 2), (PQ - 2, 4), (1, 2), (0, 2), (1, 1))
    length = 18
    for value, bits in fields:
        kept |= value << length
        length += bits
    crafted = data[:2] + kept.to_bytes((length + 7) // 8, "little") + data[5:]
    photo = opened(crafted)
    assert photo.notes == (hdr.TONE_MAPPED,)
    assert np.abs(photo.pixels.astype(int) - small).mean() < 10


@pytest.mark.parametrize("data", [b"", bytes(40), b"\0\0\0\x10meta" + bytes(8), b"\xff" * 64])
def test_what_is_no_avif_says_nothing(data: bytes) -> None:
    assert isobmff.bits(data) is None
    assert isobmff.light(data, lambda: None) is None


def test_a_broken_box_costs_no_picture(sdr: np.ndarray) -> None:
    data = avif(coded(sdr, pq), BT2020, PQ)
    assert isobmff.bits(data) == 10
    at = data.index(b"pixi") + 8
    for channels, bits in ((0, 0), (3, 0), (3, 255), (255, 255)):
        crafted = data[:at] + bytes([channels] + [bits] * 3) + data[at + 4 :]
        assert (isobmff.bits(crafted) or 8) <= 16
    for at in range(0, data.index(b"mdat"), 3):
        broken = data[:at] + b"\xff" + data[at + 1 :]
        isobmff.bits(broken)
        isobmff.light(broken, lambda: None)
