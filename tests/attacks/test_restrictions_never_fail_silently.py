"""The promise: a restriction that somebody wrote down holds, or it is said that it does not.

Attacked here is what a manifest says: ids that look alike; days in the past and in the future; text that shows other
than it holds; spreadsheets; manifests in JSON; minors. Attacks on photos are in
`test_restrictions_on_photos_never_fail_silently.py`, those on the file itself in `test_manifests_are_files.py`.
"""

from __future__ import annotations

import csv
import datetime
import io
import itertools
import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from restricting import FAST, PERSON, jpeg, scrubber

from scrubber.consent import Consent
from scrubber.consent.editing.draft import Draft
from scrubber.consent.exchange.spreadsheet import people_in, written
from scrubber.consent.manifest.look_alikes import appearance, look_alike
from scrubber.errors import ManifestError, UsageError
from scrubber.terms import Terms

OUT = SimpleNamespace(output="out.jpg", there=True, shows=("p-017",))


@pytest.fixture(scope="module")
def portrait_jpeg(samples: Path) -> bytes:
    """One person, not square, so that a turn shows."""
    with Image.open(samples / "astronaut.jpg") as image:
        return jpeg(image.convert("RGB").crop((0, 0, 512, 400)))


LOOK_ALIKES = [("p-O17", "p-017"), ("p-017", "P-017"), ("p-l7", "p-17"), ("p-I7", "p-17"), ("p-S1", "p-51"),
               ("p_17", "p-17"), ("p.17", "p-17"), ("Z1", "21"), ("8a", "Ba"), ("rnia", "mia"), ("vvim", "wim"),
               ("p-17-", "p-17"), ("p-cl7", "p-c17"), ("p-017", "p017"), ("p_017", "p.017"), ("p-vvv", "p-vw"),
               ("r1n", "rIn"), ("d1", "cli"), ("p-rN", "P.M")]  # fmt: skip


ALIKE = {"0": "Oo", "1": "lIi", "5": "Ss", "2": "Zz", "8": "Bb", "9": "gqG", "m": ["rn", "RN"], "w": ["vv", "VV"],
         "d": ["cl", "c1", "cI"], "-": ["_", ".", "--", ""], "_": "-.", ".": "-_", "l": "1I",
         "O": "0", "B": "8"}  # fmt: skip


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

    @given(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,20}", fullmatch=True), st.data())
    def test_no_look_alike_of_any_character_makes_another_person(self, person: str, data: st.DataObject) -> None:
        """Before, letters were joined to pairs first, so that `cl` was not seen in `c1`."""
        drawn = [data.draw(st.sampled_from([character, *ALIKE.get(character, ())])) for character in person]
        other = "".join(drawn)
        assert appearance(other) == appearance(person)
        assert look_alike(other, [person]) == (person if other != person else None)

    @pytest.mark.parametrize("shape", ["toml", "json"])
    def test_an_allow_beside_a_refusal_in_either_form(self, shape: str) -> None:
        """Found in an attack: `p-cl7` was shown beside `p-c17`, who refused."""
        allow = {"id": "p-cl7", "decision": "allow", "purposes": ["social"], "expires": "2099-12-31"}
        text = json.dumps({"schema": 1, "people": [allow, {"id": "p-c17", "decision": "deny"}]})
        if shape == "toml":
            text = PERSON.replace("p-017", "p-cl7") + '[[people]]\nid = "p-c17"\ndecision = "deny"\n'
        with pytest.raises(ManifestError, match='looks like "p-cl7"'):
            Consent.loads(text)

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


class TestDaysInTheFuture:
    """Before, a withdrawal with a slip in its year (2062 for 2026) was passed over for 36 years, without a word."""

    def manifest(self, what: str, *more: str) -> str:
        return PERSON + f'[[events]]\nat = 2062-03-02T10:00:00Z\nperson = "p-017"\nwhat = "{what}"\n' + "".join(more)

    @pytest.mark.parametrize(("what", "reason"), [("withdrawn", "withdrawn"), ("expired", "expired")])
    def test_what_ends_a_consent_counts_at_once(self, what: str, reason: str) -> None:
        permissions = Consent.loads(self.manifest(what)).permissions("social", datetime.date.today())
        assert permissions.people["p-017"].reason == reason

    def test_what_starts_one_does_not(self) -> None:
        """A new consent that is dated ahead revives nothing before its day."""
        withdrawn = '[[events]]\nat = 2026-03-02T10:00:00Z\nperson = "p-017"\nwhat = "withdrawn"\n'
        text = self.manifest("given", withdrawn).replace("expires", "valid_from = 2026-04-01\nexpires")
        permissions = Consent.loads(text).permissions("social", datetime.date.today())
        assert permissions.people["p-017"].reason == "withdrawn"

    @pytest.mark.parametrize(
        ("what", "effect"), [("withdrawn", "counts at once all the same"), ("given", "does not count yet")]
    )
    def test_the_check_names_it(self, tmp_path: Path, what: str, effect: str) -> None:
        (tmp_path / "consent.toml").write_text(self.manifest(what))
        told = scrubber("consent", "check", tmp_path / "consent.toml").said
        assert f"p-017: {what} is dated 2062-03-02T10:00:00+00:00, which is still to come, and {effect}" in told


HARMLESS = ["social", "website 2026", "кампания", "رسانه\u200cها"]
ACTIVE = ["\u202elaicos", "social\x1b[2K", "so\u200bcial", "soc\u2066ial", "social\x7f", "\ufeffsocial", "a\x00b"]


