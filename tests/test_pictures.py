"""The library's calls take what people have at hand, give the same kind back, and name the argument that is wrong."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import scrubber
from scrubber import Box, Region, photos, redaction
from scrubber.values import Landmarks

BOX = Box(180, 62, 89, 114)


@pytest.fixture(scope="module")
def image(samples: Path) -> Image.Image:
    with Image.open(samples / "astronaut.jpg") as opened:
        return opened.convert("RGB")


def test_every_kind_of_picture_shows_the_same_face(samples: Path, image: Image.Image) -> None:
    path = samples / "astronaut.jpg"
    data = path.read_bytes()
    given: list[Any] = [
        path,
        str(path),
        data,
        bytearray(data),
        memoryview(data),
        image,
        np.asarray(image),
        image.convert("RGBA"),
    ]
    boxes = [[face.box for face in scrubber.find_faces(each, preset="fast")] for each in given]
    assert all(found == boxes[0] for found in boxes)
    assert len(boxes[0]) == 1


@pytest.mark.skipif(not hasattr(photos.Frame, "views"), reason="finding looks at colours without alpha here")
@pytest.mark.parametrize("ground", ["white", "black"])
def test_a_face_that_only_alpha_shows_is_found(image: Image.Image, ground: str) -> None:
    """Colour to alpha: everything is one colour, and how much of it is seen draws the portrait."""
    grey = image.convert("L")
    whole = Image.new("RGBA", image.size, "black" if ground == "white" else "white")
    whole.putalpha(Image.eval(grey, lambda value: 255 - value) if ground == "white" else grey)
    assert scrubber.find_faces(whole, preset="fast")


def test_boxes_and_regions_hide_alike(image: Image.Image) -> None:
    pixels = np.asarray(image)
    numbers = (BOX.x, BOX.y, BOX.width, BOX.height)
    forms: list[Any] = [[Region(BOX)], [BOX], [numbers], [list(numbers)], np.array([numbers]), iter([BOX]), (BOX,)]
    hidden = [scrubber.hide(pixels, form).tobytes() for form in forms]
    assert len(set(hidden)) == 1
    assert hidden[0] != pixels.tobytes()


def test_what_is_given_stays_as_it_was(image: Image.Image) -> None:
    pixels, kept = np.array(image), np.array(image)
    pixels.setflags(write=False)
    scrubber.hide(pixels, [BOX])
    scrubber.hide(image, [BOX])
    assert (pixels == kept).all()
    assert (np.asarray(image) == kept).all()


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK", "YCbCr", "HSV", "RGBX"])
def test_outside_the_mask_an_image_of_any_mode_stays_exactly_as_it_was(image: Image.Image, mode: str) -> None:
    before = image.convert(mode)
    after = scrubber.hide(before, [BOX])
    assert after.mode == mode
    changed = (np.asarray(before) != np.asarray(after)).reshape(512, 512, -1).any(axis=2)
    assert changed[62:176, 180:269].mean() > 0.5
    assert not changed[300:].any()
    assert not changed[:, 400:].any()


@pytest.mark.parametrize(
    ("mode", "becomes"), [("P", "RGB"), ("1", "RGB"), ("PA", "RGBA"), ("LA", "LA"), ("RGBa", "RGBA")]
)
def test_modes_that_cannot_hold_what_is_painted(image: Image.Image, mode: str, becomes: str) -> None:
    between = {"PA": "P", "RGBa": "RGBA"}.get(mode)
    given = (image.convert(between) if between else image).convert(mode)
    assert scrubber.hide(given, [BOX]).mode == becomes


def test_a_head_is_hidden_in_alpha_too(image: Image.Image) -> None:
    """Opaque under the mask whatever was there, and black where nothing is seen."""
    rng = np.random.default_rng(1)
    pixels = np.dstack([np.asarray(image), rng.integers(1, 256, (512, 512), dtype=np.uint8)])
    pixels[400:450, 50:150, 3] = 0
    mask = redaction.mask((512, 512, 3), [Region(BOX)])
    other = pixels.copy()
    other[mask] = 255 - other[mask]
    other[400:450, 50:150, :3] = 7
    one, two = (np.asarray(scrubber.hide(Image.fromarray(each), [BOX])) for each in (pixels, other))
    assert (one == two).all()
    assert (one[mask][:, 3] == 255).all()
    assert not one[400:450, 50:150].any()
    assert (one[~mask][:, 3] == pixels[~mask][:, 3]).all()


def test_nothing_but_pixels_comes_along(samples: Path) -> None:
    with Image.open(samples / "astronaut.jpg") as opened:
        opened.info["comment"] = b"taken by somebody"
        hidden = scrubber.hide(opened, [BOX])
    assert not hidden.info
    assert not hidden.getexif()
    data = io.BytesIO()
    hidden.save(data, "JPEG")
    assert b"somebody" not in data.getvalue()


def test_bytes_are_judged_like_files(samples: Path) -> None:
    path = samples / "astronaut.jpg"
    data = path.read_bytes()
    assert scrubber.inspect(data) == [leak for leak in scrubber.inspect(path) if leak.kind != "file-name"]
    assert scrubber.verify(data, preset="fast").leaks == scrubber.verify(path, preset="fast").leaks
    whole = scrubber.verify(data, preset="fast")
    assert whole.faces_visible == 1
    for allowed in ([whole.faces[0]], [whole.faces[0].box], [tuple(whole.faces[0].box.rounded())]):
        assert scrubber.verify(data, preset="fast", allowed=allowed).faces_visible == 0


def test_they_are_judged_alike_in_a_process_of_their_own(samples: Path) -> None:
    path = samples / "astronaut.jpg"
    assert scrubber.inspect(path, isolate=True) == scrubber.inspect(path)
    [face] = scrubber.verify(path, preset="fast").faces
    for allowed in ([], [face]):
        apart = scrubber.verify(path, preset="fast", allowed=allowed, isolate=True)
        assert apart == scrubber.verify(path, preset="fast", allowed=allowed)
    with scrubber.Session(policy=scrubber.Policy(preset="fast"), isolate=True, jobs=1) as session:
        assert session.inspect(path) == scrubber.inspect(path)
        assert session.verify(path, allowed=[face]) == apart


@pytest.mark.parametrize("call", [scrubber.inspect, scrubber.verify])
def test_isolate_is_yes_or_no(call: Any, samples: Path) -> None:
    with pytest.raises(TypeError, match=r"^isolate must be"):
        call(samples / "astronaut.jpg", isolate="no")


def test_the_name_of_a_file_is_a_finding_that_bytes_do_not_have(samples: Path, tmp_path: Path) -> None:
    path = tmp_path / "IMG_20240506_120000.jpg"
    path.write_bytes((samples / "astronaut.jpg").read_bytes())
    assert {leak.kind for leak in scrubber.inspect(path)} - {
        leak.kind for leak in scrubber.inspect(path.read_bytes())
    } == {"file-name"}


PIXELS = np.zeros((40, 60, 3), np.uint8)


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        (None, "picture: is None"),
        ("photo.jpg", "type str"),
        (io.BytesIO(b"x"), "_io.BytesIO"),
        (PIXELS.astype(np.float32), "float32"),
        (PIXELS.astype(np.int64), "int64"),
        (PIXELS[:, :, 0], "shape (40, 60)"),
        (np.zeros((40, 60, 4), np.uint8), "RGBA"),
        (PIXELS[:0], "no pixels"),
        (PIXELS.tolist(), "type list"),
        (Image.new("I;16", (4, 4)), "I;16"),
        (Image.new("F", (4, 4)), "mode F"),
        (Image.new("LAB", (4, 4)), "mode LAB"),
        (Image.new("RGB", (0, 4)), "no pixels"),
    ],
)
def test_pictures_that_are_none(picture: Any, said: str) -> None:
    with pytest.raises(scrubber.UsageError) as caught:
        scrubber.hide(picture, [])
    assert "picture" in str(caught.value)
    assert said in str(caught.value)
    assert "RGB" in str(caught.value)


@pytest.mark.parametrize(
    ("faces", "said"),
    [
        (None, "faces: is None"),
        (3, "faces: is a value of type int"),
        ("faces", "faces: is a value of type str"),
        (Box(1, 2, 3, 4), "faces: is a value of type scrubber.values.Box"),
        ((1, 2, 3, 4), "faces[0]: is a value of type int"),
        ([Box(1, 2, 3, 4), (1, 2, 3)], "faces[1]: is a value of type tuple of 3"),
        ([(1, 2, 3, "4")], "faces[0]: holds a value of type str"),
        ([(1, 2, float("nan"), 4)], "faces[0]: the box"),
        ([(float("inf"), 2, 3, 4)], "a number that is none"),
        ([(1, 2, 0, 4)], "no width or no height"),
        ([Region(Box(1, 2, 3, -4))], "no width or no height"),
        ([(60, 0, 10, 10)], "outside of the picture, which is 60×40"),
        ([Region(Box(60, 0, 10, 10))], "faces[0]: the box [60, 0, 10, 10] lies outside of the picture"),
        ([Region((1, 2, 3, 4))], "faces[0]: its box is a value of type tuple"),  # type: ignore[arg-type]
        ([Region(Box(1, 2, 3, None))], "faces[0]: its box holds None"),  # type: ignore[arg-type]
        ([Box("1", 2, 3, 4)], "faces[0]: its box holds a value of type str"),  # type: ignore[arg-type]
        ([(1, 2, 10**400, 4)], "a number that is none"),
        ([Box(1, 2, 10**400, 4)], "a number that is none"),
        ([Region(Box(1, 2, 3, 4), landmarks=((1, 2),))], "faces[0]: its landmarks are a value of type tuple"),  # type: ignore[arg-type]
        (
            [Region(Box(1, 2, 3, 4), landmarks=Landmarks((1, 2), (1, 2), (1, 2), (1, 2), (3, float("nan"))))],
            "faces[0]: its landmarks",
        ),
        ([Region(Box(1, 2, 3, 4), landmarks=Landmarks(*[None] * 5))], "faces[0]: its landmarks"),  # type: ignore[arg-type]
        ([True], "type bool"),
        ([None], "faces[0]: is None"),
    ],
)
def test_regions_that_are_none(faces: Any, said: str) -> None:
    with pytest.raises(scrubber.UsageError) as caught:
        scrubber.hide(PIXELS, faces)
    assert said in str(caught.value)
    assert "box" in str(caught.value)


@pytest.mark.parametrize("call", [scrubber.find_faces, scrubber.verify])
def test_a_preset_that_is_none(call: Any, samples: Path) -> None:
    with pytest.raises(scrubber.UsageError, match=r"preset='accurate'.*balanced"):
        call(samples / "astronaut.jpg", preset="accurate")
    with pytest.raises(scrubber.UsageError, match=r"style='gauss'.*pixelate"):
        scrubber.hide(PIXELS, [], style="gauss")


@pytest.mark.parametrize("call", [scrubber.inspect, scrubber.verify])
@pytest.mark.parametrize(
    "source", [None, 3, "", "a\0b", io.BytesIO(b"x"), PIXELS], ids=["None", "3", "nothing", "NUL", "stream", "array"]
)
def test_sources_that_are_none(call: Any, source: Any) -> None:
    with pytest.raises(scrubber.UsageError, match=r"^source: "):
        call(source)


def test_files_that_cannot_be_opened_are_named(tmp_path: Path) -> None:
    for call in (scrubber.find_faces, scrubber.inspect, scrubber.verify):
        with pytest.raises(scrubber.UnreadableFile, match=r"gone\.jpg"):
            call(tmp_path / "gone.jpg")
        with pytest.raises(scrubber.UnreadableFile, match="a folder"):
            call(tmp_path)
    with pytest.raises(scrubber.DamagedPhoto):
        scrubber.find_faces(b"")
    with pytest.raises(scrubber.PhotoTooLarge, match="32766"):
        scrubber.find_faces(np.zeros((1, 40_000, 3), np.uint8))


def test_a_damaged_image_says_so(samples: Path) -> None:
    half = Image.open(io.BytesIO((samples / "astronaut.jpg").read_bytes()[:20_000]))
    with pytest.raises(scrubber.DamagedPhoto, match="picture"):
        scrubber.hide(half, [BOX])
