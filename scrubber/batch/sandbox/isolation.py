"""Takes from a worker process what it does not need, so that a hostile photo that breaks a decoder gains little."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from functools import cache
from pathlib import Path
from typing import Final, Literal, TypeAlias

from scrubber import forking
from scrubber.batch.sandbox import socket_filter

_NEW_USER, _NEW_NETWORK = 0x1000_0000, 0x4000_0000  # flags of unshare(2)
_STATUS: Final = Path("/proc/self/status")
Network: TypeAlias = Literal["none", "filtered", "open"]
"""What a worker has of it: an empty namespace, sockets that a filter forbids, or all that the user has."""
_STATES: Final[tuple[Network, ...]] = ("none", "filtered", "open")
_WARNINGS: Final[dict[Network, str | None]] = {
    "none": None,
    "filtered": "this system gives no empty network namespace to the processes that open photos; only a filter of "
    "system calls keeps one that a hostile photo takes over from the network",
    "open": "this system gives no empty network namespace to the processes that open photos; one that a hostile photo "
    "takes over could reach the network",
}
NETWORK_REMEDY: Final = (
    "allow it (sysctl user.max_user_namespaces; on Ubuntu kernel.apparmor_restrict_unprivileged_userns=0), or switch "
    "the network off while photos from strangers are opened"
)


def enter() -> Network:
    """Give up the network, as far as the system allows it; says what is left of it.

    Must be called while the process has one thread.
    """
    if sys.platform != "linux":
        return "open"
    if _leave_network():
        return "none"
    return "filtered" if socket_filter.put_up() else "open"


@cache
def network_warning() -> str | None:
    """What to tell the user if workers on this system get no empty network namespace; None if they do.

    Found out in a process that ends at once, and only once.
    """
    if sys.platform != "linux":
        return _WARNINGS["open"]
    trial = forking.context().Process(target=_try)  # type: ignore[attr-defined]
    trial.start()
    trial.join()
    return _WARNINGS[_STATES[trial.exitcode] if trial.exitcode in (0, 1) else "open"]


def _try() -> None:
    sys.exit(_STATES.index(enter()))


def limit_memory(most: int) -> None:
    """Let this process grow to `most` bytes of memory in use, and no further, where the system can say so.

    What is asked for beyond raises `MemoryError`, or ends the process where a library cannot bear that.
    """
    if sys.platform != "linux":
        return
    import resource

    # Linux limits what is reserved, not what is in use; on a machine with many cores the stacks of idle threads alone
    # reserve gigabytes. So the limit is on growth from here.
    reserved, used = _kibibytes("VmData"), _kibibytes("VmRSS")
    limit = max(most - used * 1024, 0) + reserved * 1024
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))


def _kibibytes(name: str) -> int:
    """A field of proc(5)'s status file."""
    [line] = [line for line in _STATUS.read_text(encoding="ascii").splitlines() if line.startswith(f"{name}:")]
    return int(line.split()[1])


def _leave_network() -> bool:
    """Into an empty network namespace: not even the loopback interface is up in it."""
    library = ctypes.CDLL(None, use_errno=True)
    if library.unshare(_NEW_NETWORK) == 0:
        return True
    user, group = os.getuid(), os.getgid()
    if library.unshare(_NEW_USER | _NEW_NETWORK) != 0:
        return False
    # Without this the process would be nobody, and its files nobody's.
    # Some systems refuse it; files can be read all the same, for the kernel goes by who the process was.
    for file, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        with contextlib.suppress(OSError), open(f"/proc/self/{file}", "w", encoding="ascii") as target:  # noqa: PTH123
            target.write(text)
    return True
