"""Promise: `verify` calls no file clean that hides something, and says what it cannot judge.

Every file here was called clean once, for the decoder showed an innocent picture and the container had nothing on it.
"""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import jpeg_coder
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from judging import chunk, judged, kinds, saved, wheres
from PIL import Image, ImageOps

import scrubber
from scrubber.photos.photo import Frame, Photo
from scrubber.photos.writing import write
from scrubber.policy import Limits
from scrubber.values import Decision
from scrubber.verification import unseen, verify

TEXT = b"meet at the old bridge, 9 pm, ask for Leila"


@pytest.fixture(scope="module")
def face(portrait: np.ndarray) -> np.ndarray:
    """A portrait of 256×256 pixels."""
    return np.array(Image.fromarray(portrait[:, 64:448]).resize((256, 256)))


@pytest.fixture(scope="module")
def clear_face(face: np.ndarray) -> np.ndarray:
    """The portrait in RGBA, wholly transparent but for one corner."""
    alpha = np.zeros(face.shape[:2], np.uint8)
    alpha[:16, :16] = 255
    return np.dstack([face, alpha])


# ---- under alpha 0 -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "options"),
    [
        ("PNG", {}),
        ("WEBP", {"lossless": True, "exact": True}),
        ("WEBP", {"exact": True, "quality": 90}),
        ("TIFF", {"compression": "tiff_adobe_deflate"}),
        ("AVIF", {}),
    ],
)
def test_a_portrait_under_alpha_0(clear_face: np.ndarray, form: str, options: dict) -> None:
    """Attack: the face lies where nothing is opaque. It was zeroed before anybody looked, and the file called clean."""
    if form == "AVIF":
        pytest.importorskip("PIL._avif")
    data = saved(Image.fromarray(clear_face), form, **options)
    verdict = judged(data)
    assert not verdict.clean
    assert any(leak.kind == "hidden-picture" and "a face" in leak.detail for leak in verdict.leaks)
    assert any(leak.where == "colours under alpha 0" for leak in unseen(data, Limits()))


def test_a_grey_portrait_under_alpha_0(clear_face: np.ndarray) -> None:
    """Attack: grey with alpha, which is another mode with a path of its own."""
    assert "hidden-picture" in kinds(saved(Image.fromarray(clear_face).convert("LA"), "PNG"))


def test_a_portrait_in_transparent_palette_entries(face: np.ndarray) -> None:
    """Attack: 200 palette entries, all transparent: clear to viewers, a portrait in the numbers."""
    image = Image.fromarray(face).quantize(200)
    data = saved(image, "PNG", transparency=bytes(199))
    assert "hidden-picture" in kinds(data)


def test_a_portrait_under_a_frame_that_is_blended(face: np.ndarray, clear_face: np.ndarray) -> None:
    """Attack: the second frame of an animation is clear, so the first shines through; its colours are never drawn."""
    first = Frame(np.full_like(face, 90), np.full(face.shape[:2], 255, np.uint8), 100.0)
    second = Frame(clear_face[:, :, :3], clear_face[:, :, 3], 100.0)
    photo = Photo((first, second), "png", lossless=True, moving=True, loops=0)
    data = write(photo, "png")[0]
    at = data.rindex(b"fcTL")
    control = bytearray(data[at : at + 30])
    control[29] = 1  # drawn over what is there
    blended = data[: at - 4] + chunk(b"fcTL", bytes(control[4:])) + data[at + 34 :]
    assert scrubber_frames(blended) == 2
    assert any("frame 1" in leak.detail for leak in judged(blended).leaks if leak.kind == "hidden-picture")
    moving = write(photo, "webp")[0]
    assert any("frame 1" in leak.detail for leak in judged(moving).leaks if leak.kind == "hidden-picture")


def scrubber_frames(data: bytes) -> int:
    with Image.open(io.BytesIO(data)) as image:
        return getattr(image, "n_frames", 1)


@pytest.mark.parametrize(
    ("form", "options"),
    [("PNG", {}), ("WEBP", {"lossless": True, "exact": True}), ("TIFF", {"compression": "tiff_adobe_deflate"})],
)
@pytest.mark.parametrize("colour", [0, 255])
def test_a_portrait_in_alpha_alone(face: np.ndarray, form: str, options: dict, colour: int) -> None:
    """Attack: one colour everywhere, the portrait in how opaque it is; only colours were looked at."""
    grey = np.array(ImageOps.grayscale(Image.fromarray(face)))
    alpha = grey if colour else 255 - grey
    data = saved(Image.fromarray(np.dstack([np.full_like(face, colour), alpha])), form, **options)
    verdict = judged(data)
    assert verdict.faces_visible == 1
    assert not verdict.clean


