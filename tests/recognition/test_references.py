"""Reference photos: exactly one good face, or the reason why not; and what becomes of them."""

from __future__ import annotations

import json
from datetime import date
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from scrubber.consent import Consent
from scrubber.consent.editing.draft import Draft, blank
from scrubber.consent.editing.saving import create
from scrubber.consent.editing.storing import gather
from scrubber.consent.vault.locking import encrypt
from scrubber.detection import presets
from scrubber.errors import ManifestError, UsageError
from scrubber.policy import Limits
from scrubber.recognition import (
    assess_reference,
    embedder,
    gallery,
    likeness,
    review_references,
    stored_embeddings,
    version,
)
from scrubber.recognition.enrolling import check_references, copied, referred_to
from scrubber.values import Box, Region

LIMITS = Limits()
EINSTEIN = (1540, 1090, 1720, 1300)  # left, top, right, bottom in the Solvay photo
CURIE = (770, 1060, 1030, 1360)
BOTH = (770, 1060, 1130, 1360)  # Curie and whoever sits beside her


def jpeg(image: Image.Image) -> bytes:
    data = BytesIO()
    image.convert("RGB").save(data, "JPEG", quality=95)
    return data.getvalue()


@pytest.fixture(scope="module")
def solvay(samples: Path) -> Image.Image:
    with Image.open(samples / "solvay_conference_1927.jpg") as image:
        return image.convert("RGB")


@pytest.fixture(scope="module")
def astronaut(samples: Path) -> Image.Image:
    with Image.open(samples / "astronaut.jpg") as image:
        return image.convert("RGB")


class TestJudging:
    def fault(self, image: Image.Image) -> str | None:
        return assess_reference(jpeg(image), "a.jpg", LIMITS).fault

    def test_a_portrait_is_good(self, astronaut: Image.Image) -> None:
        seen = assess_reference(jpeg(astronaut), "a.jpg", LIMITS)
        assert seen.fault is None
        assert np.linalg.norm(seen.embeddings[0]) == pytest.approx(1, abs=1e-5)

    def test_a_group_is_none(self, solvay: Image.Image) -> None:
        assert self.fault(solvay.crop((700, 900, 2100, 1500))) in {
            f"it shows {number} faces" for number in range(4, 16)
        }

    def test_scenery_is_none(self, scenery: np.ndarray) -> None:
        assert self.fault(Image.fromarray(scenery)) == "it shows no face"

    def test_a_small_face_is_none(self, astronaut: Image.Image) -> None:
        small = astronaut.resize((160, 160))
        assert "pixels wide, and less than 48 are too few" in str(self.fault(small))

    def test_a_blurred_face_is_none(self, astronaut: Image.Image) -> None:
        assert self.fault(astronaut.filter(ImageFilter.GaussianBlur(10))) == "the face is blurred"

    def test_what_is_no_photo_is_none(self) -> None:
        assert "it cannot be opened" in str(assess_reference(b"text", "a.jpg", LIMITS).fault)


