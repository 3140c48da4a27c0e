"""The promise: a restriction that somebody wrote down holds, or it is said that it does not.

Attacked here: photos that are tagged, rated or turned after something was said about them; boxes on other pages,
outside of the picture, on frames that are not there; ids that look alike; days in the past; links, pipes and devices in
the place of files.
"""

from __future__ import annotations

import datetime
import io
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from scrubber.cli import cli
from scrubber.consent import Consent, HideBox, PhotoEntry, ShowBox
from scrubber.consent.editing import Draft, blank
from scrubber.consent.permissions import Permissions
from scrubber.errors import ManifestError, NotWritable, ScrubberError, UsageError
from scrubber.pipeline import Scrubbed, make_safe, opened
from scrubber.policy import Limits, Policy
from scrubber.terms import Terms
from scrubber.types import Box, SourceId

FAST = Policy(preset="fast")
TURNED = (2, 3, 4, 5, 6, 7, 8)
CORNER = Box(20, 300, 60, 40)
WORDS = "four quite random words"
needs_pipes = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")


@pytest.fixture(scope="module")
def portrait_jpeg(samples: Path) -> bytes:
    """One person, not square, so that a turn shows."""
    with Image.open(samples / "astronaut.jpg") as image:
        return jpeg(image.convert("RGB").crop((0, 0, 512, 400)))


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


def upright(data: bytes) -> np.ndarray:
    return opened(data, "photo", Limits())[0].pixels


def source_of(data: bytes) -> SourceId:
    return opened(data, "photo", Limits())[1]


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
        [drawn] = [decision for decision in copy.faces if decision.face.kind == "drawn"]
        marked = np.zeros(upright(portrait_jpeg).shape[:2], np.uint8)
        x, y, width, height = CORNER.rounded()
        marked[y : y + height, x : x + width] = 255
        with Image.open(io.BytesIO(jpeg(Image.fromarray(marked), orientation))) as image:
            image.load()
            where = upright(jpeg(image, orientation))[..., 0] > 128
        x, y, width, height = drawn.face.box.rounded()
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


def pages(*images: Image.Image) -> bytes:
    data = io.BytesIO()
    images[0].save(data, "TIFF", save_all=True, append_images=images[1:], compression="tiff_lzw")
    return data.getvalue()


PERSON = """schema = 1
[[people]]
id = "p-017"
decision = "allow"
purposes = ["social"]
expires = 2099-12-31
"""


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
        show = ShowBox(person="p-017", box=found[0].face.box)
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


LOOK_ALIKES = [("p-O17", "p-017"), ("p-017", "P-017"), ("p-l7", "p-17"), ("p-I7", "p-17"), ("p-S1", "p-51"),
               ("p_17", "p-17"), ("p.17", "p-17"), ("Z1", "21"), ("8a", "Ba"), ("rnia", "mia"), ("vvim", "wim"),
               ("p-17-", "p-17")]  # fmt: skip


class TestLookAlikes:
    """Before, a refusal of p-O17 stood beside an allow of p-017, who was shown."""

    @pytest.mark.parametrize(("one", "other"), LOOK_ALIKES)
    def test_in_a_manifest(self, one: str, other: str) -> None:
        people = "".join(f'[[people]]\nid = "{name}"\ndecision = "deny"\n' for name in (one, other))
        with pytest.raises(ManifestError, match=f'people\\[1\\].id looks like "{one}"'):
            Consent.loads(f"schema = 1\n{people}")

    @pytest.mark.parametrize(("one", "other"), LOOK_ALIKES[:3])
    def test_by_add_and_by_import(self, tmp_path: Path, one: str, other: str) -> None:
        manifest = tmp_path / "consent.toml"
        assert scrubber("consent", "init", manifest).code == 0
        assert scrubber("consent", "add", one, "--deny", "--manifest", manifest).code == 0
        before = manifest.read_bytes()
        added = scrubber("consent", "add", other, "--deny", "--manifest", manifest)
        (tmp_path / "people.csv").write_text(f"id,decision\n{other},deny\n")
        imported = scrubber("consent", "import", tmp_path / "people.csv", "--manifest", manifest)
        for refused in (added, imported):
            assert refused.code == 2
            assert f'{other} looks like "{one}"' in refused.said
        assert manifest.read_bytes() == before

    def test_within_one_spreadsheet(self, tmp_path: Path) -> None:
        scrubber("consent", "init", tmp_path / "consent.toml")
        (tmp_path / "people.csv").write_text("id,decision\np-017,deny\np-O17,deny\n")
        refused = scrubber("consent", "import", tmp_path / "people.csv", "--manifest", tmp_path / "consent.toml")
        assert refused.code == 2
        assert 'p-O17 looks like "p-017"' in refused.said

    def test_numbers_never_look_alike(self) -> None:
        people = "".join(f'[[people]]\nid = "p-{number:03}"\ndecision = "deny"\n' for number in range(1000))
        assert len(Consent.loads(f"schema = 1\n{people}").people) == 1000


