"""The promise: a restriction on a photo never fails silently, be it retouched or saved anew since."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
from restricting import (
    CORNER,
    FAST,
    TURNED,
    retouched,
    safe,
    said_of,
    scrubber,
    source_of,
    turned,
)

from scrubber import scrub_folder
from scrubber.consent import Consent, DismissBox, HideBox, PhotoEntry
from scrubber.consent.editing.draft import Draft
from scrubber.scrubbed import Scrubbed
from scrubber.values import Box


class TestRetouched:
    """A spot that was taken out changes the hash of a photo's pixels, but not its first digits.

    Before, the entry was not applied, for no turn of the photo fitted, and counted as applied all the same, for the
    first digits agreed: the photo was published, and nothing was said.
    """

    @pytest.fixture
    def attacked(self, portrait_jpeg: bytes) -> bytes:
        data = retouched(portrait_jpeg)
        before, after = source_of(portrait_jpeg).pixels, source_of(data).pixels
        assert before != after
        assert before[:16] == after[:16]
        return data

    def unmatched(self, copy: Scrubbed, consent: Consent) -> tuple[str, ...]:
        result = copy.result("photo.png", None)
        assert result.source is not None
        return consent.permissions(None, datetime.date.today()).unmatched([result.source])

    @pytest.mark.parametrize("keys", [{"no_photo": True}, {"hide": (HideBox(box=CORNER),)}])
    @pytest.mark.parametrize("orientation", [1, 6])
    def test_what_may_be_restricted_is_withheld_and_said(
        self, portrait_jpeg: bytes, attacked: bytes, tmp_path: Path, keys: dict[str, Any], orientation: int
    ) -> None:
        consent = said_of(turned(portrait_jpeg, orientation), tmp_path, **keys)
        copy = safe(attacked, consent)
        assert (copy.withheld, copy.data) == ("restriction-in-doubt", None)
        assert "[[photos]] entry 1" in copy.warnings[0]
        assert "is probably about this one before it was edited" in copy.warnings[0]
        assert len(self.unmatched(copy, consent)) == 1

    @pytest.mark.parametrize("orientation", (1, *TURNED))
    def test_what_was_applied_counts(self, portrait_jpeg: bytes, tmp_path: Path, orientation: int) -> None:
        consent = said_of(portrait_jpeg, tmp_path, no_photo=True)
        assert self.unmatched(safe(turned(portrait_jpeg, orientation), consent), consent) == ()

    @pytest.mark.parametrize(
        ("keys", "lifted"),
        [
            ({"hide": (HideBox(box=CORNER), HideBox(box=Box(200, 300, 60, 40)))}, True),
            ({"no_photo": False}, True),
            ({"hide": (HideBox(box=CORNER),)}, False),
            ({"hide": (HideBox(box=CORNER), HideBox(box=CORNER, frame=0))}, False),
            ({"dismiss": (DismissBox(box=CORNER), DismissBox(box=Box(200, 300, 60, 40)))}, False),
        ],
    )
    def test_only_saying_it_anew_lifts_the_doubt(
        self, portrait_jpeg: bytes, attacked: bytes, tmp_path: Path, keys: dict[str, Any], lifted: bool
    ) -> None:
        said_of(portrait_jpeg, tmp_path, hide=(HideBox(box=CORNER), HideBox(box=Box(300, 300, 60, 40))))
        draft, source = Draft(tmp_path / "consent.toml"), source_of(attacked)
        draft.add_photos([PhotoEntry(sha256=source.sha256, pixels=source.pixels, **keys)])
        draft.save()
        copy = safe(attacked, Consent.load(tmp_path / "consent.toml"))
        assert copy.withheld == (None if lifted else "restriction-in-doubt")

    def test_hide_boxes_do_not_make_up_for_a_no_photo_sign(
        self, portrait_jpeg: bytes, attacked: bytes, tmp_path: Path
    ) -> None:
        said_of(portrait_jpeg, tmp_path, no_photo=True)
        draft, source = Draft(tmp_path / "consent.toml"), source_of(attacked)
        draft.add_photos([PhotoEntry(pixels=source.pixels, hide=(HideBox(box=CORNER),))])
        draft.save()
        assert safe(attacked, Consent.load(tmp_path / "consent.toml")).withheld == "restriction-in-doubt"

    def test_the_commands_say_it(self, portrait_jpeg: bytes, attacked: bytes, tmp_path: Path) -> None:
        (tmp_path / "in").mkdir()
        (tmp_path / "in/edited.png").write_bytes(attacked)
        said_of(portrait_jpeg, tmp_path, no_photo=True)
        manifest = tmp_path / "consent.toml"
        run = scrubber("run", tmp_path / "in", "-o", tmp_path / "out", "--consent", manifest, "--preset", "fast")
        assert (run.code, list((tmp_path / "out").iterdir())) == (3, [])
        assert "edited since the manifest restricted it" in run.said
        assert "matched none of these" in run.said
        checked = scrubber("consent", "check", manifest, tmp_path / "in", "--preset", "fast")
        listed = scrubber("faces", tmp_path / "in/edited.png", "--consent", manifest, "--preset", "fast")
        for told in (run, checked, listed):
            assert "is probably about this one before it was edited" in told.said

    def test_a_copy_of_an_earlier_run_goes_if_its_photo_comes_into_doubt(
        self, portrait_jpeg: bytes, attacked: bytes, tmp_path: Path
    ) -> None:
        (tmp_path / "in").mkdir()
        (tmp_path / "in/edited.png").write_bytes(attacked)
        [first] = scrub_folder(tmp_path / "in", tmp_path / "out", policy=FAST, isolate=False)
        assert first.status == "published"
        consent = said_of(portrait_jpeg, tmp_path, no_photo=True)
        results = list(scrub_folder(tmp_path / "in", tmp_path / "out", policy=FAST, consent=consent, isolate=False))
        assert ("withheld", "restriction-in-doubt") in [(one.status, one.reason) for one in results]
        assert list((tmp_path / "out").iterdir()) == []

    def test_a_turned_photo_that_is_unchanged_still_counts(self, portrait_jpeg: bytes, tmp_path: Path) -> None:
        (tmp_path / "in").mkdir()
        (tmp_path / "in/turned.jpg").write_bytes(turned(portrait_jpeg, 6))
        consent = said_of(portrait_jpeg, tmp_path, hide=(HideBox(box=CORNER),))
        for status in ("published", "unchanged"):
            [result] = scrub_folder(tmp_path / "in", tmp_path / "out", policy=FAST, consent=consent, isolate=False)
            assert result.status == status
