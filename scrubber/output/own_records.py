"""Where scrubber keeps what it remembers. Nothing that a user names is written there."""

from __future__ import annotations

from pathlib import Path

from scrubber.errors import UsageError
from scrubber.guarded import resolved


def state_path() -> Path:
    """The user's own state folder for scrubber, whether or not it is there."""
    from platformdirs import user_state_path

    return user_state_path("scrubber", appauthor=False)


def refuse_records(target: Path) -> None:
    """Raise `UsageError` for an output that would lie in the state folder: it could take the place of a record."""
    if resolved(target).is_relative_to(resolved(state_path())):
        raise UsageError(f"{target}: scrubber keeps its own records there; choose another place")
