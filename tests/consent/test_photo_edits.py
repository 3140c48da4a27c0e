"""What is said of one photo, written down: entries are extended, and nothing else changes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from consent_scenes import PHOTO, PIXELS, SOURCE, person

from scrubber.consent import FIRST_LINE, LAST_LINE, Consent, DismissBox, HideBox, ShowBox
from scrubber.consent.editing.draft import Draft, blank
from scrubber.consent.editing.persons import person_of
from scrubber.consent.editing.photo_edits import objections, refuse_unshowable, say, withhold
from scrubber.errors import UsageError
from scrubber.values import Box, SourceId

HERE = Box(1, 2, 30, 40)
HIDE, DISMISS, SHOW = HideBox(box=HERE), DismissBox(box=HERE, frame=1), ShowBox(person="p-017", box=HERE)
KEPT = f"""\
{FIRST_LINE}
schema = 1

[[people]]
id = "p-017"
decision = "deny"

# --- March ---
[[photos]]  # the square
sha256 = "{PHOTO}"   # march.jpg
# the banner
hide = [
  {{ box = [10, 20, 50, 60] }},  # a name on it
]
# that was March

# --- later ---
[[photos]]
sha256 = "{"cd" * 32}"
no_photo = true

[[events]]
at = 2026-03-02T10:00:00Z
person = "p-017"
what = "withdrawn"

{LAST_LINE}
"""


def draft(folder: Path, text: str) -> Draft:
    (folder / "c.toml").write_text(text)
    return Draft(folder / "c.toml")


def saved(changed: Draft, folder: Path) -> str:
    changed.save()
    return (folder / "c.toml").read_text()


def test_a_new_entry_names_bytes_and_pixels(tmp_path: Path) -> None:
    changed = draft(tmp_path, blank())
    assert say(changed, SOURCE, HIDE)
    assert not say(changed, SOURCE, HIDE)
    [entry] = Consent.loads(saved(changed, tmp_path)).photos
    assert (entry.sha256, entry.pixels, entry.hide) == (PHOTO, PIXELS, (HIDE,))


def test_an_entry_is_extended_and_its_comments_stay(tmp_path: Path) -> None:
    changed = draft(tmp_path, KEPT)
    for box in (HIDE, DISMISS, SHOW):
        assert say(changed, SOURCE, box)
    text = saved(changed, tmp_path)
    new = [line for line in text.splitlines() if line not in KEPT.splitlines()]
    assert new == [
        f'pixels = "{PIXELS}"',
        "  {box = [1, 2, 30, 40]},",
        "dismiss = [{box = [1, 2, 30, 40], frame = 1}]",
        'show = [{person = "p-017", box = [1, 2, 30, 40]}]',
    ]
    assert [line for line in KEPT.splitlines() if line not in text.splitlines()] == []
    assert text.index("dismiss =") < text.index("show =") < text.index("# --- later")
    assert Consent.loads(text).photos[0].hide == (HideBox(box=Box(10, 20, 50, 60)), HIDE)


@pytest.mark.parametrize(
    "text",
    [
        f'schema = 1\nphotos = [\n  {{ pixels = "{PIXELS}", no_photo = true }},  # one\n]\n',
        f'schema = 1\n[[photos]]\npixels = "{PIXELS}"\n[[photos.hide]]\nbox = [5, 6, 7, 8]\n',
    ],
)
def test_other_ways_to_write_it_are_understood(tmp_path: Path, text: str) -> None:
    changed = draft(tmp_path, text)
    assert say(changed, SourceId("00" * 32, PIXELS), HIDE)
    [entry] = Consent.loads(saved(changed, tmp_path)).photos
    assert (entry.sha256, entry.pixels, entry.hide[-1]) == (None, PIXELS, HIDE)


def test_pixels_that_another_entry_names_are_not_named_twice(tmp_path: Path) -> None:
    text = f'schema = 1\n[[photos]]\nsha256 = "{PHOTO}"\nno_photo = true\n'
    text += f'[[photos]]\npixels = "{PIXELS}"\nno_photo = true\n'
    changed = draft(tmp_path, text)
    assert say(changed, SOURCE, HIDE)
    first, second = Consent.loads(saved(changed, tmp_path)).photos
    assert (first.hide, first.pixels, second.hide) == ((HIDE,), None, ())


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"decision": "deny"}, "has refused to be shown"),
        ({"expires": "2026-05-31"}, "agreed until a day that is past; ask again"),
        ({"valid_from": "2026-06-02"}, "agreed from a later day on"),
    ],
)
def test_nobody_is_pointed_at_who_may_not_be_shown(tmp_path: Path, keys: dict[str, str], told: str) -> None:
    changed = draft(tmp_path, blank())
    changed.add_people([person_of(person(**keys))])
    with pytest.raises(UsageError, match=told):
        refuse_unshowable(changed, "p-017", date(2026, 6, 1))
    with pytest.raises(UsageError, match=r'P-017 is not in the manifest; did you mean "p-017"\?'):
        refuse_unshowable(changed, "P-017", date(2026, 6, 1))
    with pytest.raises(UsageError, match="add p-9 first"):
        refuse_unshowable(changed, "p-9", date(2026, 6, 1))


def test_what_keeps_a_box_without_effect_is_told(tmp_path: Path) -> None:
    changed = draft(tmp_path, blank())
    changed.add_people([person_of(person()), person_of(person("q"))])
    say(changed, SOURCE, SHOW)
    assert objections(changed, SOURCE, SHOW) == ()
    [other] = objections(changed, SOURCE, ShowBox(person="q", box=HERE))
    assert "p-017 is pointed at there as well" in other
    [twice] = objections(changed, SOURCE, ShowBox(person="p-017", box=Box(300, 2, 30, 40)))
    assert "p-017 is pointed at elsewhere" in twice
    say(changed, SOURCE, HIDE)
    assert "a hide box covers this place" in objections(changed, SOURCE, DISMISS)[0]


@pytest.mark.parametrize(
    "text",
    [
        KEPT,
        KEPT.replace("hide = [", "no_photo = false\nhide = ["),
        blank(),
        f'schema = 1\nphotos = [{{ sha256 = "{PHOTO}", hide = [{{ box = [1, 2, 3, 4] }}] }}]\n',
    ],
)
def test_a_whole_photo_is_withheld(tmp_path: Path, text: str) -> None:
    """Whatever the entry says already stays, comments too; where there is none it is made; once is enough."""
    changed = draft(tmp_path, text)
    before = Consent.loads(text).photos
    assert withhold(changed, SOURCE)
    after = saved(changed, tmp_path)
    assert not withhold(Draft(tmp_path / "c.toml"), SOURCE)
    photos = Consent.loads(after).photos
    assert next(entry for entry in photos if SOURCE.sha256 == entry.sha256).no_photo
    assert [entry.hide for entry in photos][: len(before)] == [entry.hide for entry in before]
    assert all(line in after for line in text.splitlines() if line.startswith("#"))