class TestTextThatShowsOtherThanItHolds:
    """Before, purposes and the organisation could hold signs that turn words round, or that nobody sees."""

    @pytest.mark.parametrize("text", ACTIVE)
    @pytest.mark.parametrize("key", ["organisation", "purposes", "references"])
    def test_it_is_refused_where_it_is_read(self, key: str, text: str) -> None:
        person = {"id": "p-017", "decision": "allow", "purposes": ["social"], "expires": "2099-12-31"}
        head = {"schema": 1, "organisation": text} if key == "organisation" else {"schema": 1}
        lists = {} if key == "organisation" else {key: [text]}
        with pytest.raises(ManifestError, match="holds control characters or characters that nobody sees"):
            Consent.loads(json.dumps({**head, "people": [person | lists]}))

    @pytest.mark.parametrize("text", HARMLESS)
    def test_words_of_any_script_pass(self, text: str) -> None:
        assert Consent.loads(PERSON.replace('"social"', json.dumps(text, ensure_ascii=False))).people[0].purposes == (
            text,
        )

    def test_by_commands(self, tmp_path: Path) -> None:
        manifest = tmp_path / "consent.toml"
        assert scrubber("consent", "init", manifest, "--organisation", ACTIVE[0]).code == 2
        assert not manifest.exists()
        scrubber("consent", "init", manifest)
        before = manifest.read_bytes()
        added = scrubber("consent", "add", "p-1", "--for", ACTIVE[0], "--until", "2099-12-31", "--manifest", manifest)
        (tmp_path / "people.csv").write_text(f"id,decision,purposes,expires\np-1,allow,{ACTIVE[0]},2099-12-31\n")
        imported = scrubber("consent", "import", tmp_path / "people.csv", "--manifest", manifest)
        assert (added.code, imported.code, manifest.read_bytes()) == (2, 2, before)


FORMULAS = st.from_regex(r"'{0,2}[=+\-@\uff1d\uff0b\uff0d\uff20]?[a-z(]{1,5}", fullmatch=True)


class TestSpreadsheets:
    """A cell that starts a formula is run by whoever opens the table (OWASP: CSV injection)."""

    @given(st.lists(FORMULAS, min_size=1, max_size=3))
    def test_formulas_go_out_guarded_and_come_back_as_they_were(self, purposes: list[str]) -> None:
        """Before, only the first of a list was guarded, and an apostrophe of the text itself got lost."""
        values = {"id": "p-017", "decision": "allow", "purposes": purposes, "expires": "2099-12-31"}
        [person] = Consent.loads(json.dumps({"schema": 1, "people": [values]})).people
        text = written([person])
        for cell in itertools.chain(*csv.reader(io.StringIO(text))):
            assert not any(part.strip().startswith(tuple("=+-@\uff1d\uff0b\uff0d\uff20")) for part in cell.split(";"))
        assert people_in(text.encode(), "people.csv") == (person,)

    def test_one_purpose_does_not_come_back_as_two(self) -> None:
        person = Consent.loads(PERSON.replace('"social"', '"news;social"')).people
        with pytest.raises(UsageError, match="holds a semicolon"):
            written(person)


class TestManifestsInJson:
    """Before, `revoke` refused a manifest in JSON, and did not list what was published either."""

    def test_somebody_is_revoked_in_it(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("scrubber.batch.showing", lambda *_: iter([OUT]))
        person = {"id": "p-017", "decision": "allow", "purposes": ["social"], "expires": "2099-12-31"}
        manifest = tmp_path / "consent.json"
        manifest.write_text(json.dumps({"schema": 1, "people": [person]}))
        revoked = scrubber("consent", "revoke", "p-017", "--manifest", manifest)
        assert (revoked.code, "out.jpg" in revoked.said) == (0, True)
        [after] = Consent.load(manifest).people
        assert (after.decision, json.loads(manifest.read_text())["events"][0]["what"]) == ("deny", "withdrawn")

    def test_what_is_out_is_listed_even_if_the_manifest_cannot_be_written(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("scrubber.batch.showing", lambda *_: iter([OUT]))
        (tmp_path / "real.toml").write_text(PERSON)
        (tmp_path / "consent.toml").symlink_to(tmp_path / "real.toml")
        revoked = scrubber("consent", "revoke", "p-017", "--manifest", tmp_path / "consent.toml")
        assert (revoked.code, "out.jpg" in revoked.said, "is a link" in revoked.said) == (3, True, True)
        assert "is hidden from now on" not in revoked.said


@pytest.mark.parametrize("given_by", ["", 'given_by = "self"\n'])
def test_a_minor_without_a_guardian_is_not_pointed_at(samples: Path, tmp_path: Path, given_by: str) -> None:
    """The manifest that allows one is refused as a whole, by every command, before a photo is looked at."""
    (tmp_path / "consent.toml").write_text(PERSON + f"minor = true\n{given_by}")
    words = ("--face", 1, "--person", "p-017", "--manifest", tmp_path / "consent.toml")
    refused = scrubber("consent", "point", samples / "astronaut.jpg", *words)
    assert (refused.code, 'given_by must be "guardian" or "both"' in refused.said) == (4, True)
    added = scrubber("consent", "add", "p-2", "--minor", "--for", "social", "--until", "2099-12-31", *words[4:])
    assert added.code != 0
