"""Promises 1 and 6: what a run says of copies is what happened, and a dry run says what will.

Each of these said something else than what became of the files.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from calling import call, shown

CONSENT = "--consent consent.toml --for social --preset fast"


@pytest.fixture
def desk(permitted_portrait: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A portrait that may be shown, in `photos`."""
    monkeypatch.chdir(permitted_portrait)
    return permitted_portrait


@pytest.mark.usefixtures("desk")
def test_a_changed_copy_that_is_overwritten_is_no_failure(capfd: pytest.CaptureFixture[str]) -> None:
    """It said "failed", for the copy had been changed by other hands, and then took its place."""
    one = f"run photos/portrait.jpg -o x.jpg {CONSENT} --overwrite"
    assert call(one) == 0
    changed = Path("x.jpg").read_bytes() + b"changed"
    Path("x.jpg").write_bytes(changed)
    assert call("consent revoke p-1") == 0
    for dry in (" --dry-run", ""):
        assert Path("x.jpg").read_bytes() == changed
        capfd.readouterr()
        assert call(one + dry) == 0
        assert "failed" not in capfd.readouterr().err
    assert Path("x.jpg").read_bytes() != changed
    assert shown(".") == 0


@pytest.mark.usefixtures("desk")
def test_one_that_was_not_overwritten_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    one = f"run photos/portrait.jpg -o x.jpg {CONSENT}"
    assert call(one) == 0
    Path("x.jpg").write_bytes(Path("x.jpg").read_bytes() + b"changed")
    assert call("consent revoke p-1") == 0
    Path("photos/portrait.jpg").write_bytes(b"no photo any more")
    capfd.readouterr()
    assert call(f"{one} --overwrite") == 3
    assert "shows p-1, who may not be seen now (withdrawn), but is not taken away" in capfd.readouterr().err
    assert Path("x.jpg").exists()


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("twice", "whose original has another copy here"),
        ("changed", "whose original has changed since"),
        ("moved", "whose original is gone from where it was"),
        ("elsewhere", None),
        ("standard input", None),
    ],
)
def test_why_a_copy_stays_is_true(
    desk: Path, samples: Path, what: str, told: str | None, capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """It said "is gone or has changed" of an original that had done neither."""
    photo = Path("photos/portrait.jpg")
    shutil.copy(samples / "solvay_conference_1927.jpg", desk / "photos" / "other.jpg")
    Path("out").mkdir(exist_ok=True)
    if what == "standard input":
        with photo.open("rb") as stream:
            monkeypatch.setattr("sys.stdin", type("Stream", (), {"buffer": stream}))
            assert call("run - -o out/x.jpg --preset fast") == 0
    else:
        assert call(f"run {photo} -o out/x.jpg --format jpeg --preset fast") == 0
    if what == "twice":
        assert call(f"run {photo} -o out/y.jpg --format jpeg --preset fast") == 0
    elif what == "changed":
        shutil.copy(samples / "solvay_conference_1927.jpg", photo)
        Path("photos/other.jpg").unlink()
    else:
        photo.rename("elsewhere.jpg")
        if what == "elsewhere":
            assert call("run elsewhere.jpg -o out/y.jpg --preset fast") == 0
            Path("out/x.jpg").unlink()
    capfd.readouterr()
    assert call("run photos -o out --format jpeg --preset fast") == 0
    said = capfd.readouterr().err
    assert ("whose original" in said) == (told is not None)
    assert (told or "") in said


@pytest.mark.usefixtures("desk")
def test_a_copy_of_another_name_was_not_retracted(capfd: pytest.CaptureFixture[str]) -> None:
    """The summary said "1 retracted", as of what must not be seen."""
    assert call(f"run photos -o out {CONSENT}") == 0
    for dry in (" --dry-run", ""):
        capfd.readouterr()
        assert call(f"run photos -o out {CONSENT} --names keep{dry}") == 0
        said = capfd.readouterr().err
        assert "retracted" not in said
        assert f"1 older copy {'would be ' if dry else ''}replaced under another name" in said


@pytest.mark.parametrize("names", ["keep", "neutral", "sequence"])
def test_a_dry_run_names_what_the_run_will_write(desk: Path, names: str, capfd: pytest.CaptureFixture[str]) -> None:
    """A file of somebody else in the way was not seen, nor a second photo of the same name."""
    (desk / "photos" / "b").mkdir()
    data = Path("photos/portrait.jpg").read_bytes()
    (desk / "photos" / "twin.jpg").write_bytes(data[:2] + b"\xff\xfe\0\x06twin" + data[2:])
    run = f"run photos -o out --preset fast --names {names} --json"
    assert call(run) == 0
    first = [json.loads(line)["output"] for line in capfd.readouterr().out.splitlines()]
    shutil.rmtree("out")
    assert call("published out --forget") == 0
    Path("out").mkdir()
    Path(first[0]).write_bytes(b"of somebody else")
    results = []
    for dry in (" --dry-run", ""):
        assert call(run + dry) == 0
        results.append([json.loads(line) for line in capfd.readouterr().out.splitlines()])
    [told, done] = results
    assert first[0] not in [one["output"] for one in done]
    assert any(f"would be called {Path(done[0]['output']).name}" in warning for warning in told[0]["warnings"])
    assert Path(first[0]).read_bytes() == b"of somebody else"


def test_inspect_promises_no_picture_where_there_is_a_mention_of_one(
    desk: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Its last lines said "hold another picture" of a photo that had lost its gain map long ago."""
    about = (
        b'http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
        b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
        b'xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" hdrgm:Version="1.0"/></rdf:RDF></x:xmpmeta>'
    )
    photo = desk / "photos" / "portrait.jpg"
    data = photo.read_bytes()
    photo.write_bytes(data[:2] + b"\xff\xe1" + (len(about) + 2).to_bytes(2, "big") + about + data[2:])
    shutil.copy(photo, desk / "photos" / "b.jpg")
    assert call("inspect photos") == 0
    said = capfd.readouterr().out
    assert "says that a gain map is in the file" in said
    assert "hold another picture" not in said
    assert "2 of 2 files hold something of a picture that is not seen" in said
