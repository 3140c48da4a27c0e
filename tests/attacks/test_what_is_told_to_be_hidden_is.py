"""Promise 2: what somebody says is to be hidden is hidden, all of it, or an error says that it is not.

Attack: places that are out of the ordinary: of pictures still to be turned, boxes larger than numbers that drawing
counts with, thin ones, and boxes on a face that is hidden anyhow.
"""

from __future__ import annotations

import hashlib
import io
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageOps

import scrubber
from scrubber import Box, Region, redaction

PIXELS = np.zeros((40, 60, 3), np.uint8)


@pytest.mark.parametrize("call", [scrubber.find_faces, lambda picture: scrubber.hide(picture, [(180, 62, 89, 114)])])
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_an_image_that_is_still_to_be_turned(samples: Path, call: Any, form: str) -> None:
    """`find_faces` of the path turns it: its boxes would lie beside the face, and the face be left as it is."""
    image = Image.open(samples / "astronaut.jpg")
    exif = Image.Exif()
    exif[0x0112] = 6
    target = io.BytesIO()
    image.save(target, form, exif=exif)
    turned = Image.open(target)
    with pytest.raises(scrubber.UsageError, match=r"orientation 6, .* PIL\.ImageOps\.exif_transpose\(image\)"):
        call(turned)
    with pytest.raises(scrubber.UsageError, match="exif_transpose"):
        call(turned.convert("RGBA"))
    call(ImageOps.exif_transpose(turned))


@pytest.mark.parametrize("reach", [3e5, 3e8, 1e15, 1e300, 10**12])
def test_a_box_of_any_size_hides_what_it_holds(reach: float) -> None:
    """Corners of huge boxes overflowed when they were drawn, and nothing was hidden."""
    boxes = [(-reach, -reach, 2 * reach, 2 * reach), (0, 0, reach, reach), (-reach, 10, 2 * reach, 20)]
    for box in boxes:
        for face in (box, Region(Box(*map(float, box)))):
            after = scrubber.hide(np.full_like(PIXELS, 200), [face], "solid")
            left, top, right, bottom = max(box[0], 0), max(box[1], 0), box[0] + box[2], box[1] + box[3]
            assert (after[int(top) : min(40, int(bottom)), int(left) : min(60, int(right))] == 96).all()


@pytest.mark.parametrize("box", [(2.5, 3.5, 40, 1), (2, 3, 1, 30), (10.9, 10.9, 0.2, 0.2), (0.3, 0.3, 59.4, 39.4)])
def test_a_box_is_hidden_to_its_last_corner(box: tuple[float, float, float, float]) -> None:
    x, y, width, height = box
    after = scrubber.hide(np.full_like(PIXELS, 200), [box], "solid")
    assert (after[int(y) : math.ceil(y + height), int(x) : math.ceil(x + width)] == 96).all()


@pytest.mark.parametrize("box", [Box(10, 10, 4, 30), Box(5.5, 8.5, 40, 3), Box(12.2, 9.7, 6, 6), Box(10, 10, 40, 20)])
def test_the_mask_of_a_face_holds_its_box_and_a_pixel_more(box: Box) -> None:
    """Attack: a box in a manifest is rounded and may reach a pixel beyond the face; it gets no mask of its own then."""
    mask = redaction.mask(PIXELS.shape, [Region(box)])
    rows, columns = (
        slice(math.floor(start) - 1, math.ceil(end) + 1) for start, end in ((box.y, box.bottom), (box.x, box.right))
    )
    assert mask[rows, columns].all()


def test_all_of_a_box_is_hidden_though_a_face_is_found_in_it(samples: Path, tmp_path: Path) -> None:
    """Attack: a board beside the face. Of a `hide` box, nine tenths of which were a hidden face, the rest was left.

    So the manifest named a place, the report said "pointed-hide", and a strip of it was published.
    """
    data = (samples / "astronaut.jpg").read_bytes()
    face = scrubber.find_faces(data, preset="fast")[0].box
    # The head reaches a face's size beyond the box at the top, and far less at the corners below.
    box = face.x - 0.03 * face.width, face.y + 0.3 * face.height, 1.06 * face.width, 0.73 * face.height
    manifest = tmp_path / "consent.toml"
    entry = f'sha256 = "{hashlib.sha256(data).hexdigest()}"\nhide = [{{ box = {list(box)} }}]'
    manifest.write_text(f"schema = 1\n[[photos]]\n{entry}\n", encoding="utf-8")
    policy = scrubber.Policy(style="solid", preset="fast", format="png")
    copy = scrubber.scrub_bytes(data, policy=policy, consent=scrubber.Consent.load(manifest))
    assert copy.data is not None
    pixels = np.asarray(Image.open(io.BytesIO(copy.data)))
    x, y, width, height = box
    assert (pixels[int(y) : math.ceil(y + height), int(x) : math.ceil(x + width)] == 96).all()
    assert "drawn" in {each.region.kind for each in copy.result.faces}
