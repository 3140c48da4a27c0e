"""A lossless copy that is cleaned again stays the same, byte for byte, and nothing that is put into a copy stays."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from scrubber import Limits, Policy, photos
from scrubber.pipeline import make_safe
from scrubber.scrubbed import Scrubbed
from scrubber.terms import Terms

SECRET = b"CANARY-2207-COMES-BACK"
Save = Callable[[Image.Image, list[Image.Image]], bytes]


def cleaned(data: bytes, **policy: object) -> Scrubbed:
    copy = make_safe(data, "photo", Terms.of(Policy(preset="fast", **policy), None, None, None))  # type: ignore[arg-type]
    assert copy.data is not None, copy.withheld
    return copy


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def exif() -> Image.Exif:
    told = Image.Exif()
    told[0x010F], told[0x0112] = SECRET.decode(), 1
    return told


def text() -> PngImagePlugin.PngInfo:
    told = PngImagePlugin.PngInfo()
    told.add_text("Comment", SECRET.decode())
    return told


def moving(kind: str, **options: object) -> Save:
    return lambda image, rest: saved(image, kind, save_all=True, append_images=rest, duration=[70, 80, 90], **options)


def half_clear(image: Image.Image) -> Image.Image:
    clear = image.convert("RGBA")
    clear.putalpha(Image.linear_gradient("L").resize(image.size))
    return clear


DIRTY: dict[str, Save] = {
    "jpeg": lambda image, _: saved(image, "JPEG", quality=88, exif=exif(), comment=SECRET) + SECRET,
    "jpeg, progressive": lambda image, _: saved(image, "JPEG", progressive=True, subsampling=2, exif=exif()),
    "jpeg, grey": lambda image, _: saved(image.convert("L"), "JPEG", quality=60, comment=SECRET),
    "jpeg, on its side": lambda image, _: saved(image, "JPEG", exif=exif_turned()),
    "png": lambda image, _: saved(image, "PNG", pnginfo=text()) + SECRET,
    "png, half clear": lambda image, _: saved(half_clear(image), "PNG", pnginfo=text()),
    "png, palette": lambda image, _: saved(image.quantize(40), "PNG", transparency=bytes(range(40)), pnginfo=text()),
    "png, grey and clear": lambda image, _: saved(half_clear(image).convert("LA"), "PNG"),
    "png, grey of 16 bits": lambda image, _: saved(image.convert("I;16"), "PNG"),
    "png, moving": lambda image, rest: moving("PNG", loop=3)(image, rest) + SECRET,
    "webp, lossless": lambda image, _: saved(half_clear(image), "WEBP", lossless=True, exif=exif()),
    "webp, lossless and moving": moving("WEBP", lossless=True, loop=2),
    "gif": lambda image, _: saved(image, "GIF", comment=SECRET),
    "gif, moving": moving("GIF", loop=2, comment=SECRET),
    "gif, moving and clear": lambda image, rest: saved(
        half_clear(image),
        "GIF",
        save_all=True,
        append_images=[half_clear(each) for each in rest],
        duration=[10, 33, 9999],
    ),
    "tiff": lambda image, rest: saved(image, "TIFF", save_all=True, append_images=rest) + SECRET,
    "tiff, half clear": lambda image, rest: saved(half_clear(image), "TIFF", save_all=True, append_images=rest),
    "bmp": lambda image, _: saved(image, "BMP") + SECRET,
    "jpeg 2000": lambda image, _: saved(image, "JPEG2000", quality_layers=[8]),
    "avif": lambda image, _: saved(image, "AVIF", quality=70, exif=exif()),
}


def exif_turned() -> Image.Exif:
    told = exif()
    told[0x0112] = 6
    return told


@pytest.fixture
def picture(scenery: np.ndarray) -> Image.Image:
    """No face in it; neither side is a whole number of blocks."""
    return Image.fromarray(scenery[:203, :149])


@pytest.mark.parametrize("kind", DIRTY)
def test_a_second_cleaning_changes_nothing(picture: Image.Image, kind: str) -> None:
    rest = [picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT), picture.transpose(Image.Transpose.ROTATE_180)]
    first = cleaned(DIRTY[kind](picture, rest))
    second = cleaned(first.data or b"")
    if first.extension == ".jpg":
        # No byte of an input may reach an output, so a JPEG is always coded anew; that moves pixels by a level.
        shown = [photos.open_photo(copy.data or b"", "copy", Limits()).pixels for copy in (first, second)]
        assert np.abs(shown[0].astype(int) - shown[1]).mean() < 0.5
    else:
        assert second.data == first.data
    assert second.extension == first.extension
    assert {leak.kind for leak in second.leaks_removed} <= {"structure"}  # several pages are one


def before_the_end(copy: bytes) -> bytes:
    """Decoders pass over bytes between the last block and the end."""
    return copy[:-2] + SECRET + copy[-2:]


def in_a_segment(copy: bytes) -> bytes:
    return copy[:2] + b"\xff\xfe" + (len(SECRET) + 2).to_bytes(2, "big") + SECRET + copy[2:]


def in_a_table(copy: bytes) -> bytes:
    """A quantisation table that nothing uses, in front of the others."""
    table = b"\x03" + SECRET.ljust(64, b"!")
    at = copy.index(b"\xff\xdb")
    return copy[:at] + b"\xff\xdb" + (len(table) + 2).to_bytes(2, "big") + table + copy[at:]


def behind_the_end(copy: bytes) -> bytes:
    return copy + SECRET


def in_fill_bytes(copy: bytes) -> bytes:
    """Fill bytes before the end, as many as somebody likes to count."""
    return copy[:-2] + b"\xff" * 7 + copy[-2:]


@pytest.mark.parametrize("hidden", [before_the_end, in_a_segment, in_a_table, behind_the_end, in_fill_bytes])
def test_what_was_put_into_a_copy_does_not_stay(picture: Image.Image, hidden: Callable[[bytes], bytes]) -> None:
    copy = cleaned(DIRTY["jpeg"](picture, [])).data
    assert copy is not None
    crafted = hidden(copy)
    assert crafted != copy
    shown = [photos.open_photo(data, "photo", Limits()).pixels for data in (crafted, copy)]
    assert (shown[0] == shown[1]).all()
    again = cleaned(crafted).data
    assert again is not None
    assert again != crafted
    assert SECRET not in again
    assert np.abs(photos.open_photo(again, "photo", Limits()).pixels.astype(int) - shown[1]).mean() < 1


def of_width(data: bytes, width: int) -> bytes:
    """The same JPEG, of which decoders show so many columns."""
    at = data.index(b"\xff\xc0") + 7
    return data[:at] + width.to_bytes(2, "big") + data[at + 2 :]


def test_what_lies_beyond_the_edge_does_not_stay(scenery: np.ndarray) -> None:
    """The last blocks reach up to seven columns beyond the picture: room for a second one that no viewer shows."""
    wide = np.pad(scenery[:200, :145], ((0, 0), (0, 7), (0, 0)), mode="edge")
    bits = np.random.default_rng(1).integers(0, 2, (200, 7), dtype=np.uint8)
    wide[:, 145:] = bits[:, :, None] * 255
    crafted = of_width(saved(Image.fromarray(wide), "JPEG", quality=95, subsampling=0), 145)
    copy = cleaned(crafted).data
    assert copy is not None
    behind = [
        photos.open_photo(of_width(data, 152), "photo", Limits()).pixels[:, 145:].mean(axis=2) > 128
        for data in (crafted, copy)
    ]
    assert (behind[0] == bits).all()
    assert abs((behind[1] == bits).mean() - 0.5) < 0.1  # as good as a guess


def test_shrinking_happens_once(picture: Image.Image) -> None:
    first = cleaned(saved(picture, "PNG"), max_size=100, format="png")
    assert cleaned(first.data or b"", max_size=100, format="png").data == first.data
