"""The promises of the house, kept by the whole recipe."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest
from PIL import Image

import scrubber
from scrubber import Consent, Limits, Policy, photos
from scrubber.formats import Writer, formats, missing, table
from scrubber.photos import Photo, jpeg
from scrubber.verification.audit import audit

NAMED_BY_BOX = [1585, 1126, 88, 119]  # in sample_media/consent.toml


@pytest.fixture(scope="module")
def manifest(samples: Path) -> Consent:
    return Consent.load(samples / "consent.toml")


@pytest.fixture(scope="module")
def solvay(samples: Path, manifest: Consent, tmp_path_factory: pytest.TempPathFactory) -> tuple[scrubber.Result, Path]:
    out = tmp_path_factory.mktemp("solvay") / "out.jpg"
    return scrubber.scrub(samples / "solvay_conference_1927.jpg", out, consent=manifest, purpose="social"), out


def test_28_of_29_are_hidden_and_the_one_who_agreed_is_not(solvay: tuple[scrubber.Result, Path], samples: Path) -> None:
    result, out = solvay
    assert result.status == "published"
    shown = [decision for decision in result.faces if decision.action == "show"]
    assert [(decision.person, decision.reason) for decision in shown] == [("p-017", "allowed-by-box")]
    assert sum(decision.action == "hide" and decision.region.box.height > 80 for decision in result.faces) >= 28
    verdict = scrubber.verify(out)
    assert verdict.leaks == ()
    assert verdict.faces_visible == 1
    before, after = (np.asarray(Image.open(path).convert("RGB")) for path in (samples / Path(result.input).name, out))
    x, y, width, height = NAMED_BY_BOX
    middle = slice(y + 20, y + height - 20), slice(x + 20, x + width - 20)
    assert np.abs(before[middle].astype(int) - after[middle]).mean() < 3


def test_a_report_says_nothing_that_was_taken_out(solvay: tuple[scrubber.Result, Path], samples: Path) -> None:
    portrait = scrubber.scrub(samples / "astronaut.jpg", solvay[1].with_name("astronaut.jpg"))
    told = str(portrait.as_json())
    assert {"place", "serial", "thumbnail", "time", "identity"} <= {leak.kind for leak in portrait.leaks_removed}
    for secret in ("30.0", "Nobody Real", "000-EXAMPLE-000", "2026"):
        assert secret not in told


@pytest.mark.parametrize("name", ["astronaut.jpg", "astronaut_sideways.jpg"])
@pytest.mark.parametrize("style", ["blur", "pixelate", "solid"])
def test_portraits_come_out_upright_clean_and_hidden(samples: Path, tmp_path: Path, name: str, style: str) -> None:
    result = scrubber.scrub(samples / name, tmp_path / "out.jpg", policy=Policy(style=style))
    assert result.status == "published"
    assert scrubber.verify(tmp_path / "out.jpg").clean
    after = np.asarray(Image.open(tmp_path / "out.jpg").convert("RGB"))
    upright = np.asarray(Image.open(samples / "astronaut.jpg").convert("RGB"))
    far_from_the_face = slice(300, None), slice(None)
    assert np.abs(after[far_from_the_face].astype(int) - upright[far_from_the_face]).mean() < 4


@pytest.mark.parametrize(("kind", "wanted"), [("jpg", "keep"), ("png", "keep"), ("webp", "keep"), ("webp", "png")])
def test_cleaning_again_changes_nothing_more(portrait: np.ndarray, tmp_path: Path, kind: str, wanted: str) -> None:
    before = tmp_path / f"in.{kind}"
    Image.fromarray(portrait).save(before)
    first, second = (tmp_path / f"{name}.{kind if wanted == 'keep' else wanted}" for name in ("first", "second"))
    policy = Policy(format=wanted, style="solid")  # type: ignore[arg-type]
    scrubber.scrub(before, first, policy=policy)
    scrubber.scrub(before, second, policy=policy)
    assert first.read_bytes() == second.read_bytes()


def test_transparency_survives_and_hides_nothing(portrait: np.ndarray, tmp_path: Path) -> None:
    alpha = np.full(portrait.shape[:2], 255, np.uint8)
    alpha[:, :100] = 0
    Image.fromarray(np.dstack([portrait, alpha])).save(tmp_path / "in.png")
    scrubber.scrub(tmp_path / "in.png", tmp_path / "out.png")
    after = np.asarray(Image.open(tmp_path / "out.png"))
    assert (after[:, :, 3] == alpha).all()
    assert (after[:, :100] == 0).all()


def test_a_no_photo_sign_withholds_the_file(samples: Path, tmp_path: Path) -> None:
    original = samples / "astronaut.jpg"
    text = f'schema = 1\n[[photos]]\nsha256 = "{hashlib.sha256(original.read_bytes()).hexdigest()}"\nno_photo = true\n'
    result = scrubber.scrub(original, tmp_path / "out.jpg", consent=Consent.loads(text), purpose="social")
    assert (result.status, result.reason, result.output) == ("withheld", "no-photo-sign", None)
    assert list(tmp_path.iterdir()) == []


def test_hide_boxes_hide_what_no_detector_finds(scenery: np.ndarray, tmp_path: Path) -> None:
    original = tmp_path / "in.png"
    Image.fromarray(scenery).save(original)
    text = (
        f'schema = 1\n[[photos]]\nsha256 = "{hashlib.sha256(original.read_bytes()).hexdigest()}"\n'
        "hide = [{ box = [50, 60, 40, 50] }]\n"
    )
    scrubber.scrub(
        original, tmp_path / "out.png", consent=Consent.loads(text), purpose="social", policy=Policy(style="solid")
    )
    after = np.asarray(Image.open(tmp_path / "out.png"))
    assert len(np.unique(after[60:110, 50:90].reshape(-1, 3), axis=0)) == 1


@pytest.mark.parametrize(
    ("day", "reason"),
    [(datetime.date(2026, 1, 1), "not-yet-valid"), (datetime.date(2046, 1, 1), "expired")],
)
def test_consent_holds_on_its_days_only(samples: Path, manifest: Consent, day: datetime.date, reason: str) -> None:
    from scrubber.pipeline import make_safe
    from scrubber.terms import Terms

    data = (samples / "solvay_conference_1927.jpg").read_bytes()
    copy = make_safe(data, "solvay", Terms.of(Policy(preset="fast"), manifest, "social", day))
    assert [decision.reason for decision in copy.faces if decision.person == "p-017"] == [reason]
    assert all(decision.action == "hide" for decision in copy.faces)


def test_people_are_recognised_by_reference_photos(shared: Path, tmp_path: Path) -> None:
    manifest = tmp_path / "consent.toml"
    manifest.write_text(
        'schema = 1\n[[people]]\nid = "p-1"\ndecision = "allow"\npurposes = ["social"]\nexpires = 2045-01-01\n'
        'references = ["p-1/*.jpg"]\n'
    )
    (tmp_path / "p-1").mkdir()
    for name in ("Albert_Einstein_Head_cleaned.jpg", "einstein_1921.jpg"):
        (tmp_path / "p-1" / name).write_bytes((shared / "photos" / name).read_bytes())
    result = scrubber.scrub(
        shared / "photos" / "solvay-conference-1927.jpg",
        tmp_path / "out.jpg",
        consent=Consent.load(manifest),
        purpose="social",
        policy=Policy(preset="fast"),
    )
    [shown] = [decision for decision in result.faces if decision.action == "show"]
    assert shown.person == "p-1"
    assert shown.region.box.iou(scrubber.Box(*NAMED_BY_BOX)) > 0.5


def test_reference_photos_must_show_one_face(scenery: np.ndarray, tmp_path: Path, samples: Path) -> None:
    manifest = tmp_path / "consent.toml"
    manifest.write_text(
        'schema = 1\n[[people]]\nid = "p-1"\ndecision = "allow"\npurposes = ["social"]\nexpires = 2045-01-01\n'
        'references = ["*.png"]\n'
    )
    Image.fromarray(scenery).save(tmp_path / "nobody.png")
    with pytest.raises(scrubber.ManifestError, match=r"nobody\.png.*no face"):
        scrubber.scrub(
            samples / "astronaut.jpg", tmp_path / "out.jpg", consent=Consent.load(manifest), purpose="social"
        )


def test_a_purpose_and_a_manifest_belong_together(samples: Path, tmp_path: Path, manifest: Consent) -> None:
    for half in ({"consent": manifest}, {"purpose": "social"}):
        with pytest.raises(scrubber.UsageError):
            scrubber.scrub(samples / "astronaut.jpg", tmp_path / "out.jpg", **half)


class TestFailClosed:
    """Break a stage, and nothing comes out."""

    def withheld(self, samples: Path, tmp_path: Path) -> str:
        result = scrubber.scrub(samples / "astronaut.jpg", tmp_path / "out.jpg", policy=Policy(preset="fast"))
        assert (result.status, result.output) == ("withheld", None)
        assert list(tmp_path.iterdir()) == []
        return f"{result.reason} {result.warnings}"

    def write_with(self, write: Callable[[Photo, BinaryIO], object], monkeypatch: pytest.MonkeyPatch) -> None:
        broken = replace(formats()["jpeg"], writer=Writer(write))
        monkeypatch.setitem(table._table, "jpeg", broken)

    def test_a_writer_that_leaves_a_comment(
        self, samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:

        def write(photo: Photo, sink: BinaryIO) -> None:
            jpeg.write(photo, sink)
            sink.write(b"by accident")

        self.write_with(write, monkeypatch)
        assert "more than the picture" in self.withheld(samples, tmp_path)

    def test_a_writer_that_writes_the_original(
        self, samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, portrait: np.ndarray
    ) -> None:
        self.write_with(lambda photo, sink: jpeg.write(photo.painted([portrait]), sink), monkeypatch)
        assert "painted" in self.withheld(samples, tmp_path)

    def test_a_style_that_shows_the_face(self, samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        from scrubber import redaction

        monkeypatch.setattr(redaction, "painted", lambda pixels, *_: (pixels, np.zeros(pixels.shape[:2], bool)))
        assert self.withheld(samples, tmp_path) == "face-still-visible ()"

    def test_a_file_that_is_no_photo(self, tmp_path: Path) -> None:
        (tmp_path / "lie.jpg").write_text("no picture")
        with pytest.raises(scrubber.UnsupportedFormat):
            scrubber.scrub(tmp_path / "lie.jpg", tmp_path / "out.jpg")
        assert not (tmp_path / "out.jpg").exists()


@pytest.mark.slow
def test_real_files_come_out_clean_or_are_refused_with_a_reason(shared: Path, tmp_path: Path) -> None:
    """The whole metadata folder, of every format, with every kind of leak that cameras and phones make."""
    # Photos of 13 megapixels and more, and long animations, are left to the benchmarks.
    folder, policy = shared / "metadata", Policy(preset="fast", names="keep", limits=Limits(pixels=13_000_000))
    refused = []
    for result in scrubber.scrub_folder(folder, tmp_path, policy=policy):
        name = Path(result.input).name
        assert result.status != "withheld", (name, result.reason)
        if result.output is None:
            refused.append((name, result.reason))
            continue
        assert audit(Path(result.output).read_bytes()) == (), name
    clips = [".mp4", ".mov", ".avi", ".m4b", ".3g2"]
    if missing("jxl"):
        clips.append(".jxl")
    broken = [entry for entry in refused if not entry[0].endswith(tuple(clips)) and entry[1] != "too-large"]
    assert {reason for _, reason in refused} <= {"unsupported-format", "damaged", "too-large"}
    assert len(broken) <= 6, broken


def test_a_largest_size_holds_for_every_side(samples: Path, tmp_path: Path) -> None:
    result = scrubber.scrub(samples / "astronaut.jpg", tmp_path / "out.jpg", policy=Policy(max_size=200))
    assert result.status == "published"
    assert Image.open(tmp_path / "out.jpg").size == (200, 200)
    assert result.faces[0].region.box.width > 60  # boxes are those of the original


def test_shrinking_keeps_transparent_parts_black_and_edges_clean(tmp_path: Path) -> None:
    pixels = np.full((100, 100, 4), (200, 100, 50, 255), np.uint8)
    pixels[:, :49] = 0
    Image.fromarray(pixels).save(tmp_path / "in.png")
    scrubber.scrub(tmp_path / "in.png", tmp_path / "out.png", policy=Policy(max_size=50))
    after = np.asarray(Image.open(tmp_path / "out.png"))
    assert (after[:, :24] == 0).all()
    assert np.abs(after[:, 24:, :3].astype(int) - (200, 100, 50)).max() <= 1


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_faces_are_hidden_in_every_frame(portrait: np.ndarray, tmp_path: Path, kind: str) -> None:
    """The middle frame is too dark for a detector; it must not show what its neighbours hide."""
    small = Image.fromarray(portrait).resize((256, 256))
    frames = [small, small.point(lambda value: value // 24), Image.fromarray(np.roll(np.asarray(small), 3, axis=1))]
    path, out = tmp_path / f"in.{kind.lower()}", tmp_path / f"out.{kind.lower()}"
    frames[0].save(path, kind, save_all=True, append_images=frames[1:], duration=[100, 200, 300], loop=0)
    result = scrubber.scrub(path, out, policy=Policy(style="solid", preset="fast"))
    assert result.status == "published"
    assert {decision.frame for decision in result.faces} == {0, 1, 2}
    photo = photos.open_photo(out.read_bytes(), "out", Limits())
    assert [frame.milliseconds for frame in photo.frames] == [100, 200, 300]
    for frame in photo.frames:
        middle = frame.pixels[50:70, 105:120].reshape(-1, 3).astype(int)
        assert np.abs(middle - middle[0]).max() <= 6


def test_all_pages_are_kept_and_hidden(portrait: np.ndarray, scenery: np.ndarray, tmp_path: Path) -> None:
    pages = [Image.fromarray(portrait), Image.fromarray(scenery), Image.fromarray(portrait)]
    pages[0].save(tmp_path / "in.tif", save_all=True, append_images=pages[1:])
    result = scrubber.scrub(tmp_path / "in.tif", tmp_path / "out.tif", policy=Policy(preset="fast"))
    assert sorted({decision.frame for decision in result.faces}) == [0, 2]
    photo = photos.open_photo((tmp_path / "out.tif").read_bytes(), "out", Limits())
    assert (photo.frames[1].pixels == scenery).all()
    with pytest.raises(scrubber.UnsupportedFormat, match="several pages"):
        scrubber.scrub(tmp_path / "in.tif", tmp_path / "out.jpg")
