"""Names of outputs tell nothing by default, are stable for the source, and are portable."""

from __future__ import annotations

import hashlib
import re
from itertools import islice
from pathlib import PurePath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubber.batch.names import Namer
from scrubber.inspection.file_names import tells

TELLING = {
    "time": ["IMG_20240506_101112", "PXL_20231224_180000123", "2024-05-06 march", "06.05.2024", "6-5-24",
             "march 20240506", "May 6, 2024", "crowd 10.11.12", "1715000000000"],
    "place": ["52.5200, 13.4050", "48.8584N"],
    "identity": ["anna 015112345678", "+49 151 1234567", "anna@example.org"],
    "device": ["IMG_1234", "IMG_E1234", "DSC01234", "_DSC0042", "DSCN0010", "P1010023", "DJI_0042", "GOPR0123",
               "101_1234", "100CANON", "101APPLE", "3f2504e0-4f89-11d3-9a0c-0305e82c3301", "a3f29b1c8d7e6f50"],
    "history": ["WhatsApp Image", "signal-attachment", "FB_IMG_x", "Screenshot (3)", "Bildschirmfoto"],
}  # fmt: skip
HARMLESS = [
    "photo 12",
    "image (3)",
    "IMG",
    "foto_007",
    "scan-2",
    "photo-in5qzuzp",
    "folder-abcd2345",
    "Copy",
    "عکس 4",
    "12",
]
WORDS = ["anna.berg", "Kabul Shar-e-Naw", "march", "été", "52.51 13.37", "photo SM-G991B", "iPhone 13 Pro portrait",
         "photo-anna", "12 mai", "photo\u200b"]  # fmt: skip
PIXELS = hashlib.sha256(b"pixels").hexdigest()
NEUTRAL = re.compile(r"(folder-[a-z2-7]{8}/)*photo-[a-z2-7]{8}(-\d+)?\.jpg")


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, names in TELLING.items() for name in names])
def test_names_that_tell(kind: str, name: str) -> None:
    assert tells(name) == kind


@pytest.mark.parametrize("name", WORDS)
def test_words_that_no_pattern_knows_may_tell_anything(name: str) -> None:
    """Names of people, places, events and phones passed for harmless, for no list of patterns can be complete."""
    assert tells(name) == "words"


@pytest.mark.parametrize("name", HARMLESS)
def test_names_that_do_not(name: str) -> None:
    assert tells(name) is None


def named(mode: str, relative: str, pixels: str = PIXELS, secret: bytes = b"secret", count: int = 1) -> list[str]:
    namer = Namer(mode, secret)  # type: ignore[arg-type]
    return [name.as_posix() for name in islice(namer.proposals(PurePath(relative), pixels, ".jpg"), count)]


@given(st.lists(st.text(min_size=1).filter(lambda name: name not in (".", "..") and "/" not in name), min_size=1))
def test_a_neutral_name_tells_nothing_of_the_file(parts: list[str]) -> None:
    [name] = named("neutral", "/".join(part.replace("\0", "x") for part in parts))
    assert NEUTRAL.fullmatch(name)


def test_a_neutral_name_hangs_on_what_is_seen_alone() -> None:
    [name] = named("neutral", "IMG_1.jpg")
    assert named("neutral", "other.png") == [name]
    assert named("neutral", "IMG_1.jpg", secret=b"of another user") == [name]
    assert named("neutral", "IMG_1.jpg", pixels=hashlib.sha256(b"other").hexdigest()) != [name]
    assert not PIXELS.startswith(name.removeprefix("photo-").removesuffix(".jpg"))


def test_a_folder_cannot_be_guessed_from_its_name() -> None:
    """There are few names of towns, so that a hash without a secret would tell which."""
    [here] = named("neutral", "Kabul Shar-e-Naw/a.jpg")
    assert named("neutral", "Kabul Shar-e-Naw/b.jpg") == [here]
    assert named("neutral", "Kabul Shar-e-Naw/a.jpg", secret=b"of another user") != [here]


def test_the_next_names_are_numbered() -> None:
    first, second, third = named("neutral", "a.jpg", count=3)
    assert [second, third] == [first.replace(".jpg", "-2.jpg"), first.replace(".jpg", "-3.jpg")]
    assert named("keep", "a/IMG_1.png", count=2) == ["a/IMG_1.jpg", "a/IMG_1-2.jpg"]


def test_a_sequence_goes_on_behind_what_is_there() -> None:
    namer = Namer("sequence", b"", frozenset({"photo-0007.jpg", "sub/photo-0003.png", "photo-abc.jpg"}))
    names = (next(namer.proposals(PurePath("a.jpg"), PIXELS, ".jpg")).name for _ in range(2))
    assert list(names) == ["photo-0008.jpg", "photo-0009.jpg"]


@given(st.text(min_size=1).filter(lambda name: "/" not in name and name.strip(". \0")))
def test_kept_names_stay_inside_and_are_portable(name: str) -> None:
    [kept] = named("keep", name.replace("\0", ""))
    assert not any(part in ("..", ".") or ":" in part for part in PurePath(kept).parts)


@pytest.mark.parametrize("unseen", ["\u202e", "\u2028", "\u200b", "\x85", "\ufeff", "\U000e0041", "\u2066"])
def test_a_kept_name_has_nothing_that_cannot_be_seen(unseen: str) -> None:
    """Marks that turn a name around, or stand in it unseen, went into the names of copies."""
    assert named("keep", f"a{unseen}b.jpg") == ["a_b.jpg"]
    assert named("keep", "می\u200cخواهم.jpg") == ["می\u200cخواهم.jpg"]
