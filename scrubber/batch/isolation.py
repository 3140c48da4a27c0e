"""Takes from a worker process what it does not need, so that a hostile photo that breaks a decoder gains little."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from typing import Final

_NEW_USER, _NEW_NETWORK = 0x1000_0000, 0x4000_0000  # flags of unshare(2)
_MOST_MEMORY: Final = 6 * 1024**3  # bytes of data; a hundred-megapixel photo needs a third of it


def enter() -> None:
    """Give up the network and limit memory, where the system allows it; harmless where it does not.

    Must be called while the process has one thread.
    """
    if sys.platform == "linux":
        _leave_network()
        _limit_memory()


def _leave_network() -> None:
    """An empty network namespace: not even the loopback interface is up in it."""
    library = ctypes.CDLL(None, use_errno=True)
    if library.unshare(_NEW_NETWORK) == 0:
        return
    user, group = os.getuid(), os.getgid()
    if library.unshare(_NEW_USER | _NEW_NETWORK) == 0:
        # Without this the process would be nobody, and its files nobody's.
        for file, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
            with contextlib.suppress(OSError), open(f"/proc/self/{file}", "w", encoding="ascii") as target:  # noqa: PTH123
                target.write(text)


def _limit_memory() -> None:
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    limit = _MOST_MEMORY if hard == resource.RLIM_INFINITY else min(_MOST_MEMORY, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))
