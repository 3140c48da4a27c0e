"""Marks of photo managers on real photos: show boxes, hide boxes, and pictures that are stored sideways."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from scrubber.consent.decisions.pointing import means
from scrubber.face_names import named_photo
from scrubber.policy import Limits
from scrubber.values import Box

LIMITS = Limits()
FACE = Box(222, 63, 92, 130)  # of the astronaut, pixels of the upright picture
# How Pillow has to turn an upright picture so that EXIF orientation 1, 2, … 8 turns it back.
STORED = (
    None, None, Image.Transpose.FLIP_LEFT_RIGHT, Image.Transpose.ROTATE_180, Image.Transpose.FLIP_TOP_BOTTOM,
    Image.Transpose.TRANSPOSE, Image.Transpose.ROTATE_90, Image.Transpose.TRANSVERSE, Image.Transpose.ROTATE_270,
)  # fmt: skip


def xmp(name: str, x: float, y: float, width: float, height: float, size: tuple[int, int]) -> bytes:
    return f"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/" xmlns:stArea="http://ns.adobe.com/xmp/sType/Area#"
    xmlns:stDim="http://ns.adobe.com/xap/1.0/sType/Dimensions#"><rdf:Description><mwg-rs:Regions>
    <mwg-rs:AppliedToDimensions stDim:w="{size[0]}" stDim:h="{size[1]}"/><mwg-rs:RegionList><rdf:Bag><rdf:li
    mwg-rs:Name="{name}" mwg-rs:Type="Face"><mwg-rs:Area stArea:x="{x}" stArea:y="{y}" stArea:w="{width}"
    stArea:h="{height}"/></rdf:li></rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions></rdf:Description></rdf:RDF>
    </x:xmpmeta>""".encode()


@pytest.fixture(scope="module")
def astronaut(samples: Path) -> Image.Image:
    with Image.open(samples / "astronaut.jpg") as image:
        return image.convert("RGB").crop((0, 0, 512, 400))  # no square, so that sideways shows


def marked(folder: Path, upright: Image.Image, orientation: int = 1, box: Box = FACE, name: str = "Ada") -> Path:
    """A photo that is stored turned, with a mark where the face lies in the picture as it is stored."""
    turn = STORED[orientation]
    stored = upright if turn is None else upright.transpose(turn)
    region = Image.new("L", upright.size)
    region.paste(255, (*box.rounded()[:2], round(box.right), round(box.bottom)))
    left, top, right, bottom = (region if turn is None else region.transpose(turn)).getbbox() or (0, 0, 1, 1)
    width, height = stored.size
    middle = (left + right) / 2 / width, (top + bottom) / 2 / height
    packet = xmp(name, *middle, (right - left) / width, (bottom - top) / height, stored.size)
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = BytesIO()
    stored.save(data, "JPEG", quality=95, exif=exif, xmp=packet)
    path = folder / f"photo{orientation}.jpg"
    path.write_bytes(data.getvalue())
    return path


@pytest.mark.parametrize("orientation", range(1, 9))
def test_marks_are_turned_with_the_picture(astronaut: Image.Image, tmp_path: Path, orientation: int) -> None:
    named = named_photo(marked(tmp_path, astronaut, orientation), {"Ada": "p-017"}, LIMITS)
    assert named.entry is not None, named.notes
    [show] = named.entry.show
    assert show.person == "p-017"
    assert show.box.iou(FACE) > 0.9
    assert (named.entry.hide, named.notes) == ((), ())


def test_unknown_names_become_hide_boxes_and_stay_out_of_the_manifest(astronaut: Image.Image, tmp_path: Path) -> None:
    named = named_photo(marked(tmp_path, astronaut), {"Somebody Else": "p-017"}, LIMITS)
    assert named.entry is not None
    assert named.entry.show == ()
    assert named.entry.hide[0].box.iou(FACE) > 0.9
    assert "Ada" not in named.entry.model_dump_json()
    assert named.notes == ("nobody in the manifest goes by Ada: hidden",)


def test_where_no_face_is_nobody_is_shown(astronaut: Image.Image, tmp_path: Path) -> None:
    named = named_photo(marked(tmp_path, astronaut, box=Box(20, 300, 60, 60)), {"Ada": "p-017"}, LIMITS)
    assert named.entry is None
    assert named.notes == ("no face was found where p-017 is marked, [20, 300, 60, 60]; nothing is shown there",)


def test_marks_of_a_picture_that_was_cropped_since_are_passed_over(astronaut: Image.Image, tmp_path: Path) -> None:
    path = marked(tmp_path, astronaut)
    path.write_bytes(path.read_bytes().replace(b'stDim:h="400"', b'stDim:h="700"'))
    named = named_photo(path, {"Ada": "p-017"}, LIMITS)
    assert named.entry is None
    assert "was cropped since" in named.notes[0]


@pytest.mark.parametrize("suffix", [".jpg.xmp", ".xmp"])
def test_sidecars_are_read(astronaut: Image.Image, tmp_path: Path, suffix: str) -> None:
    astronaut.save(tmp_path / "a.jpg", quality=95)
    x, y = FACE.center
    packet = xmp("Ada", x / 512, y / 400, FACE.width / 512, FACE.height / 400, (512, 400))
    (tmp_path / f"a{suffix}").write_bytes(packet)
    named = named_photo(tmp_path / "a.jpg", {"Ada": "p-017"}, LIMITS)
    assert named.entry is not None
    assert means(named.entry.show[0].box, FACE)


def test_a_photo_without_marks_has_nothing_to_take_over(samples: Path) -> None:
    named = named_photo(samples / "solvay_conference_1927.jpg", {}, LIMITS)
    assert (named.entry, named.notes) == (None, ("no face is marked in it",))


@pytest.mark.parametrize("name", ["portrait", "portrait-orientation-6"])
def test_photos_of_a_real_photo_manager(shared: Path, name: str) -> None:
    people = {"Marie Curie": "p-001", "Pierre Curie": "p-002"}
    named = named_photo(shared / "metadata" / f"immich-test-assets__{name}.jpg", people, LIMITS)
    assert named.entry is not None
    boxes = {show.person: show.box for show in named.entry.show}
    assert boxes["p-001"].iou(Box(262, 146, 95, 139)) > 0.8
    assert boxes["p-002"].iou(Box(537, 83, 81, 169)) > 0.8
