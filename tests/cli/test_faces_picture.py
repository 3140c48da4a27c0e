"""`faces` names the source and numbers the regions, in words, as JSON, and on a picture that is nobody else's file."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from command_line import Outcome, scrubber
from PIL import Image

from scrubber.output.rulers import margins


def faces(*words: object) -> Outcome:
    return scrubber("faces", "--preset", "fast", *words)


@pytest.fixture
def photo(samples: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(samples / "astronaut.jpg", tmp_path / "a.jpg"))


def test_the_source_and_its_size_stand_beside_the_regions(photo: Path) -> None:
    [line] = map(json.loads, faces(photo, "--json").out.splitlines())
    assert line.keys() == {"schema", "input", "sha256", "pixels", "width", "height", "frames", "faces"}
    assert (line["schema"], line["width"], line["height"], line["frames"]) == (2, 512, 512, 1)
    [face] = line["faces"]
    assert {"id", "kind", "frame", "box", "score", "detectors", "decision", "reason", "person"} <= face.keys()
    told = faces(photo).out
    assert f"sha256 {line['sha256']}" in told
    assert f"pixels {line['pixels']}" in told
    assert f"#{face['id']}" in told


def test_the_picture_shows_the_upright_photo_and_is_private(samples: Path, tmp_path: Path) -> None:
    target = tmp_path / "numbered.png"
    done = faces(samples / "astronaut_sideways.jpg", "--picture", target)
    assert done.code == 0
    assert "keep it private" in done.err
    assert "pixels of the original, which is 512 wide and 512 high" in done.err
    if os.name == "posix":
        assert target.stat().st_mode & 0o777 == 0o600
    with Image.open(target) as image, Image.open(samples / "astronaut.jpg") as upright:
        factor = image.width // upright.width
        width, height = upright.width * factor, upright.height * factor
        left, top = margins((width, height), factor)
        small = image.crop((left, top, left + width, top + height)).resize(upright.size)
        far = np.abs(np.asarray(small.convert("RGB"), int) - np.asarray(upright.convert("RGB"), int))
    assert far.mean() < 6


def test_nothing_that_is_there_is_replaced_without_a_word(photo: Path, tmp_path: Path) -> None:
    target = tmp_path / "mine.png"
    target.write_bytes(b"mine")
    done = faces(photo, "--picture", target)
    assert done.code == 2
    assert "--overwrite" in done.err
    assert target.read_bytes() == b"mine"
    assert faces(photo, "--picture", target, "--overwrite").code == 0
    assert target.read_bytes() != b"mine"


@pytest.mark.parametrize("name", ["numbered.png", "numbered.jpg"])
def test_our_own_earlier_picture_is_replaced(photo: Path, tmp_path: Path, name: str) -> None:
    target = tmp_path / name
    assert faces(photo, "--picture", target).code == 0
    before = target.stat().st_ino
    assert faces(photo, "--picture", target).code == 0
    assert target.stat().st_ino != before


def test_an_original_is_never_replaced(photo: Path) -> None:
    before = photo.read_bytes()
    done = faces(photo, "--picture", photo, "--overwrite")
    assert done.code == 3
    assert "original" in done.err
    assert photo.read_bytes() == before


@pytest.mark.parametrize(
    ("name", "said"), [("numbered.txt", "ends in .png"), ("nowhere/a.png", "choose another place")]
)
def test_names_that_do_not_fit(photo: Path, tmp_path: Path, name: str, said: str) -> None:
    done = faces(photo, "--picture", tmp_path / name)
    assert done.code in (2, 3)
    assert said in done.err


def test_several_photos_need_a_folder(photo: Path, tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    other = shutil.copy(photo, tmp_path / "b" / "a.jpg")
    assert "name a folder" in faces(photo, other, "--picture", tmp_path / "one.png").err
    assert faces(photo, other, "--picture", tmp_path / "all").code == 0
    assert sorted(path.name for path in (tmp_path / "all").iterdir()) == ["a-2.jpg.png", "a.jpg.png"]


def test_one_frame_of_several(photo: Path, tmp_path: Path) -> None:
    with Image.open(photo) as image:
        pages = [Image.new("RGB", (400, 300), "green"), image.convert("RGB")]
    pages[0].save(tmp_path / "pages.tif", save_all=True, append_images=pages[1:])
    assert "there is no frame 2" in faces(tmp_path / "pages.tif", "--picture", tmp_path / "x.png", "--frame", 2).err
    assert not (tmp_path / "x.png").exists()
    for frame, size in ((0, "400 wide and 300 high"), (1, "512 wide and 512 high")):
        done = faces(tmp_path / "pages.tif", "--picture", tmp_path / f"{frame}.png", "--frame", frame)
        assert done.code == 0
        assert size in done.err


def test_a_transparent_photo_is_drawn_on_white_and_on_black(photo: Path, tmp_path: Path) -> None:
    with Image.open(photo) as image:
        seen_through = image.convert("RGBA")
    seen_through.putalpha(128)
    seen_through.save(tmp_path / "a.png")
    assert faces(tmp_path / "a.png", "--picture", tmp_path / "numbered.png").code == 0
    with Image.open(tmp_path / "numbered.png") as image:
        width, height = image.width // 2, image.height
        corners = [image.crop((x, height // 8, x + width // 2, height // 4)) for x in (width // 4, width + width // 4)]
    assert np.asarray(corners[0]).mean() > np.asarray(corners[1]).mean() + 50
