"""Names of outputs tell nothing by default, and no two are the same anywhere."""

from __future__ import annotations

from pathlib import PurePath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubber.batch.names import Namer
from scrubber.file_names import tells

TELLING = {
    "time": ["IMG_20240506_101112", "PXL_20231224_180000123", "2024-05-06 march", "06.05.2024", "6-5-24",
             "march 20240506", "May 6, 2024", "crowd 10.11.12", "1715000000000"],
    "place": ["52.5200, 13.4050", "48.8584N"],
    "identity": ["anna 015112345678", "+49 151 1234567", "anna@example.org"],
    "device": ["IMG_1234", "IMG_E1234", "DSC01234", "_DSC0042", "DSCN0010", "P1010023", "DJI_0042", "GOPR0123",
               "101_1234", "100CANON", "101APPLE", "3f2504e0-4f89-11d3-9a0c-0305e82c3301", "a3f29b1c8d7e6f50"],
    "history": ["WhatsApp Image", "signal-attachment", "FB_IMG_x", "Screenshot (3)", "Bildschirmfoto"],
}  # fmt: skip
HARMLESS = ["march", "banner at the front", "crowd-2", "group 7", "solvay_conference_1927", "été", "photo 12", "v1.2"]


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, names in TELLING.items() for name in names])
def test_names_that_tell(kind: str, name: str) -> None:
    assert tells(name) == kind


@pytest.mark.parametrize("name", HARMLESS)
def test_names_that_do_not(name: str) -> None:
    assert tells(name) is None


def test_ids_from_the_manifest_do_not_stand_in_names() -> None:
    namer = Namer("safe", ("p-017",))
    assert namer.name(PurePath("portrait of P-017.jpg"), [".jpg"]) == PurePath("photo-0001.jpg")


def named(mode: str, *relatives: str) -> list[str]:
    namer = Namer(mode)  # type: ignore[arg-type]
    return [namer.name(PurePath(each), [".jpg"]).as_posix() for each in relatives]


def test_safe_replaces_only_what_tells() -> None:
    assert named("safe", "march.jpg", "IMG_1234.jpg", "2024-05-06/crowd.png", "2024-05-06/DSC00001.jpg") == [
        "march.jpg",
        "photo-0001.jpg",
        "folder-001/crowd.jpg",
        "folder-001/photo-0002.jpg",
    ]


def test_keep_and_sequence() -> None:
    assert named("keep", "IMG_1234.jpg", "a/IMG_1234.jpeg") == ["IMG_1234.jpg", "a/IMG_1234.jpg"]
    assert named("sequence", "b.jpg", "x/a.jpg") == ["photo-0001.jpg", "folder-001/photo-0002.jpg"]


def test_collisions_get_numbers() -> None:
    assert named("safe", "a.jpg", "a.png", "A.JPG", "a-2.jpg") == ["a.jpg", "a-2.jpg", "A-3.jpg", "a-2-2.jpg"]


@given(st.lists(st.text(min_size=1).filter(lambda name: "/" not in name and name.strip(". \0")), max_size=8))
def test_names_are_unique_and_stay_inside(names: list[str]) -> None:
    given = named("safe", *(name.replace("\0", "") for name in names))
    assert len({name.casefold() for name in given}) == len(given)
    assert not any(part in ("..", ".") or ":" in part for name in given for part in PurePath(name).parts)
