"""The promise: a restriction that somebody wrote down for a photo holds, or it is said that it does not.

Attacked here: photos that are tagged, rated or turned after something was said about them; boxes on other
pages, outside of the picture, on frames that are not there. What is attacked in the manifest itself is in
`test_restrictions_never_fail_silently.py`.
"""

from __future__ import annotations

import datetime
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from restricting import (
    CORNER,
    FAST,
    PERSON,
    TURNED,
    jpeg,
    rated,
    safe,
    said_of,
    scrubber,
    source_of,
    turned,
    upright,
)

from scrubber.consent import Consent, HideBox, PhotoEntry, ShowBox
from scrubber.consent.decisions.permissions import Permissions
from scrubber.consent.editing.draft import Draft
from scrubber.photos.turning import turned_back
from scrubber.pipeline import make_safe
from scrubber.terms import Terms
from scrubber.values import Box, SourceId


class TestPhotosThatChangeHands:
    """Before, an entry named the bytes of a file only: one keystroke in a photo manager lifted what it said."""

    def test_a_rating_lifts_no_no_photo_sign(self, portrait_jpeg: bytes, tmp_path: Path) -> None:
        consent = said_of(portrait_jpeg, tmp_path, no_photo=True)
        copy = safe(rated(portrait_jpeg), consent)
        assert (copy.withheld, copy.data) == ("no-photo-sign", None)

    @pytest.mark.parametrize("orientation", TURNED)
    def test_a_rotation_flag_lifts_no_no_photo_sign(
        self, portrait_jpeg: bytes, tmp_path: Path, orientation: int
    ) -> None:
        consent = said_of(portrait_jpeg, tmp_path, no_photo=True)
        assert safe(turned(portrait_jpeg, orientation), consent).withheld == "no-photo-sign"

    @pytest.mark.parametrize("orientation", (1, *TURNED))
    def test_a_hide_box_goes_with_the_picture(self, portrait_jpeg: bytes, tmp_path: Path, orientation: int) -> None:
        """Hidden is what the box was drawn round, wherever that lies now, and not what lies at its numbers."""
        consent = said_of(portrait_jpeg, tmp_path, hide=(HideBox(box=CORNER),))
        attacked = rated(turned(portrait_jpeg, orientation))
        copy = safe(attacked, consent)
        [drawn] = [decision for decision in copy.faces if decision.region.kind == "drawn"]
        marked = np.zeros(upright(portrait_jpeg).shape[:2], np.uint8)
        x, y, width, height = CORNER.rounded()
        marked[y : y + height, x : x + width] = 255
        with Image.open(io.BytesIO(jpeg(Image.fromarray(marked), orientation))) as image:
            image.load()
            where = upright(jpeg(image, orientation))[..., 0] > 128
        x, y, width, height = drawn.region.box.rounded()
        assert where[y : y + height, x : x + width].mean() > 0.95
        assert copy.data is not None
        changed = np.abs(upright(copy.data).astype(int) - upright(attacked)).mean(axis=2)
        assert changed[where].mean() > 5

    def test_a_tag_and_another_manifest_entry_do_not_take_force_from_each_other(
        self, portrait_jpeg: bytes, tmp_path: Path
    ) -> None:
        """A new entry for the turned file was found directly, so that the first one was no longer asked for."""
        said_of(portrait_jpeg, tmp_path, no_photo=True)
        attacked = turned(portrait_jpeg, 6)
        draft, source = Draft(tmp_path / "consent.toml"), source_of(attacked)
        draft.add_photos([PhotoEntry(sha256=source.sha256, pixels=source.pixels, hide=(HideBox(box=CORNER),))])
        draft.save()
        assert safe(attacked, Consent.load(tmp_path / "consent.toml")).withheld == "no-photo-sign"

    def test_entries_by_bytes_and_by_pixels_hold_together(self, portrait_jpeg: bytes, tmp_path: Path) -> None:
        source = source_of(portrait_jpeg)
        (tmp_path / "consent.toml").write_text(
            f'schema = 1\n[[photos]]\nsha256 = "{source.sha256}"\nhide = [{{box = [20, 300, 60, 40]}}]\n'
            f'[[photos]]\npixels = "{source.pixels}"\nno_photo = true\n'
        )
        consent = Consent.load(tmp_path / "consent.toml")
        entry = Terms.of(FAST, consent).permissions.entry(source)  # type: ignore[union-attr]
        assert entry is not None
        assert (entry.no_photo, len(entry.hide)) == (True, 1)

    def test_an_unchanged_photo_is_made_again_if_something_is_said_about_it_turned(
        self, portrait_jpeg: bytes, tmp_path: Path
    ) -> None:
        """What a run compares in order to leave a copy as it is covers entries for the same picture turned."""
        attacked = source_of(turned(portrait_jpeg, 8))
        before = Terms.of(FAST, Consent.loads("schema = 1")).fingerprint(attacked, ())
        after = Terms.of(FAST, said_of(portrait_jpeg, tmp_path, no_photo=True)).fingerprint(attacked, ())
        assert before != after


