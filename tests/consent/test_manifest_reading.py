"""Manifests that are read, and mistakes that are explained."""

from __future__ import annotations

import json
import pickle
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from consent_scenes import PHOTO, consent, person, pointed

from scrubber.consent import FIRST_LINE, LAST_LINE, Consent
from scrubber.errors import ManifestError
from scrubber.values import Box, SourceId

WHOLE = f"""\
schema = 1
organisation = "Example Rights Group"          # who holds the consents

[[people]]
id = "p-017"
decision = "allow"
purposes = ["social", "website"]
valid_from = 2026-01-10
expires = 2026-12-31
given_by = "self"
minor = false
method = "written"
evidence = "sha256:{"0f" * 32}"
references = ["people/p-017/*.jpg"]

[[people]]
id = "p-018"
decision = "deny"

[[photos]]
sha256 = "{PHOTO}"
show = [ {{ person = "p-017", box = [1585, 1126, 88, 119] }} ]
hide = [ {{ box = [10, 20, 50, 60.5] }} ]
no_photo = true

[[events]]
at = 2026-03-02T10:00:00Z
person = "p-017"
what = "withdrawn"
"""

PERSON = """\
schema = 1
[[people]]
id = "p-017"
decision = "allow"
purposes = ["social"]
expires = 2026-12-31
"""


def message(text: str | bytes, name: str = "consent.toml") -> str:
    with pytest.raises(ManifestError) as caught:
        Consent.loads(text, name)
    return str(caught.value)


def test_a_whole_manifest_is_read() -> None:
    agreed = Consent.loads(WHOLE)
    first, second = agreed.people
    assert agreed.organisation == "Example Rights Group"
    assert (first.id, first.purposes, first.expires) == ("p-017", ("social", "website"), date(2026, 12, 31))
    assert (second.decision, second.expires, second.purposes) == ("deny", None, ())
    assert agreed.photos[0].show[0].box == Box(1585, 1126, 88, 119)
    assert agreed.photos[0].hide[0].box == Box(10, 20, 50, 60.5)
    assert agreed.photos[0].no_photo
    assert agreed.events[0].at == datetime(2026, 3, 2, 10, tzinfo=UTC)


def test_json_of_the_same_shape_says_the_same() -> None:
    table = json.dumps(
        {
            "schema": 1,
            "people": [{"id": "p-017", "decision": "allow", "purposes": ["social"], "expires": "2026-12-31"}],
        }
    )
    assert Consent.loads(table).manifest == Consent.loads(PERSON).manifest
    assert Consent.loads(table).manifest == Consent.loads("# a comment\n" + PERSON).manifest
    assert Consent.loads(table).manifest != Consent.loads(WHOLE).manifest


def test_the_smallest_manifest_allows_nobody() -> None:
    assert Consent.loads("schema = 1").people == ()


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_files_of_windows_editors_are_read(ending: str, mark: bytes) -> None:
    assert Consent.loads(mark + PERSON.replace("\n", ending).encode()).people[0].id == "p-017"


def test_a_consent_travels_to_worker_processes() -> None:
    agreed = Consent.loads(WHOLE)
    assert pickle.loads(pickle.dumps(agreed)) == agreed
    assert hash(agreed) == hash(Consent.loads(WHOLE))
    resolved = agreed.permissions("social", date(2026, 6, 1))
    assert pickle.loads(pickle.dumps(resolved)) == resolved


def test_a_loaded_consent_knows_where_its_references_are(tmp_path: Path) -> None:
    folder = tmp_path / "people" / "p-017"
    folder.mkdir(parents=True)
    for name in ("b.jpg", "a.jpg", "note.txt"):
        (folder / name).touch()
    (tmp_path / "consent.toml").write_text(PERSON + 'references = ["people/p-017/*.jpg", "people/*/a.*"]')
    agreed = Consent.load(tmp_path / "consent.toml")
    assert agreed.path == tmp_path / "consent.toml"
    assert agreed.references("p-017") == ("people/p-017/a.jpg", "people/p-017/b.jpg")
    assert agreed.reference_bytes("p-017") == {"people/p-017/a.jpg": b"", "people/p-017/b.jpg": b""}


def test_missing_references_stop_a_run(tmp_path: Path) -> None:
    (tmp_path / "consent.toml").write_text(PERSON + 'references = ["people/p-017/*.jpg"]')
    with pytest.raises(ManifestError, match=r'references of p-017, "people/p-017/\*\.jpg", match no file'):
        Consent.load(tmp_path / "consent.toml").references("p-017")


