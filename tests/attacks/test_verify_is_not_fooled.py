"""Promise: `verify` calls no file clean that hides something, and says what it cannot judge.

Every file here was called clean once, for the decoder showed an innocent picture and the container had nothing on it.
"""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from judging import chunk, decoded, judged, kinds, saved, wheres
from PIL import Image, ImageOps

import scrubber
from scrubber.photos.photo import Frame, Photo
from scrubber.photos.writing import write
from scrubber.policy import Limits
from scrubber.values import Decision
from scrubber.verification import unseen, verify

TEXT = b"meet at the old bridge, 9 pm, ask for Leila"


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


@pytest.mark.parametrize("options", [{"quality": 90}, {"lossless": True}])
def test_text_behind_the_data_of_a_webp(scenery: np.ndarray, options: dict) -> None:
    """Attack: the chunk is longer than its picture; decoders stop at the last block."""
    data = saved(Image.fromarray(scenery), "WEBP", **options)
    name = data[12:16]
    body = data[20 : 20 + int.from_bytes(data[16:20], "little")] + TEXT
    body += b"x" * (len(body) % 2)
    inside = b"WEBP" + name + struct.pack("<I", len(body)) + body
    stuffed = b"RIFF" + struct.pack("<I", len(inside)) + inside
    assert (decoded(stuffed) == decoded(data)).all()
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