@pytest.mark.parametrize(("spoil", "flaw"), [("blur", "blurred"), ("dark", "dark"), ("nowhere", "unplaced")])
def test_faces_that_cannot_be_compared_say_why(portrait: np.ndarray, spoil: str, flaw: str) -> None:
    [face] = presets.find(portrait, "fast")
    picture = {
        "blur": np.array(Image.fromarray(portrait).filter(ImageFilter.GaussianBlur(face.box.width * 0.08))),
        "dark": (portrait // 60 + 20).astype(np.uint8),
        "nowhere": portrait,
    }[spoil]
    found = embedder.examine(picture, Region(Box(350, 380, 90, 90)) if spoil == "nowhere" else face)
    assert found in (flaw, "unplaced")
    assert embedder.embed(picture, face) is None or spoil == "nowhere"


def test_a_mirrored_face_is_the_same_face(portrait: np.ndarray) -> None:
    [face] = presets.find(portrait, "fast")
    mirrored = np.ascontiguousarray(portrait[:, ::-1])
    there = Region(Box(portrait.shape[1] - face.box.right, face.box.y, face.box.width, face.box.height))
    one, other = embedder.embed(portrait, face), embedder.embed(mirrored, there)
    assert one is not None
    assert other is not None
    assert float(one @ other) > 0.97
    again = embedder.embed(portrait, face)
    assert again is not None
    assert np.array_equal(one, again)  # same input, same numbers


@pytest.fixture(scope="module")
def kept(solvay: Image.Image, astronaut: Image.Image, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A manifest with three people who have references."""
    folder = tmp_path_factory.mktemp("kept")
    (folder / "people").mkdir()
    for name, image in {
        "einstein": solvay.crop(EINSTEIN),
        "curie": solvay.crop(CURIE),
        "collins": astronaut,
        "collins-2": astronaut.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    }.items():
        (folder / f"people/{name}.jpg").write_bytes(jpeg(image))
    people = "".join(
        f'[[people]]\nid = "{name}"\ndecision = "deny"\nreferences = ["people/{name}*.jpg"]\n'
        for name in ("einstein", "curie", "collins")
    )
    (folder / "consent.toml").write_text(f"schema = 1\n{people}")
    return folder


@pytest.fixture(scope="module")
def agreed(kept: Path) -> Consent:
    return Consent.load(kept / "consent.toml")


class TestGallery:
    def test_faces_are_compared_with_everybody(self, agreed: Consent, portrait: np.ndarray) -> None:
        people = gallery(agreed, ("einstein", "curie", "collins"), LIMITS)
        [face] = presets.find(portrait, "fast")
        measured = likeness(portrait, people)(face)
        assert isinstance(measured, dict)
        assert measured["collins"] > 0.9
        assert max(measured["curie"], measured["einstein"]) < 0.4

    def test_a_face_is_as_like_as_where_it_is_least_so(self, agreed: Consent, portrait: np.ndarray) -> None:
        """A transparent picture may show one person on white and another, or nobody, on black."""
        people = gallery(agreed, ("collins",), LIMITS)
        [face] = presets.find(portrait, "fast")
        same = likeness(portrait, people, portrait)(face)
        assert same == likeness(portrait, people)(face)
        mixed = likeness(portrait, people, portrait[::-1, ::-1].copy())(face)
        assert mixed is not None
        assert mixed == "low-quality" or mixed["collins"] < 0.4
        assert likeness(portrait, people, np.zeros_like(portrait))(face) == "low-quality"

    def test_another_reference_is_another_fingerprint(self, agreed: Consent) -> None:
        both = gallery(agreed, ("einstein", "curie"), LIMITS).fingerprint
        assert both == gallery(agreed, ("einstein", "curie"), LIMITS).fingerprint
        assert both != gallery(agreed, ("einstein", "collins"), LIMITS).fingerprint

    def test_a_reference_without_a_face_stops_a_run(self, kept: Path, scenery: np.ndarray, tmp_path: Path) -> None:
        (tmp_path / "people").mkdir()
        (tmp_path / "people/einstein.jpg").write_bytes(jpeg(Image.fromarray(scenery)))
        (tmp_path / "consent.toml").write_text((kept / "consent.toml").read_text())
        with pytest.raises(
            ManifestError, match=r"einstein\.jpg: this reference photo cannot be used: it shows no face"
        ):
            gallery(Consent.load(tmp_path / "consent.toml"), ("einstein",), LIMITS)

    def test_company_in_a_photo_is_told_apart_by_the_other_photos(
        self, kept: Path, solvay: Image.Image, tmp_path: Path
    ) -> None:
        (tmp_path / "people").mkdir()
        (tmp_path / "people/curie-1.jpg").write_bytes(jpeg(solvay.crop(BOTH)))
        (tmp_path / "consent.toml").write_text((kept / "consent.toml").read_text())
        consent = Consent.load(tmp_path / "consent.toml")
        assert assess_reference((tmp_path / "people/curie-1.jpg").read_bytes(), "", LIMITS).fault == "it shows 2 faces"
        with pytest.raises(ManifestError, match="it shows 2 faces"):
            gallery(consent, ("curie",), LIMITS)
        (tmp_path / "people/curie-2.jpg").write_bytes(jpeg(solvay.crop(CURIE)))
        assert gallery(consent, ("curie",), LIMITS).people == ("curie",)


class TestLookingOver:
    def test_good_references_need_no_remark(self, agreed: Consent) -> None:
        assert review_references(agreed, LIMITS) == ()

    def test_the_same_face_for_two_people_is_told(self, solvay: Image.Image, tmp_path: Path) -> None:
        for name in ("a", "b"):
            (tmp_path / f"{name}.jpg").write_bytes(jpeg(solvay.crop(EINSTEIN)))
        people = [{"id": name, "decision": "deny", "references": [f"{name}.jpg"]} for name in ("a", "b")]
        (tmp_path / "c.json").write_text(json.dumps({"schema": 1, "people": people}))
        [remark] = review_references(Consent.load(tmp_path / "c.json"), LIMITS)
        assert (remark.level, remark.person) == ("warning", "b")
        assert "the references of a and b are alike (similarity 1.00)" in remark.text


class TestEnrolling:
    def test_each_bad_photo_is_named_with_its_fault(self, kept: Path, scenery: np.ndarray, tmp_path: Path) -> None:
        (tmp_path / "bad.jpg").write_bytes(jpeg(Image.fromarray(scenery)))
        with pytest.raises(UsageError) as caught:
            check_references([kept / "people/curie.jpg", tmp_path / "bad.jpg", kept / "people/einstein.jpg"], LIMITS)
        first, second = str(caught.value).splitlines()
        assert "bad.jpg: it shows no face; use a photo that shows this person alone" in first
        assert "curie.jpg and" in second
        assert "hardly look like the same person" in second
        check_references([kept / "people/collins.jpg", kept / "people/collins-2.jpg"], LIMITS)

    def test_photos_are_named_from_the_manifest_or_copied(self, kept: Path, tmp_path: Path) -> None:
        (tmp_path / "a[1].jpg").write_bytes(b"x")
        assert referred_to([tmp_path / "a[1].jpg"], tmp_path) == ("a[[]1].jpg",)
        with pytest.raises(UsageError, match="lies outside of the manifest's folder; move it there"):
            referred_to([kept / "people/curie.jpg"], tmp_path)
        create(blank().encode(), tmp_path / "consent.toml")
        draft = Draft(tmp_path / "consent.toml")
        assert copied([kept / "people/curie.jpg"], draft, "p-1", LIMITS) == ("people/p-1/01.jpg",)
        assert (tmp_path / "people/p-1/01.jpg").read_bytes() == (kept / "people/curie.jpg").read_bytes()


def test_a_locked_manifest_is_compared_the_same_without_a_look_at_its_photos(
    agreed: Consent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = stored_embeddings(agreed, LIMITS)
    assert len(numbers) == 4
    (tmp_path / "c.age").write_bytes(encrypt(gather(agreed, [], numbers, version()), "four random words"))
    locked = Consent.load(tmp_path / "c.age", "four random words")
    people = locked.permissions("social", date(2026, 6, 1)).gallery
    clear = gallery(agreed, people, LIMITS).fingerprint
    with monkeypatch.context() as patched:
        patched.setattr(presets, "find", None)
        assert gallery(locked, people, LIMITS).fingerprint == clear
    assert [path.name for path in tmp_path.iterdir()] == ["c.age"]
