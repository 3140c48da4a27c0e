"""The consent commands as a keeper of a manifest meets them, from an empty folder to a withdrawal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from keeping import ADD, ledger, scrubber

from scrubber.cli import cli
from scrubber.consent import Consent

COMMANDS = (
    "init", "add", "revoke", "list", "check", "lock", "unlock", "import", "export", "schema",
    "point", "hide", "dismiss", "no-photo",
)  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_with_an_example(command: str, tmp_path: Path) -> None:
    told = scrubber("consent", command, "--help", folder=tmp_path)
    assert told.code == 0
    assert f"Example:\n    scrubber consent {command}" in told.out
    assert command in scrubber("consent", "--help", folder=tmp_path).out


def test_from_a_consent_to_its_withdrawal(office: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    added = scrubber(*ADD, "--photo", "portrait.jpg", folder=office)
    assert (added.code, added.out) == (0, "")
    assert "the person must have agreed to be recognised" in added.err
    [listed] = scrubber("consent", "list", "--json", folder=office).lines
    assert (listed["person"], listed["status"], listed["references"]) == ("p-017", "valid", 1)
    assert "nothing needs attention" in scrubber("consent", "check", folder=office).out
    job = ("run", "portrait.jpg", "-o", "out.jpg", "--consent", "consent.toml", "--for", "social", "--preset", "fast")
    assert scrubber(*job, "--report", "run.jsonl", folder=office).code == 0
    [face] = json.loads((office / "run.jsonl").read_text())["faces"]
    assert (face["decision"], face["reason"], face["person"]) == ("show", "allowed-by-match", "p-017")
    monkeypatch.chdir(office)
    ledger(monkeypatch, "p-017")
    revoked = CliRunner().invoke(cli, ["consent", "revoke", "p-017"])
    assert (revoked.exit_code, revoked.stdout) == (0, "out.jpg\n")
    assert "p-017 is hidden from now on" in revoked.stderr
    assert "1 copy showed p-017" in revoked.stderr
    text = (office / "consent.toml").read_text()
    assert 'decision = "deny"' in text
    assert 'what = "withdrawn"' in text
    told = scrubber("faces", "portrait.jpg", *job[4:], folder=office)
    assert "Hidden: p-017 withdrew the consent (similarity 1.00)." in told.out
    again = CliRunner().invoke(cli, ["consent", "revoke", "p-017", "--json"])
    assert json.loads(again.stdout) == {"schema": 2, "output": "out.jpg"}
    assert (office / "consent.toml").read_text() == text


def test_what_a_new_entry_lacks_is_told(office: Path) -> None:
    whole = (*ADD, "--given-by", "self")
    assert "note:" not in scrubber(*whole, folder=office).err
    bare = scrubber("consent", "add", "Maria_Lopez", "--for", "social", "--until", "2099-12-31", folder=office)
    assert "Maria_Lopez: ids go into reports; use a code such as p-017, the real name stays out" in bare.err
    for lacking in ("not noted: how consent was given (--method)", "who gave it (--given-by)", "the hash of a form"):
        assert lacking in bare.err
    told = scrubber("consent", "check", folder=office).out
    assert "Maria_Lopez: no evidence is noted" in told
    assert "p-017" not in told


def test_who_refuses_is_not_said_to_be_recognised(office: Path) -> None:
    refused = scrubber("consent", "add", "p-018", "--deny", "--photo", "portrait.jpg", folder=office)
    assert refused.code == 0
    assert "these serve only to hide p-018, who must have agreed to be compared" in refused.err
    assert "recognised" not in refused.err
    assert "not noted" not in refused.err


def test_nothing_is_added_if_a_photo_is_no_good(office: Path) -> None:
    before = (office / "consent.toml").read_text()
    refused = scrubber(*ADD, "--photo", "portrait.jpg", "--photo", "many.jpg", "--copy", folder=office)
    assert refused.code == 2
    assert "many.jpg: it shows" in refused.err
    assert "portrait.jpg" not in refused.err
    assert (office / "consent.toml").read_text() == before
    assert not (office / "people").exists()


def test_out_to_a_spreadsheet_and_in_again(office: Path) -> None:
    scrubber(*ADD, folder=office)
    (office / "people.csv").write_text(scrubber("consent", "export", "--format", "csv", folder=office).out)
    scrubber("consent", "init", "other.toml", folder=office)
    done = scrubber("consent", "import", "people.csv", "--manifest", "other.toml", folder=office)
    assert (done.code, done.err) == (0, "people.csv: p-017: added\n")
    records = json.loads(scrubber("consent", "export", "other.toml", "--format", "dpv", folder=office).out)
    assert records["@graph"][0]["dct:identifier"] == "p-017"


def test_marks_of_a_photo_manager_are_taken_over(office: Path, shared: Path) -> None:
    scrubber(*ADD, folder=office)
    photo = shared / "metadata" / "immich-test-assets__portrait.jpg"
    words = ("consent", "import", photo, "--person", "Marie Curie=p-017")
    done = scrubber(*words, folder=office)
    assert done.code == 0
    assert "1 face to show, 1 to hide; nobody in the manifest goes by Pierre Curie: hidden" in done.err
    text = (office / "consent.toml").read_text()
    assert "Curie" not in text
    assert 'pixels = "' in text
    assert "has an entry in the manifest already" in scrubber(*words, folder=office).err
    assert (office / "consent.toml").read_text() == text


def test_the_schema_is_json(tmp_path: Path) -> None:
    schema = json.loads(scrubber("consent", "schema", folder=tmp_path).out)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["init"], 2, "consent.toml: is there already"),
        (["add", "Maria Lopez", "--deny"], 2, "the real name stays out of the file"),
        (["add", "p-1", "--for", "social"], 2, "say so, as in --until 2027-12-31"),
        (["add", "p-1"], 2, "as in --for social --until 2027-12-31, or --deny"),
        (["add", "p-1", "--for", "social", "--until", "31.12.2027"], 2, "write it as 2027-12-31"),
        (["list", "--on", "tomorrow"], 2, "write it as 2027-12-31"),
        (["add", "p-1", "--for", "social", "--until", "2099-12-31", "--minor"], 2, "--given-by guardian"),
        (["add", "p-1", "--deny", "--photo", "{samples}/astronaut.jpg"], 2, "or let it be copied: --copy"),
        (["revoke", "p-1"], 2, "p-1 is not in the manifest; in it: nobody"),
        (["revoke", "P-017"], 2, "P-017 is not in the manifest; in it: nobody"),
        (["point", "portrait.jpg", "--face", "1", "--person", "p-1"], 2, "add p-1 first"),
        (["hide", "portrait.jpg"], 2, "give --box X,Y,W,H or --face N"),
        (["hide", "portrait.jpg", "--box", "1,2,3"], 2, "write four numbers of pixels"),
        (["hide", "portrait.jpg", "--box", "900,1,30,30"], 2, "which is 512 pixels wide and 512 high"),
        (["hide", "portrait.jpg", "--box", "1,1,30,30", "--frame", "1"], 2, "there is no frame 1"),
        (["dismiss", "portrait.jpg", "--face", "9", "--preset", "fast"], 2, "they are numbered 1 to 1"),
        (["check", "a.toml", "b.toml"], 2, "one manifest is checked at a time"),
        (["import", "portrait.jpg", "--person", "Ada=p-1"], 2, "p-1: not in the manifest; add them first"),
        (["import", "portrait.jpg", "--person", "Ada"], 2, 'write the name in the photos, "=", and the id'),
        (["unlock", "consent.toml"], 2, "is not locked"),
        (["check", "none.toml"], 4, "no such file"),
    ],
)
def test_errors_have_a_code_and_a_remedy(office: Path, samples: Path, words: list[str], code: int, told: str) -> None:
    before = (office / "consent.toml").read_text()
    done = scrubber("consent", *(word.format(samples=samples) for word in words), folder=office)
    assert done.code == code
    assert told in done.err
    assert (office / "consent.toml").read_text() == before


def test_decisions_on_photos_without_people_need_no_editor_and_no_purpose(office: Path) -> None:
    (office / "consent.toml").unlink()
    said = scrubber("consent", "dismiss", "portrait.jpg", "--face", "1", "--preset", "fast", folder=office)
    assert said.code == 0
    assert said.err.splitlines() == [
        "consent.toml: made",
        "consent.toml: portrait.jpg: [180, 62, 90, 113] is no face",
        "next: scrubber run … --consent consent.toml",
        "warning: face 1 looks very much like a face (score 1.00); if it is one, it will be seen: "
        "look at `scrubber faces --picture`",
    ]
    hidden = scrubber("consent", "hide", "portrait.jpg", "--box", "10,20,50,60", "--preset", "fast", folder=office)
    assert hidden.code == 0
    told = scrubber("faces", "portrait.jpg", "--consent", "consent.toml", "--preset", "fast", "--json", folder=office)
    [line] = told.lines
    assert [(face["id"], face["kind"], face["decision"], face["reason"]) for face in line["faces"]] == [
        (1, "face", "show", "dismissed"),
        (2, "drawn", "hide", "pointed-hide"),
    ]
    job = ("run", "portrait.jpg", "-o", "out.jpg", "--consent", "consent.toml", "--preset", "fast")
    done = scrubber(*job, folder=office)
    assert done.code == 0
    assert "1 place dismissed as no face" in done.err


def test_who_must_not_be_shown_at_all_is_a_command(office: Path) -> None:
    scrubber(*ADD, folder=office)
    scrubber("consent", "hide", "portrait.jpg", "--box", "10,20,50,60", "--preset", "fast", folder=office)
    said = scrubber("consent", "no-photo", "portrait.jpg", folder=office)
    assert said.code == 0
    assert "next: scrubber run … --consent consent.toml --for PURPOSE" in said.err
    assert "says so already" in scrubber("consent", "no-photo", "portrait.jpg", folder=office).err
    [entry] = Consent.load(office / "consent.toml").photos
    assert entry.no_photo
    assert len(entry.hide) == 1
    job = ("run", "portrait.jpg", "-o", "out.jpg", "--consent", "consent.toml", "--for", "social", "--preset", "fast")
    withheld = scrubber(*job, folder=office)
    assert withheld.code == 3
    assert "must not be shown at all" in withheld.err
    assert not (office / "out.jpg").exists()


def test_what_is_said_of_a_photo_names_one_original(office: Path) -> None:
    (office / "b").mkdir()
    assert scrubber("run", "portrait.jpg", "-o", "safe", "--preset", "fast", folder=office).code == 0
    [copy] = (office / "safe").iterdir()
    (office / "consent.toml").unlink()
    for words in (
        ("hide", "--box", "1,1,40,40"), ("dismiss", "--face", 1), ("no-photo",),
        ("point", "--face", 1, "--person", "p-017"),
    ):  # fmt: skip
        refused = scrubber("consent", *words, copy, folder=office)
        assert refused.code == 2
        assert f"is a published copy; name its original: {office / 'portrait.jpg'}" in refused.err
        assert "name one photo in it" in scrubber("consent", *words, "b", folder=office).err
        assert "there is no such file" in scrubber("consent", *words, "none.jpg", folder=office).err
    assert not (office / "consent.toml").exists()


def test_a_face_is_pointed_at_by_its_number(office: Path) -> None:
    scrubber(*ADD, folder=office)
    faces = ("faces", "many.jpg", "--consent", "consent.toml", "--for", "social", "--preset", "fast", "--json")
    [before] = scrubber(*faces, folder=office).lines
    said = scrubber("consent", "point", "many.jpg", "--face", 3, "--person", "p-017", "--preset", "fast", folder=office)
    assert said.code == 0
    [after] = scrubber(*faces, folder=office).lines
    assert [(face["id"], face["box"]) for face in after["faces"]] == [
        (face["id"], face["box"]) for face in before["faces"]
    ]
    assert [face["id"] for face in after["faces"] if face["person"] == "p-017"] == [3]
    [shown] = [face for face in after["faces"] if face["decision"] == "show"]
    assert (shown["id"], shown["reason"]) == (3, "allowed-by-box")
