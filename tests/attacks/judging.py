"""What attacks on `verify` share: files, and what it says of them."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
from PIL import Image

from scrubber.policy import Limits
from scrubber.results import Verdict
from scrubber.verification import verify


def judged(data: bytes) -> Verdict:
    return verify(data, "photo", Limits(), "fast")


def kinds(data: bytes) -> set[str]:
    return {leak.kind for leak in judged(data).leaks}


def wheres(data: bytes) -> set[str]:
    return {leak.where for leak in judged(data).leaks}


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    target = io.BytesIO()
    image.save(target, form, **options)
    return target.getvalue()


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def decoded(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as image:
        return np.array(image)
