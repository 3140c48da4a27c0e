"""Loads the weights in `models/`. Nothing is fetched: they are in the checkout and in the wheel.

Each weight has a card (TOML) that says where it is from and what its sha256 must be. A weight that is not
there, or is not the one on its card, is an error with a remedy and never a silently weaker run.
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from scrubber.errors import MissingPart

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_REMEDY: Final = (
    "install scrubber again (pip install --force-reinstall mediascrubber), or restore models/ from the repository"
)


@dataclass(frozen=True, slots=True)
class Card:
    """Of what `models/NAME.toml` says about one weight, what is needed to load it."""

    file: str
    sha256: str


def folder() -> Traversable:
    """The folder with the weights: beside the package in a checkout, inside it when installed."""
    installed = files("scrubber") / "_models"
    return installed if installed.is_dir() else Path(__file__).resolve().parent.parent / "models"


def card(name: str) -> Card:
    """Read one card. Raises `MissingPart` if it is not there or not readable."""
    path = folder() / f"{name}.toml"
    try:
        entry: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        return Card(str(entry["file"]), str(entry["sha256"]))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError) as error:
        raise MissingPart(f"{path}: the card of the model {name} is missing or damaged; {_REMEDY}") from error


@cache
def load(name: str) -> bytes:
    """The bytes of one weight, checked against its card. Raises `MissingPart` if absent or changed."""
    expected = card(name)
    path = folder() / expected.file
    try:
        data = path.read_bytes()
    except OSError as error:
        raise MissingPart(f"{path}: the model {name} is missing; {_REMEDY}") from error
    if hashlib.sha256(data).hexdigest() != expected.sha256:
        raise MissingPart(f"{path}: the model {name} is not the one on its card (sha256 differs); {_REMEDY}")
    return data


def as_array(name: str) -> NDArray[np.uint8]:
    """The same bytes as a flat uint8 array, the form in which OpenCV takes a model from memory."""
    import numpy as np

    return np.frombuffer(load(name), dtype=np.uint8)


NAMES = (
    "blazeface_short_range",
    "blazeface_full_range_sparse",
    "yunet_2023mar",
    "centerface",
    "sface_2021dec_int8bq",
    "fusion",
)