class TestPointingAtTurnedCopies:
    """Before, only entries for the photo as it lies were looked at, so that nothing was said and an entry was added."""

    @pytest.fixture
    def manifest(self, portrait_jpeg: bytes, tmp_path: Path) -> Path:
        (tmp_path / "a.jpg").write_bytes(portrait_jpeg)
        (tmp_path / "turned.jpg").write_bytes(turned(portrait_jpeg, 6))
        (tmp_path / "consent.toml").write_text(PERSON)
        words = ("--face", 1, "--preset", "fast", "--manifest", tmp_path / "consent.toml")
        assert scrubber("consent", "hide", tmp_path / "a.jpg", *words).code == 0
        return tmp_path / "consent.toml"

    def test_a_hide_box_of_the_other_entry_is_named(self, manifest: Path) -> None:
        words = (manifest.with_name("turned.jpg"), "--face", 1, "--preset", "fast", "--manifest", manifest)
        for command in (("point", "--person", "p-017"), ("dismiss",)):
            said = scrubber("consent", *command, *words)
            assert (said.code, "a hide box covers this place and beats it" in said.said) == (0, True)

    def test_the_same_place_is_not_said_twice(self, manifest: Path) -> None:
        [hidden] = Consent.load(manifest).photos[0].hide
        size = upright(manifest.with_name("a.jpg").read_bytes()).shape[:2]
        box = turned_back(hidden.box, 8, size[::-1])
        before = manifest.read_text()
        corners = ",".join(str(round(number)) for number in (box.x, box.y, box.width, box.height))
        words = (manifest.with_name("turned.jpg"), "--box", corners, "--preset", "fast", "--manifest", manifest)
        assert "says so already" in scrubber("consent", "hide", *words).said
        assert manifest.read_text() == before


def pages(*images: Image.Image) -> bytes:
    data = io.BytesIO()
    images[0].save(data, "TIFF", save_all=True, append_images=images[1:], compression="tiff_lzw")
    return data.getvalue()


class TestPages:
    def test_a_show_box_shows_nobody_on_another_page(self, portrait_jpeg: bytes, tmp_path: Path) -> None:
        """Before, one show box showed whoever was at the same place of every page."""
        person = Image.fromarray(upright(portrait_jpeg))
        stranger = person.transpose(Image.Transpose.FLIP_LEFT_RIGHT).transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        data = pages(person, stranger)
        found = make_safe(data, "scan.tif", Terms.of(FAST, None)).faces
        assert [face.frame for face in found] == [0, 1]
        path = tmp_path / "consent.toml"
        path.write_text(PERSON)
        draft, source = Draft(path), source_of(data)
        show = ShowBox(person="p-017", box=found[0].region.box)
        draft.add_photos([PhotoEntry(sha256=source.sha256, pixels=source.pixels, show=(show,))])
        draft.save()
        copy = make_safe(data, "scan.tif", Terms.of(FAST, Consent.load(path), "social"))
        assert [(face.frame, face.action) for face in copy.faces] == [(0, "show"), (1, "hide")]

    def test_a_frame_that_is_not_there_is_said(self, portrait_jpeg: bytes, tmp_path: Path) -> None:
        consent = said_of(portrait_jpeg, tmp_path, hide=(HideBox(box=CORNER, frame=3),))
        assert "is about frame 3 of this photo, and it has one, 0" in safe(portrait_jpeg, consent).warnings[0]

    def test_a_box_outside_of_the_picture_is_said(self, portrait_jpeg: bytes, tmp_path: Path) -> None:
        consent = said_of(portrait_jpeg, tmp_path, hide=(HideBox(box=Box(3000, 2000, 50, 50)),))
        assert "lies outside of this photo, which is 512×400" in safe(portrait_jpeg, consent).warnings[0]


