"""Promise: in a WebP that `verify` calls clean there is no second picture that no viewer shows.

Each file here is one innocent picture to every decoder, and was called clean once.
"""

from __future__ import annotations

import numpy as np
import pytest
from judging import decoded, judged, saved, wheres
from PIL import Image

from scrubber.policy import Limits
from scrubber.verification import unseen


def chunks_of(data: bytes, start: int = 12) -> list[tuple[bytes, bytes]]:
    found, at = [], start
    while at + 8 <= len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        found.append((data[at : at + 4], data[at + 8 : at + 8 + size]))
        at += 8 + size + size % 2
    return found


def webp_chunk(name: bytes, body: bytes) -> bytes:
    return name + len(body).to_bytes(4, "little") + body + bytes(len(body) % 2)


def webp(chunks: list[tuple[bytes, bytes]]) -> bytes:
    return webp_chunk(b"RIFF", b"WEBP" + b"".join(webp_chunk(*each) for each in chunks))


def lossless(pixels: np.ndarray) -> bytes:
    """The data of a VP8L chunk, of H×W×3 or H×W×4."""
    whole = saved(Image.fromarray(pixels.astype(np.uint8)), "WEBP", lossless=True, exact=True)
    return dict(chunks_of(whole))[b"VP8L"]


def denied(data: bytes) -> bytes:
    """VP8L data that says that it has no alpha."""
    bits = int.from_bytes(data[1:5], "little") & ~(1 << 28)
    return data[:1] + bits.to_bytes(4, "little") + data[5:]


def extended(flags: int) -> tuple[bytes, bytes]:
    return b"VP8X", bytes([flags, 0, 0, 0, 95, 0, 0, 95, 0, 0])


@pytest.fixture(scope="module")
def alpha_picture(grey: np.ndarray) -> np.ndarray:
    """Stripes in colour, and the portrait in alpha."""
    stripes = np.full((96, 96, 3), 200)
    stripes[::7] = 90
    return np.dstack([stripes, grey])


def test_alpha_in_lossless_data_that_denies_it(alpha_picture: np.ndarray) -> None:
    """Attack: one bit of the header says that there is no alpha. Decoders drop it, and so did whoever judged it."""
    data = webp([(b"VP8L", denied(lossless(alpha_picture)))])
    assert (decoded(data) == alpha_picture[:, :, :3]).all(), "viewers see stripes"
    assert any((leak.kind, leak.where) == ("hidden-picture", "WebP VP8L") for leak in judged(data).leaks)
    assert any(leak.where == "WebP VP8L" for leak in unseen(data, Limits()))
    honest = webp([(b"VP8L", lossless(alpha_picture[:, :, :3]))])
    assert not wheres(honest)


def test_the_same_in_a_frame_of_an_animation(alpha_picture: np.ndarray) -> None:
    """Attack: the second frame has alpha that it denies."""
    frames = [lossless(alpha_picture[:, :, :3]), denied(lossless(alpha_picture))]
    head = bytes([0, 0, 0, 0, 0, 0, 95, 0, 0, 95, 0, 0, 100, 0, 0, 2])
    moving = [(b"ANMF", head + webp_chunk(b"VP8L", frame)) for frame in frames]
    data = webp([extended(2), (b"ANIM", bytes(6)), *moving])
    assert "WebP VP8L, frame 1" in wheres(data)


def test_alpha_that_the_file_does_not_announce(alpha_picture: np.ndarray) -> None:
    """Attack: the header of the picture has alpha, that of the file has none; some viewers believe the file."""
    for flags, picture in ((0, lossless(alpha_picture)), (0x10, lossless(alpha_picture[:, :, :3]))):
        data = webp([extended(flags), (b"VP8L", picture)])
        assert "WebP VP8X" in wheres(data)


@pytest.mark.parametrize("channel", [0, 2, 3])
def test_channels_behind_alpha(grey: np.ndarray, channel: int) -> None:
    """Attack: compressed alpha is a picture of four channels, of which decoders take the green one."""
    whole = np.full((96, 96, 4), 255)
    honest, crafted = whole.copy(), whole.copy()
    crafted[:, :, channel] = grey
    colours = np.full((96, 96, 3), 90, np.uint8)
    lossy = dict(chunks_of(saved(Image.fromarray(colours), "WEBP", quality=80)))[b"VP8 "]
    pair = [
        webp([extended(0x10), (b"ALPH", b"\x01" + lossless(each)[5:]), (b"VP8 ", lossy)]) for each in (honest, crafted)
    ]
    assert (decoded(pair[0]) == decoded(pair[1])).all(), "nobody sees it"
    assert not wheres(pair[0])
    assert any((leak.kind, leak.where) == ("hidden-picture", "WebP ALPH") for leak in judged(pair[1]).leaks)


def test_what_packing_may_hold_is_said(scenery: np.ndarray) -> None:
    """Attack: how a coder predicts and packs is a free choice, with room for a picture. The verdict says so plainly."""
    for options in ({"quality": 80}, {"lossless": True, "quality": 0, "method": 0}):
        verdict = judged(saved(Image.fromarray(scenery), "WEBP", **options))
        assert verdict.clean
        assert any("second picture" in sentence for sentence in verdict.not_judged)
