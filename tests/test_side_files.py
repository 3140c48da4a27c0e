"""Files beside photos tell as much as the photos: they stay behind, whatever they are, and the run says so."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import scrubber
from scrubber import Policy, batch
from scrubber.cli import cli

SECRET = b"CANARY-3141-BESIDE"
XMP = b'<?xpacket begin=""?><x:xmpmeta xmlns:x="adobe:ns:meta/">' + SECRET + b"</x:xmpmeta>"
# What cameras, phones, systems and programs put beside photos.
BESIDE = {
    "IMG_0001.AAE": b'<?xml version="1.0"?><plist><string>' + SECRET + b"</string></plist>",
    "IMG_0001.xmp": XMP,
    "IMG_0001.jpg.xmp": XMP,
    "._IMG_0001.jpg": b"\0\5\x16\7\0\2\0\0Mac OS X        " + SECRET,
    "Thumbs.db": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + SECRET,
    "ehthumbs.db": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + SECRET,
    "desktop.ini": b"[.ShellClassInfo]\r\n" + SECRET,
    "Picasa.ini": b"[IMG_0001.jpg]\r\nfaces=rect64(" + SECRET + b")\r\n",
    ".picasa.ini": b"[IMG_0001.jpg]\r\nfaces=rect64(" + SECRET + b")\r\n",
    ".DS_Store": b"\0\0\0\1Bud1" + SECRET,
    "IMG_0001.json": b'{"geoData": "' + SECRET + b'"}',
    "MVI_0002.gpx": b"<gpx>" + SECRET + b"</gpx>",
    "VOICE.WAV": b"RIFF\x24\0\0\0WAVEfmt " + SECRET,
    "notes.txt": SECRET,
}


@pytest.fixture
def folder(tmp_path: Path, scenery: np.ndarray) -> Path:
    """A photo, all those files, and the small JPEG that some cameras keep beside a clip."""
    photos = tmp_path / "photos"
    photos.mkdir()
    small = io.BytesIO()
    Image.fromarray(scenery).save(small, "JPEG", comment=SECRET)
    (photos / "IMG_0001.jpg").write_bytes(small.getvalue())
    for name, content in {**BESIDE, "MVI_0002.THM": small.getvalue()}.items():
        (photos / name).write_bytes(content)
    return photos


def test_only_photos_are_copied(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    results = list(scrubber.scrub_folder(folder, out, policy=Policy(preset="fast")))
    assert [(Path(result.input).name, result.status) for result in results] == [("IMG_0001.jpg", "published")]
    copies = [path for path in out.rglob("*") if path.is_file()]
    assert len(copies) == 1
    assert SECRET not in copies[0].read_bytes()


def test_the_plan_names_every_file_that_stays_behind(folder: Path, tmp_path: Path) -> None:
    plan = batch.plan([folder], tmp_path / "out")
    assert {path.name for path in plan.others} == {*BESIDE, "MVI_0002.THM"}
    assert [task.source.name for task in plan.tasks] == ["IMG_0001.jpg"]


def test_the_command_line_says_how_many_stay_behind(
    folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    code = cli.main(
        ["run", str(folder), "-o", str(tmp_path / "out"), "--preset", "fast", "--jobs", "1"], standalone_mode=False
    )
    assert not code
    assert f"{len(BESIDE) + 1} files left behind, which are no photos" in capfd.readouterr().err