def test_a_portrait_that_is_all_but_transparent(face: np.ndarray) -> None:
    """Attack: alpha 2 of 255. No composite shows more than a shade; the colours are whole."""
    data = saved(Image.fromarray(np.dstack([face, np.full(face.shape[:2], 2, np.uint8)])), "PNG")
    verdict = judged(data)
    assert verdict.faces == ()
    assert any("a face" in leak.detail for leak in verdict.leaks)


def test_a_portrait_in_faint_alpha(face: np.ndarray) -> None:
    """Attack: a portrait of 24 shades of alpha on a white square."""
    grey = np.array(ImageOps.grayscale(Image.fromarray(face))) // 11
    data = saved(Image.fromarray(np.dstack([np.full_like(face, 255), 231 + grey])), "PNG")
    assert not judged(data).clean


def test_one_colour_under_alpha_0_is_no_picture(scenery: np.ndarray) -> None:
    """What is cut out honestly stays clean: a guard against crying wolf."""
    alpha = np.full(scenery.shape[:2], 255, np.uint8)
    alpha[:100] = 0
    cut = np.dstack([np.where(alpha[:, :, None] == 0, np.uint8(0), scenery), alpha])
    for form, options in (("PNG", {}), ("WEBP", {"lossless": True, "exact": True}), ("WEBP", {"quality": 95})):
        assert judged(saved(Image.fromarray(cut), form, **options)).clean, form


# ---- palettes and low bits -----------------------------------------------------------------------------------------


def two_numbers_for_each_colour(face: np.ndarray) -> Image.Image:
    """A picture of one colour, with the portrait in which of 32 equal entries a pixel has."""
    numbers = np.array(ImageOps.grayscale(Image.fromarray(face))) >> 3
    image = Image.fromarray(numbers, "P")
    image.putpalette([90, 120, 150] * 32)
    return image


@pytest.mark.parametrize("form", ["PNG", "GIF"])
def test_a_portrait_in_equal_palette_entries(face: np.ndarray, form: str) -> None:
    """Attack: every entry is used, and all are the same colour."""
    data = saved(two_numbers_for_each_colour(face), form, optimize=False)
    assert any(leak.kind == "hidden-picture" and leak.where == "palette" for leak in judged(data).leaks)


def test_inspect_names_palette_leftovers(tmp_path: Path) -> None:
    """Attack: colours of what was blurred away stay in the palette. `inspect` said nothing of them."""
    image = Image.fromarray((np.arange(64 * 64).reshape(64, 64) % 4).astype(np.uint8), "P")
    image.putpalette([10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 201, 150, 120, 222, 170, 140])
    (tmp_path / "left.png").write_bytes(saved(image, "PNG", bits=8))
    leaks = scrubber.inspect(tmp_path / "left.png")
    assert any(leak.where == "unused palette entries" and leak.detail.startswith("2 colours") for leak in leaks)
    assert not scrubber.verify(tmp_path / "left.png", preset="fast").clean


def test_inspect_names_a_matte(face: np.ndarray, tmp_path: Path) -> None:
    """Attack: a soft outline in alpha tells the shape of who was cut out."""
    ramp = np.tile(np.arange(256, dtype=np.uint8), (256, 1))
    colours = np.where(ramp[:, :, None] == 0, np.uint8(0), np.full_like(face, 120))
    (tmp_path / "matte.png").write_bytes(saved(Image.fromarray(np.dstack([colours, ramp])), "PNG"))
    assert any(leak.where == "alpha" for leak in scrubber.inspect(tmp_path / "matte.png"))


def test_a_portrait_in_the_low_half_of_16_bits(face: np.ndarray) -> None:
    """Attack: screens show the high byte of each sample."""
    low = np.array(ImageOps.grayscale(Image.fromarray(face))).astype(np.uint16)
    data = saved(Image.fromarray(low | 120 << 8), "PNG")
    assert "PNG low bits" in wheres(data)
    assert "PNG low bits" not in wheres(saved(Image.fromarray(low * 257), "PNG")), "8 bits widened say nothing more"


def test_bits_behind_the_rows_of_a_png() -> None:
    """Attack: rows of 13 pixels of one bit leave three bits a row to write into."""
    rows = b"".join(b"\0" + bytes([0b10101010, 0b10101000 | byte & 7]) for byte in TEXT)
    header = struct.pack(">IIBBBBB", 13, len(TEXT), 1, 0, 0, 0, 0)
    parts = chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")
    assert "structure" in kinds(b"\x89PNG\r\n\x1a\n" + b"".join(parts))


