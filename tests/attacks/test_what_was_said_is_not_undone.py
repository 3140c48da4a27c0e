"""Promises 1 and 4: what somebody said about a person or a photo holds, whatever is done to files and manifests since.

Each of these published a face, or a whole photo, that had been refused, with exit code 0 and at most a note.
"""

from __future__ import annotations

import io
import shutil
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from calling import call, copies, shown
from PIL import Image
from restricting import turned

import scrubber

CONSENT = "--for social --preset fast"
PASSPHRASE = "correct horse battery staple"


def test_a_refusal_without_a_day_outlives_an_older_permission_with_one(desk: Path) -> None:
    """Attack: the backup says since when they agreed, the refusal says no day: the backup passed for the newer one."""
    text = (desk / "backup.toml").read_text()
    (desk / "backup.toml").write_text(text.replace("expires", "valid_from = 2026-01-01\nexpires", 1))
    (desk / "consent.toml").write_text(text.replace('"allow"', '"deny"'))
    for _ in range(2):
        assert call(f"run photos -o out --consent consent.toml {CONSENT}") == 0
    assert call(f"run photos -o out --consent backup.toml {CONSENT}") == 0
    assert shown("out") == 0
    (desk / "anew.toml").write_text(text.replace("expires", f"valid_from = {datetime.now().date()}\nexpires", 1))
    assert call(f"run photos -o out --consent anew.toml {CONSENT}") == 0
    assert shown("out") == 1, "who agrees anew is shown"


@pytest.mark.parametrize("said", ["withdrew", "no photo"])
def test_a_copy_that_was_an_input_once_is_taken_away_all_the_same(desk: Path, said: str) -> None:
    """Attack: somebody made thumbnails of the copies; from then on they counted as originals, and stayed for ever."""
    assert call(f"run photos -o out --consent consent.toml {CONSENT}") == 0
    [copy] = Path("out").iterdir()
    assert call(f"run {copy} -o thumbs --max-size 200 --preset fast") == 0
    assert call("consent revoke p-1" if said == "withdrew" else "consent no-photo photos/portrait.jpg") == 0
    (desk / "photos" / "portrait.jpg").unlink()
    assert call(f"run photos -o out --consent consent.toml {CONSENT}") in (0, 3)
    assert copies("out") == []


