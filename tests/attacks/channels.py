"""What attacks on the channels of a picture share: files of each kind, and their copies."""

from __future__ import annotations

import io

import numpy as np
import pillow_heif
from PIL import Image

from scrubber import Policy
from scrubber.pipeline import make_safe
from scrubber.scrubbed import Scrubbed
from scrubber.terms import Terms

STYLES = ("blur", "pixelate", "solid")
SAVED: dict[str, dict[str, object]] = {
    "PNG": {},
    "WEBP": {"lossless": True, "exact": True},
    "TIFF": {},
    "GIF": {},
    "AVIF": {"quality": 95, "subsampling": "4:4:4"},
    "HEIF": {"quality": 95},
}


def cleaned(data: bytes, terms: Terms | None = None) -> Scrubbed:
    copy = make_safe(data, "photo", terms or Terms(Policy(preset="fast")))
    assert copy.data is not None, copy.withheld
    return copy


def saved(pictures: list[np.ndarray], kind: str, **options: object) -> bytes:
    if kind == "HEIF":
        pillow_heif.register_heif_opener()
    first, *rest = (Image.fromarray(picture) for picture in pictures)
    if rest:
        options |= {"save_all": True, "append_images": rest}
    target = io.BytesIO()
    first.save(target, kind, **SAVED[kind], **options)
    return target.getvalue()


def grey_of(portrait: np.ndarray) -> np.ndarray:
    return np.asarray(Image.fromarray(portrait).convert("L"))