# ---- coded data of JPEGs -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def view(scenery: np.ndarray) -> list[np.ndarray]:
    """Coefficients of 96×96 pixels of scenery: Y Cb Cr."""
    steps = jpeg_coder.tables(jpeg_coder.head((96, 96)))[0]
    picture = np.array(Image.fromarray(scenery[:96, :96]).convert("YCbCr")).astype(float)
    return [jpeg_coder.coefficients(picture[:, :, at], steps[min(at, 1)]) for at in range(3)]


def test_an_honest_jpeg_is_clean_and_wholly_judged(view: list[np.ndarray]) -> None:
    """Guard: the coder of these tests writes what an honest coder writes unless it is told to cheat."""
    verdict = judged(jpeg_coder.coded((96, 96), view))
    assert (verdict.clean, verdict.not_judged) == (True, ())
    assert judged(jpeg_coder.progressive((96, 96), view)).clean


def test_codes_for_nothing(view: list[np.ndarray]) -> None:
    """Attack: sixteen zeros too many before the end of a block are one bit. 356 bytes went through like that."""
    bits = "".join(f"{byte:08b}" for byte in TEXT)
    data = jpeg_coder.coded((96, 96), view, zeros=bits)
    assert decoded(data) == decoded(jpeg_coder.coded((96, 96), view)), "nobody sees it"
    assert "JPEG scan" in wheres(data)


def test_bits_that_fill_up_the_last_byte(view: list[np.ndarray]) -> None:
    """Attack: zeros instead of ones behind the last block."""
    plain, other = (jpeg_coder.coded((96, 96), view, filling=filling) for filling in (1, 0))
    assert plain != other
    assert "JPEG scan" in wheres(other)


def decoded(data: bytes) -> bytes:
    with Image.open(io.BytesIO(data)) as image:
        return image.tobytes()


@pytest.mark.parametrize("options", [{}, {"subsampling": "4:2:0"}, {"progressive": True}, {"restart_marker_rows": 2}])
def test_text_behind_the_last_scan(scenery: np.ndarray, options: dict) -> None:
    """Attack: text between the last block and the end marker, which every decoder passes over."""
    data = saved(Image.fromarray(scenery), "JPEG", quality=95, **options)
    assert judged(data).clean
    stuffed = data[:-2] + TEXT + data[-2:]
    assert decoded(stuffed) == decoded(data)
    assert not judged(stuffed).clean
    assert "trailing-data" in {leak.kind for leak in unseen(stuffed, Limits())}


def test_text_between_scans(scenery: np.ndarray) -> None:
    """Attack: the same behind one of the scans before the last."""
    data = saved(Image.fromarray(scenery), "JPEG", quality=95, progressive=True)
    first = data.index(b"\xff\xda")
    between = data.index(b"\xff\xc4", first)
    assert not judged(data[:between] + TEXT + data[between:]).clean


def test_text_in_a_restart_interval(scenery: np.ndarray) -> None:
    """Attack: the same in front of a restart marker."""
    data = saved(Image.fromarray(scenery), "JPEG", quality=95, restart_marker_rows=2)
    at = data.index(b"\xff\xd1")
    assert not judged(data[:at] + TEXT + data[at:]).clean


def test_a_portrait_beyond_white(face: np.ndarray) -> None:
    """Attack: a white picture whose coefficients hold a portrait from 255 up, where every decoder cuts it off."""
    grey = np.array(ImageOps.grayscale(Image.fromarray(face)).resize((96, 96))).astype(float)
    steps = jpeg_coder.tables(jpeg_coder.head((96, 96)))[0]
    for shades in (24, 120):
        channels = [jpeg_coder.coefficients(259 + grey * shades / 255, steps[0])]
        channels += [np.zeros_like(channels[0])] * 2
        data = jpeg_coder.coded((96, 96), channels)
        with Image.open(io.BytesIO(data)) as image:
            assert np.array(image).min() >= 254, "viewers see white"
        assert "JPEG coefficients" in wheres(data), shades
        slow = jpeg_coder.progressive((96, 96), channels)
        assert decoded(slow) == decoded(data)
        assert "JPEG coefficients" in wheres(slow), shades


