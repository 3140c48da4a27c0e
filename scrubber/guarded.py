"""Reads files that somebody else may have put there: regular ones only, up to a size, and never for ever.

A pipe in the place of a photo waits for a writer that never comes, a device has no end, and a sparse file of a few
bytes on the disk fills the memory. Whatever reads a file by a path, reads it here.
"""

from __future__ import annotations

import hashlib
import os
import stat
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from scrubber.errors import PhotoTooLarge, UnreadableFile

if TYPE_CHECKING:
    from scrubber.policy import Limits

_MEGA: Final = 1_000_000
_BLOCK: Final = 1 << 20


def resolved(path: Path) -> Path:
    """The path without links; as it is where links go in circles, or the system tells nobody where they lead."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):  # Python 3.11 raises the latter for a circle
        return path.absolute()


def is_there(path: Path) -> bool:
    """Whether anything can be found at `path`; a name that no file can have is none."""
    try:
        return path.exists()
    except (OSError, RuntimeError, ValueError):
        return False


def is_folder(path: Path) -> bool:
    """Whether `path` leads to a folder, as far as the system tells."""
    try:
        return path.is_dir()
    except (OSError, RuntimeError, ValueError):
        return False


def is_file(path: Path) -> bool:
    """Whether `path` leads to a regular file, as far as the system tells."""
    try:
        return path.is_file()
    except (OSError, RuntimeError, ValueError):
        return False


def size_of(path: Path) -> int:
    """Bytes; 0 for what is not there or cannot be read, which its own turn will tell."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def mark_of(path: Path) -> tuple[int, ...] | None:
    """What changes if somebody writes to a file, or puts another one in its place; None if it cannot be read."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def read_bytes(path: Path, most: int) -> bytes:
    """The bytes of a regular file. Links are followed.

    Raises `OSError` if it cannot be opened, `UnreadableFile` if it is no regular file, and `PhotoTooLarge` if it holds
    more than `most` bytes, before they are in memory.
    """
    with _open_regular_file(path) as file:
        check_size(os.fstat(file.fileno()).st_size, str(path), most)
        return read_stream(file, str(path), most)


def read_start(path: Path, most: int) -> bytes:
    """The first bytes of a regular file, `most` of them. Raises `OSError` or `UnreadableFile` as `read_bytes` does."""
    with _open_regular_file(path) as file:
        return file.read(most)


def read_stream(stream: BinaryIO, name: str, most: int) -> bytes:
    """Everything up to the end of a stream, such as standard input. Raises `PhotoTooLarge` beyond `most` bytes."""
    parts: list[bytes] = []
    size = 0
    while part := stream.read(_BLOCK):
        if not isinstance(part, bytes | bytearray):
            raise TypeError(f"it gives {type(part).__name__}, not bytes")
        parts.append(part)
        size += len(part)
        check_size(size, name, most)
    return b"".join(parts)


def read_file(path: Path, limits: Limits) -> bytes:
    """The bytes of a photo, within the limits of a policy. Raises `UnreadableFile` or `PhotoTooLarge`."""
    try:
        return read_bytes(path, limits.bytes)
    except OSError as error:
        raise UnreadableFile(f"{path}: {error.strerror or error}; check the path and its permissions") from error


def sha256_of(path: Path, most: int) -> str | None:
    """SHA-256 of a regular file in hex; None for what is not there, is no regular file, or is larger than `most`."""
    try:
        with _open_regular_file(path) as file:
            check_size(os.fstat(file.fileno()).st_size, str(path), most)
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, UnreadableFile, PhotoTooLarge):
        return None


def check_size(size: int, name: str, most: int) -> None:
    """Raises `PhotoTooLarge` for something of `size` bytes where `most` are let in."""
    if size > most:
        raise PhotoTooLarge(
            f"{name}: {size / _MEGA:.0f} MB is more than the limit of {most / _MEGA:.0f} MB; make it smaller"
        )


def _open_regular_file(path: Path) -> BufferedReader:
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if stat.S_ISREG(os.fstat(handle).st_mode):
        return os.fdopen(handle, "rb")
    os.close(handle)
    raise UnreadableFile(f"{path}: this is no file but a folder, a pipe or a device; name a file")