@pytest.mark.parametrize("said", ["no-photo photos/portrait.jpg", "hide photos/portrait.jpg --box 9,9,40,40"])
@pytest.mark.usefixtures("plain")
def test_what_a_locked_manifest_restricts_holds_under_another_one(
    said: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Attack: what was said is sealed, so a manifest from before the lock published the photo with a note."""
    assert call(f"consent {said}") == 0
    monkeypatch.setenv("SCRUBBER_PASSPHRASE", PASSPHRASE)
    assert call("consent lock consent.toml --remove") == 0
    monkeypatch.setenv("SCRUBBER_PASSPHRASE", PASSPHRASE)
    assert call("run photos -o out --consent consent.toml.age --preset fast") == (3 if "no-photo" in said else 0)
    capfd.readouterr()
    assert call("run photos -o out --consent plain.toml --preset fast") == 3
    assert "sealed with the key of a locked manifest" in capfd.readouterr().err
    assert copies("out") == []


@pytest.mark.parametrize("way", ["folder", "file", "no manifest"])
@pytest.mark.parametrize("said", ["no-photo", "hide"])
@pytest.mark.usefixtures("plain")
def test_a_rotation_flag_lifts_nothing_that_only_the_record_remembers(said: str, way: str) -> None:
    """Attack: an older manifest, and the photo with another flag: the record knew the photo as it lay alone."""
    photo = Path("photos/portrait.jpg")
    with Image.open(photo) as image:
        data, exif = io.BytesIO(), Image.Exif()
        exif[0x0112] = 1
        image.save(data, "JPEG", quality=95, exif=exif)
    photo.write_bytes(data.getvalue())
    box = " --box 180,66,90,111" if said == "hide" else ""
    assert call(f"consent {said} {photo}{box}") == 0
    assert call("run photos -o out --consent consent.toml --preset fast") == (3 if said == "no-photo" else 0)
    photo.write_bytes(turned(data.getvalue(), 6))
    before = copies("out")
    if way == "folder":
        assert call("run photos -o out --consent plain.toml --preset fast") == 3
    elif way == "file":
        assert call(f"run {photo} -o out/x.jpg --consent plain.toml --preset fast") == 3
    else:
        assert call(f"run {photo} -o out/x.jpg --preset fast") == 2
    assert set(copies("out")) <= set(before)


@pytest.mark.parametrize("way", ["standard output", "scrub_bytes", "a session"])
@pytest.mark.usefixtures("desk")
def test_who_withdrew_is_hidden_in_what_no_record_notes(way: str, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """Attack: an older manifest, and a copy that goes to standard output or stays in memory."""
    assert call(f"run photos -o out --consent consent.toml {CONSENT}") == 0
    assert call("consent revoke p-1") == 0
    old = scrubber.Consent.load("backup.toml")
    data = Path("photos/portrait.jpg").read_bytes()
    policy = scrubber.Policy(preset="fast")
    capfdbinary.readouterr()
    if way == "standard output":
        assert call(f"run photos/portrait.jpg -o - --consent backup.toml {CONSENT}") == 0
        assert b"p-1 withdrew" in capfdbinary.readouterr().err
        return
    if way == "scrub_bytes":
        copy = scrubber.scrub_bytes(data, policy=policy, consent=old, purpose="social")
    else:
        with scrubber.Session(policy=policy, consent=old, purpose="social") as session:
            copy = session.scrub_bytes(data)
    assert [face.reason for face in copy.result.faces] == ["withdrawn"]
    assert "p-1 withdrew" in str(copy.result.warnings)


@pytest.mark.parametrize("how", ["copied", "moved"])
@pytest.mark.usefixtures("plain")
def test_one_file_into_a_copied_folder_knows_what_was_said(how: str) -> None:
    """Attack: only folders took up the record of where they came from; and a dry run said that all would be well."""
    Image.effect_mandelbrot((300, 200), (-2, -1, 1, 1), 50).save("photos/other.jpg")
    assert call("consent no-photo photos/portrait.jpg") == 0
    assert call("run photos -o out --consent consent.toml --preset fast") == 3
    assert len(copies("out")) == 1
    if how == "copied":
        shutil.copytree("out", "here")
    else:
        Path("out").rename("here")
    command = "run photos/portrait.jpg -o here/x.jpg --consent plain.toml --preset fast"
    assert call(f"{command} --dry-run") == 3
    assert call(command) == 3
    assert not Path("here/x.jpg").exists()


@pytest.mark.usefixtures("desk")
def test_what_is_forgotten_of_a_moved_folder_is_forgotten_everywhere(
    state: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Attack: the record of the place that the folder was moved from stayed, and was taken up again."""
    assert call(f"run photos -o out --consent consent.toml {CONSENT}") == 0
    Path("out").rename("moved")
    assert call(f"run photos -o moved --consent consent.toml {CONSENT}") == 0
    assert call("published moved --forget") == 0
    assert not list(state.rglob("*.ledger"))
    capfd.readouterr()
    assert call("consent revoke p-1") == 0
    assert "0 copies showed p-1" in capfd.readouterr().err


def test_a_restriction_by_bytes_reaches_a_twin_that_is_out(plain: Path) -> None:
    """Attack: the twin, another file with the same pixels, was published before; it stayed as unchanged."""
    (plain / "twin").mkdir()
    data = Path("photos/portrait.jpg").read_bytes()
    (plain / "twin" / "b.jpg").write_bytes(data[:2] + b"\xff\xfe\0\x06twin" + data[2:])
    assert call("run twin -o out --consent consent.toml --preset fast") == 0
    shutil.copy("photos/portrait.jpg", "twin/a.jpg")
    assert call("consent no-photo twin/a.jpg") == 0
    text = (plain / "consent.toml").read_text()
    (plain / "consent.toml").write_text("\n".join(line for line in text.splitlines() if "pixels" not in line) + "\n")
    assert call("run twin -o out --consent consent.toml --preset fast") == 3
    assert copies("out") == []


def test_no_option_makes_a_run_write_over_a_reference(desk: Path, shared: Path) -> None:
    person = shared / "people" / "known" / "Al_Sharpton"
    photos = sorted(person.iterdir())[:3]
    (desk / "refs").mkdir()
    for number, photo in enumerate(photos):
        shutil.copy(photo, desk / "refs" / f"{number}.jpg")
    words = "--for social --until 2045-01-01 --method oral --given-by self"
    assert call(f"consent add p-2 {words} --photo refs/0.jpg --photo refs/1.jpg --photo refs/2.jpg") == 0
    before = (desk / "refs" / "1.jpg").read_bytes()
    command = f"run photos/portrait.jpg -o refs/1.jpg --overwrite --consent consent.toml {CONSENT}"
    assert call(command) == 2
    assert (desk / "refs" / "1.jpg").read_bytes() == before


@pytest.mark.usefixtures("plain")
def test_every_box_of_a_command_counts() -> None:
    """Attack: of several boxes in one command only the last was hidden, without a word."""
    assert call("consent hide photos/portrait.jpg --box 10,10,30,30 --box 400,10,30,30 --face 1 --preset fast") == 0
    assert len(scrubber.Consent.load("consent.toml").manifest.photos[0].hide) == 3
    assert call("consent hide photos/portrait.jpg --box -20,450,60,100 --preset fast") == 0
    assert [*scrubber.Consent.load("consent.toml").manifest.photos[0].hide[-1].box.rounded()] == [0, 450, 40, 62]
    assert call("consent hide photos/portrait.jpg --box 600,10,30,30 --preset fast") == 2


@pytest.mark.usefixtures("desk")
def test_verify_without_a_manifest_knows_who_withdrew_since(capfd: pytest.CaptureFixture[str]) -> None:
    """Attack: between a withdrawal and the next run `verify` called the copy clean."""
    assert call(f"run photos -o out --consent consent.toml {CONSENT}") == 0
    assert call("verify out --preset fast") == 0
    assert call("consent revoke p-1") == 0
    capfd.readouterr()
    assert call("verify out --preset fast") == 3
    assert "it shows p-1, who withdrew" in capfd.readouterr().out


def test_a_mask_is_no_paint(shared: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Attack: two clear faces with black masks were called clean, for what is smooth passed for painted over."""
    photo = shared / "unseen" / "masks" / "246eb42748ef942aa26a90915415a7f0.jpg"
    assert call(f"verify {photo} --preset fast") == 3
    assert capfd.readouterr().out.count("  face ") == 2


@pytest.mark.parametrize("isolate", [False, True])
def test_the_library_verifies_as_the_command_does(desk: Path, isolate: bool) -> None:
    assert call(f"run photos -o out --consent consent.toml {CONSENT}") == 0
    [copy] = (desk / "out").iterdir()
    before = scrubber.verify(copy, preset="fast", isolate=isolate)
    assert before.clean
    assert "no manifest was asked" in str(before.not_judged)
    assert call("consent revoke p-1") == 0
    after = scrubber.verify(copy, preset="fast", isolate=isolate)
    assert (after.clean, after.leaks[0].kind) == (False, "identity")


def test_who_agreed_anew_on_the_same_day_is_no_refusal_to_verify(desk: Path) -> None:
    """It went by days, and called a copy unfit that a run after the withdrawal had published rightly."""
    assert call("consent revoke p-1") == 0
    assert call(f"run photos -o out --consent consent.toml {CONSENT}") == 0
    assert shown("out") == 0
    now = datetime.now(UTC) + timedelta(seconds=1)
    text = (desk / "consent.toml").read_text().replace('"deny"', '"allow"')
    text = text.replace("expires", f"valid_from = {now.date()}\nexpires", 1)
    event = f'\n[[events]]\nat = {now:%Y-%m-%dT%H:%M:%SZ}\nperson = "p-1"\nwhat = "renewed"\n'
    (desk / "consent.toml").write_text(text + event)
    time.sleep(1.1)  # the record counts in seconds
    assert call(f"run photos -o out --consent consent.toml {CONSENT}") == 0
    assert shown("out") == 1
    assert call("verify out --preset fast") == 0