class TestWhatMatchesNothing:
    """Before, a typing error in a hash, or a photo that was edited since, left no trace."""

    @pytest.fixture
    def consent(self, tmp_path: Path) -> Consent:
        path = tmp_path / "consent.toml"
        path.write_text(
            PERSON + f'[[photos]]\nsha256 = "{"ab" * 32}"\nno_photo = true\n[[photos]]\npixels = "{"cd" * 32}"\n'
            "hide = [{box = [1, 2, 30, 40]}]\n"
            f'[[photos]]\nsha256 = "{"ef" * 32}"\nshow = [{{person = "p-017", box = [1, 2, 30, 40]}}]\n'
        )
        return Consent.load(path)

    def unmatched(self, consent: Consent, *seen: SourceId) -> tuple[str, ...]:
        permissions: Permissions = consent.permissions("social", datetime.date.today())
        return permissions.unmatched(seen)

    def test_restricting_entries_are_named_at_the_end_of_a_run(self, consent: Consent) -> None:
        said = self.unmatched(consent)
        assert [text.split(", matched")[0] for text in said] == [
            "[[photos]] entry 1 (abababababab…), which withholds a photo",
            "[[photos]] entry 2 (cdcdcdcdcdcd…), which hides a place in a photo",
        ]
        assert len(self.unmatched(consent, SourceId("ab" * 32, "00" * 32))) == 1
        assert self.unmatched(consent, SourceId("ab" * 32, "00" * 32), SourceId("00" * 32, "cd" * 32)) == ()

    def test_who_refused_and_is_pointed_at_counts_as_a_restriction(self) -> None:
        text = PERSON.replace('"allow"', '"deny"')
        text += f'[[photos]]\nsha256 = "{"ef" * 32}"\nshow = [{{person = "p-017", box = [1, 2, 30, 40]}}]\n'
        assert len(self.unmatched(Consent.loads(text))) == 1

    def test_many_are_counted(self) -> None:
        entries = "".join(f'[[photos]]\nsha256 = "{number:064x}"\nno_photo = true\n' for number in range(9))
        said = self.unmatched(Consent.loads(f"schema = 1\n{entries}"))
        assert len(said) == 6
        assert said[-1].startswith("4 more such entries")

    def test_the_check_names_entries_and_boxes(self, portrait_jpeg: bytes, tmp_path: Path) -> None:
        (tmp_path / "a.jpg").write_bytes(portrait_jpeg)
        source = source_of(portrait_jpeg)
        (tmp_path / "c.toml").write_text(
            PERSON + f'[[photos]]\nsha256 = "{source.sha256}"\npixels = "{source.pixels}"\n'
            "hide = [{box = [3000, 1, 30, 40]}, {box = [1, 1, 30, 40], frame = 1}]\n"
            "dismiss = [{box = [20, 300, 60, 40]}]\n"
            'show = [{person = "p-017", box = [20, 340, 50, 40]}]\n'
            f'[[photos]]\nsha256 = "{"ab" * 32}"\nno_photo = true\n'
        )
        for words in (
            [tmp_path / "c.toml", tmp_path / "a.jpg"],
            [tmp_path, tmp_path / "c.toml"],
            [tmp_path / "c.toml", "--photos", tmp_path],
        ):
            told = scrubber("consent", "check", *words, "--preset", "fast").said
            for text in (
                "the hide box [3000, 1, 30, 40] of the manifest lies outside of this photo",
                "the hide box [1, 1, 30, 40] of the manifest is about frame 1",
                "the dismiss box [20, 300, 60, 40] fits no face",
                "no face was found where p-017 is pointed at, [20, 340, 50, 40]",
                "[[photos]] entry 2 (abababababab…), which withholds a photo, matched none",
            ):
                assert text in told
