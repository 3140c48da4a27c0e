"""Promise: `verify` objects to fields in which a file may say anything: times, loops, the colour that counts as clear.

Players honour hardly any of it, so that nobody sees the message. `verify` called such files clean.
"""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from judging import chunk, judged, saved, wheres
from PIL import Image

import scrubber
from scrubber.photos.photo import Frame, Photo
from scrubber.photos.writing import write

DELAYS = [100 + 10 * letter for letter in b"52.5163 N"]


def moving(scenery: np.ndarray, form: str, delays: list[int], **options: object) -> bytes:
    pictures = [Image.fromarray(np.roll(scenery[:24, :32] // 32 * 32, at, axis=1)) for at in range(len(delays))]
    return saved(pictures[0], form, save_all=True, append_images=pictures[1:], duration=delays, **options)


@pytest.mark.parametrize(
    ("form", "where"), [("PNG", "PNG fcTL delay"), ("WEBP", "WebP ANMF duration"), ("GIF", "GIF delay")]
)
def test_a_message_in_durations(scenery: np.ndarray, tmp_path: Path, form: str, where: str) -> None:
    """Attack: one letter in the delay of each frame. `verify` called it clean, and `inspect` counted frames."""
    lasting = [100, 200, 300, 500, 700, 100, 200, 300, 500]
    own = write(photo_of(scenery, lasting), form.lower())[0]
    assert judged(own).leaks == ()
    assert where in wheres(moving(scenery, form, DELAYS))
    path = tmp_path / "photo"
    path.write_bytes(moving(scenery, form, DELAYS))
    told = [leak.detail for leak in scrubber.inspect(path) if "animation" in leak.detail]
    assert any("420, 560, 590" in detail for detail in told)


@pytest.mark.parametrize(
    ("form", "where"), [("PNG", "PNG acTL plays"), ("WEBP", "WebP ANIM loops"), ("GIF", "GIF loops")]
)
def test_a_message_in_the_number_of_loops(scenery: np.ndarray, tmp_path: Path, form: str, where: str) -> None:
    """Attack: two bytes, in an animated PNG four."""
    data = moving(scenery, form, [100, 200, 300], loop=20_813)
    assert where in wheres(data)
    assert where not in wheres(moving(scenery, form, [100, 200, 300], loop=0))
    path = tmp_path / "photo"
    path.write_bytes(data)
    assert any("shown 20,813 times" in leak.detail for leak in scrubber.inspect(path))


@pytest.mark.parametrize(("delay", "whole"), [(1, 10), (100, 1001), (200, 2000), (25, 250), (0, 0), (65535, 65535)])
def test_a_message_in_how_a_delay_is_written(scenery: np.ndarray, delay: int, whole: int) -> None:
    """Attack: a tenth of a second is one of thousands of fractions, in an animated PNG."""
    data = write(photo_of(scenery, [100, 100]), "png")[0]
    at = data.index(b"fcTL")
    body = data[at : at + 24] + struct.pack(">HH", delay, whole) + data[at + 28 : at + 30]
    assert "PNG fcTL delay" in wheres(data[:at] + body + struct.pack(">I", zlib.crc32(body)) + data[at + 34 :])


def test_a_message_in_the_times_of_a_gif_that_does_not_move(scenery: np.ndarray, tmp_path: Path) -> None:
    """Attack: one frame has a delay as well, which even `run` took over."""
    data = saved(Image.fromarray(scenery[:24, :32] // 64 * 64), "GIF", duration=12_340, loop=77)
    assert {"GIF delay", "GIF loops"} <= wheres(data)
    path = tmp_path / "photo.gif"
    path.write_bytes(data)
    assert any("12340 ms" in leak.detail for leak in scrubber.inspect(path))
    copy = scrubber.scrub_bytes(data, policy=scrubber.Policy(preset="fast")).data
    assert copy is not None
    assert judged(copy).clean
    with Image.open(io.BytesIO(copy)) as image:
        assert not image.info.get("duration")
        assert "loop" not in image.info


@pytest.mark.parametrize(("mode", "size"), [("RGB", 6), ("L", 2)])
def test_a_message_in_a_colour_that_counts_as_clear(scenery: np.ndarray, tmp_path: Path, mode: str, size: int) -> None:
    """Attack: tRNS in a picture without a palette names one colour, whether any pixel has it or not."""
    plain = saved(Image.fromarray(scenery).convert(mode), "PNG")
    assert judged(plain).leaks == ()
    at = plain.index(b"IDAT") - 4
    data = plain[:at] + chunk(b"tRNS", b"\0A\0B\0C"[:size]) + plain[at:]
    assert "PNG tRNS" in wheres(data)
    path = tmp_path / "photo.png"
    path.write_bytes(data)
    assert any(leak.where == "PNG tRNS" for leak in scrubber.inspect(path))


def photo_of(scenery: np.ndarray, delays: list[int]) -> Photo:
    frames = [np.roll(scenery[:24, :32] // 32 * 32, at, axis=1) for at in range(len(delays))]
    shown = tuple(Frame(picture, None, float(delay)) for picture, delay in zip(frames, delays, strict=True))
    return Photo(shown, "png", lossless=True, moving=True, loops=0)
