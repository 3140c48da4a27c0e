"""What many tests need: where things lie, and a few photos."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import command_line
import numpy as np
import pyrage
import pytest
import quick_passphrases
from hypothesis import settings
from PIL import Image, ImageOps
from warm_worker import WarmWorker

from scrubber.batch.sandbox.executors import Sandbox

ROOT = Path(__file__).resolve().parent.parent
WAITING = ("test_nothing_leaves", "test_guard")
"""Modules whose tests take long and do little; other workers do theirs meanwhile."""

# A busy machine is no mistake: an example may take as long as it takes.
settings.register_profile("without a clock", deadline=None)
settings.load_profile("without a clock")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: tests that wait for a time-out or a kill leave theirs to others."""
    return 1 + (len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long ones first, so that no core is left alone with one at the end; those that wait before all others."""
    items.sort(key=lambda item: (item.path.stem not in WAITING, item.get_closest_marker("slow") is None))


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session", autouse=True)
def away_from_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Fixtures of a whole module run before `state`: they must not read or write what the user's scrubber remembers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state of all")))
        yield


@pytest.fixture(autouse=True)
def state(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What scrubber remembers in a test stays in a folder of that test."""
    folder = tmp_path_factory.mktemp("state")
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def lent_worker() -> Iterator[WarmWorker]:
    worker = WarmWorker()
    yield worker
    worker.close()


@pytest.fixture(autouse=True)
def warm_worker(lent_worker: WarmWorker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands and sessions of a test get a worker that has loaded its models for the tests before it."""
    monkeypatch.setattr("scrubber.batch.Sandbox", lambda *_, **__: lent_worker)


@pytest.fixture
def own_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests of workers: sandboxes as users have them."""
    monkeypatch.setattr("scrubber.batch.Sandbox", Sandbox)


@pytest.fixture(scope="session", autouse=True)
def quick_passphrase() -> Iterator[None]:
    """Locking and unlocking in this process takes no second each."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("scrubber.consent.vault.locking.age", quick_passphrases.age)
        yield


@pytest.fixture
def scrypt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Locking and unlocking as users have it."""
    monkeypatch.setattr("scrubber.consent.vault.locking.age", lambda: pyrage)


@pytest.fixture(scope="session")
def samples(root: Path) -> Path:
    return root / "sample_media"


@pytest.fixture(scope="session")
def shared(root: Path) -> Path:
    """Real data beside the checkout, which is not part of it."""
    folder = root.parent / "shared" / "eval"
    if not folder.is_dir():
        pytest.skip("the folder ../shared/eval with real photos is missing")
    return folder


@pytest.fixture(scope="session")
def portrait(samples: Path) -> np.ndarray:
    """One person, 512×512×3 RGB uint8."""
    with Image.open(samples / "astronaut.jpg") as image:
        return np.array(image.convert("RGB"))


@pytest.fixture(scope="session")
def scenery() -> np.ndarray:
    """A picture without anybody: 240×320×3 RGB uint8, smooth colours and some texture."""
    rows, columns = np.mgrid[0:240, 0:320]
    texture = np.random.default_rng(7).integers(0, 24, (240, 320))
    channels = [columns * 0.6 + texture, rows * 0.8 + texture, 200 - columns * 0.3 + texture]
    return np.clip(np.dstack(channels), 0, 255).astype(np.uint8)


@pytest.fixture
def permitted_portrait(tmp_path: Path, samples: Path) -> Path:
    """A folder with a portrait in `photos`, and a `consent.toml` that shows whom it shows."""
    (tmp_path / "photos").mkdir()
    portrait = Path(shutil.copy(samples / "astronaut.jpg", tmp_path / "photos" / "portrait.jpg"))
    digest = hashlib.sha256(portrait.read_bytes()).hexdigest()
    (tmp_path / "consent.toml").write_text(
        'schema = 1\n[[people]]\nid = "p-1"\ndecision = "allow"\npurposes = ["social"]\nexpires = 2045-01-01\n'
        f'[[photos]]\nsha256 = "{digest}"\nshow = [{{ person = "p-1", box = [180, 66, 90, 111] }}]\n'
    )
    return tmp_path


@pytest.fixture
def desk(permitted_portrait: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A portrait that may be shown, with a rotation flag to be changed; the manifest of that day as `backup.toml`."""
    shutil.copy(permitted_portrait / "consent.toml", permitted_portrait / "backup.toml")
    monkeypatch.chdir(permitted_portrait)
    return permitted_portrait


@pytest.fixture
def plain(desk: Path) -> Path:
    """The same, with a manifest that says nothing, as it was before something was said about the photo."""
    (desk / "plain.toml").write_text("schema = 1\n")
    (desk / "consent.toml").write_text("schema = 1\n")
    return desk


@pytest.fixture(scope="module")
def face(portrait: np.ndarray) -> np.ndarray:
    """A portrait of 256×256 pixels."""
    return np.array(Image.fromarray(portrait[:, 64:448]).resize((256, 256)))


@pytest.fixture(scope="module")
def grey(portrait: np.ndarray) -> np.ndarray:
    """A portrait of 96×96 pixels, from 0 to 255."""
    return np.array(ImageOps.grayscale(Image.fromarray(portrait[:, 64:448])).resize((96, 96))).astype(float)


@pytest.fixture(scope="module")
def portrait_jpeg(samples: Path) -> bytes:
    """One person, not square, so that a turn shows."""
    with Image.open(samples / "astronaut.jpg") as image:
        data, exif = io.BytesIO(), Image.Exif()
        exif[0x0112] = 1
        image.convert("RGB").crop((0, 0, 512, 400)).save(data, "JPEG", quality=92, exif=exif)
    return data.getvalue()


@pytest.fixture
def photos(tmp_path: Path, scenery: np.ndarray, samples: Path) -> Path:
    """A portrait and two photos of nobody."""
    folder = tmp_path / "photos"
    folder.mkdir()
    shutil.copy(samples / "astronaut.jpg", folder / "portrait.jpg")
    for name, pixels in (("a.png", scenery), ("b.png", scenery[::-1].copy())):
        Image.fromarray(pixels).save(folder / name)
    return folder


@pytest.fixture
def shows(samples: Path) -> str:
    """A manifest that shows the person in the portrait."""
    digest = hashlib.sha256((samples / "astronaut.jpg").read_bytes()).hexdigest()
    person = '[[people]]\nid = "p-1"\ndecision = "allow"\npurposes = ["social"]\nexpires = 2045-01-01\n'
    pointed = f'[[photos]]\nsha256 = "{digest}"\nshow = [{{ person = "p-1", box = [180, 66, 90, 111] }}]\n'
    return f"schema = 1\n{person}{pointed}"


@pytest.fixture
def office(samples: Path, tmp_path: Path) -> Path:
    """A folder with a manifest, a portrait, a photo of many, and a signed form."""
    with Image.open(samples / "astronaut.jpg") as image:
        image.convert("RGB").save(tmp_path / "portrait.jpg", quality=95)
    with Image.open(samples / "solvay_conference_1927.jpg") as image:
        image.convert("RGB").crop((700, 900, 2100, 1500)).save(tmp_path / "many.jpg", quality=95)
    (tmp_path / "form.pdf").write_bytes(b"signed")
    assert command_line.scrubber("consent", "init", "--organisation", "Example Group", folder=tmp_path).code == 0
    return tmp_path
