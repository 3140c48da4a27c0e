"""Which processes are there."""

from __future__ import annotations

import os


def runs(process: int) -> bool:
    """Whether a process with this number is there; on Windows always False, for what it has open cannot be removed."""
    if os.name == "nt":
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
