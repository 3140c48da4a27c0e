"""Changes to a manifest: what was asked for, and not a character more."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from consent_scenes import PHOTO, person, pointed

from scrubber.consent import FIRST_LINE, LAST_LINE, Consent, DismissBox, HideBox, Person, PhotoEntry, ShowBox
from scrubber.consent.editing.draft import Draft, blank
from scrubber.consent.editing.merging import merge_people, merge_photos
from scrubber.consent.editing.persons import person_of
from scrubber.errors import ManifestError, UsageError
from scrubber.values import Box

NOW = datetime(2026, 3, 2, 10, 0, 0, 5, tzinfo=UTC)
KEPT = f"""\
{FIRST_LINE}
# Our own remarks.
schema = 1

[[people]]   # the first one
id = "p-017"          # in the drawer
decision = "allow"    # asked in January
purposes = [
  "social",           # not the website
]
expires=2026-12-31
# asked again in May

# --- what was pointed at ---
[[photos]]
sha256 = "{PHOTO}"
hide = [ {{ box = [10, 20, 50, 60] }} ]

{LAST_LINE}
"""


def draft(folder: Path, text: str = KEPT) -> Draft:
    (folder / "c.toml").write_bytes(text.encode())
    return Draft(folder / "c.toml")


def saved(changed: Draft, folder: Path) -> str:
    changed.save()
    return (folder / "c.toml").read_bytes().decode()


def test_a_blank_manifest_is_valid_and_marked() -> None:
    text = blank('The "Rights" Group')
    assert (text.splitlines()[0], text.splitlines()[-1]) == (FIRST_LINE, LAST_LINE)
    assert Consent.loads(text).organisation == 'The "Rights" Group'


def test_a_refusal_changes_one_word_and_adds_one_event(tmp_path: Path) -> None:
    changed = draft(tmp_path)
    changed.withdraw("p-017", NOW)
    text = saved(changed, tmp_path)
    event = '[[events]]\nat = 2026-03-02T10:00:00Z\nperson = "p-017"\nwhat = "withdrawn"\n\n'
    assert text == KEPT.replace('"allow" ', '"deny" ').replace(LAST_LINE, event + LAST_LINE)
    again = Draft(tmp_path / "c.toml")
    again.withdraw("p-017", NOW)
    assert saved(again, tmp_path) == text


def test_people_go_after_people_and_comments_stay_where_they_are(tmp_path: Path) -> None:
    changed = draft(tmp_path)
    changed.add_people([person_of(person("p-018")), person_of(person("p-019", decision="deny"))])
    lines = saved(changed, tmp_path).splitlines()
    ids = [line for line in lines if line.startswith(("id", "# asked again", "# --- what", "[[photos"))]
    assert ids == [
        'id = "p-017"          # in the drawer',
        "# asked again in May",
        'id = "p-018"',
        'id = "p-019"',
        "# --- what was pointed at ---",
        "[[photos]]",
    ]
    assert [one for one in KEPT.splitlines() if one not in lines] == []


def test_photos_and_events_are_added_to_an_empty_manifest(tmp_path: Path) -> None:
    changed = draft(tmp_path, blank(None))
    changed.add_people([Person(id="a", decision="deny")])
    changed.add_event("a", "withdrawn", NOW)
    photo = PhotoEntry(
        sha256=PHOTO, hide=(HideBox(box=Box(1, 2, 3, 4.5)),) * 3, show=(ShowBox(person="a", box=Box(5, 6, 7, 8)),)
    )
    changed.add_photos([photo])
    text = saved(changed, tmp_path)
    assert text.splitlines()[-1] == LAST_LINE
    assert Consent.loads(text).manifest == changed.manifest
    assert text.index("hide = [") < text.index("show = [")  # what restricts comes first


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_inline_lists_and_line_ends_are_kept(tmp_path: Path, ending: str) -> None:
    text = 'schema = 1\npeople = [\n  { id = "a", decision = "deny" },  # one\n]\n'.replace("\n", ending)
    changed = draft(tmp_path, text)
    changed.add_people([Person(id="b", decision="deny")])
    new = saved(changed, tmp_path)
    assert "# one" in new
    assert new.count("\n") == new.count(ending)
    assert [one.id for one in Consent.loads(new).people] == ["a", "b"]


def test_only_the_owner_may_read_what_was_written(tmp_path: Path) -> None:
    changed = draft(tmp_path)
    changed.deny("p-017")
    changed.save()
    assert (tmp_path / "c.toml").stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir()] == ["c.toml"]


@pytest.mark.parametrize(
    ("text", "error", "told"),
    [
        ("schema = 2", ManifestError, "schema must be 1"),
        ("age-encryption.org/v1\n", ManifestError, "is locked; give the passphrase"),
    ],
)
def test_what_cannot_be_changed_is_told(tmp_path: Path, text: str, error: type[Exception], told: str) -> None:
    with pytest.raises(error, match=told):
        draft(tmp_path, text)


def test_nobody_is_in_a_manifest_twice(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="p-017 is in the manifest already"):
        draft(tmp_path).add_people([person_of(person())])
    with pytest.raises(UsageError, match=r"p-016 is not in the manifest; in it: p-017"):
        draft(tmp_path).deny("p-016")


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (
            person(purposes=[]),
            'purposes is missing or empty; name what the consent covers, as in purposes = ["social"]',
        ),
        (person("Maria Lopez"), "the real name stays out of the file"),
        (person(minor=True), 'given_by must be "guardian" or "both" for a minor'),
    ],
)
def test_mistakes_in_values_are_told_without_a_place_in_a_file(values: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError) as caught:
        person_of(values)
    assert told in str(caught.value)
    assert "people[0]" not in str(caught.value)


def test_merging_never_loosens(tmp_path: Path) -> None:
    changed = draft(tmp_path)
    changed.deny("p-017")
    said = merge_people(changed, [person_of(person()), person_of(person("new", expires=date(2026, 5, 1)))], NOW)
    assert said == (
        "new: added",
        "p-017: differs from the manifest, which stays as it is; change it there if it is outdated",
    )
    assert [one.decision for one in changed.manifest.people] == ["deny", "allow"]


def test_merging_takes_refusals_over(tmp_path: Path) -> None:
    changed = draft(tmp_path)
    assert merge_people(changed, [person_of(person(decision="deny"))], NOW) == (
        "p-017: now refuses, and the manifest says so",
    )
    assert changed.manifest.people[0].decision == "deny"
    assert changed.manifest.events[-1].what == "withdrawn"


def test_photos_that_have_an_entry_keep_it(tmp_path: Path) -> None:
    changed = draft(tmp_path)
    new = PhotoEntry(sha256="cd" * 32, no_photo=True)
    assert merge_photos(changed, [PhotoEntry.model_validate(pointed(no_photo=True)), new, new]) == (new,)
    assert Consent.loads(saved(changed, tmp_path)).photos[-1] == new


def test_json_stays_json(tmp_path: Path) -> None:
    text = f"""{{
  "schema": 1, "organisation": "Example",
  "people": [{{"id": "p-017", "decision": "allow", "purposes": ["social"], "expires": "2099-12-31"}}],
  "photos": [{{"sha256": "{"ab" * 32}", "no_photo": false, "hide": [{{"box": [1, 2, 30, 40.5], "frame": 1}}]}}],
  "events": [{{"at": "2026-03-02T10:00:00+02:00", "person": "p-017", "what": "given"}}]
}}"""
    path = tmp_path / "c.json"
    path.write_text(text)
    before = Consent.load(path).manifest
    changed = Draft(path)
    assert changed.manifest == before
    changed.withdraw("p-017", datetime(2026, 4, 1, 10, tzinfo=UTC))
    changed.add_boxes(0, "dismiss", [DismissBox(box=Box(5, 5, 10, 10))])
    changed.save()
    after = Consent.load(path)
    assert after.manifest == changed.manifest
    assert after.people[0].decision == "deny"
    assert [event.what for event in after.events] == ["given", "withdrawn"]
    assert "no_photo" in after.photos[0].model_fields_set
    assert json.loads(path.read_text())["photos"][0]["hide"] == [{"box": [1, 2, 30, 40.5], "frame": 1}]