# The ten likeliest mistakes, each with the very text it gives.
LIKELIEST = {
    "misspelt key": (
        PERSON.replace("purposes", "purpose"),
        'consent.toml:5:1: people[0].purpose is not a known key; did you mean "purposes"?',
    ),
    "single brackets": (
        PERSON.replace("[[people]]", "[people]"),
        "consent.toml:2:1: people must be a list of tables; write [[people]] with two brackets",
    ),
    "no last day": (
        PERSON.replace("expires = 2026-12-31", ""),
        "consent.toml:2:1: people[0].expires is missing; an allow needs its last day, as in expires = 2026-12-31",
    ),
    "everything allowed": (
        PERSON.replace("social", "*"),
        'consent.toml:5:13: people[0].purposes[0] must name one purpose, such as "social"; '
        '"*" is not accepted, consent names what it covers',
    ),
    "one purpose without brackets": (
        PERSON.replace('["social"]', '"social"'),
        'consent.toml:5:1: people[0].purposes must be a list in square brackets, as in purposes = ["social"]',
    ),
    "day the other way round": (
        PERSON.replace("2026-12-31", "31.12.2026"),
        "consent.toml:6:16: is not valid TOML here: Expected newline or end of document after a statement; "
        "a day is written year-month-day and without quotes, as in 2026-12-31",
    ),
    "a name for an id": (
        PERSON.replace("p-017", "Maria Lopez"),
        'consent.toml:3:1: people[0].id must be 1 to 64 letters, digits, "-", "_" or "." without spaces, '
        'such as "p-017"; the real name stays out of the file',
    ),
    "curly quotes": (
        PERSON.replace('"allow"', "“allow”"),
        'consent.toml:4:12: is not valid TOML here: Invalid value; replace the curly quotes by straight ones: "',
    ),
    "box as parts of the photo": (
        PERSON + f'[[photos]]\nsha256 = "{PHOTO}"\nhide = [ {{ box = [0.1, 0.2, 0.05, 0.1] }} ]',
        "consent.toml:9:12: photos[0].hide[0].box must be at least one pixel wide and high; "
        "it is in pixels, not in parts of the photo",
    ),
    "event of somebody unknown": (
        PERSON + '[[events]]\nat = 2026-03-02T10:00:00Z\nperson = "p-17"\nwhat = "withdrawn"',
        'consent.toml:9:1: events[0].person names "p-17", who is not among the people; did you mean "p-017"?',
    ),
}


@pytest.mark.parametrize(("text", "told"), LIKELIEST.values(), ids=LIKELIEST)
def test_likely_mistakes_are_explained(text: str, told: str) -> None:
    assert message(text) == told


