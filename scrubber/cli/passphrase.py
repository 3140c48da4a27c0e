"""Where the passphrase of a locked manifest comes from: the environment, a file descriptor, or whoever sits there."""

from __future__ import annotations

import os
import sys
from typing import Final

import click

from scrubber.errors import UsageError

VARIABLE: Final = "SCRUBBER_PASSPHRASE"
DESCRIPTOR: Final = "SCRUBBER_PASSPHRASE_FD"
_MOST: Final = 4096  # bytes


def asked() -> str:
    """The passphrase; to be handed to `Consent.load`, which calls it only if a manifest is locked.

    Raises `UsageError` if there is none and nobody to ask.
    """
    return _given() or _prompted("Passphrase")


def chosen() -> str:
    """The same for locking: whoever types it types it twice."""
    given = _given()
    if given:
        return given
    words = _prompted("New passphrase")
    if _prompted("The same again") != words:
        raise UsageError("the two passphrases differ; try again")
    return words


def _given() -> str | None:
    if os.environ.get(VARIABLE):
        return os.environ[VARIABLE]
    descriptor = os.environ.get(DESCRIPTOR)
    if not descriptor:
        return None
    try:
        # Closing is left to whoever opened it.
        first_line = os.read(int(descriptor), _MOST).decode().partition("\n")[0]
    except (OSError, ValueError) as error:
        raise UsageError(
            f"{DESCRIPTOR}={descriptor}: cannot be read ({error}); give the number of an open one"
        ) from error
    return first_line.rstrip("\r")


def _prompted(text: str) -> str:
    if not sys.stdin.isatty():
        raise UsageError(f"the manifest needs its passphrase; set {VARIABLE}, or run this in a terminal")
    words: str = click.prompt(text, hide_input=True, err=True)
    return words
