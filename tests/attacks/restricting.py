"""What attacks on restrictions share: photos that change hands, manifests that say something about them."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from click.testing import CliRunner
from PIL import Image

from scrubber.analysing import open_and_identify
from scrubber.cli import cli
from scrubber.consent import Consent, PhotoEntry
from scrubber.consent.editing.draft import Draft, blank
from scrubber.errors import ScrubberError
from scrubber.pipeline import make_safe
from scrubber.policy import Limits, Policy
from scrubber.scrubbed import Scrubbed
from scrubber.terms import Terms
from scrubber.values import Box, SourceId

FAST = Policy(preset="fast")
TURNED = (2, 3, 4, 5, 6, 7, 8)
CORNER = Box(20, 300, 60, 40)
WORDS = "four quite random words"
PERSON = """schema = 1
[[people]]
id = "p-017"
decision = "allow"
purposes = ["social"]
expires = 2099-12-31
"""


def jpeg(image: Image.Image, orientation: int = 1) -> bytes:
    data, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = orientation
    image.save(data, "JPEG", quality=92, exif=exif)
    return data.getvalue()


def rated(data: bytes) -> bytes:
    """The same pixels in another file, as a photo manager makes of it that writes a rating into it."""
    comment = b"xmp:Rating 5"
    return data[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + data[2:]


def turned(data: bytes, orientation: int) -> bytes:
    """The same compressed picture with another rotation flag."""
    with Image.open(io.BytesIO(data)) as image:
        exif = image.getexif()
        exif[0x0112] = orientation
        flag = exif.tobytes()
        old = image.info["exif"]
    assert data.count(old) == 1
    size = (len(flag) + 2).to_bytes(2, "big")
    place = data.index(old)
    return data[: place - 2] + size + flag + data[place + len(old) :]


def retouched(data: bytes) -> bytes:
    """Another picture whose hash of pixels begins alike: only pixels that these digits do not look at are changed."""
    pixels = upright(data)
    seen = [np.arange(64) * length // 128 for length in pixels.shape[:2]]
    grid = np.zeros(pixels.shape[:2], bool)
    grid[np.ix_(*(np.r_[near, length - 1 - near] for near, length in zip(seen, pixels.shape[:2], strict=True)))] = True
    spot = np.zeros_like(grid)
    spot[340:348, 420:428] = True
    changed = np.where((spot & ~grid)[..., None], 255 - pixels, pixels).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(changed).save(file, "PNG")
    return file.getvalue()


def upright(data: bytes) -> np.ndarray:
    return open_and_identify(data, "photo", Limits())[0].pixels


def source_of(data: bytes) -> SourceId:
    return open_and_identify(data, "photo", Limits())[1]


def said_of(data: bytes, folder: Path, **keys: Any) -> Consent:
    """A manifest that says something about this photo, as `consent point|hide` write it."""
    path = folder / "consent.toml"
    path.write_text(blank())
    draft, source = Draft(path), source_of(data)
    draft.add_photos([PhotoEntry(sha256=source.sha256, pixels=source.pixels, **keys)])
    draft.save()
    return Consent.load(path)


def safe(data: bytes, consent: Consent) -> Scrubbed:
    return make_safe(data, "photo.jpg", Terms.of(FAST, consent))


@dataclass
class Outcome:
    code: int
    said: str


def scrubber(*words: object) -> Outcome:
    """The command in this process; its exit code, and all that it says."""
    done = CliRunner().invoke(cli, [*map(str, words)], standalone_mode=False)
    if done.exception is not None:
        assert isinstance(done.exception, ScrubberError), done.exception
        return Outcome(done.exception.exit_code, f"{done.output}{done.exception}")
    return Outcome(done.return_value or 0, done.output)
