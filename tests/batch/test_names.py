"""Names of outputs tell nothing by default, and no two are the same anywhere."""

from __future__ import annotations

from pathlib import PurePath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubber.batch.names import Namer, telling

TELLING = [
    "IMG_20240506_101112",
    "PXL_20231224_180000123",
    "IMG_1234",
    "DSC01234",
    "DSCN0010",
    "P1010023",
    "DJI_0042",
    "GOPR0123",
    "WhatsApp Image 2024-05-06 at 10.11.12",
    "signal-2024-05-06-101112",
    "Screenshot 2019-05-21 at 10.45.52",
    "Bildschirmfoto 2020-01-02 um 03.04.05",
    "2024-05-06 march",
    "06.05.2024",
    "march 20240506",
    "anna 015112345678",
    "anna@example.org",
    "52.5200, 13.4050",
    "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
]
HARMLESS = ["march", "banner at the front", "crowd-2", "group 7", "solvay_conference_1927", "été", "photo 12"]


@pytest.mark.parametrize("name", TELLING)
def test_names_that_tell(name: str) -> None:
    assert telling(name)


@pytest.mark.parametrize("name", HARMLESS)
def test_names_that_do_not(name: str) -> None:
    assert not telling(name)


def named(mode: str, *relatives: str) -> list[str]:
    namer = Namer(mode)  # type: ignore[arg-type]
    return [namer.name(PurePath(each), ".jpg").as_posix() for each in relatives]


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