class TestDaysInThePast:
    """Before, `--on` with a day before a withdrawal showed the person again, without a word."""

    WITHDRAWN = PERSON + '[[events]]\nat = 2026-03-02T10:00:00Z\nperson = "p-017"\nwhat = "withdrawn"\n'
    BEFORE = datetime.date(2026, 3, 1)

    def test_the_library_refuses_and_names_the_person(self) -> None:
        consent = Consent.loads(self.WITHDRAWN)
        with pytest.raises(UsageError, match="p-017 withdrew after 2026-03-01"):
            Terms.of(FAST, consent, "social", self.BEFORE)
        with pytest.raises(UsageError, match="p-017 withdrew after"):
            consent.permissions("social", self.BEFORE)
        assert Terms.of(FAST, consent, "social", self.BEFORE, despite_withdrawals=True).permissions is not None

    @pytest.mark.parametrize("command", ["faces", "run"])
    def test_the_command_line_refuses(self, portrait_jpeg: bytes, tmp_path: Path, command: str) -> None:
        (tmp_path / "a.jpg").write_bytes(portrait_jpeg)
        (tmp_path / "c.toml").write_text(self.WITHDRAWN)
        words = [command, tmp_path / "a.jpg", "--consent", tmp_path / "c.toml", "--for", "social", "--on", "2026-03-01"]
        words += ["-o", tmp_path / "out.jpg"] if command == "run" else []
        refused = scrubber(*words)
        assert refused.code == 2
        assert "p-017 withdrew after 2026-03-01" in refused.said
        assert not (tmp_path / "out.jpg").exists()

    def test_who_was_revoked_by_the_command_is_named_as_well(self, tmp_path: Path) -> None:
        (tmp_path / "c.toml").write_text(PERSON)
        draft = Draft(tmp_path / "c.toml")
        draft.withdraw("p-017", datetime.datetime.now(datetime.UTC))
        draft.save()
        yesterday = datetime.date.today() - datetime.timedelta(days=2)
        with pytest.raises(UsageError, match="p-017 withdrew"):
            Consent.load(tmp_path / "c.toml").permissions("social", yesterday)


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