PHOTOS = f'\n[[photos]]\nsha256 = "{PHOTO}"\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('organisation = "X"', "schema is missing; add it, as in schema = 1"),
        ("schema = 2", "schema must be 1; this version of scrubber reads no other"),
        ("schema = true", "schema must be a whole number"),
        (PERSON.replace("schema = 1", "schema = 1\norganization = 'X'"), 'did you mean "organisation"?'),
        (PERSON.replace('"allow"', '"alow"'), 'must be "allow" or "deny"; did you mean "allow"?'),
        (PERSON.replace("2026-12-31", "2025-02-29"), "consent.toml:6"),
        (PERSON.replace("2026-12-31", '"2025-02-29"'), "expires is no day of the calendar"),
        (PERSON.replace("2026-12-31", "2026-12-31T10:00:00Z"), "must be a day without a time"),
        (PERSON + "valid_from = 2027-01-01", "people[0].expires is before valid_from (2027-01-01)"),
        (PERSON.replace('["social"]', "[]"), "people[0].purposes is missing or empty"),
        (PERSON + "minor = true\ngiven_by = 'self'", 'must be "guardian" or "both" for a minor'),
        (PERSON + "minor = true", 'must be "guardian" or "both" for a minor'),
        (PERSON + 'minor = "no"', "must be true or false, in small letters and without quotes"),
        (PERSON + 'evidence = "form.pdf"', 'must be "sha256:" and the 64 hex digits of the signed form'),
        (PERSON + "references = ['people\\a.jpg']", 'must be written with "/" between folders'),
        (PERSON + "references = ['/home/me/a.jpg']", "must start from the folder of the manifest"),
        (PERSON + "references = ['people/**.jpg']", 'can use "**" only in place of a whole folder'),
        (PERSON + "references = ['people/']", "must name photos"),
        (PERSON + PERSON.removeprefix("schema = 1\n"), "people[1].id is the same as people[0].id"),
        (PERSON + PHOTOS + "no_photo = true" + PHOTOS + "no_photo = true", "is the same as photos[0].sha256"),
        (PERSON + PHOTOS, "photos[0] says nothing about the photo; add show, hide, dismiss or no_photo"),
        (PERSON + '[[photos]]\nsha256 = "a.jpg"\nno_photo = true', "must be the 64 hex digits"),
        (PERSON + PHOTOS + "hide = [ { box = [1, 2, 3] } ]", "must be four numbers: [x, y, width, height]"),
        (PERSON + PHOTOS + "hide = [ { box = [-1, 2, 3, 4] } ]", "none of them negative"),
        (PERSON + PHOTOS + "hide = [ { box = [nan, 2, 3, inf] } ]", "must hold numbers of pixels"),
        (PERSON + PHOTOS + "show = [ { box = [1, 2, 3, 4] } ]", 'add it, as in person = "p-017"'),
        (PERSON + PHOTOS + "show = [ { person = 'x', box = [1, 2, 3, 4] } ]", "add a [[people]] entry"),
        (PERSON + "[[events]]\nat = 2026-03-02T10:00:00\nperson = 'p-017'\nwhat = 'given'", "no time zone"),
        (PERSON + "[[events]]\nat = 2026-03-02\nperson = 'p-017'\nwhat = 'given'", "a day and a time"),
        (
            PERSON + "[[events]]\nat = '0001-01-01T00:00:00+02:00'\nperson = 'p-017'\nwhat = 'given'",
            "calendar",
        ),
        (PERSON + "decision = 'deny'", "consent.toml:7:18: is not valid TOML here: Cannot overwrite a value"),
        (b"\xff\xfes\x00c\x00", "consent.toml:1: is not UTF-8 text; save it again with the encoding UTF-8"),
        (b" \n ", "consent.toml: is empty; `scrubber consent init` makes a manifest"),
        ("schema = " + "1" * 5000, "holds a number that is far too long"),
        ("x = " + "[" * 5000 + "]" * 5000, "nested too deeply"),
        ('{"schema": 1, "people": [], "people": []}', "consent.toml:1:29: people is given twice; keep one"),
        ('{"schema": 1, "p\\u001b[2J": 1}', '"p\\u001b[2J" is not a known key'),
        ('{"schema": 1, "people": [', "consent.toml:1:26: is not valid JSON here"),
    ],
)
def test_other_mistakes_are_explained(text: str | bytes, told: str) -> None:
    assert told in message(text)


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    text = PERSON.replace("allow", "yes").replace("expires", "expire").replace("social", "*")
    assert [line.split(": ")[0] for line in message(text).splitlines()] == [
        "consent.toml:4:1",
        "consent.toml:5:13",
        "consent.toml:6:1",
    ]


def test_a_long_list_of_mistakes_is_cut() -> None:
    text = "schema = 1\n" + "[[people]]\n" * 30
    assert message(text).splitlines()[-1] == "consent.toml: and 40 more"


@pytest.mark.parametrize(
    ("text", "line_and_column"),
    [
        ('schema = 1\npeople = [\n  # one\n  { id = "a", decision = "deny", x = 1 },\n]', "4:34"),
        ('schema = 1\norganisation = """a [[\\\n"x""""\nx = 1', "4:1"),
        ("schema = 1\n'x' = 1979-05-27 07:32:00", "2:1"),
        ('schema = 1\n[[photos]]\nsha256="#"\n[[photos.hide]]\nbox=[1,2,3,4]\n[[photos.hide]]\nx=1', "3:1"),
        ('{"schema": 1,\n "people": [\n  {"id": "a", "decision": "deny", "x\\"": {"y": [1, {}]}}]}', "3:35"),
    ],
)
def test_positions_are_exact(text: str, line_and_column: str) -> None:
    assert message(text).startswith(f"consent.toml:{line_and_column}: ")


def test_a_minor_alone_can_say_no() -> None:
    assert consent(person(decision="deny", minor=True, given_by="self")).people[0].decision == "deny"


def test_hashes_are_compared_in_one_form() -> None:
    agreed = consent(photos=[pointed(sha256="sha256:" + PHOTO.upper(), no_photo=True)])
    assert agreed.permissions("social", date(2026, 6, 1)).entry(SourceId(PHOTO, "")) == agreed.photos[0]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("nothing.toml", r"nothing\.toml: no such file; `scrubber consent init` makes a manifest"),
        ("folder", r"folder: is a folder; name the manifest in it"),
    ],
)
def test_what_cannot_be_read_is_told(tmp_path: Path, name: str, told: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(ManifestError, match=told):
        Consent.load(tmp_path / name)


def test_a_file_with_an_end_mark_is_whole_or_refused() -> None:
    whole = f"{FIRST_LINE}\n{WHOLE}{LAST_LINE}\n"
    assert Consent.loads(whole).manifest == Consent.loads(WHOLE).manifest
    lines = whole.splitlines(keepends=True)
    for kept in range(1, len(lines)):
        with pytest.raises(ManifestError, match="breaks off"):
            Consent.loads("".join(lines[:kept]))
