"""Promise 2: what is hidden decides nothing about the rest of the picture: not its brightness, not its paint.

Attack: formats whose numbers have no fixed range were scaled by the brightest pixel, or by the share of bright ones. So
a hidden pixel made the whole copy lighter or darker, by up to 236 of 255 levels.
"""

from __future__ import annotations

import hashlib
import io
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import scrubber
from scrubber import Consent, Policy, photos
from scrubber.policy import Limits, Style

sys.path.insert(0, str(Path(__file__).parent.parent / "inspection"))

import dirty_tiff

STYLES = ("blur", "pixelate", "solid")
BOX = (60, 50, 80, 90)
INSIDE = np.s_[80:110, 80:110]  # far enough from the rim for raw files, whose pixels are mixed from several


def hidden_by_hand(data: bytes, folder: Path, style: Style, longest: int | None = None) -> bytes:
    """A copy in which `BOX` is hidden, because the manifest says so."""
    manifest = folder / "consent.toml"
    entry = f'sha256 = "{hashlib.sha256(data).hexdigest()}"\nhide = [{{ box = {list(BOX)} }}]'
    manifest.write_text(f"schema = 1\n[[photos]]\n{entry}\n", encoding="utf-8")
    policy = Policy(style=style, preset="fast", max_size=longest)
    copy = scrubber.scrub_bytes(data, policy=policy, consent=Consent.load(manifest))
    assert copy.data is not None, copy.result.reason
    return copy.data


@pytest.fixture
def noise() -> np.ndarray:
    """Scenery in which no pixel is like the next, 200×220×3: rounding shows in it as nowhere else."""
    y, x = np.mgrid[:200, :220]
    smooth = np.stack([x * 0.6, y * 0.8, (x + y) * 0.5], axis=2)
    return (smooth / 2 + np.random.default_rng(3).integers(0, 128, smooth.shape)).astype(np.uint8)


def raw(seen: np.ndarray, *, balance: bool, floats: bool = False) -> bytes:
    """A DNG of linear light, 0 to 1."""
    mosaic = seen[:, :, 1].copy()
    mosaic[0::2, 0::2], mosaic[1::2, 1::2] = seen[0::2, 0::2, 0], seen[1::2, 1::2, 2]
    strip = mosaic.astype("<f4").tobytes() if floats else np.rint(mosaic * 65535).astype("<u2").tobytes()
    height, width = mosaic.shape
    page = dirty_tiff.mosaic() | {
        256: dirty_tiff.shorts(width),
        257: dirty_tiff.shorts(height),
        273: (dirty_tiff.LONG, dirty_tiff.Apart(strip)),
        278: dirty_tiff.shorts(height),
        279: dirty_tiff.longs(len(strip)),
    }
    if floats:
        page |= {258: dirty_tiff.shorts(32), 339: dirty_tiff.shorts(3), 50717: dirty_tiff.shorts(1)}
    told = {271: (dirty_tiff.ASCII, b"Example\0")} | dirty_tiff.sensor()
    if not balance:
        del told[50728]
    return dirty_tiff.tiff(dirty_tiff.thumbnail(b"none") | told | {330: (dirty_tiff.LONG, page)})


class TestBrightness:
    @pytest.mark.parametrize("balance", [True, False])
    def test_of_a_raw_photo(self, noise: np.ndarray, tmp_path: Path, balance: bool) -> None:
        """Attack: LibRaw brightens until one pixel in a hundred is white, and measures a white balance if none is told.

        Both look at what is hidden. A bright face left the scene dark, and a dark one made it bright.
        """
        pytest.importorskip("rawpy")
        copies = []
        for light in ((0.01, 0.01, 0.01), (0.85, 0.85, 0.85), (1.0, 1.0, 1.0), (1.0, 0.2, 0.0)):
            seen = noise / 255 * 0.02
            seen[INSIDE] = light
            copies.append(hidden_by_hand(raw(seen, balance=balance), tmp_path, "solid"))
        assert len(set(copies)) == 1

    def test_a_raw_photo_of_floats_is_refused(self, noise: np.ndarray) -> None:
        """Attack: LibRaw makes floating point numbers whole by the largest of all, and has no option for it."""
        pytest.importorskip("rawpy")
        data = raw(noise / 255, balance=True, floats=True)
        with pytest.raises(scrubber.UnsupportedFormat, match=r"photo\.dng: .*floating point.*develop it to JPEG"):
            photos.open_photo(data, "photo.dng", Limits())

    @pytest.mark.parametrize("hidden", [1.02, 200.0, float("inf"), -4.0])
    def test_of_floating_point_grey(self, noise: np.ndarray, tmp_path: Path, hidden: float) -> None:
        """Attack: numbers up to 1 were taken as up to 255, unless one of them, be it a hidden one, was larger."""
        copies = []
        for value in (0.5, hidden):
            grey = noise[:, :, 0].astype(np.float32) / 255
            grey[100, 100] = value
            target = io.BytesIO()
            Image.fromarray(grey).save(target, "TIFF")
            copies.append(hidden_by_hand(target.getvalue(), tmp_path, "solid"))
        assert copies[0] == copies[1]
        assert 40 < np.asarray(Image.open(io.BytesIO(copies[0]))).mean() < 200

    def test_floating_point_of_another_range_is_refused(self, noise: np.ndarray) -> None:
        target = io.BytesIO()
        grey = Image.fromarray(noise[:, :, 0].astype(np.float32))
        grey.save(target, "TIFF", tiffinfo={341: 255.0})
        with pytest.raises(scrubber.UnsupportedFormat, match=r"do not run from 0 to 1; save it with 8 or 16 bits"):
            photos.open_photo(target.getvalue(), "photo.tif", Limits())


class TestWhetherAnythingWasClear:
    @pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
    @pytest.mark.parametrize("style", STYLES)
    @pytest.mark.parametrize("longest", [None, 110])
    def test_is_not_told_by_the_paint(
        self, noise: np.ndarray, tmp_path: Path, kind: str, style: Style, longest: int | None
    ) -> None:
        """Attack: of pictures with alpha the surroundings were weighed in floating point, of others in whole numbers.

        So the last bits of `blur` and `pixelate` told whether anything transparent lay under the paint.
        """
        copies = []
        for alpha in (255, 0, 128):
            whole = np.dstack([noise, np.full(noise.shape[:2], 255, dtype=np.uint8)])
            whole[INSIDE] = (90, 90, 90, alpha)
            target = io.BytesIO()
            options = {"lossless": True, "exact": True} if kind == "WEBP" else {}
            Image.fromarray(whole).save(target, kind, **options)
            copies.append(hidden_by_hand(target.getvalue(), tmp_path, style, longest))
        assert len(set(copies)) == 1

    @pytest.mark.parametrize("style", STYLES)
    def test_nor_of_an_image_of_a_program(self, noise: np.ndarray, style: Style) -> None:
        images = []
        for alpha in (255, 0, 128):
            whole = np.dstack([noise, np.full(noise.shape[:2], 255, dtype=np.uint8)])
            whole[INSIDE] = (90, 90, 90, alpha)
            images.append(scrubber.hide(Image.fromarray(whole), [BOX], style).tobytes())
        assert len(set(images)) == 1