def test_a_portrait_beyond_one_channel(face: np.ndarray) -> None:
    """Attack: yellow and red that hold more than full red and no blue: Y, Cb and Cr each lie within their range."""
    grey = np.array(ImageOps.grayscale(Image.fromarray(face)).resize((96, 96))).astype(float)
    steps = jpeg_coder.tables(jpeg_coder.head((96, 96)))[0]
    more = grey / 255 * 60
    luma, red = 150 + 0.714 * more, 128 + 80 + more  # green stays the same, red is cut off
    blue = np.full_like(grey, 20.0)
    channels = [jpeg_coder.coefficients(each, steps[min(at, 1)]) for at, each in enumerate((luma, blue, red))]
    data = jpeg_coder.coded((96, 96), channels)
    with Image.open(io.BytesIO(data)) as image:
        assert np.ptp(np.array(image)[8:-8, 8:-8], axis=(0, 1)).max() < 40, "viewers see hardly anything"
    assert "JPEG coefficients" in wheres(data)


def test_a_portrait_beyond_the_edge(face: np.ndarray) -> None:
    """Attack: 97 pixels are stated and 104 are coded, and the seven that nobody sees are not those of the edge."""
    wide = np.full((96, 104), 90.0)
    wide[:, 97:] = np.array(ImageOps.grayscale(Image.fromarray(face)).resize((7, 96)))
    steps = jpeg_coder.tables(jpeg_coder.head((97, 96)))[0]
    luma = jpeg_coder.coefficients(wide, steps[0])
    data = jpeg_coder.coded((97, 96), [luma, np.zeros_like(luma), np.zeros_like(luma)])
    assert "JPEG edge" in wheres(data)


def test_tables_of_a_camera(scenery: np.ndarray) -> None:
    """Attack: quantisation tables that one maker uses name the camera in a file with no metadata at all."""
    tables = [[2 + (at * 7) % 11 for at in range(64)], [3 + (at * 5) % 13 for at in range(64)]]
    data = saved(Image.fromarray(scenery), "JPEG", qtables=tables)
    assert any((leak.kind, leak.where) == ("device", "JPEG DQT") for leak in judged(data).leaks)
    for quality in (50, 75, 95, 100):
        assert judged(saved(Image.fromarray(scenery), "JPEG", quality=quality)).clean


def test_huffman_tables_in_an_order_of_their_own(scenery: np.ndarray) -> None:
    """Attack: which of 162 symbols has which code of 16 bits is some hundred bytes of text."""
    data = saved(Image.fromarray(scenery), "JPEG", quality=95, subsampling="4:4:4")
    for at in (data.index(b"\xff\xc4\x00\xb5\x10"), data.index(b"\xff\xc4\x00\xb5\x11")):
        symbols = at + 5 + 16 + 162 - 125
        mixed = bytes(np.random.default_rng(1).permutation(list(data[symbols : symbols + 125])).astype(np.uint8))
        data = data[:symbols] + mixed + data[symbols + 125 :]
    assert "JPEG DHT" in wheres(data)


def test_tables_for_one_picture_are_said_to_be_unjudged(scenery: np.ndarray) -> None:
    """What a coder chooses by the picture may be honest; then the verdict says that it was not judged."""
    verdict = judged(saved(Image.fromarray(scenery), "JPEG", quality=90, optimize=True))
    assert verdict.clean
    assert any("Huffman" in sentence for sentence in verdict.not_judged)
    verdict = judged(saved(Image.fromarray(scenery), "JPEG", quality=90, progressive=True))
    assert any("progressive" in sentence for sentence in verdict.not_judged)


# ---- other coders -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [{"quality": 90}, {"lossless": True}])
def test_text_behind_the_data_of_a_webp(scenery: np.ndarray, options: dict) -> None:
    """Attack: the chunk is longer than its picture; decoders stop at the last block."""
    data = saved(Image.fromarray(scenery), "WEBP", **options)
    name = data[12:16]
    body = data[20 : 20 + int.from_bytes(data[16:20], "little")] + TEXT
    body += b"x" * (len(body) % 2)
    inside = b"WEBP" + name + struct.pack("<I", len(body)) + body
    stuffed = b"RIFF" + struct.pack("<I", len(inside)) + inside
    assert decoded(stuffed) == decoded(data)
    assert judged(data).clean
    assert "trailing-data" in kinds(stuffed)


