"""On real files: nothing raises, and whatever ExifTool finds of places, serials and thumbnails is found here too."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from scrubber.formats import HEADER_BYTES, formats, identify
from scrubber.inspection import inventory
from scrubber.values import LEAK_KINDS
from scrubber.verification.audit import audit

EVAL = Path(__file__).parents[2].parent / "shared" / "eval"
READ = frozenset(name for name, known in formats().items() if known.inspect)

# ExifTool's tags, as "group:name", and the kinds of leak of which one must be reported for them.
EXPECTED = (
    (re.compile(r"(GPS|XMP-exif):GPS.*"), {"place"}),
    (re.compile(r".*:(\w*SerialNumber)"), {"serial"}),
    (re.compile(r".*:(Thumbnail(Image|TIFF)|PhotoshopThumbnail|PreviewImage)"), {"thumbnail", "hidden-picture"}),
    (re.compile(r"MPImage[2-9]:MPImage[2-9]"), {"hidden-picture", "thumbnail", "depth"}),
    (re.compile(r".*:(DateTimeOriginal|GPSDateStamp)"), {"time"}),
    (re.compile(r"(IFD0|XMP-\w+|IPTC):(Artist|Creator|By-line|PersonInImage|RegionName)"), {"identity"}),
    (re.compile(r"(IFD0:Make|IFD0:Model)"), {"device"}),
    (re.compile(r"(File:Comment|ExifIFD:UserComment)"), {"comment"}),
    (re.compile(r"ICC-header:.*"), {"colour-profile"}),
    (re.compile(r"(UserData|Keys|ItemList):(GPSCoordinates|LocationInformation)"), {"place"}),
    (re.compile(r"(Track\d+|QuickTime):(Media|Track)?CreateDate"), {"time"}),
    (re.compile(r"QuickTime:AuxiliaryImageType"), {"hidden-picture", "depth", "structure"}),
    (re.compile(r"(UserData|Keys|ItemList):(Make|Model|Software\w*|Encoder)"), {"device"}),
    (re.compile(r"(GIF|File|Jpeg2000):Comment"), {"comment"}),
)  # fmt: skip


def files(folder: str) -> list[Path]:
    place = EVAL / folder
    if not place.is_dir():
        pytest.skip(f"{place} is not there")
    return sorted(path for path in place.iterdir() if path.is_file())


@pytest.mark.parametrize("folder", ["metadata", "hostile", "photos"])
@pytest.mark.slow
def test_no_real_file_makes_them_raise(folder):
    for path in files(folder):
        data = path.read_bytes()
        for leak in inventory(data) + audit(data):
            assert leak.kind in LEAK_KINDS
            assert leak.where and leak.detail, (path.name, leak)
            assert (leak.where + leak.detail).isprintable(), (path.name, leak)


def test_no_photo_from_a_camera_or_phone_passes_as_clean():
    named = json.loads((EVAL / "metadata" / "features.json").read_text()) if files("metadata") else {}
    carrying = [name for name, features in named.items() if {"EXIF", "XMP", "ICC", "IPTC/APP13"} & set(features)]
    assert carrying
    for name in carrying:
        path = EVAL / "metadata" / name
        assert not path.is_file() or audit(path.read_bytes()), name


@pytest.mark.slow
def test_inventory_agrees_with_exiftool():
    """At least 99 % of what ExifTool finds, kind by kind, over all files of the formats that are read."""
    if shutil.which("exiftool") is None:
        pytest.skip("exiftool is not installed")
    seen = missed = 0
    complaints = []
    for path, tags in _exiftool(files("metadata")):
        data = path.read_bytes()
        if identify(data[:HEADER_BYTES]) not in READ:
            continue
        kinds = {leak.kind for leak in inventory(data)}
        for tag, expected in tags:
            seen += 1
            if not expected & kinds:
                missed += 1
                complaints.append(f"{path.name}: {tag}")
    assert seen > 500
    assert missed <= seen // 100, complaints


def _exiftool(paths: list[Path]) -> Iterator[tuple[Path, list[tuple[str, set[str]]]]]:
    """Each file with the tags in it that stand in `EXPECTED` and are neither blank nor zero."""
    command = ["exiftool", "-j", "-G1", "-a", "-n", *map(str, paths)]
    answer = subprocess.run(command, capture_output=True, check=False).stdout
    for tags in json.loads(answer):
        yield (
            Path(tags["SourceFile"]),
            [
                (tag, kinds)
                for tag, value in tags.items()
                for pattern, kinds in EXPECTED
                if pattern.fullmatch(tag) and str(value).strip(" 0:")
            ],
        )
