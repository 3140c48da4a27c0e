"""Forbids a Linux process to open sockets: the second line, where the system refuses an empty network namespace.

Docker and Ubuntu refuse one to ordinary users as they come; a filter of system calls (seccomp) is everybody's. It knows
system calls by number, so it is put up on processors whose numbers are written down here. What a process had open
before stays open, and files and pipes are not its business.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
from typing import Final

_PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS, _MODE_FILTER = 22, 38, 2  # prctl(2)
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06  # of linux/bpf_common.h: BPF_LD|W|ABS, BPF_JMP|JEQ|K, …
_NUMBER, _ARCHITECTURE = 0, 4  # where they lie in struct seccomp_data, in bytes
_ALLOW, _DENY = 0x7FFF_0000, 0x0005_0000 | errno.EACCES
_OTHER_NUMBERS: Final = 0x4000_0000  # from here on are those of the x32 ABI, which names the same calls again
_IO_URING: Final = 425  # io_uring_setup: its queues can open sockets, too; the same number everywhere
_KNOWN: Final = {"x86_64": (0xC000_003E, 41), "aarch64": (0xC000_00B7, 198)}
"""By machine: AUDIT_ARCH of linux/audit.h, and the number of socket(2)."""


class _Program(ctypes.Structure):
    """struct sock_fprog"""

    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def put_up() -> bool:
    """From now on neither this process nor what it starts opens a socket. Says whether that worked.

    Must be called while the process has one thread.
    """
    if platform.machine() not in _KNOWN:
        return False
    architecture, socket = _KNOWN[platform.machine()]
    steps = _steps(architecture, socket)
    program = _Program(len(steps), b"".join(steps))
    library = ctypes.CDLL(None, use_errno=True)
    if library.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    return bool(library.prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(program), 0, 0) == 0)


def _steps(architecture: int, socket: int) -> list[bytes]:
    """Instructions of classic BPF: what to do, how many to skip if true and if false, and a value."""
    return [
        struct.pack("=HBBI", *step)
        for step in (
            (_LOAD, 0, 0, _ARCHITECTURE),
            (_EQUAL, 0, 5, architecture),
            (_LOAD, 0, 0, _NUMBER),
            (_AT_LEAST, 3, 0, _OTHER_NUMBERS),
            (_EQUAL, 2, 0, socket),
            (_EQUAL, 1, 0, _IO_URING),
            (_RETURN, 0, 0, _ALLOW),
            (_RETURN, 0, 0, _DENY),
        )
    ]
