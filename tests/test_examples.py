"""The examples work as they stand: what a newcomer copies from them must be right."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import os
import runpy
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

import scrubber

if TYPE_CHECKING:
    from starlette.testclient import TestClient

LACKING = [package for package in ("starlette", "httpx2") if find_spec(package) is None]
LONGEST = 60  # lines that a newcomer reads in one go


@pytest.fixture(scope="module")
def examples(root: Path) -> Path:
    return root / "examples"


@pytest.fixture(scope="module")
def web(examples: Path) -> Iterator[tuple[TestClient, dict[str, Any]]]:
    """The running service, and the names in its script."""
    if LACKING:
        pytest.skip(f"the web example needs {' and '.join(LACKING)}, which pip install -e '.[dev]' brings")
    from starlette.testclient import TestClient

    names = runpy.run_path(str(examples / "web_upload.py"))
    with TestClient(names["app"]) as client:
        yield client, names


def test_examples_are_short(examples: Path) -> None:
    for script in examples.glob("*.py"):
        assert len(script.read_text(encoding="utf-8").splitlines()) <= LONGEST, script.name


def test_the_web_service_gives_back_a_safe_copy(
    web: tuple[TestClient, dict[str, Any]], samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, names = web
    photo = (samples / "astronaut_sideways.jpg").read_bytes()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    answer = client.post("/safe-copy", content=photo)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"] == "no-store"
    assert scrubber.inspect(answer.content) == []
    with Image.open(io.BytesIO(answer.content)) as copy:
        assert copy.size == (512, 512)
    assert not list(tmp_path.iterdir())
    assert answer.content == scrubber.scrub_bytes(photo, policy=names["POLICY"]).data


@pytest.mark.parametrize(
    ("sent", "status", "reason"),
    [
        (b"", 422, "damaged"),
        (b"%PDF-1.7\n%%EOF", 415, "unsupported-format"),
        (b"\xff\xd8\xff\xe0 no more", 422, "damaged"),
    ],
    ids=["nothing", "a document", "half a photo"],
)
def test_the_web_service_says_why_there_is_no_copy(
    web: tuple[TestClient, dict[str, Any]], sent: bytes, status: int, reason: str
) -> None:
    client, _ = web
    answer = client.post("/safe-copy", content=sent)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert (answer.json()["status"], answer.json()["reason"]) == (status, reason)
    assert answer.json()["detail"]


def test_the_web_service_stops_reading_at_its_limit(web: tuple[TestClient, dict[str, Any]]) -> None:
    """Its own request, for the test client hands a body over in one piece."""
    from starlette.requests import Request

    _, names = web
    limit, taken = names["POLICY"].limits.bytes // 2**20, 0

    async def receive() -> dict[str, Any]:
        nonlocal taken
        taken += 1
        return {"type": "http.request", "body": bytes(2**20), "more_body": taken < 2 * limit}

    answer = asyncio.run(names["safe_copy"](Request({"type": "http", "method": "POST", "headers": []}, receive)))
    assert (answer.status_code, json.loads(answer.body)["reason"]) == (413, "too-large")
    assert taken == limit + 1


def test_the_web_service_gives_no_copy_of_a_withheld_photo(
    web: tuple[TestClient, dict[str, Any]], samples: Path
) -> None:
    """The same service with a manifest that says NO PHOTO."""
    from starlette.applications import Starlette
    from starlette.testclient import TestClient

    photo = (samples / "astronaut.jpg").read_bytes()
    manifest = f'schema = 1\n[[photos]]\nsha256 = "{hashlib.sha256(photo).hexdigest()}"\nno_photo = true\n'
    _, names = web

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[dict[str, Any]]:
        with scrubber.Session(policy=names["POLICY"], consent=scrubber.Consent.loads(manifest)) as session:
            yield {"session": session}

    with TestClient(Starlette(routes=names["app"].routes, lifespan=lifespan)) as client:
        answer = client.post("/safe-copy", content=photo)
    assert (answer.status_code, answer.json()["reason"]) == (422, "no-photo-sign")


def run_folder(examples: Path, root: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, examples / "folder_with_progress.py", *words, "--preset", "fast"]
    environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, encoding="utf-8", check=False)


def test_a_folder_with_progress(examples: Path, root: Path, samples: Path, tmp_path: Path) -> None:
    photos, safe = tmp_path / "photos", tmp_path / "safe"
    photos.mkdir()
    shutil.copy(samples / "astronaut.jpg", photos)
    shutil.copy(samples / "astronaut.toml", photos)
    first = run_folder(examples, root, photos, safe)
    assert first.returncode == 0, first.stderr
    assert "1/1" in first.stdout
    assert "published: 1" in first.stdout
    assert [copy.suffix for copy in safe.iterdir()] == [".jpg"]
    (photos / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no more")
    second = run_folder(examples, root, photos, safe)
    assert second.returncode == 3, second.stderr
    assert "2/2" in second.stdout
    assert "unchanged: 1" in second.stdout
    assert "broken.jpg (damaged) → no copy" in second.stdout


def test_a_notebook_with_a_preview(
    examples: Path, samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(samples, tmp_path / "sample_media")
    monkeypatch.chdir(tmp_path)
    names = runpy.run_path(str(examples / "notebook_preview.py"))
    assert [decision.person for decision in names["shown"]] == ["p-017"]
    assert names["result"].status == "published"
    assert {decision.action for decision in names["result"].faces} == {"hide"}
    assert scrubber.verify(tmp_path / "safe.jpg", preset="fast").clean


def test_the_notebook_is_cut_into_cells(examples: Path) -> None:
    cells = (examples / "notebook_preview.py").read_text(encoding="utf-8").split("# %%")
    assert cells[0] == ""
    for cell in cells[1:]:
        kind, _, body = cell.partition("\n")
        lines = [line for line in body.splitlines() if line]
        assert lines
        assert (kind == " [markdown]") == all(line.startswith("#") for line in lines)