class TestLockingAway:
    """Before, `lock --remove` wrote zeros through links, over originals that lay elsewhere."""

    @pytest.fixture
    def office(self, samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.setenv("SCRUBBER_PASSPHRASE", WORDS)
        folder = tmp_path / "office"
        (folder / "people").mkdir(parents=True)
        (tmp_path / "archive").mkdir()
        for name in ("linked", "twin", "behind"):
            (tmp_path / f"archive/{name}.jpg").write_bytes((samples / "astronaut.jpg").read_bytes())
        (folder / "people/a.jpg").symlink_to(tmp_path / "archive/linked.jpg")
        os.link(tmp_path / "archive/twin.jpg", folder / "people/b.jpg")
        (folder / "elsewhere").symlink_to(tmp_path / "archive", target_is_directory=True)
        (folder / "consent.toml").write_text(PERSON + 'references = ["people/*.jpg", "elsewhere/behind.jpg"]\n')
        return folder

    def test_nothing_is_written_to_what_a_name_leads_to(self, office: Path, samples: Path) -> None:
        done = scrubber("consent", "lock", office / "consent.toml", "--remove")
        assert done.code == 0
        assert sorted(path.name for path in office.iterdir()) == ["consent.toml.age", "elsewhere"]
        original = (samples / "astronaut.jpg").read_bytes()
        for name in ("linked", "twin", "behind"):
            assert (office.parent / f"archive/{name}.jpg").read_bytes() == original
        assert "a.jpg: was a link and is deleted; the file that it led to remains" in done.said
        assert "b.jpg: is deleted, and another name of this file remains" in done.said
        assert "behind.jpg: lies behind the link" in done.said

    def test_what_changed_meanwhile_is_kept(self, office: Path) -> None:
        from scrubber.consent.storing import gather, remove_originals

        contents = gather(Consent.load(office / "consent.toml"), [], {}, "")
        (office / "consent.toml").write_text(PERSON)
        assert any("has changed since it was locked" in said for said in remove_originals(contents, office))
        assert (office / "consent.toml").read_text() == PERSON

    def test_a_manifest_is_not_written_through_a_link(self, tmp_path: Path) -> None:
        (tmp_path / "real.toml").write_text(PERSON)
        (tmp_path / "consent.toml").symlink_to(tmp_path / "real.toml")
        refused = scrubber("consent", "add", "p-2", "--deny", "--manifest", tmp_path / "consent.toml")
        assert refused.code == 3
        assert "is a link, which is not written through" in refused.said
        assert (tmp_path / "real.toml").read_text() == PERSON

    def test_a_new_manifest_overwrites_nothing_through_a_link_to_nowhere(self, tmp_path: Path) -> None:
        (tmp_path / "consent.toml").symlink_to(tmp_path / "victim")
        assert scrubber("consent", "init", tmp_path / "consent.toml").code == 2
        assert not (tmp_path / "victim").exists()


def test_a_withdrawal_is_not_undone_by_a_slower_command(tmp_path: Path) -> None:
    """Before, of two commands at once the later one wrote the manifest as it had read it, without the withdrawal."""
    (tmp_path / "consent.toml").write_text(PERSON)
    slow, quick = Draft(tmp_path / "consent.toml"), Draft(tmp_path / "consent.toml")
    quick.withdraw("p-017", datetime.datetime.now(datetime.UTC))
    quick.save()
    slow.add_photos([PhotoEntry(sha256="ab" * 32, no_photo=True)])
    with pytest.raises(NotWritable, match="was changed by somebody else meanwhile"):
        slow.save()
    assert Consent.load(tmp_path / "consent.toml").people[0].decision == "deny"


@needs_pipes
class TestPipesAndDevices:
    """Before, a pipe or a device in the place of a file made the command wait for ever, or filled the memory."""

    @pytest.fixture
    def pipe(self, tmp_path: Path) -> Path:
        os.mkfifo(tmp_path / "pipe.csv")
        return tmp_path / "pipe.csv"

    @pytest.mark.parametrize("command", ["list", "check", "lock"])
    def test_as_a_manifest(self, pipe: Path, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SCRUBBER_PASSPHRASE", WORDS)
        manifest = pipe.rename(pipe.with_suffix(".toml"))
        refused = scrubber("consent", command, manifest)
        assert (refused.code, "is no file but a pipe or a device" in refused.said) == (4, True)

    def test_as_a_spreadsheet_and_as_a_form(self, pipe: Path) -> None:
        manifest = pipe.with_name("consent.toml")
        scrubber("consent", "init", manifest)
        imported = scrubber("consent", "import", pipe, "--manifest", manifest)
        added = scrubber("consent", "add", "p-1", "--deny", "--form", pipe, "--manifest", manifest)
        for refused in (imported, added):
            assert (refused.code, "pipe.csv: cannot be read" in refused.said) == (2, True)

    def test_as_a_reference(self, pipe: Path) -> None:
        (pipe.parent / "consent.toml").write_text(PERSON + 'references = ["*.csv"]\n')
        with pytest.raises(ManifestError, match="match no file"):
            Consent.load(pipe.parent / "consent.toml").reference_bytes("p-017")

    def test_as_the_key_of_the_ledger(self, pipe: Path) -> None:
        (pipe.parent / "consent.toml").write_text(PERSON)
        pipe.rename(pipe.parent / "consent.ledger-key")
        with pytest.raises(ManifestError, match="key of the ledger cannot be read"):
            Consent.load(pipe.parent / "consent.toml")

    def test_a_device_without_end(self) -> None:
        with pytest.raises(ManifestError, match="is no file but a pipe or a device"):
            Consent.load("/dev/zero")

    def test_a_file_of_forty_gigabytes_that_takes_no_room(self, tmp_path: Path) -> None:
        with (tmp_path / "consent.toml").open("wb") as file:
            file.truncate(40 * 1024**3)
        with pytest.raises(ManifestError, match="far too large"):
            Consent.load(tmp_path / "consent.toml")
        (tmp_path / "consent.toml").rename(tmp_path / "a.jpg")
        with pytest.raises(ManifestError, match=r"a reference of p-017 cannot be read"):
            (tmp_path / "c.toml").write_text(PERSON + 'references = ["a.jpg"]\n')
            Consent.load(tmp_path / "c.toml").reference_bytes("p-017")

    def test_folders_that_lead_in_circles(self, tmp_path: Path) -> None:
        (tmp_path / "people").mkdir()
        (tmp_path / "people/a.jpg").write_bytes(b"photo")
        (tmp_path / "people/again").symlink_to(tmp_path, target_is_directory=True)
        (tmp_path / "c.toml").write_text(PERSON + 'references = ["**/*.jpg"]\n')
        assert Consent.load(tmp_path / "c.toml").references("p-017") == ("people/a.jpg",)
