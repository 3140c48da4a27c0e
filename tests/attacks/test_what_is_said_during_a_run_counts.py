"""Promises 1 and 4: what is said while a run goes on counts for that run, also for copies that it has made already.

Somebody who withdrew meanwhile was in all further copies, and the exit code was 0.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from calling import call, shown
from restricting import WORDS
from warm_worker import WarmWorker

import scrubber
from scrubber import batch
from scrubber.batch.ledger.copies import locked
from scrubber.batch.ledger.ledger import Ledger

CONSENT = "--consent consent.toml --for social --preset fast"
PHOTOS = 4


@pytest.fixture
def desk(permitted_portrait: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Some files of one photo that may be shown."""
    monkeypatch.chdir(permitted_portrait)
    assert call("consent point photos/portrait.jpg --face 1 --person p-1 --preset fast") == 0
    for number in range(1, PHOTOS):
        twin = shutil.copy("photos/portrait.jpg", f"photos/twin{number}.jpg")
        with open(twin, "ab") as file:  # noqa: PTH123
            file.write(bytes([number]))
    return permitted_portrait


class Interrupting:
    """A worker that does something else first when a photo is handed out to it for the given time."""

    def __init__(self, worker: WarmWorker, at: int, act: Callable[[], None]) -> None:
        self._worker = worker
        self._left = at
        self._act = act

    def __getattr__(self, name: str) -> Any:
        return getattr(self._worker, name)

    def __enter__(self) -> Interrupting:
        return self

    def __exit__(self, *_: object) -> None: ...

    @property
    def ahead(self) -> int:
        return 1

    def submit(self, *words: Any, **named: Any) -> Any:
        self._left -= 1
        if self._left == 0:
            self._act()
        return self._worker.submit(*words, **named)


@pytest.fixture
def meanwhile(lent_worker: WarmWorker, monkeypatch: pytest.MonkeyPatch) -> Callable[[int, Callable[[], None]], None]:
    """Do something when a photo is handed out."""

    def plan(at: int, act: Callable[[], None]) -> None:
        worker = Interrupting(lent_worker, at, act)
        monkeypatch.setattr("scrubber.batch.Sandbox", lambda *_, **__: worker)

    return plan


def revoke() -> None:
    assert call("consent revoke p-1") == 0


@pytest.mark.parametrize("at", range(1, PHOTOS + 1))
@pytest.mark.usefixtures("desk")
def test_who_withdraws_meanwhile_is_in_no_copy(meanwhile: Any, at: int, capfd: pytest.CaptureFixture[str]) -> None:
    meanwhile(at, revoke)
    assert call(f"run photos -o out {CONSENT}") == 0
    said = capfd.readouterr().err
    assert shown("out") == 0
    assert len(list(Path("out").iterdir())) == PHOTOS
    assert "was changed while this run was going on" in said
    assert f"{PHOTOS} published; {PHOTOS} faces hidden, 0 shown" in said
    assert call(f"run photos -o out {CONSENT}") == 0
    assert f"{PHOTOS} unchanged" in capfd.readouterr().err


@pytest.mark.usefixtures("desk")
def test_who_withdraws_behind_the_last_photo_is_in_no_copy() -> None:
    consent = scrubber.Consent.load("consent.toml")
    results = []
    for result in scrubber.scrub_folder("photos", "out", consent=consent, purpose="social"):
        results.append(result)
        if len(results) == PHOTOS:
            revoke()
    assert len(results) > PHOTOS
    assert shown("out") == 0


@pytest.mark.usefixtures("desk")
def test_a_refusal_that_only_the_record_holds_counts(meanwhile: Any) -> None:
    """Another manifest of the same group says it."""
    shutil.copy("consent.toml", "newer.toml")
    meanwhile(3, lambda: [call("consent revoke p-1 --manifest newer.toml")])
    assert call(f"run photos -o out {CONSENT}") == 0
    assert shown("out") == 0


@pytest.mark.usefixtures("desk")
def test_a_hide_box_counts(meanwhile: Any) -> None:
    meanwhile(3, lambda: [call("consent hide photos/portrait.jpg --box 180,66,90,111")])
    assert call(f"run photos -o out {CONSENT}") == 0
    assert shown("out") == 0


@pytest.mark.usefixtures("desk")
def test_no_photo_counts(meanwhile: Any) -> None:
    meanwhile(3, lambda: [call("consent no-photo photos/portrait.jpg")])
    assert call(f"run photos -o out {CONSENT}") == 3
    assert list(Path("out").iterdir()) == []


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("how", ["broken", "gone"])
def test_a_manifest_that_cannot_be_read_again_shows_nobody(
    meanwhile: Any, how: str, capfd: pytest.CaptureFixture[str]
) -> None:
    file = Path("consent.toml")
    meanwhile(3, file.unlink if how == "gone" else lambda: file.write_text("schema = "))
    assert call(f"run photos -o out {CONSENT}") == 3
    assert shown("out") == 0
    assert "give the run again" in capfd.readouterr().err


@pytest.mark.usefixtures("desk")
def test_a_locked_manifest_shows_nobody_whom_it_may_not(meanwhile: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRUBBER_PASSPHRASE", WORDS)
    assert call("consent lock consent.toml --remove") == 0

    def revoke_in_it() -> None:
        monkeypatch.setenv("SCRUBBER_PASSPHRASE", WORDS)  # which each command takes out of the environment
        assert call("consent revoke p-1 --manifest consent.toml.age") == 0

    monkeypatch.setenv("SCRUBBER_PASSPHRASE", WORDS)
    meanwhile(3, revoke_in_it)
    assert call("run photos -o out --consent consent.toml.age --for social --preset fast") == 3
    assert sum(copy.shows != () for copy in batch.published(Path("out")) if copy.status == "published") == 0


@pytest.mark.usefixtures("desk")
def test_one_photo_to_one_file(meanwhile: Any) -> None:
    meanwhile(1, revoke)
    assert call(f"run photos/portrait.jpg -o one.jpg {CONSENT}") == 0
    assert shown(".") == 0


@pytest.mark.usefixtures("desk")
def test_what_changes_nothing_makes_nothing_again(meanwhile: Any, capfd: pytest.CaptureFixture[str]) -> None:
    file = Path("consent.toml")
    meanwhile(3, lambda: file.write_text(file.read_text() + "# nothing\n"))
    assert call(f"run photos -o out {CONSENT}") == 0
    assert shown("out") == PHOTOS
    assert "while this run" not in capfd.readouterr().err


@pytest.mark.usefixtures("desk")
def test_revoke_names_the_folder_in_which_a_run_is_at_work(capfd: pytest.CaptureFixture[str]) -> None:
    assert call(f"run photos -o out {CONSENT}") == 0
    with locked(Ledger(Path("out"))):
        revoke()
    assert f"a run is at work in {Path('out').absolute()}" in capfd.readouterr().err
    revoke()
    assert "at work" not in capfd.readouterr().err