def test_a_message_in_the_filters_of_a_png(scenery: np.ndarray) -> None:
    """Attack: each row of a PNG may be filtered in five ways. An odd program does that too, so it is said."""
    height, width = scenery.shape[:2]
    rows = scenery.astype(np.int16)
    left = np.concatenate([np.zeros((height, 1, 3), np.int16), rows[:, :-1]], axis=1)
    filtered = [rows, rows - left]
    bits = "".join(f"{byte:08b}" for byte in TEXT[: height // 8])
    raw = b"".join(
        bytes([int(bit)]) + (filtered[int(bit)][at] & 255).astype(np.uint8).tobytes() for at, bit in enumerate(bits)
    )
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(raw)), chunk(b"IEND", b"")
    verdict = judged(b"\x89PNG\r\n\x1a\n" + b"".join(parts))
    assert verdict.leaks == ()
    assert any("filtered" in sentence for sentence in verdict.not_judged)


@pytest.mark.parametrize("form", ["png", "webp", "gif", "tiff", "bmp", "jpeg"])
@pytest.mark.parametrize("clear", [False, True])
def test_what_run_writes_is_clean_and_wholly_judged(scenery: np.ndarray, form: str, clear: bool) -> None:
    """The yardstick must not object to scrubber's own copies, nor leave anything unsaid about lossless ones."""
    alpha = np.full(scenery.shape[:2], 255, np.uint8)
    alpha[40:90, 50:200] = 0
    alpha[100:120] = np.maximum(np.arange(320) % 256, 8)
    pixels = np.where(alpha[:, :, None] == 0, np.uint8(0), scenery)
    frame = Frame(pixels, alpha) if clear and form not in ("jpeg", "bmp") else Frame(scenery)
    verdict = judged(write(Photo((frame,), form, lossless=form != "jpeg"), form)[0])
    assert (verdict.leaks, verdict.faces, verdict.not_judged) == ((), (), ())


def test_lossy_webp_is_clean_but_not_wholly_judged(scenery: np.ndarray) -> None:
    """Its coded data is not followed bit by bit, and the verdict says so."""
    verdict = judged(write(Photo((Frame(scenery),), "webp", lossless=False), "webp")[0])
    assert verdict.clean
    assert [("lossy WebP" in sentence) for sentence in verdict.not_judged] == [True]


# ---- where -------------------------------------------------------------------------------------------------------


def test_faces_are_named_with_their_frame_and_allowed_for_it_alone(face: np.ndarray) -> None:
    """Attack: a face that may be shown in one frame is another person's in the next, at the same place."""
    empty = Frame(np.full_like(face, 90), None, 100.0)
    other = Frame(np.ascontiguousarray(face[:, ::-1]), None, 100.0)
    photo = Photo((empty, Frame(face, None, 100.0), other), "png", lossless=True, moving=True, loops=0)
    data = write(photo, "png")[0]
    verdict = judged(data)
    assert verdict.frames == (1, 2)
    assert [entry["frame"] for entry in verdict.as_json()["faces"]] == [1, 2]
    shown = Decision(verdict.faces[0], "show", "allowed-by-box", "p-1", frame=1)
    assert verify(data, "photo", Limits(), "fast", published=(shown,)).frames == (2,)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    drawn=st.data(), form=st.sampled_from(["jpeg", "progressive", "png", "gif", "webp", "lossless", "tiff", "moving"])
)
def test_a_closer_look_takes_any_damage(scenery: np.ndarray, drawn: st.DataObject, form: str) -> None:
    """Attack: a broken file that ends the judging program, so that the verdict is never spoken."""
    data = bytearray(_small(scenery[:48, :56], form))
    for _ in range(drawn.draw(st.integers(1, 6))):
        at = drawn.draw(st.integers(0, len(data) - 1))
        data[at : at + drawn.draw(st.integers(0, 3))] = drawn.draw(st.binary(max_size=4))
    unseen(bytes(data[: drawn.draw(st.integers(0, 2 * len(data)))]), Limits())


def _small(pixels: np.ndarray, form: str) -> bytes:
    alpha = np.full(pixels.shape[:2], 255, np.uint8)
    alpha[:20] = 0
    clear = Image.fromarray(np.dstack([pixels, alpha]))
    if form in ("jpeg", "progressive"):
        return saved(Image.fromarray(pixels), "JPEG", progressive=form == "progressive", restart_marker_rows=1)
    if form == "moving":
        frames = [Frame(np.roll(pixels, at, axis=0), alpha, 100.0) for at in range(3)]
        return write(Photo(tuple(frames), "webp", lossless=True, moving=True, loops=0), "webp")[0]
    if form == "lossless":
        return saved(clear, "WEBP", lossless=True)
    return saved(clear, form.upper())
