"""Where the passphrase of a locked manifest comes from: the environment, a file descriptor, or whoever sits there.

The first two are taken out of the environment before any process is begun, so that none that works on photos has them.
The system's own copy of what this process was given, /proc/PID/environ on Linux, stays; its owner can read it.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import Final

import click

from scrubber.errors import UsageError

VARIABLE: Final = "SCRUBBER_PASSPHRASE"
DESCRIPTOR: Final = "SCRUBBER_PASSPHRASE_FD"
_MOST: Final = 4096  # bytes
_STANDARD: Final = 2  # descriptors up to this one every process has

_words: str | None = None
_descriptor: str | None = None


def take() -> None:
    """Take over what the environment says, once, when the command line begins."""
    global _words, _descriptor
    _words, _descriptor = os.environ.pop(VARIABLE, None), os.environ.pop(DESCRIPTOR, None)
    # One that cannot be read is told when it is wanted, which it may never be.
    with suppress(OSError, ValueError, OverflowError):
        if _descriptor and int(_descriptor) > _STANDARD:
            os.set_inheritable(int(_descriptor), False)


def prompt_passphrase() -> str:
    """The passphrase; to be handed to `Consent.load`, which calls it only if a manifest is locked.

    Raises `UsageError` if there is none and nobody to ask.
    """
    return _given() or _prompted("Passphrase")


def prompt_new_passphrase() -> str:
    """The same for locking: whoever types it types it twice."""
    given = _given()
    if given:
        return given
    words = _prompted("New passphrase")
    if _prompted("The same again") != words:
        raise UsageError("the two passphrases differ; try again")
    return words


def _given() -> str | None:
    global _words
    if not _words and _descriptor:
        _words = _first_line(_descriptor)
    return _words


def _first_line(descriptor: str) -> str:
    try:
        # Closing is left to whoever opened it.
        line = os.read(int(descriptor), _MOST).decode().partition("\n")[0]
    except (OSError, ValueError, OverflowError) as error:
        raise UsageError(
            f"{DESCRIPTOR}={descriptor}: cannot be read ({error}); give the number of an open one"
        ) from error
    return line.rstrip("\r")


def _prompted(text: str) -> str:
    if not sys.stdin.isatty():
        raise UsageError(f"the manifest needs its passphrase; set {VARIABLE}, or run this in a terminal")
    words: str = click.prompt(text, hide_input=True, err=True)
    return words
