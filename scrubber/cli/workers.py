"""Workers that begin early: they load what they need while the command still reads its arguments and its manifest."""

from __future__ import annotations

from typing import Final

from scrubber import forking

_PRELOADED: Final = ("scrubber.batch.running", "scrubber.batch.sandbox.libraries")
"""Modules that the process has loaded from which workers are forked."""


def begin() -> None:
    """To be called before the command imports anything that is slow to load."""
    forking.start(_PRELOADED)
